//! Deciding by hand what became of a transaction that nobody answers for: money that waits at a bank, or a gateway that lost an
//! answer and cannot be asked.

use crate::bank::restate;
use crate::encryption::may_pay;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::payments::check::may_be_on_its_way;
use crate::payments::refund;
use crate::payments::settle::{enter, lock};
use crate::payments::unanswered::todo_key;
use crate::payments::views::TransactionView;
use actix_web::post;
use comptoir_db::bank::debits;
use comptoir_db::{Db, Outcome, todos};
use comptoir_domain::payments::{Decision, TransactionKind, TransactionState};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, Problem, TransactionId};

/// What became of it.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"state": "declined", "comment": "Not in the gateway's list"}))]
pub struct DecisionCreate {
    /// What became of it.
    pub state: Decision,
    /// How that is known.
    #[schema(min_length = 1, max_length = 500)]
    pub comment: String,
}

/// Decide a transaction by hand
///
/// One that is pending or unknown, or reserved money that has lapsed or was taken there: everything follows as if the gateway had
/// said so.
#[utoipa::path(tag = "payments", params(("id" = TransactionId, Path)), request_body = DecisionCreate, responses((status = 200, body = TransactionView, description = "The transaction as it stands now")))]
#[post("/v1/transactions/{id}/decide")]
pub async fn decide_transaction(
    call: Call<may::WritePayments>,
    id: Id<TransactionId>,
    body: Body<DecisionCreate>,
) -> Answer {
    let shared = call.shared_state();
    call.write(move |tx, ctx| {
        may_pay(tx, &shared, ctx)?;
        let mut check = Check::new();
        check.text("/comment", &body.0.comment, 1..=500);
        check.done()?;
        let mut row = lock(tx, ctx, id.0)?;
        let waits = match row.state {
            TransactionState::Pending | TransactionState::Unknown | TransactionState::Authorised => true,
            TransactionState::New => row.is_debit || !may_be_on_its_way(ctx, &row),
            _ => false,
        };
        if !waits {
            let detail = format!("a transaction that is {} is not decided by hand", row.state);
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        if row.is_debit && row.state == TransactionState::New && body.0.state == Decision::Approved {
            let detail = "no bank has been asked for it yet: its batch is not closed";
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        row.comment.clone_from(&body.0.comment);
        let to = match (row.state, body.0.state) {
            (TransactionState::Authorised, Decision::Approved) => TransactionState::Captured,
            (_, decision) => decision.state(),
        };
        match row.kind {
            TransactionKind::Payment => enter(tx, ctx, &mut row, to)?,
            // what has come back is decided from the beginning
            TransactionKind::Refund | TransactionKind::Chargeback => refund::enter(tx, ctx, &mut row, to)?,
        }
        todos::settle(tx, ctx.scope, &todo_key(row.id), ctx.now)?;
        if row.is_debit {
            decided(tx, ctx, row.id)?;
        }
        let version = row.version;
        Ok(Reply::ok(&TransactionView::from(row)).version(version))
    })
    .await
}

/// A debit that is decided leaves an open batch, since no bank is to get it; a closed one is called by where its debits stand.
fn decided(tx: &mut Db, ctx: &Ctx, id: TransactionId) -> Outcome<()> {
    let Some(debit) = debits::of_transaction(tx, ctx.scope, id)? else { return Ok(()) };
    match debit.batch_id {
        Some(_) if debit.group_name.is_none() => debits::move_to(tx, ctx.scope, &[id], None),
        Some(batch) => restate(tx, ctx, batch),
        None => Ok(()),
    }
}
