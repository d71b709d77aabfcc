//! Queueing work.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use comptoir_db::events::{self, EventRow, Now};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::events::{EventKind, EventState};
use comptoir_domain::{EventId, Instant, SellerId};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// Work to be done for a seller.
#[derive(Clone, Debug)]
pub struct Task {
    /// Which work.
    pub kind: EventKind,
    /// Two tasks with one key are one task, for as long as the event is kept: name the object and what makes this work
    /// another one than the last (a version, a period).
    pub unique_key: String,
    /// What it is about; empty for nothing in particular.
    pub subject_id: String,
    /// What the handler needs besides.
    pub payload: Value,
    /// When, by the clock of the kind; at once if absent.
    pub run_at: Option<Instant>,
}

impl Task {
    /// Recurring work that someone wants done now: always another one.
    pub fn by_hand(kind: EventKind) -> Self {
        Self {
            kind,
            unique_key: format!("by_hand:{kind}:{}", fresh::<EventId>()),
            subject_id: String::new(),
            payload: json!({}),
            run_at: None,
        }
    }
}

/// Queues tasks for the caller's seller, in the transaction that causes them; says how many were new.
pub fn enqueue(tx: &mut Db, ctx: &Ctx, tasks: Vec<Task>) -> Outcome<usize> {
    let now = Now { business: ctx.now, machine: ctx.machine_now };
    let rows: Vec<_> = tasks.into_iter().map(|task| row(Some(ctx.scope.seller()), task, now)).collect();
    let new = events::enqueue(tx, &rows)?;
    ctx.enqueued.store(true, Ordering::Relaxed);
    Ok(new)
}

/// The row of a task, for a seller or for the whole house.
pub fn row(seller_id: Option<SellerId>, task: Task, now: Now) -> EventRow {
    let clock = task.kind.clock();
    EventRow {
        id: fresh(),
        seller_id,
        clock,
        kind: task.kind,
        unique_key: task.unique_key,
        subject_id: task.subject_id,
        payload: Json(task.payload),
        state: EventState::Queued,
        run_at: task.run_at.unwrap_or_else(|| now.by(clock)),
        attempts: 0,
        leased_until: None,
        leased_by: None,
        last_error: String::new(),
        result: Json(json!({})),
        created_at: now.by(clock),
        finished_at: None,
    }
}
