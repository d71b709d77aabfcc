//! Services: what is delivered for a subscription; what should be, and what was last seen.
//!
//! Who works on a service holds a lease on it, so that two never tell a panel different things at once. Waiting and
//! leases go by the machine's clock.

use crate::events::Now;
use crate::few::{among, word_for_word};
use crate::schema::{services, subscription_items, subscriptions};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::services::ServiceKind;
use comptoir_domain::subscriptions::{ServiceState, SubscriptionStatus};
use comptoir_domain::{AddOnId, ClientId, Instant, PlanId, SellerId, ServiceId, SubscriptionId};
use diesel::prelude::*;
use std::collections::BTreeSet;

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
    /// How often the present wish was tried.
    pub attempts: i32,
    pub last_error: String,
    pub changed_at: Instant,
    pub created_at: Instant,
    pub version: i64,
    /// Not tried before.
    pub retry_at: Instant,
    /// Someone is at it until then.
    pub leased_until: Option<Instant>,
    /// A person delivers it, no panel.
    pub is_by_hand: bool,
    /// What it used when it was measured.
    pub disk_bytes: Option<i64>,
    pub measured_at: Option<Instant>,
}

entity!(services, ServiceRow, ServiceId);

/// Nobody has it.
macro_rules! is_free {
    ($now:expr) => {
        services::leased_until.is_null().or(services::leased_until.lt($now))
    };
}

/// What panels hold of a seller, as it was last seen: the wish is what was seen.
pub fn at_panels(db: &mut Db, scope: Scope) -> Outcome<Vec<ServiceRow>> {
    let found = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(services::observed.ne(ServiceState::Absent))
        .filter(services::is_by_hand.eq(false));
    let mut rows: Vec<ServiceRow> = found.order(services::id).select(ServiceRow::as_select()).load(db)?;
    rows.retain(|row| row.kind.has_panel());
    rows.iter_mut().for_each(|row| row.desired = row.observed);
    Ok(rows)
}

/// The services of some subscriptions.
pub fn of_subscriptions(db: &mut Db, scope: Scope, ids: &[SubscriptionId]) -> Outcome<Vec<ServiceRow>> {
    let found = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(services::subscription_id.eq_any(ids.to_vec()));
    Ok(found.order(services::id).select(ServiceRow::as_select()).load(db)?)
}

/// Which of these names are in use, and for what: something of that name exists, or should.
pub fn names_in_use(db: &mut Db, scope: Scope, names: &[String]) -> Outcome<BTreeSet<(ServiceKind, String)>> {
    let found = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(among(services::kind, ServiceKind::ALL.iter().copied()))
        .filter(among(services::name, names.to_vec()))
        // word for word as in the index over names, which begins with the kind: a bound value could be any
        .filter(word_for_word("services.desired <> 'absent'"))
        .select((services::kind, services::name));
    let found: Vec<(ServiceKind, String)> = on!(db, c => found.load(c))?;
    Ok(found.into_iter().collect())
}

/// Says what the services of a subscription should be from now on; the rows that this changes, as they are then.
pub fn desire(
    db: &mut Db,
    scope: Scope,
    subscription: SubscriptionId,
    desired: ServiceState,
    now: Now,
) -> Outcome<Vec<ServiceRow>> {
    let theirs = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(services::subscription_id.eq(subscription))
        .filter(services::desired.ne(desired));
    let change = (
        services::desired.eq(desired),
        services::is_settled.eq(false),
        services::attempts.eq(0),
        services::last_error.eq(""),
        services::retry_at.eq(now.machine),
        services::changed_at.eq(now.business),
        services::version.eq(services::version + 1),
    );
    Ok(on!(db, c => diesel::update(theirs).set(change).returning(ServiceRow::as_returning()).get_results(c))?)
}

