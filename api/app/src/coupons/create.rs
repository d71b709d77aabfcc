//! A new coupon.

use crate::coupons::views::{CouponCreate, CouponView, check};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_db::coupons::{self, CouponRow};
use comptoir_db::{Json, rate, stores};
use comptoir_domain::coupons::normal_code;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Create a coupon
///
/// Without a code it applies by itself, and the stores show the prices with it.
#[utoipa::path(tag = "coupons", request_body = CouponCreate, responses((status = 201, body = CouponView, description = "Created")))]
#[post("/v1/coupons")]
pub async fn create_coupon(call: Call<may::WriteCoupons>, body: Body<CouponCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let row = row(ctx, body.0.clone());
        stores::find_many(tx, ctx.scope, &row.stores.0)?;
        coupons::require_plans(tx, ctx.scope, &row.plans.0)?;
        check(&row)?;
        coupons::insert(tx, &row).map_err(|failure| failure.or_taken("/code"))?;
        let view = CouponView::new(&row)?;
        ctx.record(tx, "coupon.created", row.id, json!({ "name": view.name, "code": view.code, "value": view.value }))?;
        Ok(Reply::created(&view, format!("/v1/coupons/{}", row.id)).version(1))
    })
    .await
}

fn row(ctx: &Ctx, wanted: CouponCreate) -> CouponRow {
    let (percent, fixed_minor, fixed_currency) = rate::columns(wanted.value);
    CouponRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        name: wanted.name,
        code: wanted.code.as_deref().map(normal_code),
        is_active: true,
        percent,
        fixed_minor,
        fixed_currency,
        free_setup: wanted.free_setup,
        stores: Json(wanted.store_ids),
        plans: Json(wanted.plan_ids),
        valid_from: wanted.valid_from,
        valid_to: wanted.valid_to,
        max_uses: wanted.max_uses,
        max_uses_per_client: wanted.max_uses_per_client,
        cycles: wanted.cycles,
        uses: 0,
        created_at: ctx.now,
        version: 1,
    }
}
