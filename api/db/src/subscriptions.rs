//! Subscriptions: the contract, what is charged for it, and what holds it.

use crate::schema::{subscription_holds, subscription_items, subscriptions, waived_periods};
use crate::{Db, DbBackend, Failure, Json, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::invoices::due::{DueKind, HeldSpan, Item, ItemKind, Subscription, WaiveReason};
use comptoir_domain::schedule::{Cycle, Period};
use comptoir_domain::subscriptions::{HoldKind, Holds, SubscriptionStatus};
use comptoir_domain::{
    AddOnId, ClientId, CouponId, Currency, HoldId, Instant, OrderId, PlanId, PriceId, Quantity, SellerId, StoreId,
    SubscriptionId, SubscriptionItemId, TaxPolicyId, UnitPrice,
};
use diesel::dsl::exists;
use diesel::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// A contract. Its currency is for ever; periods are counted from the anchor.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subscriptions, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct SubscriptionRow {
    pub seller_id: SellerId,
    pub id: SubscriptionId,
    pub number: i64,
    pub client_id: ClientId,
    pub store_id: StoreId,
    pub plan_id: Option<PlanId>,
    pub order_id: Option<OrderId>,
    pub name: String,
    pub status: SubscriptionStatus,
    pub status_reason: String,
    pub currency: Currency,
    pub cycle: Cycle,
    pub anchor_on: NaiveDate,
    pub starts_on: NaiveDate,
    pub billed_through: NaiveDate,
    pub next_invoice_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
    pub trial_until: Option<NaiveDate>,
    pub cycle_limit: Option<i32>,
    pub lead_days: i32,
    pub coupon_id: Option<CouponId>,
    pub coupon_cycles: Option<i32>,
    pub gateway: String,
    pub created_at: Instant,
    pub version: i64,
    /// The days on which it rested (see `domain::subscriptions::rested`).
    pub rests: Json<Vec<HeldSpan>>,
    /// The day on which it is suspended unless it was renewed: nothing is charged from it on.
    pub expires_on: Option<NaiveDate>,
}

entity!(subscriptions, SubscriptionRow, SubscriptionId);

/// What is charged each cycle, from one day to another.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_items, treat_none_as_default_value = false)]
pub struct SubscriptionItemRow {
    pub seller_id: SellerId,
    pub id: SubscriptionItemId,
    pub subscription_id: SubscriptionId,
    pub kind: ItemKind,
    pub plan_id: Option<PlanId>,
    pub add_on_id: Option<AddOnId>,
    pub price_id: Option<PriceId>,
    pub description: String,
    pub unit_price: UnitPrice,
    pub setup_fee: UnitPrice,
    pub change_fee: UnitPrice,
    pub quantity: Quantity,
    pub tax_policy_id: Option<TaxPolicyId>,
    pub from_on: NaiveDate,
    pub to_on: Option<NaiveDate>,
    pub known_on: NaiveDate,
}

/// A reason to be suspended, present or past.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_holds, treat_none_as_default_value = false)]
pub struct HoldRow {
    pub seller_id: SellerId,
    pub id: HoldId,
    pub subscription_id: SubscriptionId,
    pub kind: HoldKind,
    pub reason: String,
    pub placed_on: NaiveDate,
    pub placed_at: Instant,
    pub lifted_on: Option<NaiveDate>,
    pub lifted_at: Option<Instant>,
}

/// Days of an item that nobody pays.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = waived_periods)]
pub struct WaivedRow {
    pub seller_id: SellerId,
    pub subscription_id: SubscriptionId,
    pub item_id: SubscriptionItemId,
    pub kind: DueKind,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    pub reason: WaiveReason,
}

/// Writes the items of new subscriptions.
pub fn insert_items(db: &mut Db, rows: &[SubscriptionItemRow]) -> Outcome<()> {
    insert_many!(db, subscription_items::table, rows);
    Ok(())
}

/// Writes time that is not charged.
pub fn insert_waived(db: &mut Db, rows: &[WaivedRow]) -> Outcome<()> {
    insert_many!(db, waived_periods::table, rows);
    Ok(())
}

