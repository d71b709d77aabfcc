//! ProcessExpirations: suspends subscriptions whose validity is over, on that very day (SUB-10). One that someone has
//! activated by hand without renewing it is suspended again the next day (SUB-03).

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
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

/// Suspends what has expired, of one seller or of all.
pub async fn process_expirations(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let mut expired = 0;
    for ctx in for_sellers(state, event).await? {
        let (scope, today) = (ctx.scope, ctx.today());
        let mut after = None;
        loop {
            let next = move |db: &mut Db| subscription_expiry::due(db, scope, today, after, CHUNK);
            let ids = state.store.read(next).await?;
            let Some(last) = ids.last() else { break };
            after = Some(*last);
            let holding = ctx.clone();
            let work = move |tx: &mut Db, part: &[SubscriptionId]| {
                part.iter().try_for_each(|id| place_hold(tx, &holding, *id, HoldKind::Expired, REASON))?;
                Ok(part.len())
            };
            let (count, sick) = isolate(state, ids, work).await?;
            expired += count;
            for (subscription, failure) in sick {
                park(state, &ctx, "A subscription could not expire", subscription.to_string(), &failure).await?;
            }
        }
    }
    Ok(json!({ "expired": expired }))
}

/// Which subscriptions would be suspended.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let mut after = None;
    loop {
        let ids = subscription_expiry::due(db, ctx.scope, ctx.today(), after, CHUNK)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        for row in subscriptions::find_many(db, ctx.scope, &ids)? {
            seen.add(ForeseenView::new(row.id, ForeseenAction::Suspend, format!("{}: {REASON}", row.name)))?;
        }
    }
}
