//! Reading add-on groups.

use crate::add_on_groups::views::{AddOnGroupList, AddOnGroupView};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::add_on_groups;
use comptoir_domain::AddOnGroupId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddOnGroupQuery {}

impl Filters for AddOnGroupQuery {
    const SORTS: &'static [&'static str] = &["position", "name"];
}

/// List add-on groups
#[utoipa::path(tag = "add_on_groups", params(ListParameters), responses((status = 200, body = AddOnGroupList, description = "A page")))]
#[get("/v1/add-on-groups")]
pub async fn list_add_on_groups(call: Call<may::ReadCatalog>, list: List<AddOnGroupQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| add_on_groups::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&AddOnGroupList { data: slice.rows.into_iter().map(AddOnGroupView::from).collect(), next_cursor }))
}

/// Get an add-on group
#[utoipa::path(tag = "add_on_groups", params(("id" = AddOnGroupId, Path)), responses((status = 200, body = AddOnGroupView, description = "The group")))]
#[get("/v1/add-on-groups/{id}")]
pub async fn get_add_on_group(call: Call<may::ReadCatalog>, id: Id<AddOnGroupId>) -> Answer {
    let row = call.read(move |db, ctx| add_on_groups::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&AddOnGroupView::from(row)).version(version))
}
