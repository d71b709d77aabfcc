//! Asking a gateway what became of a payment, before anything is repeated (PAY-11).

use crate::gateways::ready::ready;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, ApiError, AppState, Call, Id, Reply};
use crate::payment_methods;
use crate::payments::made_elsewhere;
use crate::payments::pay::begun;
use crate::payments::refund;
use crate::payments::settle::{Asked, settle};
use crate::payments::views::TransactionView;
use actix_web::post;
use chrono::TimeDelta;
use comptoir_connectors::Kind;
use comptoir_db::payments::{self, TransactionRow};
use comptoir_domain::payments::TransactionKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, Problem, TransactionId};

/// Check a transaction at its gateway
///
/// One that is decided stays as it is; of a payment that was taken it is asked how much was given back there.
#[utoipa::path(tag = "payments", params(("id" = TransactionId, Path)), responses((status = 200, body = TransactionView, description = "The transaction as it stands now")))]
#[post("/v1/transactions/{id}/check")]
pub async fn check_transaction(call: Call<may::WritePayments>, id: Id<TransactionId>) -> Answer {
    let row = check(call.state(), call.ctx(), id.0).await?;
    made_elsewhere::look(call.state(), call.ctx(), &row).await?;
    let row = call.read(move |db, ctx| payments::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&TransactionView::from(row)).version(version))
}

/// For so long a gateway that has not seen a payment may yet see it: the call may still be under way. Only after that
/// "never seen" closes a transaction, since what is closed can be paid again.
const ON_ITS_WAY: TimeDelta = TimeDelta::minutes(15);

/// Whether the call that began a transaction may still be under way.
pub fn may_be_on_its_way(ctx: &Ctx, row: &TransactionRow) -> bool {
    ctx.now < row.created_at.plus(ON_ITS_WAY)
}

fn cannot_be_asked() -> Problem {
    let detail = "this gateway cannot be asked: look there, then POST /v1/transactions/{id}/decide";
    Problem::new(Code::Conflict, detail)
}

/// Asks the gateway by our reference and records what it says.
pub async fn check(state: &AppState, ctx: &Ctx, id: TransactionId) -> Result<TransactionRow, ApiError> {
    let scope = ctx.scope;
    let row = state.store.read(move |db| payments::find(db, scope, id)).await?;
    if !row.state.is_under_way() {
        return Ok(row);
    }
    let ready = ready(state, scope, &row.gateway).await?;
    if let (TransactionKind::Refund, Some(ready)) = (row.kind, &ready) {
        return match ready.gateway.refunds().filter(|refunds| refunds.are_keyed()) {
            Some(_) => refund::send(state, ctx, &*ready.gateway, id, Asked::Lookup).await,
            None => Err(cannot_be_asked().into()),
        };
    }
    let Some(lookup) = ready.as_ref().and_then(|ready| ready.gateway.lookup()) else {
        return Err(cannot_be_asked().into());
    };
    let answered = lookup.fetch(&begun(&row)?, ctx.now).await;
    if may_be_on_its_way(ctx, &row) && answered.as_ref().is_err_and(|error| error.kind == Kind::NotFound) {
        return Ok(row);
    }
    let (settling, outcome) = (ctx.clone(), answered.clone());
    let row = state.store.write(move |tx| settle(tx, &settling, id, Asked::Lookup, &outcome)).await?;
    payment_methods::keep(state, ctx, &row, &answered).await?;
    Ok(row)
}
