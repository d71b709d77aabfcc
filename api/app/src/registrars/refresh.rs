//! Asking a registrar again which endings it takes.

use crate::kernel::{Answer, Call, Id, Reply};
use crate::registrars::ask;
use crate::registrars::create::adopt;
use crate::registrars::views::RegistrarView;
use actix_web::post;
use comptoir_db::{Json, registrars};
use comptoir_domain::RegistrarId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Ask a registrar again which endings it takes
///
/// What it takes now and has no registrar yet becomes its own. An ending that it takes no longer stays with it, and can be
/// given to another one.
#[utoipa::path(tag = "registrars", params(("id" = RegistrarId, Path)), responses((status = 200, body = RegistrarView, description = "With what it takes now")))]
#[post("/v1/registrars/{id}/refresh")]
pub async fn refresh_registrar(call: Call<may::WriteCatalog>, id: Id<RegistrarId>) -> Answer {
    let kind = call.read(move |db, ctx| Ok(registrars::find(db, ctx.scope, id.0)?.kind)).await?;
    let supported = ask(kind).await?;
    call.write(move |tx, ctx| {
        let mut row = registrars::lock(tx, ctx.scope, id.0)?;
        row.supported = Json(supported.clone());
        registrars::save(tx, &mut row)?;
        let names = adopt(tx, ctx, &row)?;
        ctx.record(tx, "registrar.refreshed", row.id, json!({ "name": row.name, "tlds": names }))?;
        let version = row.version;
        Ok(Reply::ok(&RegistrarView::from(row)).version(version))
    })
    .await
}
