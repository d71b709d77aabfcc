//! A new key. Its secret leaves once and is kept as a hash.

use crate::api_keys::views::{ApiKeyCreate, ApiKeyView, NewApiKeyView, check};
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply, keys};
use crate::roles::views::{grantable, tidy};
use actix_web::post;
use comptoir_db::Json;
use comptoir_db::api_keys::{self, ApiKeyRow};
use comptoir_domain::permissions::may;
use serde_json::json;

/// Create an API key
#[utoipa::path(tag = "api_keys", request_body = ApiKeyCreate, responses((status = 201, body = NewApiKeyView, description = "Created; the secret is shown this once")))]
#[post("/v1/api-keys")]
pub async fn create_api_key(call: Call<may::WriteApiKeys>, body: Body<ApiKeyCreate>) -> Answer {
    let secret = keys::secret("ck");
    call.write(move |tx, ctx| {
        let wanted = body.0.clone();
        check(&wanted.name, wanted.requests_per_minute)?;
        grantable(ctx, &wanted.permissions)?;
        let row = ApiKeyRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            name: wanted.name,
            hint: secret.chars().take(8).collect(),
            secret_hash: keys::hash(&secret),
            permissions: Json(tidy(wanted.permissions)),
            requests_per_minute: wanted.requests_per_minute,
            expires_at: wanted.expires_at,
            revoked_at: None,
            created_at: ctx.now,
            version: 1,
        };
        api_keys::insert(tx, &row)?;
        ctx.record(tx, "api_key.created", row.id, json!({ "name": row.name, "permissions": row.permissions.0 }))?;
        let location = format!("/v1/api-keys/{}", row.id);
        let view = NewApiKeyView { secret: Some(secret.clone()), api_key: ApiKeyView::from(row) };
        let memory = NewApiKeyView { secret: None, api_key: view.api_key.clone() };
        Ok(Reply::created(&view, location).version(1).remember(&memory))
    })
    .await
}
