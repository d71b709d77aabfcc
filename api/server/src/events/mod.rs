//! `comptoir events`: see the queue, and run what is due without waiting for the server.

mod dry_run;

use crate::config::{Config, Failed};
use crate::house::House;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use comptoir_app::events::enqueue::{Task, row};
use comptoir_app::events::schedule::queue_slots;
use comptoir_app::events::{Worker, WorkerOptions};
use comptoir_app::{AppState, Clock};
use comptoir_db::events::{self, EventFilter, EventRow, Reach};
use comptoir_db::{Page, Scope, sellers};
use comptoir_domain::events::{EventKind, EventState};
use comptoir_domain::{EventId, Instant};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Events.
#[derive(Subcommand)]
pub enum Events {
    /// Print the newest events of the provider and of the whole house.
    List(List),
    /// Run what is due, or one kind now, in this process, and stop.
    Run(Box<Run>),
}

/// Which events.
#[derive(Args)]
pub struct List {
    /// Of this kind only
    #[arg(long)]
    kind: Option<EventKind>,
    /// In this state only
    #[arg(long)]
    state: Option<EventState>,
    /// So many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
}

/// What to run.
#[derive(Args)]
pub struct Run {
    /// This kind, now, for all sellers; without it whatever is due
    #[arg(long)]
    kind: Option<EventKind>,
    /// As if it were noon (UTC) of this day: YYYY-MM-DD
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// Say what would be done and write nothing
    #[arg(long, requires = "kind")]
    dry_run: bool,
    #[command(flatten)]
    house: House,
}

impl Events {
    /// Does what was asked.
    pub fn run(self, config: &Config) -> Result<(), Failed> {
        let runtime = tokio::runtime::Runtime::new()?;
        match self {
            Self::List(list) => runtime.block_on(list.print(config)),
            Self::Run(run) => runtime.block_on((*run).run(config)),
        }
    }
}

impl List {
    async fn print(self, config: &Config) -> Result<(), Failed> {
        let filter = EventFilter {
            kinds: self.kind.map(|kind| vec![kind]),
            state: self.state.into_iter().collect(),
            subject_id: None,
            subjects: None,
        };
        let page = Page { limit: self.limit, sort: String::new(), descending: true, after: None };
        let store = config.open_store()?;
        let rows = store.read(move |db| {
            let Some(provider) = sellers::provider(db)? else { return Ok(Vec::new()) };
            let reach = Reach { scope: Scope::of(provider.id), house: true };
            Ok(events::list(db, reach, &filter, &page)?.rows)
        });
        let rows = rows.await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{:<30} {:<30} {:<9} {:>8} {:<27} LAST ERROR", "ID", "KIND", "STATE", "ATTEMPTS", "RUN AT")?;
        for row in rows {
            let error = row.last_error.lines().next().unwrap_or_default();
            let (kind, state, at) = (row.kind.as_str(), row.state.as_str(), row.run_at.to_string());
            writeln!(out, "{:<30} {kind:<30} {state:<9} {:>8} {at:<27} {error}", row.id.to_string(), row.attempts)?;
        }
        Ok(())
    }
}

impl Run {
    async fn run(self, config: &Config) -> Result<(), Failed> {
        let settings = self.house.settings()?;
        let mut state = AppState::new(config.open_store()?, &config.master_key()?, settings)?;
        if let Some(day) = self.as_of {
            state = state.with_clocks(Clock::detached(noon(day)?), Clock::System);
        }
        let state = Arc::new(state);
        match self.kind {
            Some(kind) if self.dry_run => dry_run::print(state, kind).await,
            Some(kind) => run_kind(state, kind).await,
            None => {
                queue_slots(&state).await?;
                let made = Worker::new(state, WorkerOptions::default()).drain().await?;
                Ok(writeln!(std::io::stdout(), "{made} attempts")?)
            }
        }
    }
}

/// At noon in UTC it is this day in every zone but the easternmost.
fn noon(day: NaiveDate) -> Result<Instant, Failed> {
    Ok(day.and_hms_opt(12, 0, 0).map(|at| Instant::from_utc(at.and_utc())).ok_or("no such day")?)
}

/// Queues one event for the whole house and works until it is closed, here or by another instance.
async fn run_kind(state: Arc<AppState>, kind: EventKind) -> Result<(), Failed> {
    if !kind.is_recurring() || !state.handlers.has(kind) {
        let known: Vec<_> = state.handlers.kinds().into_iter().filter(|kind| kind.is_recurring()).collect();
        return Err(format!("{kind} cannot be run by hand; what can is {known:?}").into());
    }
    let task = Task::by_hand(kind);
    let queued = row(None, task, state.now());
    let id = queued.id;
    state.store.write(move |tx| events::enqueue(tx, std::slice::from_ref(&queued))).await?;
    let worker = Worker::new(Arc::clone(&state), WorkerOptions::default()).only(|known| known == kind);
    loop {
        worker.drain().await?;
        let event = found(&state, id).await?;
        match event.state {
            EventState::Running => tokio::time::sleep(Duration::from_millis(200)).await,
            EventState::Done => return Ok(writeln!(std::io::stdout(), "{kind}: {}", event.result.0)?),
            EventState::Queued => {
                return Err(format!("{}; it will be tried again at {}", event.last_error, event.run_at).into());
            }
            EventState::Failed | EventState::Cancelled => {
                return Err(format!("{kind} {}: {}", event.state, event.last_error).into());
            }
        }
    }
}

async fn found(state: &AppState, id: EventId) -> Result<EventRow, Failed> {
    let found = state.store.read(move |db| {
        let provider = sellers::provider(db)?.ok_or_else(comptoir_domain::Problem::not_found)?;
        events::find(db, Reach { scope: Scope::of(provider.id), house: true }, id)
    });
    Ok(found.await?)
}
