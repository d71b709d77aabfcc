//! A new sandbox: its row at once, the copy by an event.

use crate::events::{Task, enqueue};
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::sandboxes::views::{SandboxCreate, SandboxView};
use actix_web::post;
use comptoir_db::sandboxes::{self, SandboxRow};
use comptoir_db::{Json, sellers};
use comptoir_domain::events::EventKind;
use comptoir_domain::permissions::may;
use comptoir_domain::sandboxes::{MOST, SandboxState, check_name};
use comptoir_domain::{Code, Problem, SandboxId};
use serde_json::json;

/// Create a sandbox
///
/// A copy of everything you have, under the same ids, in a database of its own: sign in there with the usual credentials.
/// Its gateway and its panel are fakes, its mails stay in a folder, its webhooks are not sent, and its clocks begin at
/// the present and stand until you advance them. The copy is made in the background: read the sandbox until it is ready.
#[utoipa::path(tag = "sandboxes", request_body = SandboxCreate, responses((status = 202, body = SandboxView, description = "It is being prepared")))]
#[post("/v1/sandboxes")]
pub async fn create_sandbox(call: Call<may::WriteSandboxes>, body: Body<SandboxCreate>) -> Answer {
    if call.state().sandboxes.is_none() {
        return Err(Problem::new(Code::Forbidden, "this is a sandbox: it has none of its own").into());
    }
    let (clock_at, public_url) = (call.state().work_now(), call.state().settings.public_url.clone());
    call.write(move |tx, ctx| {
        check_name(&body.0.name)?;
        sellers::take_turn(tx, ctx.scope)?;
        if sandboxes::count(tx, ctx.scope)? >= MOST {
            let detail = format!("you have {MOST} sandboxes, which is all there may be: delete one first");
            return Err(Problem::new(Code::Conflict, detail).into());
        }
        let row = SandboxRow {
            seller_id: ctx.scope.seller(),
            id: fresh::<SandboxId>(),
            name: body.0.name.clone(),
            state: SandboxState::Preparing,
            error: String::new(),
            clock_at,
            journey: Json(None),
            created_at: ctx.now,
            version: 1,
        };
        sandboxes::insert(tx, &row)?;
        let task = Task {
            kind: EventKind::PrepareSandbox,
            unique_key: format!("prepare:{}", row.id),
            subject_id: row.id.to_string(),
            payload: json!({}),
            run_at: None,
        };
        enqueue(tx, ctx, vec![task])?;
        ctx.record(tx, "sandbox.created", row.id, json!({ "name": row.name }))?;
        let location = format!("/v1/sandboxes/{}", row.id);
        Ok(Reply::accepted_with(&SandboxView::new(row, &public_url)).header("location", location).version(1))
    })
    .await
}
