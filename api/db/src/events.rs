//! Events: the queue of persisted work. Each has a unique key, so the same work is never queued twice; whoever works on
//! one holds a lease, and when that runs out another worker takes over.

use crate::few::among;
use crate::schema::events;
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::events::{EventClock, EventKind, EventState};
use comptoir_domain::{EventId, Instant, SellerId};
use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// An event. `run_at`, `created_at` and `finished_at` are by its own clock, the lease by the machine's.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = events, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct EventRow {
    pub id: EventId,
    /// `None`: for the whole house.
    pub seller_id: Option<SellerId>,
    pub clock: EventClock,
    pub kind: EventKind,
    pub unique_key: String,
    pub subject_id: String,
    pub payload: Json<serde_json::Value>,
    pub state: EventState,
    pub run_at: Instant,
    /// How often it was begun.
    pub attempts: i32,
    pub leased_until: Option<Instant>,
    pub leased_by: Option<String>,
    pub last_error: String,
    pub result: Json<serde_json::Value>,
    pub created_at: Instant,
    pub finished_at: Option<Instant>,
}

/// What both clocks show.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub business: Instant,
    pub machine: Instant,
}

impl Now {
    /// What one of them shows.
    pub fn by(self, clock: EventClock) -> Instant {
        match clock {
            EventClock::Business => self.business,
            EventClock::Machine => self.machine,
        }
    }
}

/// The first ids of a query, locked on PostgreSQL, without those that another transaction has locked. On SQLite no more
/// rows are asked for: it would prepare a statement with a bound LIMIT anew for each value.
macro_rules! unlocked {
    ($db:expr, $query:expr, $limit:expr) => {
        match $db {
            Db::Sqlite(c) => {
                let rows = $query.load_iter::<EventId, DefaultLoadingMode>(c)?;
                rows.take($limit).collect::<QueryResult<Vec<_>>>()?
            }
            Db::Pg(c) => {
                let limit = i64::try_from($limit).unwrap_or(i64::MAX);
                $query.limit(limit).for_update().skip_locked().load::<EventId>(c)?
            }
        }
    };
}

/// An event as long as the worker that claimed it still has it: the attempt is the one that was claimed.
macro_rules! hold {
    ($held:expr) => {
        events::table
            .find($held.id)
            .filter(events::state.eq(EventState::Running))
            .filter(events::attempts.eq($held.attempts))
            .filter(events::leased_by.eq($held.leased_by.clone()))
    };
}

/// Queues what is not there yet, by its key; says how many were new.
pub fn enqueue(db: &mut Db, rows: &[EventRow]) -> Outcome<usize> {
    let write = diesel::insert_into(events::table);
    Ok(together!(rows, some => on!(db, c => write.values(some).on_conflict_do_nothing().execute(c))?))
}

/// Who works, on what, for how long at a time.
#[derive(Clone, Debug)]
pub struct Claim<'a> {
    pub worker: &'a str,
    /// What this worker can do.
    pub kinds: &'a [EventKind],
    pub limit: usize,
    pub now: Now,
    pub leased_until: Instant,
}

/// Takes events into work: first those whose lease ran out, then those that are due, the longest due first. On PostgreSQL
/// what another worker is about to take is passed over; on SQLite a writer is alone. The rows are locked before they are
/// changed: in one statement the planner may run the limited query more than once and take too many.
pub fn claim(db: &mut Db, claim: &Claim<'_>) -> Outcome<Vec<EventRow>> {
    let Now { business, machine } = claim.now;
    let abandoned = events::table
        .filter(events::state.eq(EventState::Running))
        .filter(events::leased_until.lt(machine))
        .filter(among(events::kind, claim.kinds.to_vec()));
    let abandoned = abandoned.order((events::leased_until, events::id)).select(events::id);
    let mut ids = unlocked!(db, abandoned, claim.limit);
    let by_clock = |clock: EventClock, now: Instant| events::clock.eq(clock).and(events::run_at.le(now));
    let due = events::table
        .filter(events::state.eq(EventState::Queued))
        .filter(events::run_at.le(business.max(machine)))
        .filter(by_clock(EventClock::Business, business).or(by_clock(EventClock::Machine, machine)))
        .filter(among(events::kind, claim.kinds.to_vec()));
    let rest = claim.limit.saturating_sub(ids.len());
    if rest > 0 {
        let due = due.order((events::run_at, events::id)).select(events::id);
        ids.extend(unlocked!(db, due, rest));
    }
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let taken = events::table.filter(events::id.eq_any(ids));
    let change = (
        events::state.eq(EventState::Running),
        events::attempts.eq(events::attempts + 1),
        events::leased_by.eq(claim.worker),
        events::leased_until.eq(claim.leased_until),
    );
    let mut rows: Vec<EventRow> =
        on!(db, c => diesel::update(taken).set(change).returning(EventRow::as_returning()).get_results(c))?;
    rows.sort_by_key(|row| (row.run_at, row.id));
    Ok(rows)
}

