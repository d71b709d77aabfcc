//! Changing a registrar.

use crate::kernel::{Answer, Body, Call, Id, IfMatch, Reply};
use crate::registrars::views::{RegistrarPatch, RegistrarView, check};
use actix_web::patch;
use comptoir_db::registrars;
use comptoir_domain::RegistrarId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a registrar
#[utoipa::path(tag = "registrars", params(("id" = RegistrarId, Path)), request_body = RegistrarPatch, responses((status = 200, body = RegistrarView, description = "The registrar as it is now")))]
#[patch("/v1/registrars/{id}")]
pub async fn update_registrar(
    call: Call<may::WriteCatalog>,
    id: Id<RegistrarId>,
    seen: IfMatch,
    body: Body<RegistrarPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = registrars::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        body.0.clone().name.apply(&mut row.name);
        check(&row)?;
        registrars::save(tx, &mut row).map_err(|failure| failure.or_taken("/name"))?;
        ctx.record(tx, "registrar.updated", row.id, json!({ "name": row.name }))?;
        let version = row.version;
        Ok(Reply::ok(&RegistrarView::from(row)).version(version))
    })
    .await
}