/// Which periods of some items are marked as not charged, from a day on.
pub fn waived(
    db: &mut Db,
    scope: Scope,
    items: &[SubscriptionItemId],
    from: NaiveDate,
) -> Outcome<Vec<(SubscriptionItemId, DueKind, Period)>> {
    let found: Vec<(SubscriptionItemId, DueKind, NaiveDate, NaiveDate)> = waived_periods::table
        .filter(waived_periods::seller_id.eq(scope.seller()))
        .filter(waived_periods::item_id.eq_any(items.to_vec()))
        .filter(waived_periods::from_on.ge(from))
        .select((waived_periods::item_id, waived_periods::kind, waived_periods::from_on, waived_periods::to_on))
        .load(db)?;
    Ok(found.into_iter().map(|(item, kind, from, to)| (item, kind, Period { from, to })).collect())
}

/// The day up to which a subscription was billed before it was imported, if it was.
pub fn billed_elsewhere(db: &mut Db, scope: Scope, id: SubscriptionId) -> Outcome<Option<NaiveDate>> {
    let imported = waived_periods::table
        .filter(waived_periods::seller_id.eq(scope.seller()))
        .filter(waived_periods::subscription_id.eq(id))
        .filter(waived_periods::reason.eq(WaiveReason::Import));
    Ok(imported.select(diesel::dsl::max(waived_periods::to_on)).first(db)?)
}

/// The items of some subscriptions, in the order in which they were made.
pub fn items_of(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<SubscriptionItemRow>> {
    let found = subscription_items::table
        .filter(subscription_items::seller_id.eq(scope.seller()))
        .filter(subscription_items::subscription_id.eq_any(ids.to_vec()))
        .order(subscription_items::id);
    Ok(found.select(SubscriptionItemRow::as_select()).load(db)?)
}

/// The holds of some subscriptions, past ones included, in the order in which they were placed.
pub fn holds_of(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<HoldRow>> {
    let found = subscription_holds::table
        .filter(subscription_holds::seller_id.eq(scope.seller()))
        .filter(subscription_holds::subscription_id.eq_any(ids.to_vec()))
        .order(subscription_holds::id);
    Ok(found.select(HoldRow::as_select()).load(db)?)
}

/// The holds that are in force.
pub fn open_holds(rows: &[HoldRow]) -> Holds {
    rows.iter().filter(|row| row.lifted_at.is_none()).map(|row| row.kind).collect()
}

/// Writes a hold.
pub fn insert_hold(db: &mut Db, row: &HoldRow) -> Outcome<()> {
    diesel::insert_into(subscription_holds::table).values(row).execute(db)?;
    Ok(())
}

/// Ends the holds of some kinds.
pub fn lift_holds(
    db: &mut Db,
    scope: Scope,
    id: SubscriptionId,
    kinds: &[HoldKind],
    on: NaiveDate,
    now: Instant,
) -> Outcome<()> {
    let open = subscription_holds::table
        .filter(subscription_holds::seller_id.eq(scope.seller()))
        .filter(subscription_holds::subscription_id.eq(id))
        .filter(subscription_holds::kind.eq_any(kinds.to_vec()))
        .filter(subscription_holds::lifted_at.is_null());
    diesel::update(open)
        .set((subscription_holds::lifted_on.eq(Some(on)), subscription_holds::lifted_at.eq(Some(now))))
        .execute(db)?;
    Ok(())
}

/// Which subscriptions of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct SubscriptionFilter {
    pub status: Vec<SubscriptionStatus>,
    pub client_id: Option<ClientId>,
    pub plan_id: Option<PlanId>,
    pub order_id: Option<OrderId>,
    pub name: Option<String>,
}

/// The subscriptions of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &SubscriptionFilter, page: &Page) -> Outcome<Slice<SubscriptionRow>> {
    let mut query = subscriptions::table.filter(subscriptions::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.status.is_empty() {
        query = query.filter(subscriptions::status.eq_any(filter.status.clone()));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(subscriptions::client_id.eq(client));
    }
    if let Some(plan) = filter.plan_id {
        query = query.filter(subscriptions::plan_id.eq(plan));
    }
    if let Some(order) = filter.order_id {
        query = query.filter(subscriptions::order_id.eq(order));
    }
    if let Some(name) = &filter.name {
        query = query.filter(subscriptions::name.eq(name.clone()));
    }
    Ok(
        keyset!(db, query, page, subscriptions::id: SubscriptionId, SubscriptionRow, { "number" => subscriptions::number: i64 = number }),
    )
}

/// Some subscriptions, as far as they are the seller's.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<SubscriptionRow>> {
    let found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::id.eq_any(ids.to_vec()));
    Ok(found.select(SubscriptionRow::as_select()).load(db)?)
}

