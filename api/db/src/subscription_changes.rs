//! Changes of subscriptions: the record of each, and the items and periods that they end.

use crate::schema::{invoice_lines, invoices, subscription_changes, subscription_items, waived_periods};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::schedule::{Cycle, Period};
use comptoir_domain::subscriptions::{ChangeDirection, ChangeKind, ChangeState, ChangeWay};
use comptoir_domain::{
    Instant, InvoiceId, InvoiceLineId, PlanId, SellerId, SubscriptionChangeId, SubscriptionId, SubscriptionItemId,
};
use diesel::prelude::*;

/// A change of a subscription: which items it ends, which it begins, and on which day.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = subscription_changes, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct SubscriptionChangeRow {
    pub seller_id: SellerId,
    pub id: SubscriptionChangeId,
    pub subscription_id: SubscriptionId,
    pub kind: ChangeKind,
    pub way: ChangeWay,
    pub direction: Option<ChangeDirection>,
    pub from_plan_id: Option<PlanId>,
    pub to_plan_id: Option<PlanId>,
    pub from_cycle: Cycle,
    pub to_cycle: Cycle,
    pub from_anchor_on: NaiveDate,
    pub from_cycle_limit: Option<i32>,
    pub billed_from: NaiveDate,
    pub delivered_from: NaiveDate,
    pub locked_until: Option<NaiveDate>,
    pub state: ChangeState,
    pub ended_items: Json<Vec<SubscriptionItemId>>,
    pub begun_items: Json<Vec<SubscriptionItemId>>,
    pub reason: String,
    pub created_at: Instant,
    pub version: i64,
    /// The client asked for it itself.
    pub is_by_client: bool,
}

entity!(subscription_changes, SubscriptionChangeRow, SubscriptionChangeId);

/// The changes of a subscription.
pub fn list(
    db: &mut Db,
    scope: Scope,
    subscription: SubscriptionId,
    page: &Page,
) -> Outcome<Slice<SubscriptionChangeRow>> {
    let query = subscription_changes::table
        .filter(subscription_changes::seller_id.eq(scope.seller()))
        .filter(subscription_changes::subscription_id.eq(subscription))
        .into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, subscription_changes::id: SubscriptionChangeId, SubscriptionChangeRow, {}))
}

/// The changes of some subscriptions that forbid others on a day: they wait for theirs, or lock the cycle.
pub fn in_the_way(
    db: &mut Db,
    scope: Scope,
    subscriptions: &[SubscriptionId],
    today: NaiveDate,
) -> Outcome<Vec<SubscriptionChangeRow>> {
    let locks = subscription_changes::locked_until.gt(today).assume_not_null();
    let found = subscription_changes::table
        .filter(subscription_changes::seller_id.eq(scope.seller()))
        .filter(subscription_changes::subscription_id.eq_any(subscriptions.to_vec()))
        .filter(subscription_changes::state.eq_any(vec![ChangeState::Waiting, ChangeState::Done]))
        .filter(subscription_changes::state.eq(ChangeState::Waiting).or(locks))
        .order(subscription_changes::id);
    Ok(found.select(SubscriptionChangeRow::as_select()).load(db)?)
}

/// The changes of plan of some subscriptions that are done: from which day on which plan is delivered, the earliest first.
pub fn delivered(
    db: &mut Db,
    scope: Scope,
    of: &[SubscriptionId],
) -> Outcome<Vec<(SubscriptionId, NaiveDate, Option<PlanId>)>> {
    let found = subscription_changes::table
        .filter(subscription_changes::seller_id.eq(scope.seller()))
        .filter(subscription_changes::subscription_id.eq_any(of.to_vec()))
        .filter(subscription_changes::kind.eq(ChangeKind::Plan))
        .filter(subscription_changes::state.eq(ChangeState::Done))
        .order((subscription_changes::delivered_from, subscription_changes::id))
        .select((
            subscription_changes::subscription_id,
            subscription_changes::delivered_from,
            subscription_changes::to_plan_id,
        ));
    Ok(found.load(db)?)
}

/// Writes the records of many changes.
pub fn insert_many(db: &mut Db, rows: &[SubscriptionChangeRow]) -> Outcome<()> {
    insert_many!(db, subscription_changes::table, rows);
    Ok(())
}

/// Another change takes the place of the price moves of a subscription that wait for their day.
pub fn supersede(db: &mut Db, scope: Scope, subscription: SubscriptionId) -> Outcome<()> {
    let waiting = subscription_changes::table
        .filter(subscription_changes::seller_id.eq(scope.seller()))
        .filter(subscription_changes::subscription_id.eq(subscription))
        .filter(subscription_changes::state.eq(ChangeState::Waiting))
        .filter(subscription_changes::kind.eq(ChangeKind::PriceMoved));
    let change = (
        subscription_changes::state.eq(ChangeState::Superseded),
        subscription_changes::version.eq(subscription_changes::version + 1),
    );
    diesel::update(waiting).set(change).execute(db)?;
    Ok(())
}

/// The price moves of a subscription in whose place another change came.
pub fn superseded(db: &mut Db, scope: Scope, subscription: SubscriptionId) -> Outcome<Vec<SubscriptionChangeRow>> {
    let found = subscription_changes::table
        .filter(subscription_changes::seller_id.eq(scope.seller()))
        .filter(subscription_changes::subscription_id.eq(subscription))
        .filter(subscription_changes::state.eq(ChangeState::Superseded))
        .order(subscription_changes::id);
    Ok(found.select(SubscriptionChangeRow::as_select()).load(db)?)
}

