//! What a paid order sets off: coupons count as used, services should exist, and what has none is active at once.

use crate::kernel::call::Ctx;
use crate::services::desire::desire;
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::{Db, Outcome, coupons, orders, services};
use comptoir_domain::orders::{OrderState, transition};
use comptoir_domain::subscriptions::{ChangedBy, ServiceState, SubscriptionStatus};
use comptoir_domain::{OrderId, subscriptions as rules};
use serde_json::json;

/// Takes an order up whose invoice has been paid, in the transaction that records the payment. The second call does
/// nothing.
pub fn paid(tx: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<()> {
    let mut row = orders::lock(tx, ctx.scope, order)?;
    if !matches!(row.state, OrderState::New | OrderState::WaitingForPayment) {
        return Ok(());
    }
    coupons::confirm(tx, ctx.scope, order)?;
    let mut delivering = false;
    for subscription in subscriptions::of_order(tx, ctx.scope, order)? {
        delivering |= deliver(tx, ctx, subscription)?;
    }
    let next = if delivering { OrderState::Provisioning } else { OrderState::Done };
    transition(row.state, OrderState::Paid)?;
    transition(OrderState::Paid, next)?;
    row.state = next;
    orders::save(tx, &mut row)?;
    ctx.record(tx, "order.paid", row.id, json!({ "number": row.number, "state": row.state }))
}

/// Says whether something has to be made first.
fn deliver(tx: &mut Db, ctx: &Ctx, mut row: SubscriptionRow) -> Outcome<bool> {
    if row.status.is_ended() {
        // cancelled before the money came
        return Ok(false);
    }
    let has_services = !services::of_subscriptions(tx, ctx.scope, &[row.id])?.is_empty();
    if has_services {
        desire(tx, ctx, row.id, ServiceState::Active)?;
        return Ok(true);
    }
    rules::transition(row.status, SubscriptionStatus::Active, ChangedBy::System)?;
    row.status = SubscriptionStatus::Active;
    subscriptions::save(tx, &mut row)?;
    ctx.record(tx, "subscription.activated", row.id, json!({ "name": row.name }))?;
    Ok(false)
}
