//! Activities: append-only facts about what happened, for audit, webhooks and replay (SEL-13).

use crate::schema::{activities, webhook_deliveries};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::{ActivityId, Instant, SellerId};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A fact. Its order among all facts is the sequence, which the database gives.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = activities, treat_none_as_default_value = false)]
pub struct ActivityRow {
    pub seller_id: SellerId,
    pub id: ActivityId,
    pub happened_at: Instant,
    pub actor_kind: String,
    pub actor_id: String,
    pub actor_name: String,
    pub ip: String,
    pub request_id: String,
    pub kind: String,
    pub subject_id: String,
    pub payload: Json<serde_json::Value>,
}

/// Which activities of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    pub kind: Vec<String>,
    pub subject_id: Option<String>,
    pub actor_id: Option<String>,
    pub happened_at_gte: Option<Instant>,
    pub happened_at_lt: Option<Instant>,
}

/// Appends facts.
pub fn append(db: &mut Db, rows: &[ActivityRow]) -> Outcome<()> {
    insert_many!(db, activities::table, rows);
    Ok(())
}

/// One fact.
pub fn find(db: &mut Db, scope: Scope, id: ActivityId) -> Outcome<ActivityRow> {
    let found = activities::table.filter(activities::seller_id.eq(scope.seller())).filter(activities::id.eq(id));
    Ok(found.select(ActivityRow::as_select()).first(db)?)
}

/// The last fact of a seller: while it is the same, nothing has happened.
pub fn latest(db: &mut Db, scope: Scope) -> Outcome<Option<ActivityId>> {
    let newest = activities::table.filter(activities::seller_id.eq(scope.seller())).order(activities::id.desc());
    Ok(newest.select(activities::id).first(db).optional()?)
}

/// How many facts of each kind there are between two instants, the second included.
pub fn count_by_kind(db: &mut Db, scope: Scope, after: Instant, until: Instant) -> Outcome<BTreeMap<String, i64>> {
    let between = activities::table
        .filter(activities::seller_id.eq(scope.seller()))
        .filter(activities::happened_at.gt(after))
        .filter(activities::happened_at.le(until));
    let counted = between.group_by(activities::kind).select((activities::kind, diesel::dsl::count_star()));
    let counted: Vec<(String, i64)> = counted.load(db)?;
    Ok(counted.into_iter().collect())
}

/// The facts of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &ActivityFilter, page: &Page) -> Outcome<Slice<ActivityRow>> {
    let mut query = activities::table.filter(activities::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.kind.is_empty() {
        query = query.filter(activities::kind.eq_any(filter.kind.clone()));
    }
    if let Some(subject) = &filter.subject_id {
        query = query.filter(activities::subject_id.eq(subject.clone()));
    }
    if let Some(actor) = &filter.actor_id {
        query = query.filter(activities::actor_id.eq(actor.clone()));
    }
    if let Some(from) = filter.happened_at_gte {
        query = query.filter(activities::happened_at.ge(from));
    }
    if let Some(to) = filter.happened_at_lt {
        query = query.filter(activities::happened_at.lt(to));
    }
    Ok(keyset!(db, query, page, activities::id: ActivityId, ActivityRow, {}))
}

/// The oldest facts from before an instant, with their sequence.
pub fn oldest(db: &mut Db, scope: Scope, before: Instant, limit: i64) -> Outcome<Vec<(i64, ActivityRow)>> {
    let old = activities::table
        .filter(activities::seller_id.eq(scope.seller()))
        .filter(activities::happened_at.lt(before))
        .order(activities::id)
        .limit(limit);
    Ok(old.select((activities::sequence, ActivityRow::as_select())).load(db)?)
}

/// How many facts there are from before an instant.
pub fn count_before(db: &mut Db, scope: Scope, before: Instant) -> Outcome<i64> {
    let old =
        activities::table.filter(activities::seller_id.eq(scope.seller())).filter(activities::happened_at.lt(before));
    Ok(old.count().get_result(db)?)
}

/// Removes facts that were moved elsewhere, with what is left of telling of them; says how many facts were there.
pub fn remove(db: &mut Db, scope: Scope, ids: &[ActivityId]) -> Outcome<usize> {
    let told = webhook_deliveries::table
        .filter(webhook_deliveries::seller_id.eq(scope.seller()))
        .filter(webhook_deliveries::activity_id.eq_any(ids.to_vec()));
    diesel::delete(told).execute(db)?;
    let moved =
        activities::table.filter(activities::seller_id.eq(scope.seller())).filter(activities::id.eq_any(ids.to_vec()));
    Ok(diesel::delete(moved).execute(db)?)
}
