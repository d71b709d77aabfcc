//! Where subscriptions stood: every change of a status.

use crate::schema::{subscription_status_changes, subscriptions};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::verify::Step;
use comptoir_domain::{Instant, SellerId, SubscriptionId, SubscriptionStatusChangeId};
use diesel::prelude::*;

/// A subscription came to another status, or into the world.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = subscription_status_changes, treat_none_as_default_value = false)]
pub struct StatusChangeRow {
    pub seller_id: SellerId,
    pub id: SubscriptionStatusChangeId,
    pub subscription_id: SubscriptionId,
    /// None where it came into the world.
    pub from_status: Option<SubscriptionStatus>,
    pub to_status: SubscriptionStatus,
    pub reason: String,
    pub actor_kind: String,
    pub actor_id: String,
    pub actor_name: String,
    pub changed_at: Instant,
}

/// Writes changes.
pub fn insert(db: &mut Db, rows: &[StatusChangeRow]) -> Outcome<()> {
    insert_many!(db, subscription_status_changes::table, rows);
    Ok(())
}

/// The changes of a subscription.
pub fn list(db: &mut Db, scope: Scope, subscription: SubscriptionId, page: &Page) -> Outcome<Slice<StatusChangeRow>> {
    let query = subscription_status_changes::table
        .filter(subscription_status_changes::seller_id.eq(scope.seller()))
        .filter(subscription_status_changes::subscription_id.eq(subscription))
        .into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, subscription_status_changes::id: SubscriptionStatusChangeId, StatusChangeRow, {}))
}

/// From where a subscription last came to a status.
pub fn last_before(
    db: &mut Db,
    scope: Scope,
    subscription: SubscriptionId,
    to: SubscriptionStatus,
) -> Outcome<Option<SubscriptionStatus>> {
    let found = subscription_status_changes::table
        .filter(subscription_status_changes::seller_id.eq(scope.seller()))
        .filter(subscription_status_changes::subscription_id.eq(subscription))
        .filter(subscription_status_changes::to_status.eq(to))
        .order(subscription_status_changes::id.desc())
        .select(subscription_status_changes::from_status);
    Ok(found.first::<Option<SubscriptionStatus>>(db).optional()?.flatten())
}

/// Every change of a seller, subscription by subscription in order, and where each of these stands now.
pub fn steps(db: &mut Db, scope: Scope) -> Outcome<Vec<Step>> {
    type Found = (SubscriptionId, Option<SubscriptionStatus>, SubscriptionStatus, SubscriptionStatus);
    let found: Vec<Found> = subscription_status_changes::table
        .inner_join(
            subscriptions::table.on(subscriptions::seller_id
                .eq(subscription_status_changes::seller_id)
                .and(subscriptions::id.eq(subscription_status_changes::subscription_id))),
        )
        .filter(subscription_status_changes::seller_id.eq(scope.seller()))
        .order((subscription_status_changes::subscription_id, subscription_status_changes::id))
        .select((
            subscriptions::id,
            subscription_status_changes::from_status,
            subscription_status_changes::to_status,
            subscriptions::status,
        ))
        .load(db)?;
    Ok(found.into_iter().map(|(subscription, from, to, now)| Step { subscription, from, to, now }).collect())
}
