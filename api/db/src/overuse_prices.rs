//! What a unit above a limit costs (CAT-06): rows with dates, never overwritten.

use crate::schema::overuse_prices;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::usage::Resource;
use comptoir_domain::{Currency, Instant, OverusePriceId, PlanId, SellerId, UnitPrice};
use diesel::prelude::*;

/// The price of a unit of a resource in one currency, from one day to another.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = overuse_prices, treat_none_as_default_value = false)]
pub struct OverusePriceRow {
    pub seller_id: SellerId,
    pub id: OverusePriceId,
    pub plan_id: PlanId,
    pub resource: Resource,
    pub currency: Currency,
    /// Bytes.
    pub unit_size: i64,
    pub unit_price: UnitPrice,
    pub valid_from: NaiveDate,
    /// The first day on which it is no longer valid.
    pub valid_to: Option<NaiveDate>,
    pub created_at: Instant,
}

impl OverusePriceRow {
    /// Whether it is valid on a day.
    pub fn is_current(&self, on: NaiveDate) -> bool {
        self.valid_from <= on && self.valid_to.is_none_or(|to| on < to)
    }
}

/// All prices of some plans, past ones included.
pub fn of_plans(db: &mut Db, scope: Scope, plans: &[PlanId]) -> Outcome<Vec<OverusePriceRow>> {
    let found = overuse_prices::table
        .filter(overuse_prices::seller_id.eq(scope.seller()))
        .filter(overuse_prices::plan_id.eq_any(plans.to_vec()))
        .order(overuse_prices::id);
    Ok(found.select(OverusePriceRow::as_select()).load(db)?)
}

/// Which prices of a list are wanted; `None` does not restrict.
#[derive(Clone, Copy, Debug, Default)]
pub struct OverusePriceFilter {
    pub resource: Option<Resource>,
    pub currency: Option<Currency>,
}

/// The history of the prices of a plan.
pub fn list(
    db: &mut Db,
    scope: Scope,
    plan: PlanId,
    filter: OverusePriceFilter,
    page: &Page,
) -> Outcome<Slice<OverusePriceRow>> {
    let mut query = overuse_prices::table
        .filter(overuse_prices::seller_id.eq(scope.seller()))
        .filter(overuse_prices::plan_id.eq(plan))
        .into_boxed::<DbBackend>();
    if let Some(resource) = filter.resource {
        query = query.filter(overuse_prices::resource.eq(resource));
    }
    if let Some(currency) = filter.currency {
        query = query.filter(overuse_prices::currency.eq(currency));
    }
    Ok(keyset!(db, query, page, overuse_prices::id: OverusePriceId, OverusePriceRow, {
        "valid_from" => overuse_prices::valid_from: NaiveDate = valid_from,
    }))
}

/// Writes a new price.
pub fn insert(db: &mut Db, row: &OverusePriceRow) -> Outcome<()> {
    diesel::insert_into(overuse_prices::table).values(row).execute(db)?;
    Ok(())
}

/// A version of a price.
pub fn find(db: &mut Db, scope: Scope, id: OverusePriceId) -> Outcome<OverusePriceRow> {
    Ok(overuse_prices::table.find((scope.seller(), id)).select(OverusePriceRow::as_select()).get_result(db)?)
}

/// Removes a version that was announced and is withdrawn.
pub fn delete(db: &mut Db, scope: Scope, id: OverusePriceId) -> Outcome<()> {
    diesel::delete(overuse_prices::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}

/// Lets a price end on a day, or go on.
pub fn end(db: &mut Db, scope: Scope, id: OverusePriceId, on: Option<NaiveDate>) -> Outcome<()> {
    diesel::update(overuse_prices::table.find((scope.seller(), id)))
        .set(overuse_prices::valid_to.eq(on))
        .execute(db)?;
    Ok(())
}

/// Removes the prices of a plan that nobody ever bought.
pub fn delete_of_plan(db: &mut Db, scope: Scope, plan: PlanId) -> Outcome<()> {
    let theirs = overuse_prices::table
        .filter(overuse_prices::seller_id.eq(scope.seller()))
        .filter(overuse_prices::plan_id.eq(plan));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}
