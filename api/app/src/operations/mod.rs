//! Long work (design, section 9): whoever asks for it gets an operation at once, and reads from it how far the work is and
//! what came of it. The work itself is an event that names the operation, so any worker takes it up, and again after a crash.

mod read;
pub mod start;
pub mod views;

use crate::events::EventFailure;
use crate::kernel::routes::Routes;
use comptoir_db::events::EventRow;
use comptoir_db::operations::{self, OperationRow};
use comptoir_db::{Db, Json, Outcome, Scope};
use comptoir_domain::operations::OperationState;
use comptoir_domain::{Instant, OperationId};
use serde_json::Value;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(read::list_operations).service(read::get_operation);
}

/// An operation that an event works for.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    /// Whose.
    pub scope: Scope,
    /// Which.
    pub id: OperationId,
}

impl Running {
    /// The one that an event names.
    pub fn of(event: &EventRow) -> Result<Self, EventFailure> {
        let missing = || EventFailure::lasting("the event names no operation");
        let seller = event.seller_id.ok_or_else(missing)?;
        Ok(Self { scope: Scope::of(seller), id: event.subject_id.parse().map_err(|_| missing())? })
    }

    /// Begins, or begins again after a crash or after it was given up; says no if the work is done.
    pub fn begin(self, tx: &mut Db, total: i64) -> Outcome<bool> {
        let mut row = operations::lock(tx, self.scope, self.id)?;
        if row.state == OperationState::Succeeded {
            return Ok(false);
        }
        (row.state, row.done, row.total, row.finished_at) = (OperationState::Running, 0, total, None);
        row.error.clear();
        operations::save(tx, &mut row)?;
        Ok(true)
    }

    /// Begins, or goes on where an earlier attempt has stopped: with what it has told so far. None if the work is done.
    pub fn resume(self, tx: &mut Db, total: i64) -> Outcome<Option<Value>> {
        let mut row = operations::lock(tx, self.scope, self.id)?;
        if row.state == OperationState::Succeeded {
            return Ok(None);
        }
        (row.state, row.total, row.finished_at) = (OperationState::Running, row.total.max(total), None);
        row.error.clear();
        operations::save(tx, &mut row)?;
        Ok(Some(row.result.0))
    }

    /// Says how far it is and what came of it so far, in the transaction that did it.
    pub fn tell(self, tx: &mut Db, done: i64, so_far: Value) -> Outcome<()> {
        self.change(tx, |row| (row.done, row.result) = (done, Json(so_far))).map(|_| ())
    }

    /// Says how far it is; says no if the work was called off meanwhile.
    pub fn reached(self, tx: &mut Db, done: i64) -> Outcome<bool> {
        self.change(tx, |row| row.done = done)
    }

    /// Says what came of it.
    pub fn succeed(self, tx: &mut Db, result: &Value, now: Instant) -> Outcome<()> {
        self.change(tx, |row| {
            (row.state, row.done, row.finished_at) = (OperationState::Succeeded, row.total, Some(now));
            row.result = Json(result.clone());
        })
        .map(|_| ())
    }

    /// Changes the row, unless the work was called off meanwhile.
    fn change(self, tx: &mut Db, change: impl FnOnce(&mut OperationRow)) -> Outcome<bool> {
        let mut row = operations::lock(tx, self.scope, self.id)?;
        let runs = row.state == OperationState::Running;
        if runs {
            change(&mut row);
            operations::save(tx, &mut row)?;
        }
        Ok(runs)
    }
}

/// The operation of an event that was given up or called off says so: nothing goes on by itself any more.
pub fn given_up(tx: &mut Db, event: &EventRow) -> Outcome<()> {
    let Ok(Running { scope, id }) = Running::of(event) else { return Ok(()) };
    let mut row = operations::lock(tx, scope, id)?;
    if row.state != OperationState::Succeeded {
        row.state = OperationState::Failed;
        row.error = if event.last_error.is_empty() { "called off".into() } else { event.last_error.clone() };
        row.finished_at = event.finished_at;
        operations::save(tx, &mut row)?;
    }
    Ok(())
}
