//! Reading keys.

use crate::api_keys::views::{ApiKeyList, ApiKeyView};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::api_keys;
use comptoir_domain::ApiKeyId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyQuery {}

impl Filters for ApiKeyQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List API keys
#[utoipa::path(tag = "api_keys", params(ListParameters), responses((status = 200, body = ApiKeyList, description = "A page")))]
#[get("/v1/api-keys")]
pub async fn list_api_keys(call: Call<may::ReadApiKeys>, list: List<ApiKeyQuery>) -> Answer {
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| api_keys::list(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&ApiKeyList { data: slice.rows.into_iter().map(ApiKeyView::from).collect(), next_cursor }))
}

/// Get an API key
#[utoipa::path(tag = "api_keys", params(("id" = ApiKeyId, Path)), responses((status = 200, body = ApiKeyView, description = "The key")))]
#[get("/v1/api-keys/{id}")]
pub async fn get_api_key(call: Call<may::ReadApiKeys>, id: Id<ApiKeyId>) -> Answer {
    let row = call.read(move |db, ctx| api_keys::find(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&ApiKeyView::from(row)).version(version))
}
