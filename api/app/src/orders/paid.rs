//! What a paid order sets off: coupons count as used, services should exist as soon as the seller's policy allows it, and
//! what has none is active at once.

use crate::fraud;
use crate::kernel::call::Ctx;
use crate::services::release::release;
use crate::subscriptions::stand::stand;
use comptoir_db::subscriptions::{self, SubscriptionRow};
use comptoir_db::{Db, Outcome, coupons, orders, services};
use comptoir_domain::orders::{OrderState, transition};
use comptoir_domain::subscriptions::{ChangedBy, SubscriptionStatus};
use comptoir_domain::{OrderId, SubscriptionId, subscriptions as rules};
use serde_json::json;
use std::collections::BTreeSet;

/// Takes an order up whose invoice has been paid, in the transaction that records the payment. The second call does
/// nothing; an order that waits to be checked or accepted is taken up when it is. Its card may be a reason to have it checked.
pub fn paid(tx: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<()> {
    let mut row = orders::lock(tx, ctx.scope, order)?;
    if row.state != OrderState::WaitingForPayment {
        return Ok(());
    }
    if fraud::holds_paid(tx, ctx, &row)? {
        return Ok(());
    }
    coupons::confirm(tx, ctx.scope, order)?;
    activate_what_needs_nothing(tx, ctx, order)?;
    transition(row.state, OrderState::Paid)?;
    row.state = OrderState::Paid;
    release(tx, ctx, &mut row, false)?;
    orders::save(tx, &mut row)?;
    ctx.record(tx, "order.paid", row.id, json!({ "number": row.number, "state": row.state }))
}

/// Where only work is sold, or the like. What was cancelled, or found to be a fraud, before the money came stays so.
fn activate_what_needs_nothing(tx: &mut Db, ctx: &Ctx, order: OrderId) -> Outcome<()> {
    let rows = subscriptions::of_order(tx, ctx.scope, order)?;
    let ids: Vec<SubscriptionId> = rows.iter().map(|row| row.id).collect();
    let services = services::of_subscriptions(tx, ctx.scope, &ids)?;
    let delivered: BTreeSet<SubscriptionId> = services.iter().map(|service| service.subscription_id).collect();
    let bare = rows.into_iter().filter(|row| row.status.is_awaited() && !delivered.contains(&row.id));
    bare.into_iter().try_for_each(|row| activate(tx, ctx, row))
}

fn activate(tx: &mut Db, ctx: &Ctx, mut row: SubscriptionRow) -> Outcome<()> {
    rules::transition(row.status, SubscriptionStatus::Active, ChangedBy::System)?;
    stand(tx, ctx, &mut row, SubscriptionStatus::Active, "")?;
    ctx.record(tx, "subscription.activated", row.id, json!({ "name": row.name }))
}
