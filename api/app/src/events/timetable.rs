//! When each recurring kind is due as things stand: as delivered, unless someone has changed it.

use crate::events::handler::Handlers;
use crate::kernel::state::AppState;
use comptoir_db::event_schedules::{self, EventScheduleRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::events::{EventKind, Schedule, Timing};
use std::collections::BTreeMap;

/// The kinds that recur and that someone does, each with what is in force.
pub type Timetable = BTreeMap<EventKind, Timing>;

/// What is in force.
pub fn read(db: &mut Db, state: &AppState) -> Outcome<Timetable> {
    of_handlers(db, &state.handlers)
}

/// The same by the handlers there are.
pub fn of_handlers(db: &mut Db, handlers: &Handlers) -> Outcome<Timetable> {
    let changed: BTreeMap<_, _> = event_schedules::all(db)?.into_iter().map(|row| (row.kind, row)).collect();
    let kinds = handlers.kinds().into_iter();
    Ok(kinds.filter_map(|kind| Some((kind, timing(kind, changed.get(&kind))?))).collect())
}

/// The same, read by itself.
pub async fn current(state: &AppState) -> Outcome<Timetable> {
    let handlers = state.handlers.clone();
    state.store.read(move |db| of_handlers(db, &handlers)).await
}

/// What is in force of a kind; `None` for one that does not recur.
pub fn timing(kind: EventKind, changed: Option<&EventScheduleRow>) -> Option<Timing> {
    let delivered = Timing::delivered(kind.schedule()?);
    let Some(row) = changed else { return Some(delivered) };
    let pattern = row.pattern.as_deref().map(Schedule::parse).transpose();
    let pattern = pattern.unwrap_or_else(|problem| {
        // written by another release: work goes on as delivered
        tracing::error!(%kind, %problem, "a schedule cannot be understood");
        None
    });
    let schedule = pattern.unwrap_or(delivered.schedule);
    Some(Timing { schedule, is_on: row.is_on, since: Some(row.since) })
}
