//! The history of prices for overuse.

use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::overuse_prices::views::OverusePriceList;
use actix_web::get;
use comptoir_db::overuse_prices::{self, OverusePriceFilter};
use comptoir_db::plans;
use comptoir_domain::permissions::may;
use comptoir_domain::usage::Resource;
use comptoir_domain::{Currency, PlanId};

/// Which prices for overuse.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OverusePriceQuery {
    /// Of this resource.
    resource: Option<Resource>,
    /// In this currency.
    currency: Option<Currency>,
}

impl Filters for OverusePriceQuery {
    const SORTS: &'static [&'static str] = &["valid_from"];
}

/// List what a plan charges for overuse
///
/// All versions: past, present and announced.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path), ListParameters, OverusePriceQuery), responses((status = 200, body = OverusePriceList, description = "A page")))]
#[get("/v1/plans/{id}/overuse-prices")]
pub async fn list_overuse_prices(
    call: Call<may::ReadCatalog>,
    id: Id<PlanId>,
    list: List<OverusePriceQuery>,
) -> Answer {
    let filter = OverusePriceFilter { resource: list.filters.resource, currency: list.filters.currency };
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| {
        let plan = plans::find(db, ctx.scope, id.0)?;
        overuse_prices::list(db, ctx.scope, plan.id, filter, &page)
    });
    let slice = slice.await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&OverusePriceList { data: slice.rows.iter().map(Into::into).collect(), next_cursor }))
}
