//! Money that is reserved (PAY-06): taken, in whole or in part, or released. Either can be asked for again: the gateway does it once.

use crate::encryption::{may_pay, may_return};
use crate::gateways::ready::{Ready, ready};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, ApiError, AppState, Body, Call, Id, Reply};
use crate::payment_methods;
use crate::payments::pay::begun;
use crate::payments::settle::{enter, lock};
use crate::payments::views::TransactionView;
use actix_web::post;
use comptoir_connectors::payment::{CaptureRequest, Outcome as Answered, Payment};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::payments::TransactionState;
use comptoir_domain::permissions::may;
use comptoir_domain::stores::check_choices;
use comptoir_domain::{Check, Code, Money, Problem, TransactionId};

/// What is to be taken.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": {"amount": "4.00", "currency": "USD"}}))]
pub struct CaptureCreate {
    /// How much of what is reserved; all of it if absent. The rest is released.
    pub amount: Option<Money>,
}

/// Take reserved money
#[utoipa::path(tag = "payments", params(("id" = TransactionId, Path)), request_body = CaptureCreate, responses((status = 200, body = TransactionView, description = "Taken")))]
#[post("/v1/transactions/{id}/capture")]
pub async fn capture_transaction(
    call: Call<may::WritePayments>,
    id: Id<TransactionId>,
    body: Body<CaptureCreate>,
) -> Answer {
    let shared = call.shared_state();
    call.read(move |db, ctx| may_pay(db, &shared, ctx)).await?;
    let row = capture(call.state(), call.ctx(), id.0, body.0.amount).await?;
    let version = row.version;
    Ok(Reply::ok(&TransactionView::from(row)).version(version))
}

/// Release reserved money
#[utoipa::path(tag = "payments", params(("id" = TransactionId, Path)), responses((status = 200, body = TransactionView, description = "Released")))]
#[post("/v1/transactions/{id}/void")]
pub async fn void_transaction(call: Call<may::WritePayments>, id: Id<TransactionId>) -> Answer {
    let (state, ctx, shared) = (call.state(), call.ctx(), call.shared_state());
    call.read(move |db, ctx| may_return(db, &shared, ctx)).await?;
    let (row, ready) = reserved(state, ctx, id.0).await?;
    let Some(ready) = ready else { return Ok(Reply::ok(&TransactionView::from(row))) };
    let voids = ready.gateway.voids().ok_or_else(|| not_here("releases nothing: it runs out by itself"))?;
    let answered = voids.void(&begun(&row)?, ctx.now).await;
    let row = settle(state, ctx, id.0, answered).await?;
    let version = row.version;
    Ok(Reply::ok(&TransactionView::from(row)).version(version))
}

/// Which are to be taken.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"transactions": ["txn_000g40o40k30e209185go38e1s"]}))]
pub struct CaptureMany {
    /// Transactions that are authorised.
    #[schema(min_items = 1, max_items = 100)]
    pub transactions: Vec<TransactionId>,
}

/// What became of each.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CapturedView {
    /// In the order in which they were named.
    pub results: Vec<CaptureResult>,
}

/// What became of one.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CaptureResult {
    /// The transaction.
    pub id: TransactionId,
    /// Where it stands now.
    pub state: TransactionState,
    /// Why it was not taken.
    pub problem: Option<String>,
}

/// Take reserved money of several transactions
///
/// All of what is reserved, each by itself: what is refused of one concerns no other.
#[utoipa::path(tag = "payments", request_body = CaptureMany, responses((status = 200, body = CapturedView, description = "What became of each")))]
#[post("/v1/transactions/capture")]
pub async fn capture_transactions(call: Call<may::WritePayments>, body: Body<CaptureMany>) -> Answer {
    let ids = body.into_inner().transactions;
    let mut check = Check::new();
    check_choices(&mut check, "/transactions", &ids, 1);
    check.ensure(ids.len() <= 100, "/transactions", "too_many", "at most 100");
    check.done()?;
    let shared = call.shared_state();
    let find = move |db: &mut Db, ctx: &Ctx| {
        may_pay(db, &shared, ctx)?;
        ids.iter().map(|id| payments::find(db, ctx.scope, *id)).collect()
    };
    let rows: Vec<TransactionRow> = call.read(find).await?;
    let mut results = Vec::new();
    for row in rows {
        let one = match capture(call.state(), call.ctx(), row.id, None).await {
            Ok(row) => CaptureResult { id: row.id, state: row.state, problem: None },
            Err(error) => {
                let state = row.state;
                CaptureResult { id: row.id, state, problem: Some(error.problem.to_string()) }
            }
        };
        results.push(one);
    }
    Ok(Reply::ok(&CapturedView { results }))
}

