//! Entering, mending and removing exchange rates.

use super::Quoted;
use super::views::{ExchangeRateSet, ExchangeRateView};
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, IfMatch, Reply};
use actix_web::{delete, put};
use comptoir_db::exchange_rates::{self, ExchangeRateRow};
use comptoir_domain::exchange_rates::ExchangeRate;
use comptoir_domain::permissions::may;
use comptoir_domain::{Currency, Problem};
use serde_json::json;

/// Set an exchange rate
///
/// As the European Central Bank publishes it: units of the currency for one euro. `If-Match: *` enters a rate or replaces the one
/// that is there. Reports are made with the rates that are there when they are asked for.
#[utoipa::path(tag = "exchange_rates", params(("currency" = Currency, Path, example = "USD"), ("date" = NaiveDate, Path, example = "2026-01-02")),
    request_body = ExchangeRateSet,
    responses((status = 200, body = ExchangeRateView, description = "The rate as it is now"), (status = 201, body = ExchangeRateView, description = "Entered")))]
#[put("/v1/exchange-rates/{currency}/{date}")]
pub async fn set_exchange_rate(
    call: Call<may::WriteTaxes>,
    quoted: Quoted,
    seen: IfMatch,
    body: Body<ExchangeRateSet>,
) -> Answer {
    call.write(move |tx, ctx| {
        let Quoted { currency, on } = quoted;
        let wanted = ExchangeRate { currency, published_on: on, rate: body.0.rate };
        wanted.check(ctx.today())?;
        let told = json!({ "currency": currency, "published_on": on, "rate": wanted.rate });
        if let Some(found) = exchange_rates::of_day(tx, ctx.scope, currency, on)? {
            let mut row = exchange_rates::lock(tx, ctx.scope, found.id)?;
            seen.check(row.version)?;
            row.rate = wanted.rate;
            exchange_rates::save(tx, &mut row)?;
            ctx.record(tx, "exchange_rate.changed", row.id, told)?;
            return Ok(Reply::ok(&ExchangeRateView::from(&row)).version(row.version));
        }
        // whoever has seen a version has seen one that is gone
        seen.check(0)?;
        let row = ExchangeRateRow {
            seller_id: ctx.scope.seller(),
            id: fresh(),
            currency,
            published_on: on,
            rate: wanted.rate,
            created_at: ctx.now,
            version: 1,
        };
        exchange_rates::insert(tx, &row)?;
        ctx.record(tx, "exchange_rate.created", row.id, told)?;
        Ok(Reply::created(&ExchangeRateView::from(&row), format!("/v1/exchange-rates/{currency}/{on}")).version(1))
    })
    .await
}

/// Delete an exchange rate
///
/// For one that was never published.
#[utoipa::path(tag = "exchange_rates", params(("currency" = Currency, Path, example = "USD"), ("date" = NaiveDate, Path, example = "2026-01-02")),
    responses((status = 204, description = "It is gone")))]
#[delete("/v1/exchange-rates/{currency}/{date}")]
pub async fn delete_exchange_rate(call: Call<may::WriteTaxes>, quoted: Quoted, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let found =
            exchange_rates::of_day(tx, ctx.scope, quoted.currency, quoted.on)?.ok_or_else(Problem::not_found)?;
        let row = exchange_rates::lock(tx, ctx.scope, found.id)?;
        seen.check(row.version)?;
        exchange_rates::delete(tx, ctx.scope, row.id)?;
        let told = json!({ "currency": row.currency, "published_on": row.published_on, "rate": row.rate });
        ctx.record(tx, "exchange_rate.deleted", row.id, told)?;
        Ok(Reply::no_content())
    })
    .await
}
