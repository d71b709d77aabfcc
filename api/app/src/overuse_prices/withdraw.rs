//! Withdrawing a price for overuse that is announced and not yet in effect.

use crate::kernel::{Answer, Call, Id, Reply};
use actix_web::delete;
use comptoir_db::{overuse_prices, plans};
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{Span, withdrawal};
use comptoir_domain::{OverusePriceId, Problem};
use serde_json::json;

/// Withdraw an announced price for overuse
///
/// The version that was to end on its first day goes on, as if the later one had never been announced. A price that is in
/// effect is ended by a version of zero.
#[utoipa::path(tag = "plans", params(("id" = OverusePriceId, Path)), responses((status = 204, description = "It is gone")))]
#[delete("/v1/overuse-prices/{id}")]
pub async fn withdraw_overuse_price(call: Call<may::WriteCatalog>, id: Id<OverusePriceId>) -> Answer {
    call.write(move |tx, ctx| {
        let row = overuse_prices::find(tx, ctx.scope, id.0)?;
        let mut plan = plans::lock(tx, ctx.scope, row.plan_id)?;
        let mut all = overuse_prices::of_plans(tx, ctx.scope, &[plan.id])?;
        all.retain(|other| other.resource == row.resource && other.currency == row.currency);
        let at = all.iter().position(|other| other.id == row.id).ok_or_else(Problem::not_found)?;
        let spans: Vec<_> = all.iter().map(|row| Span { from: row.valid_from, to: row.valid_to }).collect();
        let continues = withdrawal(&spans, at, ctx.today())?;
        overuse_prices::delete(tx, ctx.scope, row.id)?;
        if let Some((before, to)) = continues.and_then(|one| Some((all.get(one.of)?.id, one.to))) {
            overuse_prices::end(tx, ctx.scope, before, to)?;
        }
        let fact = json!({ "plan_id": row.plan_id, "resource": row.resource, "currency": row.currency,
            "unit_size": row.unit_size, "unit_price": row.unit_price, "valid_from": row.valid_from });
        ctx.record(tx, "overuse_price.withdrawn", row.id, fact)?;
        plans::save(tx, &mut plan)?;
        Ok(Reply::no_content())
    })
    .await
}
