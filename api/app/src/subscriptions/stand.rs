//! The one place through which the status of a subscription is saved: whatever changes it, the history says so in the
//! same transaction (SUB-02). A check of the house holds the one against the other.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::services::desire::desire;
use comptoir_db::subscription_statuses::{self, StatusChangeRow};
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::subscriptions::{ChangedBy, ServiceState, SubscriptionStatus, rested, transition};

/// Saves a subscription that stands at a status from now on, for a reason. The caller has asked whether it may.
pub fn stand(tx: &mut Db, ctx: &Ctx, row: &mut SubscriptionRow, to: SubscriptionStatus, reason: &str) -> Outcome<()> {
    let from = std::mem::replace(&mut row.status, to);
    row.status_reason = reason.into();
    if from != to {
        row.rests.0 = rested(&row.rests.0, to, ctx.today());
        subscription_statuses::insert(tx, &[change(ctx, row, Some(from))])?;
    }
    subscriptions::save(tx, row)
}

/// Ends a subscription: nothing is charged for it any more, and its services are removed.
pub fn finish(tx: &mut Db, ctx: &Ctx, row: &mut SubscriptionRow, to: SubscriptionStatus, reason: &str) -> Outcome<()> {
    transition(row.status, to, ChangedBy::System)?;
    row.next_invoice_on = None;
    stand(tx, ctx, row, to, reason)?;
    desire(tx, ctx, row.id, ServiceState::Absent)?;
    Ok(())
}

/// Writes a new subscription, and where it stands first.
pub fn begin(tx: &mut Db, ctx: &Ctx, row: &mut SubscriptionRow) -> Outcome<()> {
    row.rests.0 = rested(&row.rests.0, row.status, ctx.today());
    subscriptions::insert(tx, row)?;
    subscription_statuses::insert(tx, &[change(ctx, row, None)])
}

fn change(ctx: &Ctx, row: &SubscriptionRow, from: Option<SubscriptionStatus>) -> StatusChangeRow {
    let (actor_kind, actor_id) = ctx.actor.words();
    StatusChangeRow {
        seller_id: row.seller_id,
        id: fresh(),
        subscription_id: row.id,
        from_status: from,
        to_status: row.status,
        reason: row.status_reason.clone(),
        actor_kind: actor_kind.into(),
        actor_id,
        actor_name: ctx.actor_name.clone(),
        changed_at: ctx.now,
    }
}
