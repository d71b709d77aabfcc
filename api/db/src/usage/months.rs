//! What a month of a subscription was charged for.

use super::records::bytes;
use crate::schema::usage_months;
use crate::{Db, Failure, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::usage::{Resource, Terms};
use comptoir_domain::{Instant, SellerId, SubscriptionId, UnitPrice};
use diesel::prelude::*;
use diesel::upsert::excluded;
use std::num::NonZeroU64;

/// The terms of a month, as they were when it was first looked at, and how many units were charged since.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = usage_months, treat_none_as_default_value = false)]
pub struct UsageMonthRow {
    pub seller_id: SellerId,
    pub subscription_id: SubscriptionId,
    pub resource: Resource,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// Bytes; without limit if absent.
    pub limit_amount: Option<i64>,
    /// Bytes.
    pub unit_size: i64,
    pub unit_price: UnitPrice,
    pub units: i64,
    pub created_at: Instant,
}

impl UsageMonthRow {
    /// The terms, for the rules.
    pub fn terms(&self) -> Outcome<Terms> {
        let corrupt = || Failure::Corrupt(format!("a month of {} has units without size", self.subscription_id));
        Ok(Terms {
            limit: self.limit_amount.map(bytes),
            unit_size: NonZeroU64::new(bytes(self.unit_size)).ok_or_else(corrupt)?,
            unit_price: self.unit_price,
        })
    }
}

/// What was charged for the months that begin between two days, both included.
pub fn months_of(
    db: &mut Db,
    scope: Scope,
    subscriptions: &[SubscriptionId],
    from: NaiveDate,
    to: NaiveDate,
) -> Outcome<Vec<UsageMonthRow>> {
    let found = usage_months::table
        .filter(usage_months::seller_id.eq(scope.seller()))
        .filter(usage_months::subscription_id.eq_any(subscriptions.to_vec()))
        .filter(usage_months::from_on.between(from, to));
    Ok(found.select(UsageMonthRow::as_select()).load(db)?)
}

/// Writes down what months were charged for. Terms stay as they were first written; units only grow.
pub fn save_months(db: &mut Db, rows: &[UsageMonthRow]) -> Outcome<()> {
    let key = (usage_months::seller_id, usage_months::subscription_id, usage_months::resource, usage_months::from_on);
    for rows in rows.chunks(3_000) {
        on!(db, c => diesel::insert_into(usage_months::table)
            .values(rows)
            .on_conflict(key)
            .do_update()
            .set(usage_months::units.eq(excluded(usage_months::units)))
            .execute(c))?;
    }
    Ok(())
}
