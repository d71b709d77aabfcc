//! Changing what describes a subscription. What it costs, delivers and how long it lasts have calls of their own.

use crate::gateways::ready::check_known;
use crate::hosting::HostingPropertiesPatch;
use crate::kernel::{Answer, Body, Call, Change, Id, IfMatch};
use crate::subscriptions::custom_hosting;
use crate::subscriptions::read::reply;
use crate::subscriptions::views::SubscriptionView;
use actix_web::patch;
use comptoir_db::{services, subscriptions};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, SubscriptionId};
use serde_json::json;

/// Changes of a subscription: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"gateway": "transfer"}))]
pub struct SubscriptionPatch {
    /// What it is called on invoices. What is delivered is named for ever.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    pub name: Change<String>,
    /// How the client means to pay.
    #[serde(default)]
    #[schema(value_type = GatewayCode, required = false)]
    pub gateway: Change<GatewayCode>,
    /// What hosting of no plan promises: a value sets, null takes away.
    #[serde(default)]
    #[schema(value_type = HostingPropertiesPatch, required = false)]
    pub hosting_properties: Change<HostingPropertiesPatch>,
}

/// Change a subscription
///
/// A subscription that something is delivered for keeps its name: the service is bound to it. Hosting that promises something
/// else is brought in step at the panel.
#[utoipa::path(tag = "subscriptions", params(("id" = SubscriptionId, Path)), request_body = SubscriptionPatch,
    responses((status = 200, body = SubscriptionView, description = "The subscription as it is now")))]
#[patch("/v1/subscriptions/{id}")]
pub async fn update_subscription(
    call: Call<may::WriteSubscriptions>,
    id: Id<SubscriptionId>,
    seen: IfMatch,
    body: Body<SubscriptionPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = subscriptions::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let SubscriptionPatch { name, gateway, hosting_properties } = body.0.clone();
        let renamed = name.apply(&mut row.name);
        let bound = renamed && !services::of_subscriptions(tx, ctx.scope, &[row.id])?.is_empty();
        let mut check = Check::new();
        check.text("/name", &row.name, 1..=200);
        check.ensure(!bound, "/name", "not_possible", "it is bound to what is delivered under that name");
        let promised = hosting_properties.value();
        let promised = promised.map(|wanted| custom_hosting::changed(tx, ctx, &row, wanted, &mut check)).transpose()?;
        check.done()?;
        if let Some(promised) = promised {
            custom_hosting::promise(tx, ctx, &row, promised)?;
        }
        if let Some(gateway) = gateway.value() {
            check_known(tx, ctx.scope, *gateway)?;
            row.gateway = gateway.as_str().into();
        }
        subscriptions::save(tx, &mut row)?;
        ctx.record(tx, "subscription.updated", row.id, json!({ "name": row.name, "gateway": row.gateway }))?;
        reply(tx, ctx, row)
    })
    .await
}
