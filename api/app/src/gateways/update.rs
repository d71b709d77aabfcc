//! Changing a gateway.

use crate::gateways::create::sealed;
use crate::gateways::views::{GatewayPatch, GatewayView, connector};
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use actix_web::patch;
use comptoir_connectors::settings;
use comptoir_db::gateways;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, GatewayId, Problem};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Change a gateway
///
/// Of its settings only what is named changes, secrets too.
#[utoipa::path(tag = "gateways", params(("id" = GatewayId, Path)), request_body = GatewayPatch, responses((status = 200, body = GatewayView, description = "The gateway as it is now")))]
#[patch("/v1/gateways/{id}")]
pub async fn update_gateway(
    call: Call<may::WriteGateways>,
    id: Id<GatewayId>,
    seen: IfMatch,
    body: Body<GatewayPatch>,
) -> Answer {
    let gateways = call.state().gateways.clone();
    call.write(move |tx, ctx| {
        let mut row = gateways::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let patch = body.0.clone();
        patch.name.apply(&mut row.name);
        patch.labels.apply(&mut row.labels.0);
        patch.is_live.apply(&mut row.is_live);
        patch.is_enabled.apply(&mut row.is_enabled);
        patch.currencies.apply(&mut row.currencies.0);
        let (open, secret) = settings::apart(connector(&row.connector)?.fields, patch.settings);
        let told = open.keys().chain(secret.keys()).cloned().collect::<Vec<_>>();
        merge(&mut row.settings.0, open);
        let mut secrets = match gateways.secrets(&row) {
            Some(secrets) => secrets,
            // whatever does not open any more is to be told anew
            None if !secret.is_empty() => BTreeMap::new(),
            None => return Err(Problem::new(Code::Conflict, "its secrets do not open: enter all of them again").into()),
        };
        merge(&mut secrets, secret);
        let (mut row, seller) = sealed(tx, ctx, &gateways, row, &secrets)?;
        gateways::save(tx, &mut row)?;
        let what = json!({ "is_live": row.is_live, "is_enabled": row.is_enabled, "settings": told });
        ctx.record(tx, "gateway.updated", row.id, what)?;
        let version = row.version;
        Ok(Reply::ok(&GatewayView::new(&gateways, row, &seller)).version(version))
    })
    .await
}

/// Puts what is named in its place; null takes it away.
fn merge(into: &mut BTreeMap<String, Value>, changes: BTreeMap<String, Value>) {
    for (name, value) in changes {
        match value {
            Value::Null => into.remove(&name),
            value => into.insert(name, value),
        };
    }
}
