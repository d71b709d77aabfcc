//! Asking for long work: the operation and its event, in one transaction.

use crate::events::{Task, enqueue};
use crate::kernel::Reply;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::operations::views::OperationView;
use comptoir_db::operations::{self, OperationRow};
use comptoir_db::{Db, Json, Outcome};
use comptoir_domain::events::EventKind;
use comptoir_domain::operations::{OperationKind, OperationState};
use comptoir_domain::{Instant, OperationId};
use serde_json::{Value, json};

/// Starts an operation, whose work a kind of event does with what it is given.
pub fn start(tx: &mut Db, ctx: &Ctx, kind: OperationKind, work: EventKind, payload: Value) -> Outcome<Reply> {
    start_at(tx, ctx, kind, (work, None), payload)
}

/// The same, for work that waits for a time, by the clock of the kind of event.
pub fn start_at(
    tx: &mut Db,
    ctx: &Ctx,
    kind: OperationKind,
    (work, run_at): (EventKind, Option<Instant>),
    payload: Value,
) -> Outcome<Reply> {
    let row = OperationRow {
        seller_id: ctx.scope.seller(),
        id: fresh::<OperationId>(),
        kind,
        state: OperationState::Queued,
        done: 0,
        total: 0,
        result: Json(Value::Null),
        error: String::new(),
        created_at: ctx.now,
        finished_at: None,
        version: 1,
    };
    operations::insert(tx, &row)?;
    let task = Task {
        kind: work,
        unique_key: format!("operation:{}", row.id),
        subject_id: row.id.to_string(),
        payload,
        run_at,
    };
    enqueue(tx, ctx, vec![task])?;
    ctx.record(tx, "operation.started", row.id, json!({ "kind": kind }))?;
    let location = format!("/v1/operations/{}", row.id);
    Ok(Reply::accepted_with(&OperationView::from(row)).header("location", location).version(1))
}
