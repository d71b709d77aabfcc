//! New endpoints and new secrets. A secret leaves once and is kept sealed.

use crate::kernel::clock::fresh;
use crate::kernel::{Answer, ApiError, AppState, Body, Call, Id, Reply, seal};
use crate::webhooks::sign::new_secret;
use crate::webhooks::views::{WebhookEndpointCreate, WebhookEndpointView, WebhookSecretView, check};
use actix_web::post;
use chrono::TimeDelta;
use comptoir_db::Json;
use comptoir_db::webhook_endpoints::{self, WebhookEndpointRow};
use comptoir_domain::permissions::may;
use comptoir_domain::webhooks::EndpointState;
use comptoir_domain::{Code, Problem, WebhookEndpointId};
use serde_json::json;

/// How long the secret before goes on to sign beside the new one.
const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// Create a webhook endpoint
///
/// It is told of everything of these kinds from now on. Messages follow Standard Webhooks.
#[utoipa::path(tag = "webhooks", request_body = WebhookEndpointCreate, responses((status = 201, body = WebhookSecretView, description = "Created; the secret is shown this once")))]
#[post("/v1/webhook-endpoints")]
pub async fn create_webhook_endpoint(call: Call<may::WriteWebhooks>, body: Body<WebhookEndpointCreate>) -> Answer {
    let local = call.state().settings.local_webhooks;
    let id: WebhookEndpointId = fresh();
    let (secret, sealed) = sealed_secret(call.state(), id)?;
    call.write(move |tx, ctx| {
        let wanted = body.0.clone();
        check(&wanted.url, &wanted.description, &wanted.kinds, local)?;
        let row = WebhookEndpointRow {
            seller_id: ctx.scope.seller(),
            id,
            url: wanted.url,
            description: wanted.description,
            kinds: Json(wanted.kinds),
            secret_sealed: sealed.clone(),
            previous_secret_sealed: None,
            previous_until: None,
            state: EndpointState::Enabled,
            failures: 0,
            created_at: ctx.now,
            version: 1,
        };
        webhook_endpoints::insert(tx, &row)?;
        ctx.record(tx, "webhook_endpoint.created", id, json!({ "url": row.url, "kinds": row.kinds.0 }))?;
        let (view, memory) = shown(row, &secret);
        Ok(Reply::created(&view, format!("/v1/webhook-endpoints/{id}")).version(1).remember(&memory))
    })
    .await
}

/// Change the secret of a webhook endpoint
///
/// For 24 hours messages are signed with both, so that the receiver can change over in peace.
#[utoipa::path(tag = "webhooks", params(("id" = WebhookEndpointId, Path)), responses((status = 200, body = WebhookSecretView, description = "The new secret, shown this once")))]
#[post("/v1/webhook-endpoints/{id}/rotate")]
pub async fn rotate_webhook_secret(call: Call<may::WriteWebhooks>, id: Id<WebhookEndpointId>) -> Answer {
    let (secret, sealed) = sealed_secret(call.state(), id.0)?;
    call.write(move |tx, ctx| {
        let mut row = webhook_endpoints::lock(tx, ctx.scope, id.0)?;
        row.previous_secret_sealed = Some(std::mem::replace(&mut row.secret_sealed, sealed.clone()));
        row.previous_until = Some(ctx.machine_now.plus(OVERLAP));
        webhook_endpoints::save(tx, &mut row)?;
        ctx.record(tx, "webhook_endpoint.rotated", row.id, json!({}))?;
        let version = row.version;
        let (view, memory) = shown(row, &secret);
        Ok(Reply::ok(&view).version(version).remember(&memory))
    })
    .await
}

/// A new secret for an endpoint, plain and sealed.
fn sealed_secret(state: &AppState, id: WebhookEndpointId) -> Result<(String, String), ApiError> {
    let secret = new_secret();
    let sealed = seal::seal(state.webhook_key(), &id.to_string(), secret.as_bytes());
    let sealed = sealed.ok_or_else(|| Problem::new(Code::Internal, "the secret cannot be sealed"))?;
    Ok((secret, sealed))
}

/// What is answered, and what of it may be remembered.
fn shown(row: WebhookEndpointRow, secret: &str) -> (WebhookSecretView, WebhookSecretView) {
    let view = WebhookSecretView { secret: Some(secret.into()), endpoint: WebhookEndpointView::from(row) };
    let memory = WebhookSecretView { secret: None, endpoint: view.endpoint.clone() };
    (view, memory)
}
