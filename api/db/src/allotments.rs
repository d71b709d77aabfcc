//! What resellers were allotted: the subscription that their provider sells them, and who lives on one.

use crate::schema::{plans, sellers, subscriptions};
use crate::subscriptions::SubscriptionRow;
use crate::{Db, Outcome, Scope};
use comptoir_domain::plans::PlanType;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::{ClientId, SellerId, SubscriptionId};
use diesel::prelude::*;

/// The reseller hosting that a client of a seller has: one that runs, or else the last it had.
pub fn subscription_of(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Option<SubscriptionRow>> {
    let sold = plans::table
        .filter(plans::seller_id.eq(scope.seller()))
        .filter(plans::kind.eq(PlanType::ResellerHosting))
        .select(plans::id.nullable());
    let theirs = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::client_id.eq(client))
        .filter(subscriptions::plan_id.eq_any(sold))
        .order(subscriptions::id);
    let rows: Vec<SubscriptionRow> = theirs.select(SubscriptionRow::as_select()).load(db)?;
    let is_over = |row: &&SubscriptionRow| row.status.is_ended();
    Ok(rows.iter().rfind(|row| !is_over(row)).or(rows.last()).cloned())
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
