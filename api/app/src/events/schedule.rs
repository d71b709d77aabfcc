//! The scheduler: queues recurring events, nothing else. A slot's key is its time, so any number of schedulers queue it
//! once. At the start the latest slot is queued if it was missed; what lies further back the use case catches up itself.

use crate::events::enqueue::{Task, row};
use crate::events::handler::Handlers;
use crate::kernel::state::AppState;
use comptoir_db::Outcome;
use comptoir_db::events::{self, EventRow, Now};
use comptoir_domain::events::EventKind;
use serde_json::json;
use std::sync::Arc;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};

/// Running timers.
pub struct Scheduler(JobScheduler);

impl Scheduler {
    /// Queues what was missed and starts one timer per recurring kind that someone does.
    pub async fn start(state: Arc<AppState>) -> Result<Self, JobSchedulerError> {
        tick(&state).await;
        let timers = JobScheduler::new().await?;
        for pattern in recurring(&state.handlers).filter_map(EventKind::schedule).map(|schedule| schedule.pattern()) {
            let state = Arc::clone(&state);
            let job = Job::new_async(pattern, move |_, _| {
                let state = Arc::clone(&state);
                Box::pin(async move { tick(&state).await })
            })?;
            timers.add(job).await?;
        }
        timers.start().await?;
        Ok(Self(timers))
    }

    /// Stops the timers.
    pub async fn stop(mut self) {
        if let Err(error) = self.0.shutdown().await {
            tracing::warn!(%error, "the scheduler did not stop");
        }
    }
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
    let now = state.now();
    let rows: Vec<_> = recurring(&state.handlers).filter_map(|kind| slot(kind, now)).collect();
    state.store.write(move |tx| events::enqueue(tx, &rows)).await
}

fn recurring(handlers: &Handlers) -> impl Iterator<Item = EventKind> {
    handlers.kinds().into_iter().filter(|kind| kind.is_recurring())
}

/// The event of the latest slot of a kind.
fn slot(kind: EventKind, now: Now) -> Option<EventRow> {
    let clock = kind.clock();
    let at = kind.schedule()?.latest(now.by(clock))?;
    let task = Task {
        kind,
        unique_key: format!("{clock}:{kind}:{at}"),
        subject_id: String::new(),
        payload: json!({}),
        run_at: Some(at),
    };
    Some(row(None, task, now))
}