/// The subscriptions of an order.
pub fn of_order(db: &mut Db, scope: Scope, order: OrderId) -> Outcome<Vec<SubscriptionRow>> {
    let found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::order_id.eq(order));
    Ok(found.order(subscriptions::id).select(SubscriptionRow::as_select()).load(db)?)
}

/// The subscriptions of a client that have not ended.
pub fn live_of_client(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Vec<SubscriptionRow>> {
    live_of_clients(db, scope, &[client])
}

/// The subscriptions of some clients that have not ended, by client.
pub fn live_of_clients(db: &mut Db, scope: Scope, clients: &[ClientId]) -> Outcome<Vec<SubscriptionRow>> {
    let found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::client_id.eq_any(clients.to_vec()))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::ended()))
        .order((subscriptions::client_id, subscriptions::id));
    Ok(found.select(SubscriptionRow::as_select()).load(db)?)
}

/// Whether a store has sold a subscription that may still be charged.
pub fn runs_in_store(db: &mut Db, scope: Scope, store: StoreId) -> Outcome<bool> {
    let found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::store_id.eq(store))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::over()));
    Ok(diesel::select(exists(found)).get_result(db)?)
}

/// The clients with a subscription whose invoice day has come, after one client: where a billing run goes on.
pub fn due_clients(
    db: &mut Db,
    scope: Scope,
    as_of: NaiveDate,
    after: Option<ClientId>,
    limit: i64,
) -> Outcome<Vec<ClientId>> {
    let due = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::next_invoice_on.le(as_of));
    // the search below goes through the clients in order: with none due that would be all there are
    if after.is_none() && !diesel::select(exists(due)).get_result::<bool>(db)? {
        return Ok(Vec::new());
    }
    let mut due = due.into_boxed::<DbBackend>();
    if let Some(after) = after {
        due = due.filter(subscriptions::client_id.gt(after));
    }
    Ok(due.select(subscriptions::client_id).distinct().order(subscriptions::client_id).limit(limit).load(db)?)
}

/// The subscriptions of some clients whose invoice day has come, by client.
pub fn due(db: &mut Db, scope: Scope, as_of: NaiveDate, clients: &[ClientId]) -> Outcome<Vec<SubscriptionRow>> {
    let found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::client_id.eq_any(clients.to_vec()))
        .filter(subscriptions::next_invoice_on.le(as_of))
        .order((subscriptions::client_id, subscriptions::id));
    Ok(found.select(SubscriptionRow::as_select()).load(db)?)
}

/// Subscriptions that may have reached their last day, by id, after one of them.
pub fn ending(
    db: &mut Db,
    scope: Scope,
    today: NaiveDate,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Outcome<Vec<SubscriptionId>> {
    let used_up = subscriptions::cycle_limit.is_not_null().and(subscriptions::next_invoice_on.is_null());
    let mut found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::over()))
        .filter(
            subscriptions::ends_on.is_not_null().and(subscriptions::ends_on.assume_not_null().le(today)).or(used_up),
        )
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(subscriptions::id.gt(after));
    }
    Ok(found.select(subscriptions::id).order(subscriptions::id).limit(limit).load(db)?)
}

/// Where subscriptions stand after they were billed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Billed {
    pub billed_through: NaiveDate,
    pub next_invoice_on: Option<NaiveDate>,
    pub coupon_cycles: Option<i32>,
}

