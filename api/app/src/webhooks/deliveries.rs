//! How deliveries went, and making one again.

use crate::kernel::path::parameter;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::webhooks::views::{WebhookDeliveryList, WebhookDeliveryView};
use actix_web::{HttpRequest, get, post};
use comptoir_db::{webhook_deliveries, webhook_endpoints};
use comptoir_domain::permissions::may;
use comptoir_domain::webhooks::{DeliveryState, EndpointState};
use comptoir_domain::{Code, Problem, WebhookDeliveryId, WebhookEndpointId};
use serde_json::json;

/// Which deliveries.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WebhookDeliveryQuery {
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<DeliveryState>>, style = Form, explode = false)]
    state: AnyOf<DeliveryState>,
}

impl Filters for WebhookDeliveryQuery {}

/// List the deliveries of a webhook endpoint
#[utoipa::path(tag = "webhooks", params(("id" = WebhookEndpointId, Path), ListParameters, WebhookDeliveryQuery), responses((status = 200, body = WebhookDeliveryList, description = "A page")))]
#[get("/v1/webhook-endpoints/{id}/deliveries")]
pub async fn list_webhook_deliveries(
    call: Call<may::ReadWebhooks>,
    id: Id<WebhookEndpointId>,
    list: List<WebhookDeliveryQuery>,
) -> Answer {
    let (states, page) = (list.filters.state.0.clone(), list.page.clone());
    let slice = call
        .read(move |db, ctx| {
            let endpoint = webhook_endpoints::find(db, ctx.scope, id.0)?;
            webhook_deliveries::list(db, ctx.scope, endpoint.id, &states, &page)
        })
        .await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(WebhookDeliveryView::from).collect();
    Ok(Reply::ok(&WebhookDeliveryList { data, next_cursor }))
}

/// Deliver again
///
/// The same message under the same `webhook-id`, with all its tries before it. One that is waiting stays as it is.
#[utoipa::path(tag = "webhooks", params(("id" = WebhookEndpointId, Path), ("delivery_id" = WebhookDeliveryId, Path)), responses((status = 200, body = WebhookDeliveryView, description = "The delivery, waiting to be made")))]
#[post("/v1/webhook-endpoints/{id}/deliveries/{delivery_id}/replay")]
pub async fn replay_webhook_delivery(
    call: Call<may::WriteWebhooks>,
    id: Id<WebhookEndpointId>,
    request: HttpRequest,
) -> Answer {
    let delivery: WebhookDeliveryId = parameter(&request, "delivery_id")?;
    call.write(move |tx, ctx| {
        let endpoint = webhook_endpoints::find(tx, ctx.scope, id.0)?;
        let mut row = webhook_deliveries::find(tx, ctx.scope, endpoint.id, delivery)?;
        if endpoint.state == EndpointState::Disabled {
            return Err(Problem::new(Code::WrongState, "the endpoint is disabled: enable it first").into());
        }
        if row.state != DeliveryState::Pending {
            (row.state, row.attempts, row.run_at) = (DeliveryState::Pending, 0, ctx.now);
            (row.last_status, row.last_error, row.delivered_at) = (None, String::new(), None);
            if webhook_deliveries::replay(tx, &row)? {
                ctx.record(tx, "webhook_delivery.replayed", row.id, json!({ "endpoint_id": endpoint.id }))?;
            }
        }
        Ok(Reply::ok(&WebhookDeliveryView::from(row)))
    })
    .await
}
