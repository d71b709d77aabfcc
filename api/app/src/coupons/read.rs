//! Reading coupons.

use crate::coupons::views::{CouponList, CouponView, reply};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use actix_web::get;
use comptoir_db::Outcome;
use comptoir_db::coupons::{self, CouponFilter};
use comptoir_domain::CouponId;
use comptoir_domain::permissions::may;

/// Which coupons.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CouponQuery {
    /// Those that can be redeemed, or those that cannot.
    active: Option<bool>,
    /// With this code, in any case.
    code: Option<String>,
}

impl Filters for CouponQuery {
    const SORTS: &'static [&'static str] = &["name"];
}

/// List coupons
#[utoipa::path(tag = "coupons", params(ListParameters, CouponQuery), responses((status = 200, body = CouponList, description = "A page")))]
#[get("/v1/coupons")]
pub async fn list_coupons(call: Call<may::ReadCoupons>, list: List<CouponQuery>) -> Answer {
    let filter = CouponFilter { active: list.filters.active, code: list.filters.code.clone() };
    let page = list.page.clone();
    let slice = call.read(move |db, ctx| coupons::list(db, ctx.scope, &filter, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.iter().map(CouponView::new).collect::<Outcome<_>>()?;
    Ok(Reply::ok(&CouponList { data, next_cursor }))
}

/// Get a coupon
#[utoipa::path(tag = "coupons", params(("id" = CouponId, Path)), responses((status = 200, body = CouponView, description = "The coupon")))]
#[get("/v1/coupons/{id}")]
pub async fn get_coupon(call: Call<may::ReadCoupons>, id: Id<CouponId>) -> Answer {
    call.read(move |db, ctx| reply(&coupons::find(db, ctx.scope, id.0)?)).await
}
