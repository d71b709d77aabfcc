//! The scheduler: queues recurring events, nothing else. A slot's key is its time, so any number of schedulers queue it
//! once. At the start the latest slot is queued if it was missed; what lies further back the use case catches up itself.
//! Each look asks the database when what is due, so a schedule that is changed anywhere is followed by all.

use crate::events::enqueue::{Task, row};
use crate::events::timetable::{self, Timetable};
use crate::kernel::state::AppState;
use comptoir_db::events::{self, EventRow, Now};
use comptoir_db::{Failure, Outcome};
use comptoir_domain::Instant;
use comptoir_domain::events::EventKind;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// So often a scheduler looks whether another process has changed the timetable.
const LOOK: Duration = Duration::from_secs(30);

/// Running timers.
pub struct Scheduler {
    timers: JobScheduler,
    watch: JoinHandle<()>,
}

impl Scheduler {
    /// Queues what was missed and starts the timers of all kinds that someone does.
    pub async fn start(state: Arc<AppState>) -> Result<Self, Failure> {
        let timers = JobScheduler::new().await.map_err(broken)?;
        let mut ring = Ring { state: Arc::clone(&state), timers: timers.clone(), set: BTreeMap::new() };
        tick(&state).await;
        ring.wind().await?;
        timers.start().await.map_err(broken)?;
        let watch = tokio::spawn(async move { ring.keep().await });
        Ok(Self { timers, watch })
    }

    /// Stops the timers.
    pub async fn stop(mut self) {
        self.watch.abort();
        if let Err(error) = self.timers.shutdown().await {
            tracing::warn!(%error, "the scheduler did not stop");
        }
    }
}

/// The timers that are set, one for each pattern: every tick looks at all kinds.
struct Ring {
    state: Arc<AppState>,
    timers: JobScheduler,
    set: BTreeMap<String, uuid::Uuid>,
}

impl Ring {
    /// Winds the timers again whenever the timetable may have changed.
    async fn keep(mut self) {
        loop {
            tokio::select! {
                () = self.state.rescheduled.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
            match self.wind().await {
                Ok(false) => {}
                // a slot may have passed before its timer was set
                Ok(true) => tick(&self.state).await,
                Err(failure) => tracing::error!(%failure, "the timers were not set"),
            }
        }
    }

    /// Sets the timers by the timetable as it is now; says whether that changed any.
    async fn wind(&mut self) -> Outcome<bool> {
        let wanted = patterns(&timetable::current(&self.state).await?);
        let before = self.set.len();
        let gone: Vec<_> = self.set.iter().filter(|(pattern, _)| !wanted.contains(*pattern)).map(owned).collect();
        for (pattern, timer) in gone {
            self.timers.remove(&timer).await.map_err(broken)?;
            self.set.remove(&pattern);
        }
        let mut changed = self.set.len() != before;
        for pattern in wanted {
            if !self.set.contains_key(&pattern) {
                let timer = self.timers.add(timer(&self.state, &pattern)?).await.map_err(broken)?;
                self.set.insert(pattern, timer);
                changed = true;
            }
        }
        Ok(changed)
    }
}

fn owned((pattern, timer): (&String, &uuid::Uuid)) -> (String, uuid::Uuid) {
    (pattern.clone(), *timer)
}

fn patterns(timetable: &Timetable) -> BTreeSet<String> {
    timetable.values().filter(|timing| timing.is_on).map(|timing| timing.schedule.pattern().into()).collect()
}

fn timer(state: &Arc<AppState>, pattern: &str) -> Outcome<Job> {
    let state = Arc::clone(state);
    let ring = move |_, _| -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        let state = Arc::clone(&state);
        Box::pin(async move { tick(&state).await })
    };
    Job::new_async(pattern, ring).map_err(broken)
}

fn broken(error: JobSchedulerError) -> Failure {
    Failure::Setting(format!("the timers: {error}"))
}

/// Every tick queues whatever is missing of any kind, so one that failed is made good by the next.
async fn tick(state: &AppState) {
    match queue_slots(state).await {
        Ok(0) => {}
        Ok(_) => state.wake.notify_one(),
        Err(failure) => tracing::error!(%failure, "recurring events were not queued"),
    }
}

/// Queues the latest slot of each recurring kind that someone does, unless it is there; says how many were new.
pub async fn queue_slots(state: &AppState) -> Outcome<usize> {
    let (now, handlers) = (state.now(), state.handlers.clone());
    let work = move |tx: &mut comptoir_db::Db| {
        let timetable = timetable::of_handlers(tx, &handlers)?;
        let due = timetable.iter().filter_map(|(kind, timing)| Some((*kind, timing.latest(now.by(kind.clock()))?)));
        let rows: Vec<_> = due.map(|(kind, at)| slot(kind, at, now)).collect();
        events::enqueue(tx, &rows)
    };
    state.store.write(work).await
}

/// The event of a slot of a kind.
pub fn slot(kind: EventKind, at: Instant, now: Now) -> EventRow {
    let clock = kind.clock();
    let task = Task {
        kind,
        unique_key: format!("{clock}:{kind}:{at}"),
        subject_id: String::new(),
        payload: json!({}),
        run_at: Some(at),
    };
    row(None, task, now)
}
