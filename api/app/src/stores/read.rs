//! Reading stores.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::stores::views::{StoreList, StoreView, reply};
use actix_web::get;
use comptoir_db::stores;
use comptoir_domain::StoreId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreQuery {}

impl Filters for StoreQuery {
    const SORTS: &'static [&'static str] = &["code", "name"];
}

/// List stores
#[utoipa::path(tag = "stores", params(ListParameters), responses((status = 200, body = StoreList, description = "A page")))]
#[get("/v1/stores")]
pub async fn list_stores(call: Call<may::ReadStores>, list: List<StoreQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| stores::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&StoreList { data: slice.rows.into_iter().map(StoreView::from).collect(), next_cursor }))
}

/// Get a store
#[utoipa::path(tag = "stores", params(("id" = StoreId, Path)), responses((status = 200, body = StoreView, description = "The store")))]
#[get("/v1/stores/{id}")]
pub async fn get_store(call: Call<may::ReadStores>, id: Id<StoreId>) -> Answer {
    Ok(reply(call.read(move |db, ctx| stores::find(db, ctx.scope, id.0)).await?))
}
