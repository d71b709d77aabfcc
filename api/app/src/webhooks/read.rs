//! Reading endpoints.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::webhooks::views::{WebhookEndpointList, WebhookEndpointView};
use actix_web::get;
use comptoir_db::webhook_endpoints;
use comptoir_domain::WebhookEndpointId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookEndpointQuery {}

impl Filters for WebhookEndpointQuery {}

/// List webhook endpoints
#[utoipa::path(tag = "webhooks", params(ListParameters), responses((status = 200, body = WebhookEndpointList, description = "A page")))]
#[get("/v1/webhook-endpoints")]
pub async fn list_webhook_endpoints(call: Call<may::ReadWebhooks>, list: List<WebhookEndpointQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| webhook_endpoints::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(WebhookEndpointView::from).collect();
    Ok(Reply::ok(&WebhookEndpointList { data, next_cursor }))
}

/// Get a webhook endpoint
#[utoipa::path(tag = "webhooks", params(("id" = WebhookEndpointId, Path)), responses((status = 200, body = WebhookEndpointView, description = "The endpoint")))]
#[get("/v1/webhook-endpoints/{id}")]
pub async fn get_webhook_endpoint(call: Call<may::ReadWebhooks>, id: Id<WebhookEndpointId>) -> Answer {
    let row = call.read(move |db, ctx| webhook_endpoints::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&WebhookEndpointView::from(row)).version(version))
}
