//! Discounts, and which subscription has which for how long.

use crate::schema::{discounts, subscription_discounts};
use crate::{Db, DbBackend, Failure, Json, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::client_properties::RequiredProperty;
use comptoir_domain::discounts::{Discount, PlanCycle};
use comptoir_domain::{DiscountId, Instant, Percent, SellerId, SubscriptionId};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A discount.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = discounts, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct DiscountRow {
    pub seller_id: SellerId,
    pub id: DiscountId,
    pub name: String,
    pub is_active: bool,
    pub percent: Percent,
    pub plans: Json<Vec<PlanCycle>>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    pub cycles: Option<i32>,
    pub property_name: Option<String>,
    pub property_value: Option<String>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(discounts, DiscountRow, DiscountId);

impl DiscountRow {
    /// The discount in the row.
    pub fn discount(&self) -> Outcome<Discount> {
        let corrupt = |_| Failure::Corrupt(format!("{} has numbers out of range", self.id));
        let property = self.property_name.clone().zip(self.property_value.clone());
        Ok(Discount {
            id: self.id,
            percent: self.percent,
            plans: self.plans.0.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            cycles: self.cycles.map(u32::try_from).transpose().map_err(corrupt)?,
            property: property.map(|(name, value)| RequiredProperty { name, value }),
        })
    }
}

/// The discounts of a seller; only those that are offered, or only those that are not, if asked for.
pub fn list(db: &mut Db, scope: Scope, active: Option<bool>, page: &Page) -> Outcome<Slice<DiscountRow>> {
    let mut query = discounts::table.filter(discounts::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(active) = active {
        query = query.filter(discounts::is_active.eq(active));
    }
    Ok(keyset!(db, query, page, discounts::id: DiscountId, DiscountRow, { "name" => discounts::name: String = name }))
}

/// The discounts that are offered on a day, the oldest first.
pub fn offered(db: &mut Db, scope: Scope, today: NaiveDate) -> Outcome<Vec<DiscountRow>> {
    let begun = discounts::valid_from.is_null().or(discounts::valid_from.le(today));
    let lasts = discounts::valid_to.is_null().or(discounts::valid_to.ge(today));
    let found = discounts::table
        .filter(discounts::seller_id.eq(scope.seller()))
        .filter(discounts::is_active.eq(true))
        .filter(begun.assume_not_null())
        .filter(lasts.assume_not_null())
        .order(discounts::id);
    Ok(read_rows!(db, found, DiscountRow)?)
}

/// The discount of a subscription.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_discounts, treat_none_as_default_value = false)]
pub struct SubscriptionDiscountRow {
    pub seller_id: SellerId,
    pub subscription_id: SubscriptionId,
    pub discount_id: DiscountId,
    /// For so many cycles more; for ever if absent.
    pub cycles_left: Option<i32>,
}

/// Writes the discounts of new subscriptions.
pub fn grant(db: &mut Db, rows: &[SubscriptionDiscountRow]) -> Outcome<()> {
    insert_many!(db, subscription_discounts::table, rows);
    Ok(())
}

/// The discounts of some subscriptions.
pub fn of_subscriptions(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<SubscriptionDiscountRow>> {
    let found = subscription_discounts::table
        .filter(subscription_discounts::seller_id.eq(scope.seller()))
        .filter(subscription_discounts::subscription_id.eq_any(ids.to_vec()));
    Ok(found.select(SubscriptionDiscountRow::as_select()).load(db)?)
}

/// Some discounts, offered or not, in no order; those of other sellers are left out.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[DiscountId]) -> Outcome<Vec<DiscountRow>> {
    let found =
        discounts::table.filter(discounts::seller_id.eq(scope.seller())).filter(discounts::id.eq_any(ids.to_vec()));
    Ok(found.select(DiscountRow::as_select()).load(db)?)
}

/// Gives discounts for so many cycles more, where they are for a limited number of them.
pub fn give_again(db: &mut Db, scope: Scope, again: impl IntoIterator<Item = (SubscriptionId, u32)>) -> Outcome<()> {
    let cycles_left = subscription_discounts::cycles_left;
    for (cycles, ids) in together(again) {
        let cycles = i32::try_from(cycles).unwrap_or(i32::MAX);
        if cycles == 0 {
            continue;
        }
        let theirs = subscription_discounts::table
            .filter(subscription_discounts::seller_id.eq(scope.seller()))
            .filter(subscription_discounts::subscription_id.eq_any(ids));
        diesel::update(theirs).set(cycles_left.eq(cycles_left + cycles)).execute(db)?;
    }
    Ok(())
}

/// Writes down for how many cycles more subscriptions have their discount: one statement for each number.
pub fn count_down(db: &mut Db, scope: Scope, left: impl IntoIterator<Item = (SubscriptionId, i32)>) -> Outcome<()> {
    for (left, ids) in together(left) {
        let theirs = subscription_discounts::table
            .filter(subscription_discounts::seller_id.eq(scope.seller()))
            .filter(subscription_discounts::subscription_id.eq_any(ids));
        diesel::update(theirs).set(subscription_discounts::cycles_left.eq(left)).execute(db)?;
    }
    Ok(())
}

/// The subscriptions of each number.
fn together<T: Ord>(numbers: impl IntoIterator<Item = (SubscriptionId, T)>) -> BTreeMap<T, Vec<SubscriptionId>> {
    let mut together: BTreeMap<T, Vec<SubscriptionId>> = BTreeMap::new();
    for (id, number) in numbers {
        together.entry(number).or_default().push(id);
    }
    together
}
