//! Reports of use. They are never changed; a correction is a report that replaces another, of the same days.

use crate::entity::in_order;
use crate::schema::{subscriptions, usage_records};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::schedule::Period;
use comptoir_domain::subscriptions::SubscriptionStatus;
use comptoir_domain::usage::{Record, Reported, Resource};
use comptoir_domain::{ClientId, Instant, SellerId, SubscriptionId, UsageRecordId};
use diesel::prelude::*;
use std::collections::BTreeSet;

/// What a source says was used of a resource on some days of one month of a subscription.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = usage_records, treat_none_as_default_value = false)]
pub struct UsageRecordRow {
    pub seller_id: SellerId,
    pub id: UsageRecordId,
    pub subscription_id: SubscriptionId,
    pub resource: Resource,
    pub from_on: NaiveDate,
    pub to_on: NaiveDate,
    /// Bytes.
    pub amount: i64,
    /// The month that it counts in.
    pub month_from: NaiveDate,
    pub month_to: NaiveDate,
    /// The day on which it is charged: when its month is over, or the day after it came if that is later.
    pub due_on: NaiveDate,
    /// Whether the billing run has looked at its month since it came.
    pub is_counted: bool,
    pub source: String,
    pub record_key: String,
    pub replaces_id: Option<UsageRecordId>,
    pub created_at: Instant,
}

impl UsageRecordRow {
    /// The days it is about.
    pub fn period(&self) -> Period {
        Period { from: self.from_on, to: self.to_on }
    }

    /// The month it counts in.
    pub fn month(&self) -> Period {
        Period { from: self.month_from, to: self.month_to }
    }

    /// As the rules of notices see it.
    pub fn reported(&self) -> Reported {
        Reported { resource: self.resource, period: self.period(), month: self.month(), record: self.record() }
    }

    /// As the rules of billing see it.
    pub fn record(&self) -> Record {
        Record { id: self.id, replaces: self.replaces_id, due_on: self.due_on, amount: bytes(self.amount) }
    }
}

/// A number of bytes; no table holds one below zero.
pub(super) fn bytes(amount: i64) -> u64 {
    u64::try_from(amount).unwrap_or_default()
}

/// Writes reports; says how many were new. What has a key that is taken, or corrects what was corrected, is left out.
pub fn insert(db: &mut Db, rows: &[UsageRecordRow]) -> Outcome<usize> {
    let write = diesel::insert_into(usage_records::table);
    Ok(together!(rows, some => on!(db, c => write.values(some).on_conflict_do_nothing().execute(c))?))
}

/// Those of these reports that are corrected by another one.
pub fn corrected(db: &mut Db, scope: Scope, ids: &[UsageRecordId]) -> Outcome<BTreeSet<UsageRecordId>> {
    let found = usage_records::table
        .filter(usage_records::seller_id.eq(scope.seller()))
        .filter(usage_records::replaces_id.eq_any(ids.iter().copied().map(Some).collect::<Vec<_>>()));
    let ids: Vec<Option<UsageRecordId>> = found.select(usage_records::replaces_id).load(db)?;
    Ok(ids.into_iter().flatten().collect())
}

/// The reports with these ids, in that order; `not_found` if one is missing.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[UsageRecordId]) -> Outcome<Vec<UsageRecordRow>> {
    let found = usage_records::table
        .filter(usage_records::seller_id.eq(scope.seller()))
        .filter(usage_records::id.eq_any(ids.to_vec()));
    in_order(ids, found.select(UsageRecordRow::as_select()).load(db)?, |row| row.id)
}

/// What a source has reported under these keys.
pub fn by_keys(db: &mut Db, scope: Scope, source: &str, keys: &[String]) -> Outcome<Vec<UsageRecordRow>> {
    let found = usage_records::table
        .filter(usage_records::seller_id.eq(scope.seller()))
        .filter(usage_records::source.eq(source.to_string()))
        .filter(usage_records::record_key.eq_any(keys.to_vec()));
    Ok(found.select(UsageRecordRow::as_select()).load(db)?)
}

/// Which reports of a list are wanted; `None` does not restrict.
#[derive(Clone, Debug, Default)]
pub struct UsageFilter {
    pub client_id: Option<ClientId>,
    pub subscription_id: Option<SubscriptionId>,
    pub resource: Option<Resource>,
    /// About this day or later ones.
    pub from: Option<NaiveDate>,
    /// About days before this one.
    pub to: Option<NaiveDate>,
}

