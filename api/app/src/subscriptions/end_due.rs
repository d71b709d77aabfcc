//! ProcessCancellation (EVT-02): ends subscriptions whose last day has passed, and completes those whose agreed cycles
//! are over.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sweep::{Sweep, each};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::subscriptions::cancel::end;
use crate::subscriptions::stand::finish;
use chrono::NaiveDate;
use comptoir_db::events::EventRow;
use comptoir_db::subscriptions::SubscriptionRow;
use comptoir_db::{Db, Outcome, subscriptions};
use comptoir_domain::SubscriptionId;
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::subscriptions::SubscriptionStatus;
use serde_json::{Value, json};

/// Subscriptions in one transaction.
const CHUNK: i64 = 100;

const ENDING: Sweep<SubscriptionId> = Sweep {
    trouble: "A subscription could not be ended",
    page: |db, ctx, after| subscriptions::ending(db, ctx.scope, ctx.today(), after, CHUNK),
    work: |tx, ctx, ids| each(ids, |id| end_one(tx, ctx, id)),
};

/// Ends what is to end, of one seller or of all.
pub async fn process_cancellation(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    Ok(json!({ "ended": ENDING.run(state, event).await?.done }))
}

/// How a subscription ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Its last day has passed.
    Cancelled,
    /// Its agreed cycles are over.
    Completed,
}

/// How a subscription is to end by now, if it is.
fn ending(row: &SubscriptionRow, today: NaiveDate) -> Outcome<Option<Ending>> {
    if row.status.is_over() {
        return Ok(None);
    }
    if row.ends_on.is_some_and(|day| day <= today) {
        return Ok(Some(Ending::Cancelled));
    }
    let over = row.cycle_limit.map(|cycles| row.cycle.start(row.anchor_on, cycles)).transpose()?;
    Ok(over.filter(|day| *day <= today).map(|_| Ending::Completed))
}

/// Says whether the subscription ended.
fn end_one(tx: &mut Db, ctx: &Ctx, id: SubscriptionId) -> Outcome<bool> {
    let mut row = subscriptions::lock(tx, ctx.scope, id)?;
    match ending(&row, ctx.today())? {
        None => return Ok(false),
        Some(Ending::Cancelled) => {
            let reason = row.status_reason.clone();
            end(tx, ctx, &mut row, &reason)?;
        }
        Some(Ending::Completed) => complete(tx, ctx, row)?,
    }
    Ok(true)
}

fn complete(tx: &mut Db, ctx: &Ctx, mut row: SubscriptionRow) -> Outcome<()> {
    finish(tx, ctx, &mut row, SubscriptionStatus::Completed, "its agreed cycles are over")?;
    ctx.record(tx, "subscription.completed", row.id, json!({ "cycles": row.cycle_limit }))
}

/// Which subscriptions would end.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    ENDING.look(db, ctx, |db, ids| {
        for row in subscriptions::find_many(db, ctx.scope, ids)? {
            let (action, why) = match ending(&row, ctx.today()) {
                Ok(None) => continue,
                Ok(Some(Ending::Cancelled)) => (ForeseenAction::Cancel, "its last day has passed"),
                Ok(Some(Ending::Completed)) => (ForeseenAction::Complete, "its agreed cycles are over"),
                Err(failure) => {
                    seen.park(row.id, &failure)?;
                    continue;
                }
            };
            seen.add(ForeseenView::new(row.id, action, format!("{}: {why}", row.name)))?;
        }
        Ok(())
    })
}
