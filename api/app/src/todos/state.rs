//! Finishing a to-do, and taking it up again.

use crate::kernel::{Answer, Call, Id, Reply};
use crate::todos::views::TodoView;
use actix_web::post;
use comptoir_db::{Failure, todos};
use comptoir_domain::permissions::may;
use comptoir_domain::todos::TodoState;
use comptoir_domain::{Code, Problem, TodoId};
use serde_json::json;

/// Finish a to-do
#[utoipa::path(tag = "todos", params(("id" = TodoId, Path)), responses((status = 200, body = TodoView, description = "The to-do as it is now")))]
#[post("/v1/todos/{id}/done")]
pub async fn finish_todo(call: Call<may::WriteTodos>, id: Id<TodoId>) -> Answer {
    change(call, id.0, TodoState::Done).await
}

/// Take a to-do up again
#[utoipa::path(tag = "todos", params(("id" = TodoId, Path)), responses((status = 200, body = TodoView, description = "The to-do as it is now")))]
#[post("/v1/todos/{id}/reopen")]
pub async fn reopen_todo(call: Call<may::WriteTodos>, id: Id<TodoId>) -> Answer {
    change(call, id.0, TodoState::Open).await
}

async fn change(call: Call<may::WriteTodos>, id: TodoId, to: TodoState) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = todos::lock(tx, ctx.scope, id)?;
        if row.state == to {
            return Err(Problem::new(Code::WrongState, format!("the to-do is {to} already")).into());
        }
        row.state = to;
        row.done_at = Some(ctx.now).filter(|_| to == TodoState::Done);
        todos::save(tx, &mut row).map_err(raised_again)?;
        ctx.record(tx, "todo.state_changed", row.id, json!({ "to": to }))?;
        let version = row.version;
        Ok(Reply::ok(&TodoView::from(row)).version(version))
    })
    .await
}

/// The trouble came back after this to-do was done, and has a new one.
fn raised_again(failure: Failure) -> Failure {
    if !failure.is_unique_violation() {
        return failure;
    }
    Problem::new(Code::AlreadyExists, "another to-do is open for the same trouble").into()
}
