//! Subscriptions of a client that is a fraud (SUB-02): marked with it, and let go with it if it was none.

use crate::kernel::call::Ctx;
use crate::services::release::release;
use crate::subscriptions::hold::{apply, held, lift_one};
use comptoir_db::{Db, Outcome, orders, subscription_statuses};
use comptoir_domain::SubscriptionId;
use comptoir_domain::orders::OrderState;
use comptoir_domain::subscriptions::{self as rules, HoldKind, SubscriptionStatus, standing};

/// Marks a subscription as a fraud; one that has ended is passed over.
pub fn accuse(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, reason: &str) -> Outcome<()> {
    let (row, holds, _) = held(tx, ctx, id)?;
    if row.status.is_ended() {
        return Ok(());
    }
    let change = rules::accuse(row.status, &holds)?;
    apply(tx, ctx, row, &holds, change, reason).map(|_| ())
}

/// Takes the hold of its client from a subscription, and the mark of a fraud if it has one.
pub fn acquit(tx: &mut Db, ctx: &Ctx, id: SubscriptionId, reason: &str) -> Outcome<()> {
    let (row, holds, has_panel) = held(tx, ctx, id)?;
    if row.status != SubscriptionStatus::Fraudulent {
        return lift_one(tx, ctx, row, &holds, HoldKind::Client, reason);
    }
    if let Some(order) = row.order_id
        && orders::find(tx, ctx.scope, order)?.state == OrderState::Fraud
    {
        // its order was refused: whoever is none may order again
        return Ok(());
    }
    let before = subscription_statuses::last_before(tx, ctx.scope, id, SubscriptionStatus::Fraudulent)?;
    let was_awaited = before.is_some_and(SubscriptionStatus::is_awaited);
    let mut change = rules::acquit(&holds, was_awaited);
    let Some(order) = row.order_id.filter(|_| was_awaited) else {
        return apply(tx, ctx, row, &holds, change, reason).map(|_| ());
    };
    let mut order = orders::lock(tx, ctx.scope, order)?;
    let is_paid = matches!(order.state, OrderState::Paid | OrderState::Provisioning | OrderState::Done);
    if is_paid && !has_panel {
        change.status = standing(&change.holds);
    }
    apply(tx, ctx, row, &holds, change, reason)?;
    // set up as anything that waits, as the seller's policy allows
    let before = order.state;
    release(tx, ctx, &mut order, false)?;
    if order.state != before {
        orders::save(tx, &mut order)?;
    }
    Ok(())
}
