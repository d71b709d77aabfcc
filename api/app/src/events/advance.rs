//! Living through time without waiting for it: rehearsals, the demonstration and tests. The clocks go from stop to stop,
//! and at each what is due is done, as it would have been.

use crate::events::schedule::slot;
use crate::events::timetable::{self, Timetable};
use crate::events::worker::{Worker, WorkerOptions};
use crate::kernel::state::AppState;
use chrono::TimeDelta;
use comptoir_db::events::{self, EventRow, Now};
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::Instant;
use comptoir_domain::events::{EventKind, Timing};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What recurs more often than daily runs once a day, at noon: what it looks for changes with the days here.
const DAY: i64 = 24 * 3600;
const NOON: i64 = DAY / 2;

/// Moves both clocks to an instant and does everything that becomes due on the way, in order; says how many events were
/// attempted.
pub async fn advance(state: &Arc<AppState>, to: Instant) -> Outcome<usize> {
    let (mut way, mut attempts) = (Way::begin(state, to)?, 0);
    while let Some(made) = way.step().await? {
        attempts += made;
    }
    Ok(attempts)
}

/// A way through time, gone stop by stop.
pub struct Way {
    state: Arc<AppState>,
    worker: Worker,
    to: Instant,
    recurring: Recurring,
    is_over: bool,
}

/// What recurs, and which kinds of it more often than daily.
#[derive(Default)]
struct Recurring {
    timetable: Timetable,
    frequent: BTreeSet<EventKind>,
}

impl Way {
    /// A way to an instant. Only a house whose clocks do not run by themselves can go it.
    pub fn begin(state: &Arc<AppState>, to: Instant) -> Outcome<Self> {
        if !state.business.is_detached() || !state.machine.is_detached() {
            return Err(Failure::Corrupt("only a clock that stands can be moved".into()));
        }
        let options = WorkerOptions { concurrency: 1, ..WorkerOptions::default() };
        let worker = Worker::new(Arc::clone(state), options);
        Ok(Self { state: Arc::clone(state), worker, to, recurring: Recurring::default(), is_over: false })
    }

    /// Moves both clocks to the next stop and does what is due there; says how many events were attempted, or that the
    /// way is over.
    pub async fn step(&mut self) -> Outcome<Option<usize>> {
        if self.is_over {
            return Ok(None);
        }
        let state = &self.state;
        let (handlers, now) = (state.handlers.clone(), state.business.now());
        let look = move |db: &mut Db| Ok((timetable::of_handlers(db, &handlers)?, events::next_due(db, now)?));
        let (timetable, waiting) = state.store.read(look).await?;
        // what happens on the way may change it
        self.recurring.keep_to(timetable);
        let next = self.recurring.next_stop(now, waiting).filter(|stop| *stop <= self.to);
        let stop = next.unwrap_or(self.to);
        state.business.advance_to(stop);
        state.machine.advance_to(stop);
        if next.is_some() {
            let rows = self.recurring.due_slots(stop, state.now());
            state.store.write(move |tx| events::enqueue(tx, &rows)).await?;
        }
        self.is_over = next.is_none();
        Ok(Some(self.worker.drain().await?))
    }
}

impl Recurring {
    fn keep_to(&mut self, timetable: Timetable) {
        if self.timetable != timetable {
            let frequent = timetable.iter().filter(|(_, timing)| is_frequent(timing));
            self.frequent = frequent.map(|(kind, _)| *kind).collect();
            self.timetable = timetable;
        }
    }

    /// The next instant at which something is due: a slot, a task that was put off, noon.
    fn next_stop(&self, now: Instant, waiting: Option<Instant>) -> Option<Instant> {
        let noon = Instant::from_micros((((now.seconds() - NOON) / DAY + 1) * DAY + NOON) * 1_000_000);
        let seldom = self.timetable.iter().filter(|(kind, _)| !self.frequent.contains(kind));
        let slots = seldom.filter_map(|(_, timing)| timing.next(now));
        slots.chain(waiting).chain(noon).min()
    }

    /// The slots that fall on a stop; at noon the latest of whatever recurs more often.
    fn due_slots(&self, stop: Instant, now: Now) -> Vec<EventRow> {
        let at_noon = stop.seconds() % DAY == NOON;
        let due = self.timetable.iter().filter_map(|(kind, timing)| {
            let at = timing.latest(stop)?;
            let is_due = if self.frequent.contains(kind) { at_noon } else { at == stop };
            is_due.then(|| slot(*kind, at, now))
        });
        due.collect()
    }
}

fn is_frequent(timing: &Timing) -> bool {
    let gap = || {
        let first = timing.schedule.next(Instant::EPOCH)?;
        Some(timing.schedule.next(first)?.micros() - first.micros())
    };
    gap().is_some_and(|gap| TimeDelta::microseconds(gap) < TimeDelta::days(1))
}
