//! Setting up a gateway. Its secrets are sealed and never shown again.

use crate::encryption::{may_store, takes_numbers};
use crate::gateways::ready::Gateways;
use crate::gateways::views::{GatewayCreate, GatewayView, connector};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_connectors::settings;
use comptoir_db::gateways::{self, GatewayRow};
use comptoir_db::{Db, Json, Outcome, sellers};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::permissions::may;
use comptoir_domain::stores::check_choices;
use comptoir_domain::{Check, Code, Problem};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Set up a gateway
///
/// Stores offer it when its code is among their `gateways`.
#[utoipa::path(tag = "gateways", request_body = GatewayCreate, responses((status = 201, body = GatewayView, description = "Set up")))]
#[post("/v1/gateways")]
pub async fn create_gateway(call: Call<may::WriteGateways>, body: Body<GatewayCreate>) -> Answer {
    let gateways = call.state().gateways.clone();
    call.write(move |tx, ctx| {
        let (row, secrets) = new_row(ctx, body.0.clone())?;
        let (row, seller) = sealed(tx, ctx, &gateways, row, &secrets)?;
        gateways::insert(tx, &row).map_err(|failure| failure.or_taken("/code"))?;
        ctx.record(tx, "gateway.created", row.id, json!({ "code": row.code, "connector": row.connector }))?;
        let location = format!("/v1/gateways/{}", row.id);
        Ok(Reply::created(&GatewayView::new(&gateways, row, &seller), location).version(1))
    })
    .await
}

fn new_row(ctx: &Ctx, wanted: GatewayCreate) -> Result<(GatewayRow, BTreeMap<String, Value>), Problem> {
    let connector = connector(&wanted.connector)?;
    let own: GatewayCode = connector.code.parse().map_err(|_| Problem::new(Code::Internal, "a connector's name"))?;
    let code = wanted.code.unwrap_or(own);
    if (own.is_awaited() || code.is_awaited() || code == GatewayCode::FAKE) && code != own {
        return Err(Problem::field("/code", "reserved", format!("only {own} itself, or a name that nothing else has")));
    }
    let (open, secrets) = settings::apart(connector.fields, wanted.settings);
    let row = GatewayRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        code,
        connector: connector.code.into(),
        name: wanted.name,
        labels: Json(wanted.labels),
        is_live: wanted.is_live,
        is_enabled: wanted.is_enabled,
        currencies: Json(wanted.currencies),
        settings: Json(open),
        secrets_sealed: None,
        created_at: ctx.now,
        version: 1,
    };
    Ok((row, secrets))
}

/// Checks a gateway and seals its secrets; also the seller's code. It has to get ready with what it was told.
pub fn sealed(
    db: &mut Db,
    ctx: &Ctx,
    gateways: &Gateways,
    mut row: GatewayRow,
    secrets: &BTreeMap<String, Value>,
) -> Outcome<(GatewayRow, String)> {
    let connector = connector(&row.connector)?;
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=80);
    row.labels.0.iter().for_each(|(locale, label)| check.text(&format!("/labels/{locale}"), label, 1..=80));
    check_choices(&mut check, "/currencies", &row.currencies.0, 0);
    let mut all = row.settings.0.clone();
    all.extend(secrets.clone());
    settings::check(&mut check, connector.fields, &all);
    check.done()?;
    gateways.seal(&mut row, secrets)?;
    let seller = sellers::own(db, ctx.scope)?.code;
    let built = gateways.build(&row, &seller);
    let gateway = built.map_err(|error| Problem::field("/settings", "unfit", error.to_string()))?;
    if row.is_enabled && takes_numbers(&*gateway) {
        may_store(db, ctx, "/is_enabled")?;
    }
    let mut check = Check::new();
    for (at, currency) in row.currencies.0.iter().enumerate() {
        check.ensure(gateway.takes(*currency), &format!("/currencies/{at}"), "not_taken", "it does not take this one");
    }
    check.done()?;
    Ok((row, seller))
}