/// Has the services of some subscriptions brought about again because what they promise has changed; the rows that this
/// concerns, as they are then.
pub fn disturb(db: &mut Db, scope: Scope, ids: &[SubscriptionId], now: Now) -> Outcome<Vec<ServiceRow>> {
    let theirs = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(services::subscription_id.eq_any(ids.to_vec()))
        .filter(services::kind.eq(ServiceKind::Webspace))
        .filter(services::is_by_hand.eq(false))
        .filter(services::desired.ne(ServiceState::Absent));
    let change = (
        services::is_settled.eq(false),
        services::attempts.eq(0),
        services::retry_at.eq(now.machine),
        services::changed_at.eq(now.business),
        services::version.eq(services::version + 1),
    );
    Ok(on!(db, c => diesel::update(theirs).set(change).returning(ServiceRow::as_returning()).get_results(c))?)
}

/// The subscriptions that a plan promises something to.
pub fn bound_by_plan(db: &mut Db, scope: Scope, plan: PlanId) -> Outcome<Vec<SubscriptionId>> {
    let bound = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::plan_id.eq(plan))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::ended()));
    Ok(bound.select(subscriptions::id).load(db)?)
}

/// The same for an add-on, where it runs on a day.
pub fn bound_by_add_on(db: &mut Db, scope: Scope, add_on: AddOnId, on: NaiveDate) -> Outcome<Vec<SubscriptionId>> {
    let having = subscription_items::table
        .filter(subscription_items::seller_id.eq(scope.seller()))
        .filter(subscription_items::add_on_id.eq(add_on))
        .filter(subscription_items::to_on.is_null().or(subscription_items::to_on.gt(on)))
        .select(subscription_items::subscription_id);
    let bound = subscriptions::table
        .filter(subscriptions::seller_id.eq(scope.seller()))
        .filter(subscriptions::id.eq_any(having))
        .filter(subscriptions::status.ne_all(SubscriptionStatus::ended()));
    Ok(bound.select(subscriptions::id).load(db)?)
}

/// Has the services of many subscriptions brought about again.
pub fn disturb_many(db: &mut Db, scope: Scope, bound: &[SubscriptionId], now: Now) -> Outcome<Vec<ServiceRow>> {
    let mut changed = Vec::new();
    for ids in bound.chunks(1_000) {
        changed.extend(disturb(db, scope, ids, now)?);
    }
    Ok(changed)
}

/// Has services tried now that wait for their next try. Who is at one already goes on.
pub fn hurry(db: &mut Db, scope: Scope, ids: &[ServiceId], now: Instant) -> Outcome<()> {
    for ids in ids.chunks(1_000) {
        let behind = services::table
            .filter(services::seller_id.eq(scope.seller()))
            .filter(services::id.eq_any(ids.to_vec()))
            .filter(services::is_settled.eq(false))
            .filter(services::retry_at.gt(now));
        diesel::update(behind).set(services::retry_at.eq(now)).execute(db)?;
    }
    Ok(())
}

/// What someone takes into work, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Of one seller only.
    pub seller: Option<SellerId>,
    /// One service only.
    pub service: Option<ServiceId>,
    pub now: Instant,
    pub until: Instant,
    pub limit: i64,
}

/// Takes services into work that are not as they should be and whose time has come: nobody else gets them before the
/// end of the lease. The rows come back with the attempt counted.
pub fn claim(db: &mut Db, claim: Claim) -> Outcome<Vec<ServiceRow>> {
    let mut due = services::table
        .filter(services::is_settled.eq(false))
        .filter(services::retry_at.le(claim.now))
        .filter(is_free!(claim.now))
        .into_boxed::<DbBackend>();
    if let Some(seller) = claim.seller {
        due = due.filter(services::seller_id.eq(seller));
    }
    if let Some(service) = claim.service {
        due = due.filter(services::id.eq(service));
    }
    let ids: Vec<ServiceId> =
        due.order((services::retry_at, services::id)).limit(claim.limit).select(services::id).load(db)?;
    // locked first, then looked at again: another may have taken them meanwhile
    let still = services::table
        .filter(services::id.eq_any(ids))
        .filter(services::is_settled.eq(false))
        .filter(services::retry_at.le(claim.now))
        .filter(is_free!(claim.now))
        .order((services::retry_at, services::id));
    let mut rows: Vec<ServiceRow> = lock_free_rows!(db, still, ServiceRow)?;
    let taken: Vec<ServiceId> = rows.iter().map(|row| row.id).collect();
    let change = (services::leased_until.eq(Some(claim.until)), services::attempts.eq(services::attempts + 1));
    diesel::update(services::table.filter(services::id.eq_any(taken))).set(change).execute(db)?;
    for row in &mut rows {
        row.attempts += 1;
        row.leased_until = Some(claim.until);
    }
    Ok(rows)
}

