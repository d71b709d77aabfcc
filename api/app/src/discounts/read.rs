//! Reading discounts.

use crate::discounts::views::{DiscountList, DiscountView, reply};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::{Outcome, discounts};
use comptoir_domain::DiscountId;
use comptoir_domain::permissions::may;

/// Which discounts.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DiscountQuery {
    /// Those that are offered on their days, or those that are switched off.
    active: Option<bool>,
}

impl Filters for DiscountQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List discounts
#[utoipa::path(tag = "discounts", params(ListParameters, DiscountQuery), responses((status = 200, body = DiscountList, description = "A page")))]
#[get("/v1/discounts")]
pub async fn list_discounts(call: Call<may::ReadDiscounts>, list: List<DiscountQuery>) -> Answer {
    let (active, page) = (list.filters.active, list.page.clone());
    let slice = call.read(move |db, ctx| discounts::list(db, ctx.scope, active, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.iter().map(DiscountView::new).collect::<Outcome<_>>()?;
    Ok(Reply::ok(&DiscountList { data, next_cursor }))
}

/// Get a discount
#[utoipa::path(tag = "discounts", params(("id" = DiscountId, Path)), responses((status = 200, body = DiscountView, description = "The discount")))]
#[get("/v1/discounts/{id}")]
pub async fn get_discount(call: Call<may::ReadDiscounts>, id: Id<DiscountId>) -> Answer {
    call.read(move |db, ctx| reply(&discounts::find(db, ctx.scope, id.0)?)).await
}
