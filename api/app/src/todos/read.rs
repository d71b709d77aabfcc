//! Reading to-dos.

use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::todos::views::{TodoList, TodoView};
use actix_web::get;
use comptoir_db::administrators;
use comptoir_db::todos::{self, TodoFilter};
use comptoir_domain::permissions::may;
use comptoir_domain::todos::{TodoKind, TodoState};
use comptoir_domain::{AdministratorId, TodoId};

/// Which to-dos.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TodoQuery {
    /// Open or done.
    #[serde(default)]
    #[param(value_type = Option<Vec<TodoState>>, style = Form, explode = false)]
    state: AnyOf<TodoState>,
    /// About one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<TodoKind>>, style = Form, explode = false)]
    kind: AnyOf<TodoKind>,
    /// That this administrator looks after.
    assignee_id: Option<AdministratorId>,
    /// About this thing.
    subject_id: Option<String>,
}

impl Filters for TodoQuery {
    const SORTS: &'static [&'static str] = &["title"];
}

/// List to-dos
#[utoipa::path(tag = "todos", params(ListParameters, TodoQuery), responses((status = 200, body = TodoList, description = "A page")))]
#[get("/v1/todos")]
pub async fn list_todos(call: Call<may::ReadTodos>, list: List<TodoQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = TodoFilter {
        state: query.state.0.clone(),
        kind: query.kind.0.clone(),
        assignee_id: query.assignee_id,
        subject_id: query.subject_id.clone(),
    };
    let slice = call.read(move |db, ctx| {
        if let Some(assignee) = filter.assignee_id {
            administrators::find(db, ctx.scope, assignee)?;
        }
        todos::list(db, ctx.scope, &filter, &page)
    });
    let slice = slice.await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&TodoList { data: slice.rows.into_iter().map(TodoView::from).collect(), next_cursor }))
}

/// Get a to-do
#[utoipa::path(tag = "todos", params(("id" = TodoId, Path)), responses((status = 200, body = TodoView, description = "The to-do")))]
#[get("/v1/todos/{id}")]
pub async fn get_todo(call: Call<may::ReadTodos>, id: Id<TodoId>) -> Answer {
    let row = call.read(move |db, ctx| todos::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&TodoView::from(row)).version(version))
}
