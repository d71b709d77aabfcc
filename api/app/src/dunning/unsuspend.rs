//! ProcessUnsuspensions (EVT-02): lets back in what has been paid. It lifts the hold for overdue invoices and no other.

use crate::events::EventFailure;
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::kernel::state::AppState;
use crate::subscriptions::hold::lift_hold;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, dunning};
use comptoir_domain::subscriptions::HoldKind;
use serde_json::{Value, json};

/// Subscriptions in one transaction.
const CHUNK: i64 = 100;

/// Lets back in whoever has paid, of one seller or of all.
pub async fn process_unsuspensions(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let mut lifted = 0;
    for ctx in for_sellers(state, event).await? {
        let scope = ctx.scope;
        let mut after = None;
        loop {
            let next = move |db: &mut Db| dunning::to_let_back_in(db, scope, after, CHUNK);
            let held = state.store.read(next).await?;
            let Some(last) = held.last() else { break };
            after = Some(*last);
            let lifting = ctx.clone();
            let work = move |tx: &mut Db, part: &[_]| {
                part.iter().try_for_each(|id| lift_hold(tx, &lifting, *id, HoldKind::Overdue, "paid"))?;
                Ok(part.len())
            };
            let (count, sick) = isolate(state, held, work).await?;
            lifted += count;
            for (subscription, failure) in sick {
                park(state, &ctx, "A paid subscription could not be activated", subscription.to_string(), &failure)
                    .await?;
            }
        }
    }
    Ok(json!({ "activated": lifted }))
}
