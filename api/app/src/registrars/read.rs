//! Reading registrars.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::registrars::views::{RegistrarList, RegistrarView};
use actix_web::get;
use comptoir_db::registrars;
use comptoir_domain::RegistrarId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrarQuery {}

impl Filters for RegistrarQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List registrars
#[utoipa::path(tag = "registrars", params(ListParameters), responses((status = 200, body = RegistrarList, description = "A page")))]
#[get("/v1/registrars")]
pub async fn list_registrars(call: Call<may::ReadCatalog>, list: List<RegistrarQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| registrars::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&RegistrarList { data: slice.rows.into_iter().map(RegistrarView::from).collect(), next_cursor }))
}

/// Get a registrar
#[utoipa::path(tag = "registrars", params(("id" = RegistrarId, Path)), responses((status = 200, body = RegistrarView, description = "The registrar")))]
#[get("/v1/registrars/{id}")]
pub async fn get_registrar(call: Call<may::ReadCatalog>, id: Id<RegistrarId>) -> Answer {
    let row = call.read(move |db, ctx| registrars::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&RegistrarView::from(row)).version(version))
}
