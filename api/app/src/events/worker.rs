//! The worker: claims what is due, does several things at once, and stops gracefully. Any number of workers, in one
//! process or in several, share one queue.

use crate::events::attempt::{attempt, leased_until};
use crate::events::handler::Handlers;
use crate::events::post::sweep;
use crate::kernel::clock::fresh;
use crate::kernel::state::AppState;
use comptoir_db::Outcome;
use comptoir_db::events::{self, Claim, EventRow};
use comptoir_domain::EventId;
use comptoir_domain::events::EventKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// How many events at once.
    pub concurrency: usize,
    /// How long an event is another's after its worker fell silent.
    pub lease: Duration,
    /// How long to wait before looking again when there was nothing to do.
    pub idle: Duration,
    /// How long to wait, when told to stop, for what has begun.
    pub grace: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            concurrency: 4,
            lease: Duration::from_secs(60),
            idle: Duration::from_secs(1),
            grace: Duration::from_secs(20),
        }
    }
}

/// A worker that has not begun.
#[derive(Clone)]
pub struct Worker {
    state: Arc<AppState>,
    handlers: Handlers,
    options: WorkerOptions,
    name: String,
}

/// A worker at work. Dropped without [`Running::stop`] it breaks off at once, and its leases run out.
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// A worker for all that there are handlers for.
    pub fn new(state: Arc<AppState>, options: WorkerOptions) -> Self {
        let handlers = state.handlers.clone();
        Self { state, handlers, options, name: format!("{}:{}", std::process::id(), fresh::<EventId>()) }
    }

    /// The same for some kinds.
    pub fn only(mut self, wanted: impl Fn(EventKind) -> bool) -> Self {
        self.handlers = self.handlers.only(wanted);
        self
    }

    /// Begins.
    pub fn start(self) -> Running {
        let (stop, stopped) = watch::channel(false);
        Running { stop, task: tokio::spawn(self.run(stopped)) }
    }

    /// Does what is due, and what becomes due meanwhile, then returns; says how many attempts were made.
    pub async fn drain(&self) -> Outcome<usize> {
        let mut made = 0;
        loop {
            let taken = self.claim(self.options.concurrency).await?;
            if taken.is_empty() {
                sweep(&self.state).await?;
                return Ok(made);
            }
            made += taken.len();
            let mut running = JoinSet::new();
            taken.into_iter().for_each(|event| self.begin(&mut running, event));
            while running.join_next().await.is_some() {}
        }
    }

    async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        let mut post = JoinSet::new();
        post.spawn(carry(Arc::clone(&self.state), self.options.idle));
        while !*stopped.borrow() {
            let room = self.options.concurrency.saturating_sub(running.len());
            let taken = self.claim(room).await.unwrap_or_else(|failure| {
                tracing::error!(%failure, "no events could be claimed");
                Vec::new()
            });
            let full = taken.len() == room;
            taken.into_iter().for_each(|event| self.begin(&mut running, event));
            tokio::select! {
                _ = stopped.changed() => break,
                Some(_) = running.join_next() => {}
                () = self.state.wake.notified(), if !full => {}
                () = tokio::time::sleep(self.options.idle), if !full => {}
            }
        }
        drop(post);
        let finish = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(self.options.grace, finish).await.is_err() {
            tracing::warn!("some events were broken off; they will be taken up again when their leases have run out");
        }
    }

    fn begin(&self, running: &mut JoinSet<()>, event: EventRow) {
        running.spawn(attempt(Arc::clone(&self.state), self.handlers.clone(), event, self.options.lease));
    }

    async fn claim(&self, room: usize) -> Outcome<Vec<EventRow>> {
        if room == 0 {
            return Ok(Vec::new());
        }
        let (worker, kinds, now) = (self.name.clone(), self.handlers.kinds(), self.state.now());
        let leased_until = leased_until(&self.state, self.options.lease);
        let work = move |tx: &mut comptoir_db::Db| {
            events::claim(tx, &Claim { worker: &worker, kinds: &kinds, limit: room, now, leased_until })
        };
        self.state.store.write_batch(work).await
    }
}

/// Carries the post for as long as it is let. What is cut off in the middle is tried again when its claim has run out.
async fn carry(state: Arc<AppState>, idle: Duration) {
    loop {
        if let Err(failure) = sweep(&state).await {
            tracing::error!(%failure, "the post was not carried");
        }
        tokio::time::sleep(idle).await;
    }
}

impl Running {
    /// Takes nothing new, finishes what has begun within the time of grace, and returns.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Err(error) = (&mut self.task).await {
            tracing::error!(%error, "the worker broke off");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}