/// Moves subscriptions on. Most of a run end at the same few days, so there is one statement for each of those.
pub fn advance(db: &mut Db, scope: Scope, moved: impl IntoIterator<Item = (SubscriptionId, Billed)>) -> Outcome<()> {
    let mut together: BTreeMap<Billed, Vec<SubscriptionId>> = BTreeMap::new();
    for (id, to) in moved {
        together.entry(to).or_default().push(id);
    }
    for (to, ids) in together {
        let theirs = subscriptions::table
            .filter(subscriptions::seller_id.eq(scope.seller()))
            .filter(subscriptions::id.eq_any(ids));
        let change = (
            subscriptions::billed_through.eq(to.billed_through),
            subscriptions::next_invoice_on.eq(to.next_invoice_on),
            subscriptions::coupon_cycles.eq(to.coupon_cycles),
            subscriptions::version.eq(subscriptions::version + 1),
        );
        diesel::update(theirs).set(change).execute(db)?;
    }
    Ok(())
}

/// The subscriptions as the rules of billing see them, each with its items, its rests and, where held time is not
/// invoiced, its holds.
pub fn as_billed(
    rows: &[SubscriptionRow],
    items: Vec<SubscriptionItemRow>,
    holds: &[HoldRow],
    invoiced: impl Fn(&SubscriptionRow) -> bool,
) -> Outcome<Vec<Subscription>> {
    let mut by_subscription: HashMap<SubscriptionId, Vec<Item>> = HashMap::new();
    for row in items {
        by_subscription.entry(row.subscription_id).or_default().push(Item {
            id: row.id,
            kind: row.kind,
            unit_price: row.unit_price,
            setup_fee: row.setup_fee,
            change_fee: row.change_fee,
            quantity: row.quantity,
            from: row.from_on,
            to: row.to_on,
            known_on: row.known_on,
        });
    }
    rows.iter()
        .map(|row| as_billed_one(row, by_subscription.remove(&row.id).unwrap_or_default(), holds, invoiced(row)))
        .collect()
}

fn as_billed_one(row: &SubscriptionRow, items: Vec<Item>, holds: &[HoldRow], invoiced: bool) -> Outcome<Subscription> {
    let corrupt = |_| Failure::Corrupt(format!("{} has numbers out of range", row.id));
    Ok(Subscription {
        id: row.id,
        client: row.client_id,
        currency: row.currency,
        invoiced,
        anchor: row.anchor_on,
        cycle: row.cycle,
        lead_days: u16::try_from(row.lead_days).map_err(corrupt)?,
        cycle_limit: row.cycle_limit.map(u32::try_from).transpose().map_err(corrupt)?,
        trial_until: row.trial_until,
        ends_on: [row.ends_on, row.expires_on].into_iter().flatten().min(),
        billed_through: row.billed_through,
        items,
        holds: held_spans(row, holds.iter().filter(|hold| hold.subscription_id == row.id)),
    })
}

/// Overlapping holds and rests as spans of days: from the first begun to the last ended.
fn held_spans<'a>(row: &SubscriptionRow, holds: impl Iterator<Item = &'a HoldRow>) -> Vec<HeldSpan> {
    let held = holds.map(|hold| HeldSpan { from: hold.placed_on, to: hold.lifted_on });
    let mut sorted: Vec<_> = held.chain(row.rests.0.iter().copied()).collect();
    sorted.sort_by_key(|span| span.from);
    let mut spans: Vec<HeldSpan> = Vec::new();
    for span in sorted {
        match spans.last_mut() {
            Some(last) if last.to.is_none_or(|to| span.from <= to) => {
                last.to = last.to.and_then(|to| span.to.map(|end| end.max(to)));
            }
            _ => spans.push(span),
        }
    }
    spans.retain(|span| span.to.is_none_or(|to| to > span.from));
    spans
}

/// Which subscriptions some orders made.
pub fn of_orders(db: &mut Db, scope: Scope, orders: &[OrderId]) -> Outcome<Vec<(OrderId, SubscriptionId)>> {
    let found: Vec<(Option<OrderId>, SubscriptionId)> = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::order_id.eq_any(orders.to_vec()))
        .order(subscriptions::id)
        .select((subscriptions::order_id, subscriptions::id))
        .load(db)?;
    Ok(found.into_iter().filter_map(|(order, id)| order.map(|order| (order, id))).collect())
}
