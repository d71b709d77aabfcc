//! Moving a sandbox's clocks: asked for here, done by [`super::travel`].

use crate::events::{Task, enqueue};
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::sandboxes::views::{SandboxAdvance, SandboxView};
use actix_web::post;
use comptoir_db::{Json, sandboxes};
use comptoir_domain::events::EventKind;
use comptoir_domain::permissions::may;
use comptoir_domain::sandboxes::{Journey, SandboxState, destination};
use comptoir_domain::{Code, Problem, SandboxId};
use serde_json::json;

/// Advance a sandbox
///
/// Its clocks go from due event to due event, and at each what is due is done, as it would be on that day: invoices,
/// payments, reminders, suspensions. What recurs more often than daily is done once a day. A year of a few hundred clients
/// takes about a minute, in the background: read the sandbox to see how far it has come, and in the end what happened.
/// Tokens of the sandbox run out by its clocks: sign in again afterwards.
#[utoipa::path(tag = "sandboxes", params(("id" = SandboxId, Path)), request_body = SandboxAdvance, responses((status = 202, body = SandboxView, description = "It advances")))]
#[post("/v1/sandboxes/{id}/advance")]
pub async fn advance_sandbox(call: Call<may::WriteSandboxes>, id: Id<SandboxId>, body: Body<SandboxAdvance>) -> Answer {
    let public_url = call.state().settings.public_url.clone();
    call.write(move |tx, ctx| {
        let mut row = sandboxes::lock(tx, ctx.scope, id.0)?;
        let to = destination(row.clock_at, body.0.to, body.0.days)?;
        if row.state != SandboxState::Ready {
            let detail = format!("the sandbox is {}: it can be advanced when it is ready", row.state);
            return Err(Problem::new(Code::WrongState, detail).into());
        }
        row.state = SandboxState::Advancing;
        row.error.clear();
        row.journey = Json(Some(Journey::begin(row.clock_at, to)));
        sandboxes::save(tx, &mut row)?;
        let task = Task {
            kind: EventKind::AdvanceSandbox,
            unique_key: format!("advance:{}:{}", row.id, row.version),
            subject_id: row.id.to_string(),
            payload: json!({ "to": to }),
            run_at: None,
        };
        enqueue(tx, ctx, vec![task])?;
        ctx.record(tx, "sandbox.advanced", row.id, json!({ "from": row.clock_at, "to": to }))?;
        let version = row.version;
        Ok(Reply::accepted_with(&SandboxView::new(row, &public_url)).version(version))
    })
    .await
}