/// Whether a worker is at something of these kinds about a subject.
pub fn is_under_way(db: &mut Db, scope: Scope, kinds: &[EventKind], subject: &str) -> Outcome<bool> {
    let running = events::table
        .filter(events::seller_id.eq(scope.seller()))
        .filter(events::state.eq(EventState::Running))
        .filter(events::kind.eq_any(kinds.to_vec()))
        .filter(events::subject_id.eq(subject.to_string()));
    Ok(on!(db, c => diesel::select(diesel::dsl::exists(running)).get_result(c))?)
}

/// Puts back what a worker has that is gone for certain. Only where there can be no other worker: a lease settles it
/// everywhere else.
pub fn take_back(db: &mut Db) -> Outcome<usize> {
    let held = events::table.filter(events::state.eq(EventState::Running));
    let change = (
        events::state.eq(EventState::Queued),
        events::leased_by.eq(None::<String>),
        events::leased_until.eq(None::<Instant>),
    );
    Ok(diesel::update(held).set(change).execute(db)?)
}

/// When the next event is due that waits for its time.
pub fn next_due(db: &mut Db, after: Instant) -> Outcome<Option<Instant>> {
    let waiting = events::table
        .filter(events::state.eq(EventState::Queued))
        .filter(events::run_at.gt(after))
        .order(events::run_at);
    Ok(waiting.select(events::run_at).first(db).optional()?)
}

/// Moves the end of the lease; `false` if the event is no longer this worker's.
pub fn renew(db: &mut Db, held: &EventRow, leased_until: Instant) -> Outcome<bool> {
    let change = events::leased_until.eq(leased_until);
    Ok(diesel::update(hold!(held)).set(change).execute(db)? == 1)
}

/// Writes how an attempt ended and lets go of the event; `false`, and nothing written, if it is no longer this worker's.
pub fn release(db: &mut Db, held: &EventRow, after: &EventRow) -> Outcome<bool> {
    let after = EventRow { leased_by: None, leased_until: None, ..after.clone() };
    Ok(diesel::update(hold!(held)).set(&after).execute(db)? == 1)
}

/// Whose events someone may see and control.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    pub scope: Scope,
    /// Those of the whole house too.
    pub house: bool,
}

/// Which events of a list are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// `None`: of all kinds.
    pub kinds: Option<Vec<EventKind>>,
    pub state: Vec<EventState>,
    pub subject_id: Option<String>,
    /// About one of these, if any are named.
    pub subjects: Option<Vec<String>>,
}

fn within(reach: Reach) -> events::BoxedQuery<'static, DbBackend> {
    let own = events::seller_id.eq(reach.scope.seller());
    let query = events::table.into_boxed::<DbBackend>();
    if reach.house { query.filter(own.or(events::seller_id.is_null())) } else { query.filter(own) }
}

/// One event.
pub fn find(db: &mut Db, reach: Reach, id: EventId) -> Outcome<EventRow> {
    Ok(within(reach).filter(events::id.eq(id)).select(EventRow::as_select()).get_result(db)?)
}

/// The same, kept from changing until the transaction ends.
pub fn lock(db: &mut Db, reach: Reach, id: EventId) -> Outcome<EventRow> {
    let seen = find(db, reach, id)?;
    Ok(lock_row!(db, events::table.find(seen.id), EventRow)?)
}

