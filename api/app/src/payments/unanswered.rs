//! Transactions whose gateway has not said what became of them: it is asked again, by our reference, before anything is repeated
//! (PAY-11). Where it cannot be asked, a person is.

use crate::events::EventFailure;
use crate::gateways::ready::Gateways;
use crate::kernel::ApiError;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::payments::check::check;
use crate::payments::confirm::{End, give_up, is_overdue};
use crate::todos::{Todo, raise};
use chrono::TimeDelta;
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Failure, Outcome, Scope};
use comptoir_domain::TransactionId;
use comptoir_domain::payments::{TransactionKind, TransactionState};
use comptoir_domain::todos::TodoKind;
use std::collections::{BTreeSet, HashMap};

/// Transactions that are looked at together.
const CHUNK: i64 = 200;

/// For so long the request that began a payment may still be at work on it.
const AT_WORK: TimeDelta = TimeDelta::minutes(15);

/// Where a payment has no outcome yet.
const OPEN: [TransactionState; 3] = [TransactionState::New, TransactionState::Unknown, TransactionState::Pending];

/// Some open transactions: those that their gateways can be asked about, and the others.
struct Open {
    last: TransactionId,
    askable: Vec<TransactionRow>,
    silent: Vec<TransactionRow>,
}

/// The next of them; none at the end.
fn next(db: &mut Db, gateways: &Gateways, ctx: &Ctx, after: Option<TransactionId>) -> Outcome<Option<Open>> {
    let rows = payments::begun_before(db, ctx.scope, &OPEN, ctx.now.plus(-AT_WORK), after, CHUNK)?;
    let Some(last) = rows.last().map(|row| row.id) else { return Ok(None) };
    let mut known = HashMap::new();
    for name in BTreeSet::from_iter(rows.iter().map(|row| &row.gateway)) {
        known.insert(name.clone(), answers(db, gateways, ctx.scope, name)?);
    }
    let (askable, silent) = rows.into_iter().partition(|row| {
        let (payments, refunds) = known.get(&row.gateway).copied().unwrap_or_default();
        if row.kind == TransactionKind::Refund { refunds } else { payments }
    });
    Ok(Some(Open { last, askable, silent }))
}

/// Whether a gateway can be asked about payments, and about refunds.
fn answers(db: &mut Db, gateways: &Gateways, scope: Scope, name: &str) -> Outcome<(bool, bool)> {
    let ready = match gateways.find(db, scope, name) {
        Ok(ready) => ready,
        // one that is set up wrongly is mended by a person
        Err(Failure::Refused(_)) => None,
        Err(failure) => return Err(failure),
    };
    Ok(ready.map_or((false, false), |ready| {
        let keyed = ready.gateway.refunds().is_some_and(|refunds| refunds.are_keyed());
        (ready.gateway.lookup().is_some(), keyed)
    }))
}

/// Goes through what a gateway would be asked about.
pub fn each_to_be_asked(
    db: &mut Db,
    gateways: &Gateways,
    ctx: &Ctx,
    mut look: impl FnMut(&TransactionRow) -> Outcome<()>,
) -> Outcome<()> {
    let mut after = None;
    while let Some(open) = next(db, gateways, ctx, after)? {
        open.askable.iter().try_for_each(&mut look)?;
        after = Some(open.last);
    }
    Ok(())
}

/// Asks about all of them; says of how many something was heard. What has waited for its client for so many days is ended.
pub async fn ask_again(state: &AppState, ctx: &Ctx, confirm_within: u16) -> Result<usize, EventFailure> {
    let (mut heard, mut after) = (0, None);
    loop {
        let (gateways, looking) = (state.gateways.clone(), ctx.clone());
        let Some(open) = state.store.read(move |db| next(db, &gateways, &looking, after)).await? else {
            return Ok(heard);
        };
        after = Some(open.last);
        // what is pending is told by the other side, or by the bank
        let lost: Vec<_> = open.silent.into_iter().filter(|row| row.state != TransactionState::Pending).collect();
        if !lost.is_empty() {
            let asking = ctx.clone();
            let ask = move |tx: &mut Db| lost.iter().try_for_each(|row| ask_a_person(tx, &asking, row));
            state.store.write_batch(ask).await?;
        }
        for row in open.askable {
            // one gateway that is down keeps nobody from asking the next
            match ask(state, ctx, row.id, confirm_within).await {
                Ok(()) => heard += 1,
                Err(error) => tracing::warn!(transaction = %row.id, ?error, "a payment could not be checked"),
            }
        }
    }
}

async fn ask(state: &AppState, ctx: &Ctx, id: TransactionId, confirm_within: u16) -> Result<(), ApiError> {
    let row = check(state, ctx, id).await?;
    if is_overdue(ctx, &row, confirm_within) {
        give_up(state, ctx, row, End::RanOut).await?;
    }
    Ok(())
}

/// The to-do about a transaction of which nobody knows.
pub fn todo_key(id: TransactionId) -> String {
    format!("unanswered:{id}")
}

/// Whoever can look at the gateway says what became of it.
pub fn ask_a_person(tx: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<()> {
    let todo = Todo {
        unique_key: todo_key(row.id),
        kind: TodoKind::PaymentUnknown,
        title: format!("Nobody knows what became of a {} of {} at {}", row.kind, row.amount(), row.gateway),
        detail: "The gateway did not answer and cannot be asked. Look there, then say what became of it by POST \
                 /v1/transactions/{id}/decide."
            .into(),
        subject_id: row.id.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}
