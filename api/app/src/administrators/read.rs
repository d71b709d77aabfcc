//! Reading administrators.

use crate::administrators::views::{AdministratorList, AdministratorView};
use crate::kernel::call::Actor;
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::administrators;
use comptoir_domain::permissions::may;
use comptoir_domain::{AdministratorId, Problem};

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorQuery {}

impl Filters for AdministratorQuery {
    const SORTS: &'static [&'static str] = &["email", "name"];
}

/// List administrators
#[utoipa::path(tag = "administrators", params(ListParameters), responses((status = 200, body = AdministratorList, description = "A page")))]
#[get("/v1/administrators")]
pub async fn list_administrators(call: Call<may::ReadAdministrators>, list: List<AdministratorQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| administrators::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&AdministratorList {
        data: slice.rows.into_iter().map(AdministratorView::from).collect(),
        next_cursor,
    }))
}

/// Get an administrator
#[utoipa::path(tag = "administrators", params(("id" = AdministratorId, Path)), responses((status = 200, body = AdministratorView, description = "The administrator")))]
#[get("/v1/administrators/{id}")]
pub async fn get_administrator(call: Call<may::ReadAdministrators>, id: Id<AdministratorId>) -> Answer {
    let row = call.read(move |db, ctx| administrators::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&AdministratorView::from(row)).version(version))
}

/// Get yourself
#[utoipa::path(tag = "administrators", responses((status = 200, body = AdministratorView, description = "You")))]
#[get("/v1/administrator")]
pub async fn get_current_administrator(call: Call<may::Work>) -> Answer {
    let row = call.read(|db, ctx| match ctx.actor {
        Actor::Administrator(id) => administrators::find(db, ctx.scope, id),
        _ => Err(Problem::not_found().into()),
    });
    let row = row.await?;
    let version = row.version;
    Ok(Reply::ok(&AdministratorView::from(row)).version(version))
}
