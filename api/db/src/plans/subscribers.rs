//! The subscriptions that a plan has, chosen and taken client by client.

use crate::schema::{subscription_items, subscriptions};
use crate::subscriptions::SubscriptionRow;
use crate::{Db, DbBackend, Outcome, Scope};
use comptoir_domain::schedule::Cycle;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::{ClientId, PlanId, PriceId, SubscriptionId};
use diesel::prelude::*;

/// Which subscriptions of a plan are chosen; `None` does not restrict.
#[derive(Clone, Debug)]
pub struct Chosen {
    pub plan: PlanId,
    pub ids: Option<Vec<SubscriptionId>>,
    pub cycle: Option<Cycle>,
    /// That something is charged at, as far as it is known.
    pub price: Option<PriceId>,
}

impl Chosen {
    fn query<'a>(&self, scope: Scope) -> subscriptions::BoxedQuery<'a, DbBackend> {
        let mut query = subscriptions::table
            .filter(subscriptions::seller_id.eq(scope.seller()))
            .filter(subscriptions::plan_id.eq(self.plan))
            .filter(subscriptions::status.ne_all(SubscriptionStatus::ended()))
            .into_boxed::<DbBackend>();
        if let Some(ids) = &self.ids {
            query = query.filter(subscriptions::id.eq_any(ids.clone()));
        }
        if let Some(cycle) = self.cycle {
            query = query.filter(subscriptions::cycle.eq(cycle));
        }
        if let Some(price) = self.price {
            let charged = subscription_items::table
                .filter(subscription_items::seller_id.eq(scope.seller()))
                .filter(subscription_items::price_id.eq(price))
                .filter(subscription_items::to_on.is_null())
                .select(subscription_items::subscription_id);
            query = query.filter(subscriptions::id.eq_any(charged));
        }
        query
    }
}

/// How many there are.
pub fn count(db: &mut Db, scope: Scope, chosen: &Chosen) -> Outcome<i64> {
    Ok(chosen.query(scope).count().get_result(db)?)
}

/// Whose they are, after one client.
pub fn clients(
    db: &mut Db,
    scope: Scope,
    chosen: &Chosen,
    after: Option<ClientId>,
    limit: i64,
) -> Outcome<Vec<ClientId>> {
    let mut query = chosen.query(scope);
    if let Some(after) = after {
        query = query.filter(subscriptions::client_id.gt(after));
    }
    Ok(query.select(subscriptions::client_id).distinct().order(subscriptions::client_id).limit(limit).load(db)?)
}

/// Those of some clients, by client.
pub fn of_clients(db: &mut Db, scope: Scope, chosen: &Chosen, clients: &[ClientId]) -> Outcome<Vec<SubscriptionRow>> {
    let theirs = chosen.query(scope).filter(subscriptions::client_id.eq_any(clients.to_vec()));
    Ok(theirs.order((subscriptions::client_id, subscriptions::id)).select(SubscriptionRow::as_select()).load(db)?)
}

/// Something about some subscriptions has changed that they show.
pub fn touch(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<()> {
    let theirs = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::id.eq_any(ids.to_vec()));
    diesel::update(theirs).set(subscriptions::version.eq(subscriptions::version + 1)).execute(db)?;
    Ok(())
}
