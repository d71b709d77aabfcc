//! What to-dos look like.

use crate::kernel::{Change, Nullable};
use comptoir_db::todos::TodoRow;
use comptoir_domain::todos::{TodoKind, TodoState};
use comptoir_domain::{AdministratorId, Check, Instant, Problem, TodoId};

/// A to-do.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct TodoView {
    /// The to-do.
    pub id: TodoId,
    /// What it is about.
    pub kind: TodoKind,
    /// One line.
    pub title: String,
    /// What happened and what can be done.
    pub detail: String,
    /// The thing to look at; empty for none.
    pub subject_id: String,
    /// Whether someone still has to look.
    pub state: TodoState,
    /// Who looks after it.
    pub assignee_id: Option<AdministratorId>,
    /// Since when.
    pub created_at: Instant,
    /// When it was dealt with.
    pub done_at: Option<Instant>,
}

list_of!(TodoList, TodoView);

impl From<TodoRow> for TodoView {
    fn from(row: TodoRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            title: row.title,
            detail: row.detail,
            subject_id: row.subject_id,
            state: row.state,
            assignee_id: row.assignee_id,
            created_at: row.created_at,
            done_at: row.done_at,
        }
    }
}

/// A to-do written by hand.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Call about the renewal", "detail": "Mornings only.",
    "subject_id": "cli_000g40o40k30e209185go38e1s", "assignee_id": "adm_000g40o40k30e209185go38e1s"}))]
pub struct TodoCreate {
    /// One line.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What is to be done.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub detail: String,
    /// The id of the thing it is about; empty for none.
    #[serde(default)]
    pub subject_id: String,
    /// Who looks after it.
    pub assignee_id: Option<AdministratorId>,
}

/// Changes of a to-do: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Call again", "assignee_id": "adm_000g40o40k30e209185go38e1s"}))]
pub struct TodoPatch {
    /// One line.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    pub title: Change<String>,
    /// What is to be done.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 4000)]
    pub detail: Change<String>,
    /// Who looks after it; null for nobody.
    #[serde(default)]
    #[schema(value_type = Option<AdministratorId>, required = false)]
    pub assignee_id: Nullable<AdministratorId>,
}

/// What holds for every to-do that a person writes.
pub fn check(title: &str, detail: &str) -> Result<(), Problem> {
    let mut check = Check::new();
    check.text("/title", title, 1..=200);
    check.paragraphs("/detail", detail, 4_000);
    check.done()
}
