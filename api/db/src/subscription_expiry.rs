//! Subscriptions whose validity is over.

use crate::schema::{subscription_holds, subscriptions};
use crate::{Db, DbBackend, Outcome, Scope};
use chrono::NaiveDate;
use comptoir_domain::SubscriptionId;
use comptoir_domain::subscriptions::{HoldKind, SubscriptionStatus};
use diesel::dsl::exists;
use diesel::prelude::*;

/// Subscriptions that have expired by a day and are not held for it, by id, after one of them.
pub fn due(
    db: &mut Db,
    scope: Scope,
    today: NaiveDate,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Outcome<Vec<SubscriptionId>> {
    let held = subscription_holds::table
        .filter(subscription_holds::seller_id.eq(subscriptions::seller_id))
        .filter(subscription_holds::subscription_id.eq(subscriptions::id))
        .filter(subscription_holds::kind.eq(HoldKind::Expired))
        .filter(subscription_holds::lifted_at.is_null());
    let mut found = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::expires_on.le(today))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::over()))
        .filter(diesel::dsl::not(exists(held)))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(subscriptions::id.gt(after));
    }
    Ok(found.select(subscriptions::id).order(subscriptions::id).limit(limit).load(db)?)
}
