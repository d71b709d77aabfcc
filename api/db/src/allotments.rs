//! What resellers were allotted: the subscription that their provider sells them, and who lives on one.

use crate::schema::{orders, plans, sellers, subscriptions};
use crate::subscriptions::SubscriptionRow;
use crate::{Db, Outcome, Scope};
use comptoir_domain::orders::OrderState;
use comptoir_domain::plans::PlanType;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::{ClientId, SellerId, SubscriptionId};
use diesel::prelude::*;

/// The reseller hosting that a client of a seller has: one that runs, or else the last it had. What it has ordered and not paid
/// is none.
pub fn subscription_of(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Option<SubscriptionRow>> {
    let sold = plans::table
        .filter(plans::seller_id.eq(scope.seller()))
        .filter(plans::kind.eq(PlanType::ResellerHosting))
        .select(plans::id.nullable());
    let unpaid = orders::table
        .filter(orders::seller_id.eq(scope.seller()))
        .filter(orders::client_id.eq(client))
        .filter(orders::state.ne_all([OrderState::Paid, OrderState::Provisioning, OrderState::Done]))
        .select(orders::id.nullable());
    let theirs = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::client_id.eq(client))
        .filter(subscriptions::plan_id.eq_any(sold))
        .filter(subscriptions::order_id.is_null().or(subscriptions::order_id.ne_all(unpaid)))
        .order(subscriptions::id);
    let rows: Vec<SubscriptionRow> = theirs.select(SubscriptionRow::as_select()).load(db)?;
    Ok(rows.iter().rfind(|row| !row.status.is_ended()).or(rows.last()).cloned())
}

/// The resellers below a seller whose clients have some of these subscriptions.
pub fn living_on(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<SellerId>> {
    let clients = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::id.eq_any(ids.to_vec()))
        .select(subscriptions::client_id.nullable());
    let below = sellers::table
        .filter(sellers::parent_seller_id.eq(scope.seller()))
        .filter(sellers::parent_client_id.eq_any(clients));
    Ok(below.order(sellers::id).select(sellers::id).load(db)?)
}

/// The subscriptions of a seller that have not ended.
pub fn live(db: &mut Db, seller: SellerId) -> Outcome<Vec<SubscriptionId>> {
    let live = subscriptions::table
        .filter(subscriptions::seller_id.eq(seller))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::ended()));
    Ok(live.select(subscriptions::id).load(db)?)
}
