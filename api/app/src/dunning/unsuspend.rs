//! ProcessUnsuspensions (EVT-02): lets back in what has been paid. It lifts the hold for overdue invoices and no other.

use crate::events::EventFailure;
use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::sweep::{Sweep, each};
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

const LETTING_IN: Sweep<SubscriptionId> = Sweep {
    trouble: "A paid subscription could not be activated",
    page: |db, ctx, after| dunning::to_let_back_in(db, ctx.scope, after, CHUNK),
    work: |tx, ctx, ids| each(ids, |id| lift_hold(tx, ctx, id, HoldKind::Overdue, "paid").map(|()| true)),
};

/// Lets back in whoever has paid, of one seller or of all.
pub async fn process_unsuspensions(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    Ok(json!({ "activated": LETTING_IN.run(state, event).await?.done }))
}

/// Which subscriptions would be let back in, and what would hold them yet.
pub fn foresee(db: &mut Db, _: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    LETTING_IN.look(db, ctx, |db, ids| {
        let mut holds: BTreeMap<SubscriptionId, Vec<HoldRow>> = BTreeMap::new();
        for row in subscriptions::holds_of(db, ctx.scope, ids)? {
            holds.entry(row.subscription_id).or_default().push(row);
        }
        for row in subscriptions::find_many(db, ctx.scope, ids)? {
            let held = open_holds(holds.get(&row.id).map_or(&[], Vec::as_slice));
            if let Some(change) = unsuspend(row.status, &held) {
                let summary = format!("{}: paid, then {}", row.name, change.status);
                seen.add(ForeseenView::new(row.id, ForeseenAction::LetBackIn, summary))?;
            }
        }
        Ok(())
    })
}
