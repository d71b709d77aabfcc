//! Setting up a registrar: it is asked which endings it takes, and those that no registrar has yet become its own.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use crate::registrars::ask;
use crate::registrars::views::{RegistrarCreate, RegistrarView, check};
use actix_web::post;
use comptoir_db::registrars::{self, RegistrarRow};
use comptoir_db::{Db, Json, Outcome, tlds};
use comptoir_domain::permissions::may;
use serde_json::json;

/// Set up a registrar
///
/// It becomes the default registrar of those endings it takes that have none yet, and they become active. Endings that have a
/// registrar stay as they are.
#[utoipa::path(tag = "registrars", request_body = RegistrarCreate, responses((status = 201, body = RegistrarView, description = "Created")))]
#[post("/v1/registrars")]
pub async fn create_registrar(call: Call<may::WriteCatalog>, body: Body<RegistrarCreate>) -> Answer {
    let wanted = body.into_inner();
    let supported = ask(wanted.kind).await?;
    call.write(move |tx, ctx| {
        let row = RegistrarRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            name: wanted.name.clone(),
            kind: wanted.kind,
            supported: Json(supported.clone()),
            created_at: ctx.now,
            version: 1,
        };
        check(&row)?;
        registrars::insert(tx, &row).map_err(|failure| failure.or_taken("/name"))?;
        let names = adopt(tx, ctx, &row)?;
        ctx.record(tx, "registrar.created", row.id, json!({ "name": row.name, "tlds": names }))?;
        let location = format!("/v1/registrars/{}", row.id);
        Ok(Reply::created(&RegistrarView::from(row), location).version(1))
    })
    .await
}

/// Makes it the registrar of what it takes and nobody has; the names of these endings.
pub fn adopt(tx: &mut Db, ctx: &Ctx, row: &RegistrarRow) -> Outcome<Vec<String>> {
    let names: Vec<String> = row.supported.0.iter().map(|known| known.tld.clone()).collect();
    let known = tlds::named(tx, ctx.scope, &names)?;
    let free: Vec<_> = known.iter().filter(|tld| tld.default_registrar_id.is_none()).collect();
    tlds::adopt(tx, ctx.scope, &free.iter().map(|tld| tld.id).collect::<Vec<_>>(), row.id)?;
    Ok(free.into_iter().map(|tld| tld.name.clone()).collect())
}
