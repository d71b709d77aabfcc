//! The notices that were given, and about whom there may be one.

use crate::schema::{subscription_holds, subscriptions, usage_notices, usage_records};
use crate::{Db, DbBackend, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::subscriptions::{HoldKind, SubscriptionStatus};
use comptoir_domain::usage::{OveruseNotice, Resource};
use comptoir_domain::{Instant, SellerId, SubscriptionId};
use diesel::dsl::exists;
use diesel::prelude::*;

/// A notice that was given in a month.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = usage_notices)]
pub struct UsageNoticeRow {
    pub seller_id: SellerId,
    pub subscription_id: SubscriptionId,
    pub resource: Resource,
    pub notice: OveruseNotice,
    pub month_from: NaiveDate,
    pub created_at: Instant,
}

/// The notices that were given in the months that begin on a day or later.
pub fn notices_of(
    db: &mut Db,
    scope: Scope,
    subscriptions: &[SubscriptionId],
    from: NaiveDate,
) -> Outcome<Vec<UsageNoticeRow>> {
    let found = usage_notices::table
        .filter(usage_notices::seller_id.eq(scope.seller()))
        .filter(usage_notices::subscription_id.eq_any(subscriptions.to_vec()))
        .filter(usage_notices::month_from.ge(from));
    Ok(found.select(UsageNoticeRow::as_select()).load(db)?)
}

/// Writes notices down.
pub fn insert_notices(db: &mut Db, rows: &[UsageNoticeRow]) -> Outcome<()> {
    insert_many!(db, usage_notices::table, rows);
    Ok(())
}

/// Live subscriptions with reports about days after one, and those held for overuse; by id, after one of them.
pub fn measured_or_held(
    db: &mut Db,
    scope: Scope,
    since: NaiveDate,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Outcome<Vec<SubscriptionId>> {
    let measured = usage_records::table
        .filter(usage_records::seller_id.eq(subscriptions::seller_id))
        .filter(usage_records::subscription_id.eq(subscriptions::id))
        .filter(usage_records::to_on.gt(since));
    let held = subscription_holds::table
        .filter(subscription_holds::seller_id.eq(subscriptions::seller_id))
        .filter(subscription_holds::subscription_id.eq(subscriptions::id))
        .filter(subscription_holds::kind.eq(HoldKind::Overuse))
        .filter(subscription_holds::lifted_at.is_null());
    let mut found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::ended()))
        .filter(exists(measured).or(exists(held)))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(subscriptions::id.gt(after));
    }
    Ok(found.select(subscriptions::id).order(subscriptions::id).limit(limit).load(db)?)
}
