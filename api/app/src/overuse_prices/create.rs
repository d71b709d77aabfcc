//! A new version of a price for overuse: the one before ends on its first day.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::overuse_prices::views::{OverusePriceCreate, OverusePriceView};
use actix_web::post;
use comptoir_db::overuse_prices::{self, OverusePriceRow};
use comptoir_db::plans::{self, PlanRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{Span, succession};
use comptoir_domain::usage::check_overuse_price;
use comptoir_domain::{Check, PlanId};
use serde_json::json;

/// Change or add what a plan charges for overuse
///
/// What is used above the limit of the plan and its add-ons is charged by begun units when the month is over. A month is
/// charged at the price that is valid on its first day.
#[utoipa::path(tag = "plans", params(("id" = PlanId, Path)), request_body = OverusePriceCreate, responses((status = 201, body = OverusePriceView, description = "Created")))]
#[post("/v1/plans/{id}/overuse-prices")]
pub async fn create_overuse_price(
    call: Call<may::WriteCatalog>,
    id: Id<PlanId>,
    body: Body<OverusePriceCreate>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut plan = plans::lock(tx, ctx.scope, id.0)?;
        let row = add(tx, ctx, &plan, &body.0)?;
        plans::save(tx, &mut plan)?;
        Ok(Reply::created(&OverusePriceView::from(&row), format!("/v1/plans/{}/overuse-prices", plan.id)))
    })
    .await
}

fn add(tx: &mut Db, ctx: &Ctx, plan: &PlanRow, wanted: &OverusePriceCreate) -> Outcome<OverusePriceRow> {
    let mut findings = Check::new();
    check_overuse_price(&mut findings, plan.kind, wanted.unit_size, wanted.unit_price);
    findings.done()?;
    let mut present = overuse_prices::of_plans(tx, ctx.scope, &[plan.id])?;
    present.retain(|row| row.resource == wanted.resource && row.currency == wanted.currency);
    let spans: Vec<_> = present.iter().map(|row| Span { from: row.valid_from, to: row.valid_to }).collect();
    let from = wanted.valid_from.unwrap_or_else(|| ctx.today());
    let place = succession(&spans, from, ctx.today())?;
    if let Some(ended) = place.ends.and_then(|at| present.get(at)) {
        overuse_prices::end(tx, ctx.scope, ended.id, Some(from))?;
    }
    let row = OverusePriceRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        plan_id: plan.id,
        resource: wanted.resource,
        currency: wanted.currency,
        unit_size: i64::try_from(wanted.unit_size).unwrap_or(i64::MAX),
        unit_price: wanted.unit_price,
        valid_from: from,
        valid_to: place.to,
        created_at: ctx.now,
    };
    overuse_prices::insert(tx, &row)?;
    let fact = json!({ "plan_id": row.plan_id, "resource": row.resource, "currency": row.currency,
        "unit_size": row.unit_size, "unit_price": row.unit_price, "valid_from": from });
    ctx.record(tx, "overuse_price.created", row.id, fact)?;
    Ok(row)
}
