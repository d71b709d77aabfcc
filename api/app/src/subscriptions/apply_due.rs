//! ProcessChanges: brings about what was agreed for the end of a cycle. It has been charged on its terms since the invoice
//! of that cycle; from its day on it is delivered, too.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::services::desire::follow_change;
use comptoir_db::events::EventRow;
use comptoir_db::subscription_changes::{self, SubscriptionChangeRow};
use comptoir_db::{Db, Outcome, subscriptions};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::subscriptions::{ChangeKind, ChangeState};
use serde_json::{Value, json};

/// Changes in one transaction.
const CHUNK: i64 = 100;

/// Makes the changes whose day has come, of one seller or of all.
pub async fn process_changes(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let mut made = 0;
    for ctx in for_sellers(state, event).await? {
        let (scope, today) = (ctx.scope, ctx.today());
        let mut after = None;
        loop {
            let next = move |db: &mut Db| subscription_changes::due(db, scope, today, after, CHUNK);
            let due: Vec<_> = state.store.read(next).await?;
            let Some(last) = due.last() else { break };
            after = Some(last.id);
            let making = ctx.clone();
            let work = move |tx: &mut Db, part: &[SubscriptionChangeRow]| {
                part.iter().try_fold(0, |sum, change| Ok(sum + usize::from(make_one(tx, &making, change)?)))
            };
            let (count, sick) = isolate(state, due, work).await?;
            made += count;
            for (change, failure) in sick {
                let subject = change.subscription_id.to_string();
                park(state, &ctx, "A change of a subscription could not be made", subject, &failure).await?;
            }
        }
    }
    Ok(json!({ "changed": made }))
}

/// Says whether something was delivered otherwise.
fn make_one(tx: &mut Db, ctx: &Ctx, change: &SubscriptionChangeRow) -> Outcome<bool> {
    let mut row = subscriptions::lock(tx, ctx.scope, change.subscription_id)?;
    let mut change = subscription_changes::lock(tx, ctx.scope, change.id)?;
    if change.state != ChangeState::Waiting {
        return Ok(false);
    }
    change.state = ChangeState::Done;
    subscription_changes::save(tx, &mut change)?;
    // another price changes nothing that is delivered
    if row.status.is_ended() || change.kind == ChangeKind::PriceMoved {
        return Ok(false);
    }
    row.plan_id = change.to_plan_id;
    subscriptions::save(tx, &mut row)?;
    follow_change(tx, ctx, row.id)?;
    ctx.record(tx, "subscription.change_made", row.id, json!({ "change_id": change.id, "plan_id": row.plan_id }))?;
    Ok(true)
}

/// Which changes would be made.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let mut after = None;
    loop {
        let due = subscription_changes::due(db, ctx.scope, ctx.today(), after, CHUNK)?;
        let Some(last) = due.last() else { return Ok(()) };
        after = Some(last.id);
        for change in due {
            let summary =
                format!("{} of {} counts from {}", change.kind, change.subscription_id, change.delivered_from);
            seen.add(ForeseenView::new(change.subscription_id, ForeseenAction::Change, summary))?;
        }
    }
}
