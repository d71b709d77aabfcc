//! The rows that an order writes.

use crate::fraud;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::orders::place::Sale;
use chrono::TimeDelta;
use comptoir_db::orders::OrderRow;
use comptoir_db::services::ServiceRow;
use comptoir_db::subscriptions::{SubscriptionItemRow, SubscriptionRow, WaivedRow};
use comptoir_db::{Db, Json, Outcome, counters, settings};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::invoices::due::Due;
use comptoir_domain::orders::first_invoice::Dated;
use comptoir_domain::orders::{Contract, OrderState};
use comptoir_domain::services::{ProvisioningCondition, delivered_by};
use comptoir_domain::subscriptions::{ServiceState, SubscriptionStatus};
use comptoir_domain::{Instant, StoreId};
use serde_json::json;

/// After which an unpaid order is given up: whoever pays at the till comes back soon or not at all, a transfer or a
/// cheque takes its time.
const PATIENCE: TimeDelta = TimeDelta::days(3);
const PATIENCE_ON_ACCOUNT: TimeDelta = TimeDelta::days(60);

/// The first number of a seller's orders and of its subscriptions.
pub const FIRST_NUMBER: i64 = 1001;

/// When an order that begins to wait for its payment now is given up.
pub fn expiry(ctx: &Ctx, on_account: bool) -> Instant {
    ctx.now.plus(if on_account { PATIENCE_ON_ACCOUNT } else { PATIENCE })
}

/// Whether the money of an order comes by post or by bank.
pub fn is_on_account(row: &OrderRow) -> bool {
    row.gateway.parse::<GatewayCode>().is_ok_and(GatewayCode::is_awaited)
}

/// The order itself; one that has to be checked or accepted first says so.
pub fn order_row(tx: &mut Db, ctx: &Ctx, sale: &Sale<'_>) -> Outcome<OrderRow> {
    let quoted = sale.quoted;
    let settled = settings::read(tx, ctx.scope)?.value.0;
    let is_looked_at = settled.provisioning.requires(ProvisioningCondition::OrderValidated) && !sale.is_accepted;
    let state = if fraud::wants(&settled.fraud, sale.is_accepted) {
        // what it waits for besides is seen when it is decided
        OrderState::New
    } else if is_looked_at {
        OrderState::WaitingForValidation
    } else {
        OrderState::WaitingForPayment
    };
    Ok(OrderRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        number: counters::next(tx, ctx.scope, "orders", FIRST_NUMBER)?,
        store_id: quoted.store.id,
        client_id: sale.client.id,
        state,
        currency: quoted.store.currency,
        cart: Json(sale.cart.clone()),
        gross_minor: quoted.priced.totals.gross.minor(),
        quote: Json(quoted.priced.clone()),
        gateway: sale.gateway.as_str().into(),
        expires_at: expiry(ctx, sale.on_account),
        created_at: ctx.now,
        version: 1,
    })
}

/// The number of a new subscription.
pub fn subscription_number(tx: &mut Db, ctx: &Ctx) -> Outcome<i64> {
    counters::next(tx, ctx.scope, "subscriptions", FIRST_NUMBER)
}

/// A subscription that waits for its payment: not invoiced, of no order.
pub fn subscription_row(
    tx: &mut Db,
    ctx: &Ctx,
    store: StoreId,
    gateway: &str,
    contract: &Contract,
    dated: &Dated,
) -> Outcome<SubscriptionRow> {
    let billed = &dated.subscription;
    Ok(SubscriptionRow {
        seller_id: ctx.scope.seller(),
        id: billed.id,
        number: subscription_number(tx, ctx)?,
        client_id: billed.client,
        store_id: store,
        plan_id: Some(contract.plan),
        order_id: None,
        name: contract.name.clone(),
        status: SubscriptionStatus::Pending,
        status_reason: String::new(),
        currency: billed.currency,
        cycle: contract.cycle,
        anchor_on: billed.anchor,
        starts_on: dated.start.first.from,
        billed_through: billed.billed_through,
        next_invoice_on: None,
        ends_on: None,
        trial_until: billed.trial_until,
        cycle_limit: contract.cycle_limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)),
        lead_days: i32::from(contract.lead_days),
        coupon_id: None,
        coupon_cycles: None,
        gateway: gateway.into(),
        created_at: ctx.now,
        version: 1,
        rests: Json::default(),
        expires_on: None,
    })
}

/// What is charged for it.
pub fn item_rows(ctx: &Ctx, contract: &Contract, dated: &Dated) -> Vec<SubscriptionItemRow> {
    let pairs = contract.items.iter().zip(&dated.subscription.items);
    let row = pairs.map(|(item, billed)| SubscriptionItemRow {
        seller_id: ctx.scope.seller(),
        id: billed.id,
        subscription_id: dated.subscription.id,
        kind: item.kind,
        plan_id: item.plan,
        add_on_id: item.add_on,
        price_id: item.price,
        description: item.description.clone(),
        unit_price: item.unit_price,
        setup_fee: item.setup_fee,
        change_fee: billed.change_fee,
        quantity: item.quantity,
        tax_policy_id: item.tax_policy,
        from_on: billed.from,
        to_on: billed.to,
        known_on: billed.known_on,
    });
    row.collect()
}

/// The days that nobody pays: a trial.
pub fn waived_rows(ctx: &Ctx, due: &Due) -> Vec<WaivedRow> {
    let row = due.waived.iter().map(|waived| WaivedRow {
        seller_id: ctx.scope.seller(),
        subscription_id: waived.subscription,
        item_id: waived.item,
        kind: waived.kind,
        from_on: waived.period.from,
        to_on: waived.period.to,
        reason: waived.reason,
    });
    row.collect()
}

/// What a service is called at whoever delivers it: its domain name, which nobody else may have, or else the plan with the
/// number of the contract, of which there may be many.
fn service_name(contract: &Contract, subscription: &SubscriptionRow) -> String {
    match &contract.domain {
        Some(_) => contract.name.clone(),
        None => format!("{} #{}", contract.name, subscription.number),
    }
}

/// What is to be delivered; until the order is paid it should not exist, and does not.
pub fn service_row(ctx: &Ctx, contract: &Contract, subscription: &SubscriptionRow) -> Option<ServiceRow> {
    Some(ServiceRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        subscription_id: subscription.id,
        kind: delivered_by(contract.kind)?,
        name: service_name(contract, subscription),
        settings: Json(json!({ "domain": contract.domain })),
        desired: ServiceState::Absent,
        observed: ServiceState::Absent,
        is_settled: true,
        attempts: 0,
        last_error: String::new(),
        changed_at: ctx.now,
        created_at: ctx.now,
        version: 1,
        retry_at: ctx.machine_now,
        leased_until: None,
        is_by_hand: false,
        disk_bytes: None,
        measured_at: None,
    })
}
