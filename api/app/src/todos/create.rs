//! A to-do written by hand.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::todos::raise::{Todo, row};
use crate::todos::views::{TodoCreate, TodoView, check};
use actix_web::post;
use comptoir_db::{administrators, subjects, todos};
use comptoir_domain::permissions::may;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{Problem, TodoId};
use serde_json::json;

/// Create a to-do
#[utoipa::path(tag = "todos", request_body = TodoCreate, responses((status = 201, body = TodoView, description = "Created")))]
#[post("/v1/todos")]
pub async fn create_todo(call: Call<may::WriteTodos>, body: Body<TodoCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let TodoCreate { title, detail, subject_id, assignee_id } = body.0.clone();
        if let Some(assignee) = assignee_id {
            administrators::find(tx, ctx.scope, assignee)?;
        }
        if !subject_id.is_empty() {
            match subjects::exists_in(tx, ctx.scope, &subject_id)? {
                Some(true) => {}
                Some(false) => return Err(Problem::not_found().into()),
                None => return Err(Problem::field("/subject_id", "invalid", "expected the id of a thing").into()),
            }
        }
        check(&title, &detail)?;
        let unique_key = format!("by_hand:{}", fresh::<TodoId>());
        let mut row = row(ctx.scope, ctx.now, Todo { unique_key, kind: TodoKind::ByHand, title, detail, subject_id });
        row.assignee_id = assignee_id;
        todos::insert(tx, &row)?;
        ctx.record(tx, "todo.created", row.id, json!({ "title": row.title, "assignee_id": row.assignee_id }))?;
        let location = format!("/v1/todos/{}", row.id);
        Ok(Reply::created(&TodoView::from(row), location).version(1))
    })
    .await
}
