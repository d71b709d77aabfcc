//! Changing and removing endpoints.

use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::webhooks::views::{WebhookEndpointPatch, WebhookEndpointView, check};
use actix_web::{delete, patch};
use comptoir_db::webhook_endpoints;
use comptoir_domain::WebhookEndpointId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a webhook endpoint
#[utoipa::path(tag = "webhooks", params(("id" = WebhookEndpointId, Path)), request_body = WebhookEndpointPatch, responses((status = 200, body = WebhookEndpointView, description = "The endpoint as it is now")))]
#[patch("/v1/webhook-endpoints/{id}")]
pub async fn update_webhook_endpoint(
    call: Call<may::WriteWebhooks>,
    id: Id<WebhookEndpointId>,
    seen: IfMatch,
    body: Body<WebhookEndpointPatch>,
) -> Answer {
    let local = call.state().settings.local_webhooks;
    call.write(move |tx, ctx| {
        let mut row = webhook_endpoints::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let patch = body.0.clone();
        patch.url.apply(&mut row.url);
        patch.description.apply(&mut row.description);
        patch.kinds.apply(&mut row.kinds.0);
        patch.state.apply(&mut row.state);
        check(&row.url, &row.description, &row.kinds.0, local)?;
        webhook_endpoints::save(tx, &mut row)?;
        let what = json!({ "url": row.url, "kinds": row.kinds.0, "state": row.state });
        ctx.record(tx, "webhook_endpoint.updated", row.id, what)?;
        let version = row.version;
        Ok(Reply::ok(&WebhookEndpointView::from(row)).version(version))
    })
    .await
}

/// Delete a webhook endpoint
///
/// Its deliveries go with it.
#[utoipa::path(tag = "webhooks", params(("id" = WebhookEndpointId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/webhook-endpoints/{id}")]
pub async fn delete_webhook_endpoint(
    call: Call<may::WriteWebhooks>,
    id: Id<WebhookEndpointId>,
    seen: IfMatch,
) -> Answer {
    call.write(move |tx, ctx| {
        let row = webhook_endpoints::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        webhook_endpoints::delete(tx, ctx.scope, row.id)?;
        ctx.record(tx, "webhook_endpoint.deleted", row.id, json!({ "url": row.url }))?;
        Ok(Reply::no_content())
    })
    .await
}
