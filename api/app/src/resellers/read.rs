//! Reading resellers.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::sellers::views::{SellerList, SellerView};
use actix_web::get;
use comptoir_db::sellers;
use comptoir_domain::SellerId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResellerQuery {}

impl Filters for ResellerQuery {
    const SORTS: &'static [&'static str] = &["code", "company"];
}

/// List resellers
#[utoipa::path(tag = "resellers", params(ListParameters), responses((status = 200, body = SellerList, description = "A page")))]
#[get("/v1/resellers")]
pub async fn list_resellers(call: Call<may::ReadResellers>, list: List<ResellerQuery>) -> Answer {
    call.ctx().require_provider()?;
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| sellers::resellers(db, ctx.scope, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&SellerList { data: slice.rows.into_iter().map(SellerView::from).collect(), next_cursor }))
}

/// Get a reseller
#[utoipa::path(tag = "resellers", params(("id" = SellerId, Path)), responses((status = 200, body = SellerView, description = "The reseller")))]
#[get("/v1/resellers/{id}")]
pub async fn get_reseller(call: Call<may::ReadResellers>, id: Id<SellerId>) -> Answer {
    let row = call.read(move |db, ctx| sellers::reseller(db, ctx.scope, id.0)).await?;
    let version = row.version;
    Ok(Reply::ok(&SellerView::from(row)).version(version))
}
