//! A new discount.

use crate::discounts::views::{DiscountCreate, DiscountView, check};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Reply};
use actix_web::post;
use comptoir_db::discounts::{self, DiscountRow};
use comptoir_db::{Db, Json, Outcome, plans, prices};
use comptoir_domain::discounts::PlanCycle;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, PlanId};
use serde_json::json;
use std::collections::BTreeSet;

/// Create a discount
///
/// Every order of its days for one of its cycles gets it, in all stores; of several the highest wins.
#[utoipa::path(tag = "discounts", request_body = DiscountCreate, responses((status = 201, body = DiscountView, description = "Created")))]
#[post("/v1/discounts")]
pub async fn create_discount(call: Call<may::WriteDiscounts>, body: Body<DiscountCreate>) -> Answer {
    call.write(move |tx, ctx| {
        let row = row(ctx, body.0.clone());
        check(&row)?;
        sold(tx, ctx, &row.plans.0)?;
        discounts::insert(tx, &row)?;
        let facts = json!({ "name": row.name, "percent": row.percent, "plans": row.plans.0 });
        ctx.record(tx, "discount.created", row.id, facts)?;
        let location = format!("/v1/discounts/{}", row.id);
        Ok(Reply::created(&DiscountView::new(&row)?, location).version(1))
    })
    .await
}

fn row(ctx: &Ctx, wanted: DiscountCreate) -> DiscountRow {
    let (property_name, property_value) = wanted.property.map(|property| (property.name, property.value)).unzip();
    DiscountRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        name: wanted.name,
        is_active: true,
        percent: wanted.percent,
        plans: Json(wanted.plans),
        valid_from: wanted.valid_from,
        valid_to: wanted.valid_to,
        cycles: wanted.cycles,
        property_name,
        property_value,
        created_at: ctx.now,
        version: 1,
    }
}

/// Refuses plans that the seller does not have, and cycles for which they have no price.
fn sold(tx: &mut Db, ctx: &Ctx, wanted: &[PlanCycle]) -> Outcome<()> {
    let ids: Vec<PlanId> = BTreeSet::from_iter(wanted.iter().map(|plan| plan.plan_id)).into_iter().collect();
    plans::find_many(tx, ctx.scope, &ids)?;
    let prices = prices::open_of_plans(tx, ctx.scope, &ids, ctx.today())?;
    let mut check = Check::new();
    for (index, plan) in wanted.iter().enumerate() {
        let priced = prices.iter().any(|price| (price.plan_id, price.cycle) == (Some(plan.plan_id), plan.cycle));
        check.ensure(priced, &format!("/plans/{index}/cycle"), "no_price", "the plan has no price for this cycle");
    }
    Ok(check.done()?)
}
