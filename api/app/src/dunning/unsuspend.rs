//! ProcessUnsuspensions (EVT-02): lets back in what has been paid. It lifts the hold for overdue invoices and no other.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::isolate::{isolate, park};
use crate::events::sellers::for_sellers;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::subscriptions::hold::lift_hold;
use comptoir_db::events::EventRow;
use comptoir_db::subscriptions::{HoldRow, open_holds};
use comptoir_db::{Db, Outcome, dunning, subscriptions};
use comptoir_domain::SubscriptionId;
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::subscriptions::{HoldKind, unsuspend};
use serde_json::{Value, json};
use std::collections::BTreeMap;

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

/// Which subscriptions would be let back in, and what would hold them yet.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    let mut after = None;
    loop {
        let ids = dunning::to_let_back_in(db, ctx.scope, after, CHUNK)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        let mut holds: BTreeMap<SubscriptionId, Vec<HoldRow>> = BTreeMap::new();
        for row in subscriptions::holds_of(db, ctx.scope, &ids)? {
            holds.entry(row.subscription_id).or_default().push(row);
        }
        for row in subscriptions::find_many(db, ctx.scope, &ids)? {
            let held = open_holds(holds.get(&row.id).map_or(&[], Vec::as_slice));
            if let Some(change) = unsuspend(row.status, &held) {
                let summary = format!("{}: paid, then {}", row.name, change.status);
                seen.add(ForeseenView::new(row.id, ForeseenAction::LetBackIn, summary))?;
            }
        }
    }
}
