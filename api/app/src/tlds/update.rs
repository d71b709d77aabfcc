//! Changing an ending: its registrar and its prices.

use crate::kernel::{Answer, Body, Call, Id, IfMatch, Nullable, Reply};
use crate::tlds::views::{TldPatch, TldView, check};
use actix_web::patch;
use comptoir_db::{registrars, tlds};
use comptoir_domain::TldId;
use comptoir_domain::permissions::may;
use comptoir_domain::tlds::takes;
use serde_json::json;

/// Change a TLD
#[utoipa::path(tag = "tlds", params(("id" = TldId, Path)), request_body = TldPatch, responses((status = 200, body = TldView, description = "The ending as it is now")))]
#[patch("/v1/tlds/{id}")]
pub async fn update_tld(call: Call<may::WriteCatalog>, id: Id<TldId>, seen: IfMatch, body: Body<TldPatch>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = tlds::lock(tx, ctx.scope, id.0)?;
        let TldPatch { default_registrar_id, prices } = body.0.clone();
        if let Nullable::To(registrar) = &default_registrar_id {
            let registrar = registrars::find(tx, ctx.scope, *registrar)?;
            takes(&registrar.supported.0, &row.name)?;
        }
        seen.check(row.version)?;
        default_registrar_id.apply(&mut row.default_registrar_id);
        prices.apply(&mut row.prices.0);
        check(&row)?;
        tlds::save(tx, &mut row)?;
        ctx.record(tx, "tld.updated", row.id, json!({ "name": row.name, "prices": row.prices.0 }))?;
        let version = row.version;
        Ok(Reply::ok(&TldView::from(row)).version(version))
    })
    .await
}
