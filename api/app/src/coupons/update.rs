//! Changing a coupon: its name, its days, its limits, and whether it can be redeemed at all.

use crate::coupons::views::{CouponPatch, CouponView, check, reply};
use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use actix_web::patch;
use comptoir_db::coupons;
use comptoir_domain::CouponId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a coupon
///
/// `is_active: false` in place of deletion: subscriptions that have it keep it.
#[utoipa::path(tag = "coupons", params(("id" = CouponId, Path)), request_body = CouponPatch, responses((status = 200, body = CouponView, description = "The coupon as it is now")))]
#[patch("/v1/coupons/{id}")]
pub async fn update_coupon(
    call: Call<may::WriteCoupons>,
    id: Id<CouponId>,
    seen: IfMatch,
    body: Body<CouponPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = coupons::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let patch = body.0.clone();
        patch.name.apply(&mut row.name);
        patch.is_active.apply(&mut row.is_active);
        patch.valid_from.apply(&mut row.valid_from);
        patch.valid_to.apply(&mut row.valid_to);
        patch.max_uses.apply(&mut row.max_uses);
        patch.max_uses_per_client.apply(&mut row.max_uses_per_client);
        check(&row)?;
        coupons::save(tx, &mut row)?;
        let facts = json!({ "name": row.name, "is_active": row.is_active, "max_uses": row.max_uses });
        ctx.record(tx, "coupon.updated", row.id, facts)?;
        reply(&row)
    })
    .await
}
