//! Prices of plans and add-ons: rows with dates, never overwritten (CAT-05).

use crate::schema::{prices, subscription_items};
use crate::subscriptions::SubscriptionItemRow;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::plans::Price;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::{AddOnId, Currency, Instant, Money, PlanId, PriceId, SellerId};
use diesel::prelude::*;

/// What one cycle costs in one currency, from one day to another.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = prices, treat_none_as_default_value = false)]
pub struct PriceRow {
    pub seller_id: SellerId,
    pub id: PriceId,
    /// Exactly one of the plan and the add-on is there.
    pub plan_id: Option<PlanId>,
    pub add_on_id: Option<AddOnId>,
    pub cycle: Cycle,
    pub currency: Currency,
    pub recurring_minor: i64,
    pub setup_minor: i64,
    pub upgrade_minor: i64,
    pub downgrade_minor: i64,
    pub valid_from: NaiveDate,
    /// The first day on which it is no longer valid.
    pub valid_to: Option<NaiveDate>,
    pub created_at: Instant,
}

impl PriceRow {
    /// The amounts, for the rules.
    pub fn price(&self) -> Price<Cycle> {
        let money = |minor| Money::from_minor(minor, self.currency);
        Price {
            cycle: self.cycle,
            currency: self.currency,
            recurring: money(self.recurring_minor),
            setup: money(self.setup_minor),
            upgrade: money(self.upgrade_minor),
            downgrade: money(self.downgrade_minor),
        }
    }

    /// Whether it is valid on a day.
    pub fn is_current(&self, on: NaiveDate) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|to| on < to)
    }
}

/// What has prices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priced {
    Plan(PlanId),
    AddOn(AddOnId),
}

type Query<'a> = prices::BoxedQuery<'a, DbBackend>;

fn mine<'a>(scope: Scope) -> Query<'a> {
    prices::table.filter(prices::seller_id.eq(scope.seller())).into_boxed::<DbBackend>()
}

fn of<'a>(scope: Scope, priced: Priced) -> Query<'a> {
    match priced {
        Priced::Plan(id) => mine(scope).filter(prices::plan_id.eq(id)),
        Priced::AddOn(id) => mine(scope).filter(prices::add_on_id.eq(id)),
    }
}

/// By plan or add-on, cycle, currency and day: a price book as people read it.
fn book(db: &mut Db, query: Query<'_>) -> Outcome<Vec<PriceRow>> {
    let mut rows: Vec<PriceRow> = query.select(PriceRow::as_select()).load(db)?;
    rows.sort_by_key(|row| (row.plan_id, row.add_on_id, row.cycle, row.currency, row.valid_from));
    Ok(rows)
}

/// The prices of some plans on a day.
pub fn current_of_plans(db: &mut Db, scope: Scope, plans: &[PlanId], on: NaiveDate) -> Outcome<Vec<PriceRow>> {
    let mut rows = open_of_plans(db, scope, plans, on)?;
    rows.retain(|row| row.is_current(on));
    Ok(rows)
}

/// The prices of some add-ons on a day.
pub fn current_of_add_ons(db: &mut Db, scope: Scope, add_ons: &[AddOnId], on: NaiveDate) -> Outcome<Vec<PriceRow>> {
    let mut rows = open_of_add_ons(db, scope, add_ons, on)?;
    rows.retain(|row| row.is_current(on));
    Ok(rows)
}

/// The prices of some plans on a day, and those announced for later.
pub fn open_of_plans(db: &mut Db, scope: Scope, plans: &[PlanId], on: NaiveDate) -> Outcome<Vec<PriceRow>> {
    let open = prices::valid_to.is_null().or(prices::valid_to.gt(on));
    book(db, mine(scope).filter(prices::plan_id.eq_any(plans.to_vec())).filter(open))
}

/// The prices of some add-ons on a day, and those announced for later.
pub fn open_of_add_ons(db: &mut Db, scope: Scope, add_ons: &[AddOnId], on: NaiveDate) -> Outcome<Vec<PriceRow>> {
    let open = prices::valid_to.is_null().or(prices::valid_to.gt(on));
    book(db, mine(scope).filter(prices::add_on_id.eq_any(add_ons.to_vec())).filter(open))
}

/// All versions of the price for a cycle and currency, the oldest first. The caller has locked the plan or the add-on.
pub fn versions(db: &mut Db, scope: Scope, priced: Priced, cycle: Cycle, currency: Currency) -> Outcome<Vec<PriceRow>> {
    book(db, of(scope, priced).filter(prices::cycle.eq(cycle)).filter(prices::currency.eq(currency)))
}

/// Which prices of a list are wanted; `None` does not restrict.
#[derive(Clone, Debug, Default)]
pub struct PriceFilter {
    pub cycle: Option<Cycle>,
    pub currency: Option<Currency>,
}

/// The history of the prices of a plan or an add-on.
pub fn list(db: &mut Db, scope: Scope, priced: Priced, filter: &PriceFilter, page: &Page) -> Outcome<Slice<PriceRow>> {
    let mut query = of(scope, priced);
    if let Some(cycle) = filter.cycle {
        query = query.filter(prices::cycle.eq(cycle));
    }
    if let Some(currency) = filter.currency {
        query = query.filter(prices::currency.eq(currency));
    }
    Ok(keyset!(db, query, page, prices::id: PriceId, PriceRow, {
        "valid_from" => prices::valid_from: NaiveDate = valid_from,
    }))
}

/// Some versions of prices.
pub fn some(db: &mut Db, scope: Scope, ids: &[PriceId]) -> Outcome<Vec<PriceRow>> {
    book(db, mine(scope).filter(prices::id.eq_any(ids.to_vec())))
}

/// Writes new prices.
pub fn insert(db: &mut Db, rows: &[PriceRow]) -> Outcome<()> {
    insert_many!(db, prices::table, rows);
    Ok(())
}

/// Lets a price end on a day, or go on.
pub fn end(db: &mut Db, scope: Scope, id: PriceId, on: Option<NaiveDate>) -> Outcome<()> {
    diesel::update(prices::table.find((scope.seller(), id))).set(prices::valid_to.eq(on)).execute(db)?;
    Ok(())
}

/// A version of a price.
pub fn find(db: &mut Db, scope: Scope, id: PriceId) -> Outcome<PriceRow> {
    Ok(prices::table.find((scope.seller(), id)).select(PriceRow::as_select()).get_result(db)?)
}

/// What is or was to be charged by a version of a price: the items with their subscriptions and days.
pub fn items_at(db: &mut Db, scope: Scope, id: PriceId) -> Outcome<Vec<SubscriptionItemRow>> {
    let theirs = subscription_items::table
        .filter(subscription_items::seller_id.eq(scope.seller()))
        .filter(subscription_items::price_id.eq(id))
        .order(subscription_items::id);
    Ok(theirs.select(SubscriptionItemRow::as_select()).load(db)?)
}

/// Removes a version that was announced and is withdrawn. Items that never began forget it.
pub fn delete(db: &mut Db, scope: Scope, id: PriceId) -> Outcome<()> {
    let theirs = subscription_items::table
        .filter(subscription_items::seller_id.eq(scope.seller()))
        .filter(subscription_items::price_id.eq(id))
        .filter(subscription_items::to_on.eq(subscription_items::from_on.nullable()));
    diesel::update(theirs).set(subscription_items::price_id.eq(None::<PriceId>)).execute(db)?;
    diesel::delete(prices::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
