//! Taking a cycle and currency off sale: the last version of its price ends, and none follows. What is sold goes on.

use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::prices::PriceView;
use crate::prices::version::Version;
use actix_web::post;
use chrono::NaiveDate;
use comptoir_db::prices::{self, PriceRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::PriceId;
use comptoir_domain::permissions::may;
use comptoir_domain::plans::{off_sale, on_sale_again};
use serde_json::json;

/// From when on nobody can buy at a price.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "2031-06-01"}))]
pub struct PriceOffSale {
    /// The first day without it, in the seller's zone: today or later, and later than its own first day; today if absent.
    pub from: Option<NaiveDate>,
}

/// Take a price off sale
///
/// From that day on, its cycle and currency are no longer offered, neither in orders nor in changes of subscriptions. Who has
/// bought keeps the price and renews at it. A new version puts the cycle on sale again.
#[utoipa::path(tag = "prices", params(("id" = PriceId, Path)), request_body = PriceOffSale,
    responses((status = 200, body = PriceView, description = "The price with its end")))]
#[post("/v1/prices/{id}/take-off-sale")]
pub async fn take_price_off_sale(call: Call<may::WriteCatalog>, id: Id<PriceId>, body: Body<PriceOffSale>) -> Answer {
    call.write(move |tx, ctx| {
        let version = Version::lock(tx, ctx, id.0)?;
        let from = body.0.from.unwrap_or_else(|| ctx.today());
        off_sale(&version.spans(), version.at, from, ctx.today())?;
        ends(tx, ctx, version, Some(from), "price.taken_off_sale")
    })
    .await
}

/// Keep a price on sale
///
/// Calls off an end that has not come yet.
#[utoipa::path(tag = "prices", params(("id" = PriceId, Path)), responses((status = 200, body = PriceView, description = "The price, without an end")))]
#[post("/v1/prices/{id}/keep-on-sale")]
pub async fn keep_price_on_sale(call: Call<may::WriteCatalog>, id: Id<PriceId>) -> Answer {
    call.write(move |tx, ctx| {
        let version = Version::lock(tx, ctx, id.0)?;
        on_sale_again(&version.spans(), version.at, ctx.today())?;
        ends(tx, ctx, version, None, "price.kept_on_sale")
    })
    .await
}

fn ends(tx: &mut Db, ctx: &Ctx, version: Version, to: Option<NaiveDate>, kind: &str) -> Outcome<Reply> {
    let row = PriceRow { valid_to: to, ..version.row()?.clone() };
    prices::end(tx, ctx.scope, row.id, to)?;
    ctx.record(tx, kind, row.id, json!({ "price": version.fact()?, "valid_to": to }))?;
    version.touch(tx)?;
    Ok(Reply::ok(&PriceView::from(row)))
}