/// Services that whoever comes now would take into work, by id, after one of them.
pub fn due(db: &mut Db, scope: Scope, now: Instant, after: Option<ServiceId>, limit: i64) -> Outcome<Vec<ServiceRow>> {
    let mut found = services::table
        .filter(services::seller_id.eq(scope.seller()))
        .filter(services::is_settled.eq(false))
        .filter(services::retry_at.le(now))
        .filter(is_free!(now))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(services::id.gt(after));
    }
    Ok(found.order(services::id).limit(limit).select(ServiceRow::as_select()).load(db)?)
}

/// Places on a panel that were not measured since an instant.
pub fn unmeasured(db: &mut Db, seller: Option<SellerId>, before: Instant, limit: i64) -> Outcome<Vec<ServiceRow>> {
    let mut query = services::table
        .filter(services::kind.eq(ServiceKind::Webspace))
        .filter(services::observed.ne(ServiceState::Absent))
        .filter(services::is_by_hand.eq(false))
        .filter(services::measured_at.is_null().or(services::measured_at.lt(before)))
        .into_boxed::<DbBackend>();
    if let Some(seller) = seller {
        query = query.filter(services::seller_id.eq(seller));
    }
    Ok(query.order((services::measured_at, services::id)).limit(limit).select(ServiceRow::as_select()).load(db)?)
}

/// Writes down what a service uses.
pub fn measured(db: &mut Db, row: &ServiceRow, bytes: i64, now: Instant) -> Outcome<()> {
    let change = (services::disk_bytes.eq(Some(bytes)), services::measured_at.eq(Some(now)));
    diesel::update(services::table.find((row.seller_id, row.id))).set(change).execute(db)?;
    Ok(())
}

/// Has a service brought about that its panel no longer has; nothing if it has changed since it was read.
pub fn missed(db: &mut Db, row: &ServiceRow, now: Instant) -> Outcome<()> {
    let same = services::table.find((row.seller_id, row.id)).filter(services::version.eq(row.version));
    let change = (
        services::observed.eq(ServiceState::Absent),
        services::is_settled.eq(false),
        services::attempts.eq(0),
        services::retry_at.eq(now),
        services::last_error.eq("the panel no longer had it"),
        services::version.eq(services::version + 1),
    );
    diesel::update(same).set(change).execute(db)?;
    Ok(())
}

/// Which services of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct ServiceFilter {
    pub kind: Vec<ServiceKind>,
    pub desired: Vec<ServiceState>,
    pub observed: Vec<ServiceState>,
    pub is_settled: Option<bool>,
    pub subscription_id: Option<SubscriptionId>,
    pub client_id: Option<ClientId>,
}

/// The services of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &ServiceFilter, page: &Page) -> Outcome<Slice<ServiceRow>> {
    let mut query = services::table.filter(services::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.kind.is_empty() {
        query = query.filter(services::kind.eq_any(filter.kind.clone()));
    }
    if !filter.desired.is_empty() {
        query = query.filter(services::desired.eq_any(filter.desired.clone()));
    }
    if !filter.observed.is_empty() {
        query = query.filter(services::observed.eq_any(filter.observed.clone()));
    }
    if let Some(settled) = filter.is_settled {
        query = query.filter(services::is_settled.eq(settled));
    }
    if let Some(subscription) = filter.subscription_id {
        query = query.filter(services::subscription_id.eq(subscription));
    }
    if let Some(client) = filter.client_id {
        let theirs = subscriptions::table
            .filter(subscriptions::seller_id.eq(scope.seller()))
            .filter(subscriptions::client_id.eq(client));
        query = query.filter(services::subscription_id.eq_any(theirs.select(subscriptions::id)));
    }
    Ok(keyset!(db, query, page, services::id: ServiceId, ServiceRow, { "name" => services::name: String = name }))
}
