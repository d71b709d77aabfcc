//! Reading roles.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::roles::views::{RoleList, RoleView};
use actix_web::get;
use comptoir_db::roles;
use comptoir_domain::RoleId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleQuery {}

impl Filters for RoleQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List roles
#[utoipa::path(tag = "roles", params(ListParameters), responses((status = 200, body = RoleList, description = "A page")))]
#[get("/v1/roles")]
pub async fn list_roles(call: Call<may::ReadAdministrators>, list: List<RoleQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| roles::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&RoleList { data: slice.rows.into_iter().map(RoleView::from).collect(), next_cursor }))
}

/// Get a role
#[utoipa::path(tag = "roles", params(("id" = RoleId, Path)), responses((status = 200, body = RoleView, description = "The role")))]
#[get("/v1/roles/{id}")]
pub async fn get_role(call: Call<may::ReadAdministrators>, id: Id<RoleId>) -> Answer {
    let row = call.read(move |db, ctx| roles::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&RoleView::from(row)).version(version))
}
