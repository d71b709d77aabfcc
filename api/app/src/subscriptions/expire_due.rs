//! ProcessExpirations: suspends subscriptions whose validity is over, on that very day (SUB-10). One that someone has
//! activated by hand without renewing it is suspended again the next day (SUB-03).

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sweep::{Sweep, each};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::subscriptions::hold::place_hold;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome, subscription_expiry, subscriptions};
use comptoir_domain::SubscriptionId;
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::subscriptions::HoldKind;
use serde_json::{Value, json};

/// Subscriptions in one transaction.
const CHUNK: i64 = 100;

/// What the hold says.
const REASON: &str = "its validity is over";

const EXPIRING: Sweep<SubscriptionId> = Sweep {
    trouble: "A subscription could not expire",
    page: |db, ctx, after| subscription_expiry::due(db, ctx.scope, ctx.today(), after, CHUNK),
    work: |tx, ctx, ids| each(ids, |id| place_hold(tx, ctx, id, HoldKind::Expired, REASON).map(|()| true)),
};

/// Suspends what has expired, of one seller or of all.
pub async fn process_expirations(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    Ok(json!({ "expired": EXPIRING.run(state, event).await?.done }))
}

/// Which subscriptions would be suspended.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    EXPIRING.look(db, ctx, |db, ids| {
        for row in subscriptions::find_many(db, ctx.scope, ids)? {
            seen.add(ForeseenView::new(row.id, ForeseenAction::Suspend, format!("{}: {REASON}", row.name)))?;
        }
        Ok(())
    })
}
