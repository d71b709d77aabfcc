//! Services: what is delivered for a subscription; what should be, and what was last seen.

use crate::schema::services;
use crate::{Db, Json, Outcome, Scope};
use comptoir_domain::services::ServiceKind;
use comptoir_domain::subscriptions::ServiceState;
use comptoir_domain::{Instant, SellerId, ServiceId, SubscriptionId};
use diesel::prelude::*;

/// A service. It is settled when what was seen is what should be.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = services, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ServiceRow {
    pub seller_id: SellerId,
    pub id: ServiceId,
    pub subscription_id: SubscriptionId,
    pub kind: ServiceKind,
    pub name: String,
    pub settings: Json<serde_json::Value>,
    pub desired: ServiceState,
    pub observed: ServiceState,
    pub is_settled: bool,
    pub attempts: i32,
    pub last_error: String,
    pub changed_at: Instant,
    pub created_at: Instant,
    pub version: i64,
}

entity!(services, ServiceRow, ServiceId);

/// The services of some subscriptions.
pub fn of_subscriptions(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<ServiceRow>> {
    let found = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(services::subscription_id.eq_any(ids.to_vec()));
    Ok(found.order(services::id).select(ServiceRow::as_select()).load(db)?)
}

/// Says what the services of a subscription should be from now on.
pub fn desire(
    db: &mut Db,
    scope: Scope,
    subscription: SubscriptionId,
    desired: ServiceState,
    now: Instant,
) -> Outcome<()> {
    let theirs = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(services::subscription_id.eq(subscription))
        .filter(services::desired.ne(desired));
    let change = (
        services::desired.eq(desired),
        services::is_settled.eq(false),
        services::attempts.eq(0),
        services::changed_at.eq(now),
        services::version.eq(services::version + 1),
    );
    diesel::update(theirs).set(change).execute(db)?;
    Ok(())
}

/// Services of all sellers that are not as they should be, oldest change first.
pub fn unsettled(db: &mut Db, limit: i64) -> Outcome<Vec<ServiceRow>> {
    let found =
        services::table.filter(services::is_settled.eq(false)).order((services::changed_at, services::id)).limit(limit);
    Ok(found.select(ServiceRow::as_select()).load(db)?)
}
