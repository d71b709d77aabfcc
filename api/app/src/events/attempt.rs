//! One attempt at an event: run its handler while the lease is kept, then write down how it ended.

use crate::events::handler::{EventFailure, Handlers, Retry};
use crate::kernel::state::AppState;
use crate::todos::{Todo, raise};
use crate::{operations, sandboxes};
use comptoir_db::events::{self, EventRow};
use comptoir_db::{Db, Json, Outcome, Scope, sellers};
use comptoir_domain::Instant;
use comptoir_domain::events::{EventState, back_off};
use comptoir_domain::todos::TodoKind;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The longest error text that is kept.
const ERROR_LETTERS: usize = 2_000;

/// Runs a claimed event and records the outcome. If another worker has taken the event over meanwhile (this one was
/// stopped for longer than its lease), the handler is dropped and nothing is recorded: the event is the other's.
pub async fn attempt(state: Arc<AppState>, handlers: Handlers, held: EventRow, lease: Duration) {
    let outcome = if held.attempts > held.kind.max_attempts() {
        Err(EventFailure::lasting("the worker stopped in the middle of every attempt"))
    } else {
        tokio::select! {
            outcome = work(Arc::clone(&state), handlers, held.clone()) => outcome,
            () = keep(&state, &held, lease) => {
                tracing::warn!(event = %held.id, kind = %held.kind, "the lease was lost: another worker has the event");
                return;
            }
        }
    };
    let after = judge(&held, &outcome, state.now().by(held.clock), rand::random());
    state.metrics.events.with_label_values(&[after.kind.as_str(), after.state.as_str()]).inc();
    if let Err(failure) = &outcome {
        tracing::warn!(event = %held.id, kind = %held.kind, attempt = held.attempts, next = %after.state, message = failure.message, "an event failed");
    }
    let recorded = state.store.write(move |tx| record(tx, &held, &after)).await;
    if let Err(failure) = recorded {
        tracing::error!(%failure, "the outcome of an event was not recorded: it will run again");
    }
}

/// The handler, in a task of its own: a panic is a failure like others.
async fn work(state: Arc<AppState>, handlers: Handlers, event: EventRow) -> Result<Value, EventFailure> {
    let mut task = JoinSet::new();
    task.spawn(async move { handlers.run(&state, &event).await });
    match task.join_next().await {
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) => Err(EventFailure::passing(format!("the handler broke off: {error}"))),
        None => Err(EventFailure::passing("the handler did not run")),
    }
}

/// Renews the lease until it is lost.
async fn keep(state: &AppState, held: &EventRow, lease: Duration) {
    loop {
        tokio::time::sleep(lease / 3).await;
        let (held, until) = (held.clone(), leased_until(state, lease));
        match state.store.write(move |tx| events::renew(tx, &held, until)).await {
            Ok(true) => {}
            Ok(false) => return,
            // the lease still has time left: the next renewal may succeed
            Err(failure) => tracing::warn!(%failure, "a lease was not renewed"),
        }
    }
}

/// The end of a lease that begins now.
pub fn leased_until(state: &AppState, lease: Duration) -> Instant {
    state.machine.now().plus(chrono::TimeDelta::from_std(lease).unwrap_or_default())
}

/// What becomes of an event after an attempt.
fn judge(held: &EventRow, outcome: &Result<Value, EventFailure>, now: Instant, jitter: u16) -> EventRow {
    let mut after = held.clone();
    match outcome {
        Ok(result) => {
            after.state = EventState::Done;
            after.last_error.clear();
            after.result = Json(result.clone());
            after.finished_at = Some(now);
        }
        Err(failure) => {
            after.last_error = failure.message.chars().take(ERROR_LETTERS).collect();
            let next = match failure.retry {
                _ if held.attempts >= held.kind.max_attempts() => None,
                Retry::Never => None,
                Retry::At(at) => Some(at),
                Retry::BackOff => Some(now.plus(back_off(held.attempts, jitter))),
            };
            after.state = if next.is_some() { EventState::Queued } else { EventState::Failed };
            after.run_at = next.unwrap_or(held.run_at);
            after.finished_at = if next.is_some() { None } else { Some(now) };
        }
    }
    after
}

fn record(tx: &mut Db, held: &EventRow, after: &EventRow) -> Outcome<()> {
    if !events::release(tx, held, after)? {
        tracing::warn!(event = %held.id, "the event was another worker's when it ended here");
        return Ok(());
    }
    if after.state == EventState::Failed {
        sandboxes::given_up(tx, after)?;
        operations::given_up(tx, after)?;
        tell(tx, after)?;
    }
    Ok(())
}

/// A person of the seller, or of the provider for what concerns the house, has to look at what was given up.
fn tell(tx: &mut Db, event: &EventRow) -> Outcome<()> {
    let seller = match event.seller_id {
        Some(seller) => Some(seller),
        None => sellers::provider(tx)?.map(|provider| provider.id),
    };
    let Some(seller) = seller else { return Ok(()) };
    let todo = Todo {
        // a recurring event that fails day after day is one trouble
        unique_key: if event.kind.is_recurring() {
            format!("event:{}", event.kind)
        } else {
            format!("event:{}", event.id)
        },
        kind: TodoKind::EventFailed,
        title: format!("Failed: {}", event.kind.title()),
        detail: format!("Given up after {} attempts. {}", event.attempts, event.last_error),
        subject_id: event.id.to_string(),
    };
    raise(tx, Scope::of(seller), event.finished_at.unwrap_or(event.run_at), todo).map(|_| ())
}
