//! ProcessChanges: brings about what was agreed for the end of a cycle. It has been charged on its terms since the invoice
//! of that cycle; from its day on it is delivered, too.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sweep::{Sweep, each};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::services::desire::follow_change;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome, subscription_changes, subscriptions};
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::subscriptions::{ChangeKind, ChangeState};
use comptoir_domain::{SubscriptionChangeId, SubscriptionId};
use serde_json::{Value, json};
use std::fmt::Display;

/// Changes in one transaction.
const CHUNK: i64 = 100;

/// A change and the subscription that it is about.
#[derive(Clone, Copy)]
struct Due {
    change: SubscriptionChangeId,
    subscription: SubscriptionId,
}

impl Display for Due {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.subscription.fmt(out)
    }
}

const CHANGING: Sweep<Due> = Sweep {
    trouble: "A change of a subscription could not be made",
    page: |db, ctx, after| {
        let after = after.map(|due| due.change);
        let rows = subscription_changes::due(db, ctx.scope, ctx.today(), after, CHUNK)?;
        Ok(rows.iter().map(|row| Due { change: row.id, subscription: row.subscription_id }).collect())
    },
    work: |tx, ctx, due| each(due, |due| make_one(tx, ctx, due)),
};

/// Makes the changes whose day has come, of one seller or of all.
pub async fn process_changes(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    Ok(json!({ "changed": CHANGING.run(state, event).await?.done }))
}

/// Says whether something was delivered otherwise.
fn make_one(tx: &mut Db, ctx: &Ctx, due: Due) -> Outcome<bool> {
    let mut row = subscriptions::lock(tx, ctx.scope, due.subscription)?;
    let mut change = subscription_changes::lock(tx, ctx.scope, due.change)?;
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
    CHANGING.look(db, ctx, |db, due| {
        let ids: Vec<_> = due.iter().map(|due| due.change).collect();
        for change in subscription_changes::find_many(db, ctx.scope, &ids)? {
            let summary =
                format!("{} of {} counts from {}", change.kind, change.subscription_id, change.delivered_from);
            seen.add(ForeseenView::new(change.subscription_id, ForeseenAction::Change, summary))?;
        }
        Ok(())
    })
}
