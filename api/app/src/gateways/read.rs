//! Reading gateways.

use crate::gateways::views::{GatewayList, GatewayView};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::{gateways, sellers};
use comptoir_domain::GatewayId;
use comptoir_domain::permissions::may;

/// No filters.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayQuery {}

impl Filters for GatewayQuery {
    const SORTS: &'static [&'static str] = &["code", "name"];
}

/// List gateways
///
/// Those that are set up; cheque, transfer and the fake need not be.
#[utoipa::path(tag = "gateways", params(ListParameters), responses((status = 200, body = GatewayList, description = "A page")))]
#[get("/v1/gateways")]
pub async fn list_gateways(call: Call<may::ReadGateways>, list: List<GatewayQuery>) -> Answer {
    let page = list.page.clone();
    let read = call.read(move |db, ctx| Ok((gateways::list(db, ctx.scope, &page)?, sellers::own(db, ctx.scope)?.code)));
    let (slice, seller) = read.await?;
    let next_cursor = list.next_cursor(&slice);
    let view = |row| GatewayView::new(&call.state().gateways, row, &seller);
    Ok(Reply::ok(&GatewayList { data: slice.rows.into_iter().map(view).collect(), next_cursor }))
}

/// Get a gateway
#[utoipa::path(tag = "gateways", params(("id" = GatewayId, Path)), responses((status = 200, body = GatewayView, description = "The gateway")))]
#[get("/v1/gateways/{id}")]
pub async fn get_gateway(call: Call<may::ReadGateways>, id: Id<GatewayId>) -> Answer {
    let read = call.read(move |db, ctx| Ok((gateways::find(db, ctx.scope, id.0)?, sellers::own(db, ctx.scope)?.code)));
    let (row, seller) = read.await?;
    let version = row.version;
    Ok(Reply::ok(&GatewayView::new(&call.state().gateways, row, &seller)).version(version))
}
