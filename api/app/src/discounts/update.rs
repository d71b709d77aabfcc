//! Changing a discount: its name, its days, and whether it is offered at all.

use crate::discounts::views::{DiscountPatch, DiscountView, check, reply};
use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use actix_web::patch;
use comptoir_db::discounts;
use comptoir_domain::DiscountId;
use comptoir_domain::permissions::may;
use serde_json::json;

/// Change a discount
///
/// `is_active: false` in place of deletion: subscriptions that have it keep it.
#[utoipa::path(tag = "discounts", params(("id" = DiscountId, Path)), request_body = DiscountPatch, responses((status = 200, body = DiscountView, description = "The discount as it is now")))]
#[patch("/v1/discounts/{id}")]
pub async fn update_discount(
    call: Call<may::WriteDiscounts>,
    id: Id<DiscountId>,
    seen: IfMatch,
    body: Body<DiscountPatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = discounts::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        let patch = body.0.clone();
        patch.name.apply(&mut row.name);
        patch.is_active.apply(&mut row.is_active);
        patch.valid_from.apply(&mut row.valid_from);
        patch.valid_to.apply(&mut row.valid_to);
        check(&row)?;
        discounts::save(tx, &mut row)?;
        ctx.record(tx, "discount.updated", row.id, json!({ "name": row.name, "is_active": row.is_active }))?;
        reply(&row)
    })
    .await
}