/// Those within reach that are wanted.
fn wanted(reach: Reach, filter: &EventFilter) -> events::BoxedQuery<'static, DbBackend> {
    let mut query = within(reach);
    if let Some(kinds) = &filter.kinds {
        query = query.filter(events::kind.eq_any(kinds.clone()));
    }
    if !filter.state.is_empty() {
        query = query.filter(events::state.eq_any(filter.state.clone()));
    }
    if let Some(subject) = &filter.subject_id {
        query = query.filter(events::subject_id.eq(subject.clone()));
    }
    if let Some(subjects) = &filter.subjects {
        query = query.filter(events::subject_id.eq_any(subjects.clone()));
    }
    query
}

/// The events within reach.
pub fn list(db: &mut Db, reach: Reach, filter: &EventFilter, page: &Page) -> Outcome<Slice<EventRow>> {
    let query = wanted(reach, filter);
    Ok(keyset!(db, query, page, events::id: EventId, EventRow, {
        "run_at" => events::run_at: Instant = run_at,
    }))
}

/// When each kind was last done, for the whole house or for this seller alone.
pub fn last_done(db: &mut Db, scope: Scope) -> Outcome<BTreeMap<EventKind, Instant>> {
    let done = events::table
        .filter(events::seller_id.is_null().or(events::seller_id.eq(scope.seller())))
        .filter(events::state.eq(EventState::Done))
        .group_by(events::kind)
        .select((events::kind, diesel::dsl::max(events::finished_at)));
    let found: Vec<(EventKind, Option<Instant>)> = done.load(db)?;
    Ok(found.into_iter().filter_map(|(kind, at)| Some((kind, at?))).collect())
}

/// Lets those of the wanted events that wait for their time wait no longer; the subjects of these.
pub fn hurry(db: &mut Db, reach: Reach, filter: &EventFilter, now: Now) -> Outcome<Vec<String>> {
    let mut hurried = Vec::new();
    for clock in [EventClock::Business, EventClock::Machine] {
        let waiting = wanted(reach, filter)
            .filter(events::state.eq(EventState::Queued))
            .filter(events::clock.eq(clock))
            .filter(events::run_at.gt(now.by(clock)));
        let found: Vec<(EventId, String)> = waiting.select((events::id, events::subject_id)).load(db)?;
        for found in found.chunks(1_000) {
            let ids: Vec<EventId> = found.iter().map(|(id, _)| *id).collect();
            // a worker may have taken some of them meanwhile
            let still = events::table.filter(events::id.eq_any(ids)).filter(events::state.eq(EventState::Queued));
            diesel::update(still).set(events::run_at.eq(now.by(clock))).execute(db)?;
            hurried.extend(found.iter().map(|(_, subject)| subject.clone()));
        }
    }
    Ok(hurried)
}

/// Writes back an event that was locked.
pub fn save(db: &mut Db, row: &EventRow) -> Outcome<()> {
    diesel::update(events::table.find(row.id)).set(row).execute(db)?;
    Ok(())
}

/// Which closed events are old.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Old {
    pub closed_before: Instant,
    pub due_before: Instant,
}

macro_rules! old {
    ($kinds:expr, $old:expr) => {
        events::table
            .filter(events::state.eq_any([EventState::Done, EventState::Failed, EventState::Cancelled]))
            .filter(events::kind.eq_any($kinds))
            .filter(events::finished_at.lt($old.closed_before))
            .filter(events::run_at.lt($old.due_before))
    };
}

/// Forgets old events of some kinds; says how many.
pub fn purge(db: &mut Db, kinds: &[EventKind], old: Old) -> Outcome<usize> {
    Ok(diesel::delete(old!(kinds.to_vec(), old)).execute(db)?)
}

/// How many old events of each of some kinds there are.
pub fn count_old(db: &mut Db, kinds: &[EventKind], old: Old) -> Outcome<Vec<(EventKind, i64)>> {
    let counted = old!(kinds.to_vec(), old).group_by(events::kind).order(events::kind);
    Ok(counted.select((events::kind, diesel::dsl::count_star())).load(db)?)
}
