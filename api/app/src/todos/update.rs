//! Changing what a to-do says and who looks after it.

use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::todos::views::{TodoPatch, TodoView, check};
use actix_web::patch;
use comptoir_db::{administrators, todos};
use comptoir_domain::TodoId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a to-do
#[utoipa::path(tag = "todos", params(("id" = TodoId, Path)), request_body = TodoPatch, responses((status = 200, body = TodoView, description = "The to-do as it is now")))]
#[patch("/v1/todos/{id}")]
pub async fn update_todo(call: Call<may::WriteTodos>, id: Id<TodoId>, seen: IfMatch, body: Body<TodoPatch>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = todos::lock(tx, ctx.scope, id.0)?;
        let patch = body.0.clone();
        if let Some(assignee) = patch.assignee_id.value() {
            administrators::find(tx, ctx.scope, *assignee)?;
        }
        seen.check(row.version)?;
        patch.title.apply(&mut row.title);
        patch.detail.apply(&mut row.detail);
        patch.assignee_id.apply(&mut row.assignee_id);
        check(&row.title, &row.detail)?;
        todos::save(tx, &mut row)?;
        ctx.record(tx, "todo.updated", row.id, json!({ "title": row.title, "assignee_id": row.assignee_id }))?;
        let version = row.version;
        Ok(Reply::ok(&TodoView::from(row)).version(version))
    })
    .await
}
