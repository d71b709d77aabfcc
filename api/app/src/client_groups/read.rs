//! Reading groups of clients.

use crate::client_groups::views::{ClientGroupList, ClientGroupView, reply};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::client_groups;
use comptoir_domain::ClientGroupId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientGroupQuery {}

impl Filters for ClientGroupQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List client groups
#[utoipa::path(tag = "client_groups", params(ListParameters), responses((status = 200, body = ClientGroupList, description = "A page")))]
#[get("/v1/client-groups")]
pub async fn list_client_groups(call: Call<may::ReadClientGroups>, list: List<ClientGroupQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| client_groups::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.into_iter().map(ClientGroupView::from).collect();
    Ok(Reply::ok(&ClientGroupList { data, next_cursor }))
}

/// Get a client group
#[utoipa::path(tag = "client_groups", params(("id" = ClientGroupId, Path)), responses((status = 200, body = ClientGroupView, description = "The group")))]
#[get("/v1/client-groups/{id}")]
pub async fn get_client_group(call: Call<may::ReadClientGroups>, id: Id<ClientGroupId>) -> Answer {
    Ok(reply(call.read(move |db, ctx| client_groups::find(db, ctx.scope, id.0)).await?))
}
