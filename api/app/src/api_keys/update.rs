//! Changing and revoking keys. Permissions stay as they are: a key with others is another key.

use crate::api_keys::views::{ApiKeyPatch, ApiKeyView, check};
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use actix_web::{patch, post};
use comptoir_db::api_keys;
use comptoir_domain::ApiKeyId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change an API key
#[utoipa::path(tag = "api_keys", params(("id" = ApiKeyId, Path)), request_body = ApiKeyPatch, responses((status = 200, body = ApiKeyView, description = "The key as it is now")))]
#[patch("/v1/api-keys/{id}")]
pub async fn update_api_key(
    call: Call<may::WriteApiKeys>,
    id: Id<ApiKeyId>,
    seen: IfMatch,
    body: Body<ApiKeyPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = api_keys::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let patch = body.0.clone();
        patch.name.apply(&mut row.name);
        patch.requests_per_minute.apply(&mut row.requests_per_minute);
        patch.expires_at.apply(&mut row.expires_at);
        check(&row.name, row.requests_per_minute)?;
        api_keys::save(tx, &mut row)?;
        ctx.record(tx, "api_key.updated", row.id, json!({ "name": row.name }))?;
        let version = row.version;
        Ok(Reply::ok(&ApiKeyView::from(row)).version(version))
    })
    .await
}

/// Revoke an API key
///
/// It is refused from its next call on.
#[utoipa::path(tag = "api_keys", params(("id" = ApiKeyId, Path)), responses((status = 200, body = ApiKeyView, description = "Revoked")))]
#[post("/v1/api-keys/{id}/revoke")]
pub async fn revoke_api_key(call: Call<may::WriteApiKeys>, id: Id<ApiKeyId>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = api_keys::lock(tx, ctx.scope, id.0)?;
        if row.revoked_at.is_none() {
            row.revoked_at = Some(ctx.machine_now);
            api_keys::save(tx, &mut row)?;
            ctx.record(tx, "api_key.revoked", row.id, json!({ "name": row.name }))?;
        }
        let version = row.version;
        Ok(Reply::ok(&ApiKeyView::from(row)).version(version))
    })
    .await
}
