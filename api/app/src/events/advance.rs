//! Living through time without waiting for it: rehearsals, the demonstration and tests. The clocks go from stop to stop,
//! and at each what is due is done, as it would have been.

use crate::events::schedule::slot;
use crate::events::timetable::{self, Timetable};
use crate::events::worker::{Worker, WorkerOptions};
use crate::kernel::state::AppState;
use chrono::TimeDelta;
use comptoir_db::events::{self, EventRow};
use comptoir_db::{Failure, Outcome};
use comptoir_domain::Instant;
use comptoir_domain::events::Timing;
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
    is_over: bool,
}

impl Way {
    /// A way to an instant. Only a house whose clocks do not run by themselves can go it.
    pub fn begin(state: &Arc<AppState>, to: Instant) -> Outcome<Self> {
        if !state.business.is_detached() || !state.machine.is_detached() {
            return Err(Failure::Corrupt("only a clock that stands can be moved".into()));
        }
        let options = WorkerOptions { concurrency: 1, ..WorkerOptions::default() };
        Ok(Self { state: Arc::clone(state), worker: Worker::new(Arc::clone(state), options), to, is_over: false })
    }

    /// Moves both clocks to the next stop and does what is due there; says how many events were attempted, or that the
    /// way is over.
    pub async fn step(&mut self) -> Outcome<Option<usize>> {
        if self.is_over {
            return Ok(None);
        }
        let state = &self.state;
        // what happens on the way may change it
        let timetable = timetable::current(state).await?;
        let next = next_stop(state, &timetable, self.to).await?;
        let stop = next.unwrap_or(self.to);
        state.business.advance_to(stop);
        state.machine.advance_to(stop);
        if next.is_some() {
            let rows: Vec<_> = due_slots(state, &timetable, stop).collect();
            state.store.write(move |tx| events::enqueue(tx, &rows)).await?;
        }
        self.is_over = next.is_none();
        Ok(Some(self.worker.drain().await?))
    }
}

/// The next instant at which something is due: a slot, a task that was put off, noon.
async fn next_stop(state: &AppState, timetable: &Timetable, to: Instant) -> Outcome<Option<Instant>> {
    let now = state.business.now();
    let waiting = state.store.read(move |db| events::next_due(db, now)).await?;
    let noon = Instant::from_micros((((now.seconds() - NOON) / DAY + 1) * DAY + NOON) * 1_000_000);
    let seldom = timetable.values().filter(|timing| !is_frequent(timing));
    let slots = seldom.filter_map(|timing| timing.next(now));
    Ok(slots.chain(waiting).chain(noon).min().filter(|stop| *stop <= to))
}

/// The slots that fall on a stop; at noon the latest of whatever recurs more often.
fn due_slots(state: &AppState, timetable: &Timetable, stop: Instant) -> impl Iterator<Item = EventRow> {
    let (now, at_noon) = (state.now(), stop.seconds() % DAY == NOON);
    timetable.iter().filter_map(move |(kind, timing)| {
        let at = timing.latest(stop)?;
        let due = if is_frequent(timing) { at_noon } else { at == stop };
        due.then(|| slot(*kind, at, now))
    })
}

fn is_frequent(timing: &Timing) -> bool {
    let gap = || {
        let first = timing.schedule.next(Instant::EPOCH)?;
        Some(timing.schedule.next(first)?.micros() - first.micros())
    };
    gap().is_some_and(|gap| TimeDelta::microseconds(gap) < TimeDelta::days(1))
}
