//! What operations look like.

use comptoir_db::operations::OperationRow;
use comptoir_domain::operations::{OperationKind, OperationState};
use comptoir_domain::{Instant, OperationId};

/// Long work.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OperationView {
    /// The operation.
    pub id: OperationId,
    /// What is done.
    pub kind: OperationKind,
    /// Where it stands.
    pub state: OperationState,
    /// So many steps are done.
    #[schema(minimum = 0)]
    pub done: i64,
    /// Of so many; nothing until that is known.
    #[schema(minimum = 0)]
    pub total: i64,
    /// What came of it, once it has succeeded: what the call that does the same at once answers.
    pub result: Option<serde_json::Value>,
    /// Why nothing came of it; empty if nothing went wrong.
    pub error: String,
    /// Since when.
    pub created_at: Instant,
    /// Until when.
    pub finished_at: Option<Instant>,
}

list_of!(OperationList, OperationView);

impl From<OperationRow> for OperationView {
    fn from(row: OperationRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            done: row.done,
            total: row.total,
            result: Some(row.result.0).filter(|result| !result.is_null()),
            error: row.error,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}
