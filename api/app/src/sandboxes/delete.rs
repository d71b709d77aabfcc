//! Removing a sandbox: its row at once, so that nobody enters it any more; its database and its files by an event.

use crate::events::{Task, enqueue};
use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::delete;
use comptoir_db::sandboxes;
use comptoir_domain::SandboxId;
use comptoir_domain::events::EventKind;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Delete a sandbox
///
/// In whatever state: what is under way in it ends. Its database and its files go soon after.
#[utoipa::path(tag = "sandboxes", params(("id" = SandboxId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/sandboxes/{id}")]
pub async fn delete_sandbox(call: Call<may::WriteSandboxes>, id: Id<SandboxId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = sandboxes::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        sandboxes::delete(tx, ctx.scope, row.id)?;
        let task = Task {
            kind: EventKind::RemoveSandbox,
            unique_key: format!("remove:{}", row.id),
            subject_id: row.id.to_string(),
            payload: json!({}),
            run_at: None,
        };
        enqueue(tx, ctx, vec![task])?;
        ctx.record(tx, "sandbox.deleted", row.id, json!({ "name": row.name }))?;
        Ok(Reply::no_content())
    })
    .await
}