async fn capture(
    state: &AppState,
    ctx: &Ctx,
    id: TransactionId,
    amount: Option<Money>,
) -> Result<TransactionRow, ApiError> {
    let (row, ready) = reserved(state, ctx, id).await?;
    let Some(ready) = ready else { return Ok(row) };
    let amount = amount.unwrap_or(row.amount());
    let mut check = Check::new();
    let same = amount.currency() == row.currency;
    check.ensure(same, "/amount/currency", "mixed_currency", "expected the currency that is reserved");
    let fits = amount.minor() > 0 && (!same || amount.minor() <= row.amount_minor);
    check.ensure(fits, "/amount/amount", "out_of_range", &format!("more than nothing, at most {}", row.amount()));
    check.done()?;
    let captures = ready.gateway.captures().ok_or_else(|| not_here("takes money at once only"))?;
    let answered = captures.capture(&CaptureRequest { payment: begun(&row)?, amount, at: ctx.now }).await;
    settle(state, ctx, id, answered).await
}

fn not_here(detail: &str) -> Problem {
    Problem::new(Code::Conflict, format!("this gateway {detail}"))
}

/// A transaction that is authorised, with its gateway; without it if it was taken or released before.
async fn reserved(state: &AppState, ctx: &Ctx, id: TransactionId) -> Result<(TransactionRow, Option<Ready>), ApiError> {
    let scope = ctx.scope;
    let row = state.store.read(move |db| payments::find(db, scope, id)).await?;
    match row.state {
        TransactionState::Authorised => {
            let ready = ready(state, scope, &row.gateway).await?;
            Ok((row, Some(ready.ok_or_else(|| not_here("is not there any more"))?)))
        }
        TransactionState::Captured | TransactionState::Voided => Ok((row, None)),
        other => Err(Problem::new(Code::WrongState, format!("a transaction that is {other} holds no money")).into()),
    }
}

/// Records what became of it. Without an answer it stays reserved as far as we know, and can be asked for again.
async fn settle(
    state: &AppState,
    ctx: &Ctx,
    id: TransactionId,
    answered: Result<Payment, ConnectorError>,
) -> Result<TransactionRow, ApiError> {
    let payment = answered.map_err(|error| refusal(&error))?;
    let (writing, told) = (ctx.clone(), payment.clone());
    let row = state.store.write(move |tx| record(tx, &writing, id, &told)).await?;
    payment_methods::keep(state, ctx, &row, &Ok(payment)).await?;
    Ok(row)
}

fn record(tx: &mut Db, ctx: &Ctx, id: TransactionId, payment: &Payment) -> Outcome<TransactionRow> {
    let mut row = lock(tx, ctx, id)?;
    let to = match payment.outcome {
        Answered::Captured | Answered::Approved => TransactionState::Captured,
        Answered::Voided => TransactionState::Voided,
        _ => return Ok(row),
    };
    if row.state == TransactionState::Authorised {
        // of what was reserved only a part may have been taken
        row.amount_minor = if to == TransactionState::Captured { payment.amount.minor() } else { row.amount_minor };
        row.detail.0.raw.clone_from(&payment.raw);
        enter(tx, ctx, &mut row, to)?;
    }
    Ok(row)
}

fn refusal(error: &ConnectorError) -> Problem {
    match error.kind {
        Kind::Declined => Problem::new(Code::PaymentDeclined, error.message.clone()),
        Kind::Conflict | Kind::NotFound => Problem::new(Code::Conflict, format!("the gateway refuses: {error}")),
        _ => Problem::new(Code::Busy, format!("the gateway did not do it, or did not say so: {error}. Try again.")),
    }
}