/// The reports that a seller has.
pub fn list(db: &mut Db, scope: Scope, filter: &UsageFilter, page: &Page) -> Outcome<Slice<UsageRecordRow>> {
    let mut query = usage_records::table.filter(usage_records::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(client) = filter.client_id {
        let theirs = subscriptions::table
            .filter(subscriptions::seller_id.eq(scope.seller()))
            .filter(subscriptions::client_id.eq(client));
        query = query.filter(usage_records::subscription_id.eq_any(theirs.select(subscriptions::id)));
    }
    if let Some(subscription) = filter.subscription_id {
        query = query.filter(usage_records::subscription_id.eq(subscription));
    }
    if let Some(resource) = filter.resource {
        query = query.filter(usage_records::resource.eq(resource));
    }
    if let Some(from) = filter.from {
        query = query.filter(usage_records::to_on.gt(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(usage_records::from_on.lt(to));
    }
    Ok(keyset!(db, query, page, usage_records::id: UsageRecordId, UsageRecordRow, {
        "from" => usage_records::from_on: NaiveDate = from_on,
    }))
}

/// Reports that a billing run has to look at, with their subscriptions. Whoever is taken for a fraud is not charged, and
/// what went to another client is not charged any more.
macro_rules! due {
    ($scope:expr, $as_of:expr) => {
        usage_records::table
            .inner_join(
                subscriptions::table.on(subscriptions::seller_id
                    .eq(usage_records::seller_id)
                    .and(subscriptions::id.eq(usage_records::subscription_id))),
            )
            .filter(usage_records::seller_id.eq($scope.seller()))
            .filter(usage_records::is_counted.eq(false))
            .filter(usage_records::due_on.le($as_of))
            .filter(subscriptions::status.ne_all(vec![SubscriptionStatus::Fraudulent, SubscriptionStatus::Transferred]))
    };
}

/// Whether there are such reports at all. That is told by their index; the join would go through the clients to find none.
fn is_any_due(db: &mut Db, scope: Scope, as_of: NaiveDate) -> Outcome<bool> {
    let due = usage_records::table
        .filter(usage_records::seller_id.eq(scope.seller()))
        .filter(usage_records::is_counted.eq(false))
        .filter(usage_records::due_on.le(as_of));
    Ok(on!(db, c => diesel::select(diesel::dsl::exists(due)).get_result(c))?)
}

/// The clients with reports that are due, after one client: where a billing run goes on.
pub fn due_clients(
    db: &mut Db,
    scope: Scope,
    as_of: NaiveDate,
    after: Option<ClientId>,
    limit: i64,
) -> Outcome<Vec<ClientId>> {
    if !is_any_due(db, scope, as_of)? {
        return Ok(Vec::new());
    }
    let mut found = due!(scope, as_of).into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(subscriptions::client_id.gt(after));
    }
    Ok(found.select(subscriptions::client_id).distinct().order(subscriptions::client_id).limit(limit).load(db)?)
}

/// The subscriptions of some clients with reports that are due, each with the first of the months they are about.
pub fn due_subscriptions(
    db: &mut Db,
    scope: Scope,
    as_of: NaiveDate,
    clients: &[ClientId],
) -> Outcome<Vec<(SubscriptionId, NaiveDate)>> {
    let found = due!(scope, as_of).filter(subscriptions::client_id.eq_any(clients.to_vec()));
    let months = found.select((usage_records::subscription_id, usage_records::month_from)).distinct();
    Ok(months.order((usage_records::subscription_id, usage_records::month_from)).load(db)?)
}

/// The reports about months that begin between two days, both included; corrected ones are among them.
pub fn of_months(
    db: &mut Db,
    scope: Scope,
    subscriptions: &[SubscriptionId],
    from: NaiveDate,
    to: NaiveDate,
) -> Outcome<Vec<UsageRecordRow>> {
    let found = usage_records::table
        .filter(usage_records::seller_id.eq(scope.seller()))
        .filter(usage_records::subscription_id.eq_any(subscriptions.to_vec()))
        .filter(usage_records::month_from.between(from, to))
        .order(usage_records::id);
    Ok(found.select(UsageRecordRow::as_select()).load(db)?)
}

/// The reports about days after one; corrected ones are among them.
pub fn recent(
    db: &mut Db,
    scope: Scope,
    subscriptions: &[SubscriptionId],
    after: NaiveDate,
) -> Outcome<Vec<UsageRecordRow>> {
    let found = usage_records::table
        .filter(usage_records::seller_id.eq(scope.seller()))
        .filter(usage_records::subscription_id.eq_any(subscriptions.to_vec()))
        .filter(usage_records::to_on.gt(after))
        .order((usage_records::to_on, usage_records::id));
    Ok(found.select(UsageRecordRow::as_select()).load(db)?)
}

/// Says that a billing run has looked at some reports.
pub fn mark_counted(db: &mut Db, scope: Scope, ids: &[UsageRecordId]) -> Outcome<()> {
    for ids in ids.chunks(10_000) {
        let these = usage_records::table
            .filter(usage_records::seller_id.eq(scope.seller()))
            .filter(usage_records::id.eq_any(ids.to_vec()));
        diesel::update(these).set(usage_records::is_counted.eq(true)).execute(db)?;
    }
    Ok(())
}
