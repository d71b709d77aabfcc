//! To-dos of the system.

use crate::kernel::clock::fresh;
use comptoir_db::payments::TransactionRow;
use comptoir_db::todos::{self, TodoRow};
use comptoir_db::{Db, Outcome, Scope};
use comptoir_domain::Instant;
use comptoir_domain::todos::{TodoKind, TodoState};

/// Something a person has to look at.
#[derive(Clone, Debug)]
pub struct Todo {
    /// Names the trouble: while a to-do with this key is open, no other is raised.
    pub unique_key: String,
    /// What it is about.
    pub kind: TodoKind,
    /// One line.
    pub title: String,
    /// What happened and what can be done.
    pub detail: String,
    /// The thing to look at; empty for none.
    pub subject_id: String,
}

impl Todo {
    /// About a payment of which a person has to find out what became of it, or to set right what came of it.
    pub fn of_payment(row: &TransactionRow, unique_key: String, title: String, detail: impl Into<String>) -> Self {
        let (kind, subject_id) = (TodoKind::PaymentUnknown, row.id.to_string());
        Self { unique_key, kind, title, detail: detail.into(), subject_id }
    }
}

/// Raises a to-do for a seller, in the transaction that finds the trouble; says whether it is new.
pub fn raise(tx: &mut Db, scope: Scope, now: Instant, todo: Todo) -> Outcome<bool> {
    todos::raise(tx, &row(scope, now, todo))
}

/// The row of a new to-do.
pub(super) fn row(scope: Scope, now: Instant, todo: Todo) -> TodoRow {
    TodoRow {
        seller_id: scope.seller(),
        id: fresh(),
        unique_key: todo.unique_key,
        kind: todo.kind,
        title: todo.title,
        detail: todo.detail,
        subject_id: todo.subject_id,
        state: TodoState::Open,
        assignee_id: None,
        created_at: now,
        done_at: None,
        version: 1,
    }
}