/// Some changes, by id.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[SubscriptionChangeId]) -> Outcome<Vec<SubscriptionChangeRow>> {
    let found = subscription_changes::table
        .filter(subscription_changes::seller_id.eq(scope.seller()))
        .filter(subscription_changes::id.eq_any(ids.to_vec()))
        .order(subscription_changes::id);
    Ok(found.select(SubscriptionChangeRow::as_select()).load(db)?)
}

/// Changes whose day has come, by id, after one of them.
pub fn due(
    db: &mut Db,
    scope: Scope,
    today: NaiveDate,
    after: Option<SubscriptionChangeId>,
    limit: i64,
) -> Outcome<Vec<SubscriptionChangeRow>> {
    let mut found = subscription_changes::table
        .filter(subscription_changes::seller_id.eq(scope.seller()))
        .filter(subscription_changes::state.eq(ChangeState::Waiting))
        .filter(subscription_changes::delivered_from.le(today))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(subscription_changes::id.gt(after));
    }
    Ok(found.order(subscription_changes::id).limit(limit).select(SubscriptionChangeRow::as_select()).load(db)?)
}

/// A line that charged time of an item.
#[derive(Clone, Debug)]
pub struct ChargedLine {
    pub invoice: InvoiceId,
    pub line: InvoiceLineId,
    pub item: SubscriptionItemId,
    pub item_to: Option<NaiveDate>,
    pub state: InvoiceState,
    pub is_written_off: bool,
    pub period: Period,
    pub net_minor: i64,
    pub coupon_discount_minor: i64,
}

type ChargedColumns = (
    (InvoiceId, InvoiceLineId, SubscriptionItemId, Option<NaiveDate>, InvoiceState, bool),
    (Option<NaiveDate>, Option<NaiveDate>, i64, i64),
);

/// The lines of some items that pay for days after one day, set-up and fees left aside: they are earned at once.
pub fn charged_beyond(
    db: &mut Db,
    scope: Scope,
    items: &[SubscriptionItemId],
    day: NaiveDate,
) -> Outcome<Vec<ChargedLine>> {
    use comptoir_domain::quotes::LineKind;
    let found: Vec<ChargedColumns> = invoice_lines::table
        .inner_join(
            invoices::table
                .on(invoices::seller_id.eq(invoice_lines::seller_id).and(invoices::id.eq(invoice_lines::invoice_id))),
        )
        .inner_join(
            subscription_items::table.on(subscription_items::seller_id
                .eq(invoice_lines::seller_id)
                .and(subscription_items::id.nullable().eq(invoice_lines::item_id))),
        )
        .filter(invoice_lines::seller_id.eq(scope.seller()))
        .filter(invoice_lines::item_id.eq_any(items.iter().copied().map(Some).collect::<Vec<_>>()))
        .filter(invoice_lines::credits_line_id.is_null())
        .filter(invoice_lines::period_to.gt(day))
        .filter(invoice_lines::kind.ne_all(vec![LineKind::Setup, LineKind::Fee]))
        .order((invoice_lines::invoice_id, invoice_lines::position))
        .select((
            (
                invoice_lines::invoice_id,
                invoice_lines::id,
                subscription_items::id,
                subscription_items::to_on,
                invoices::state,
                invoices::is_written_off,
            ),
            (
                invoice_lines::period_from,
                invoice_lines::period_to,
                invoice_lines::net_minor,
                invoice_lines::coupon_discount_minor,
            ),
        ))
        .load(db)?;
    let line = |(
        (invoice, line, item, item_to, state, is_written_off),
        (from, to, net_minor, coupon_discount_minor),
    ): ChargedColumns| {
        let period = Period { from: from?, to: to? };
        Some(ChargedLine {
            invoice,
            line,
            item,
            item_to,
            state,
            is_written_off,
            period,
            net_minor,
            coupon_discount_minor,
        })
    };
    Ok(found.into_iter().filter_map(line).collect())
}

/// Lets items end on a day, unless they have ended before; one that would begin later never does.
pub fn end_items(db: &mut Db, scope: Scope, items: &[SubscriptionItemId], on: NaiveDate) -> Outcome<()> {
    let theirs = || {
        subscription_items::table
            .filter(subscription_items::seller_id.eq(scope.seller()))
            .filter(subscription_items::id.eq_any(items.to_vec()))
            .filter(subscription_items::to_on.is_null().or(subscription_items::to_on.gt(on)))
    };
    let never = theirs().filter(subscription_items::from_on.gt(on));
    diesel::update(never).set(subscription_items::to_on.eq(subscription_items::from_on.nullable())).execute(db)?;
    let present = theirs().filter(subscription_items::from_on.le(on));
    diesel::update(present).set(subscription_items::to_on.eq(Some(on))).execute(db)?;
    cut_waived(db, scope, items, on)
}

/// Time that is not charged ends with its item.
fn cut_waived(db: &mut Db, scope: Scope, items: &[SubscriptionItemId], on: NaiveDate) -> Outcome<()> {
    let theirs = || {
        waived_periods::table
            .filter(waived_periods::seller_id.eq(scope.seller()))
            .filter(waived_periods::item_id.eq_any(items.to_vec()))
    };
    diesel::delete(theirs().filter(waived_periods::from_on.ge(on))).execute(db)?;
    diesel::update(theirs().filter(waived_periods::to_on.gt(on))).set(waived_periods::to_on.eq(on)).execute(db)?;
    Ok(())
}
