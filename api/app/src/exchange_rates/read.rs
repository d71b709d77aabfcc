//! Reading exchange rates.

use super::Quoted;
use super::views::{ExchangeRateList, ExchangeRateView};
use crate::kernel::query::{Filters, ListParameters};
use crate::kernel::{Answer, Call, List, Reply};
use actix_web::get;
use chrono::NaiveDate;
use comptoir_db::exchange_rates::{self, Wanted};
use comptoir_domain::permissions::may;
use comptoir_domain::{Currency, Problem};

/// Which rates.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExchangeRateQuery {
    /// Of this currency.
    currency: Option<Currency>,
    /// Published on this day or later.
    from: Option<NaiveDate>,
    /// Published on this day or earlier.
    to: Option<NaiveDate>,
}

impl Filters for ExchangeRateQuery {
    const SORTS: &'static [&'static str] = &["published_on", "currency"];
}

/// List exchange rates
#[utoipa::path(tag = "exchange_rates", params(ListParameters, ExchangeRateQuery), responses((status = 200, body = ExchangeRateList, description = "A page")))]
#[get("/v1/exchange-rates")]
pub async fn list_exchange_rates(call: Call<may::ReadTaxes>, list: List<ExchangeRateQuery>) -> Answer {
    let ExchangeRateQuery { currency, from, to } = list.filters;
    let (wanted, page) = (Wanted { currency, from, to }, list.page.clone());
    let slice = call.read(move |db, ctx| exchange_rates::list(db, ctx.scope, wanted, &page)).await?;
    let next_cursor = list.next_cursor(&slice);
    let data = slice.rows.iter().map(ExchangeRateView::from).collect();
    Ok(Reply::ok(&ExchangeRateList { data, next_cursor }))
}

/// Get an exchange rate
#[utoipa::path(tag = "exchange_rates", params(("currency" = Currency, Path, example = "USD"), ("date" = NaiveDate, Path, example = "2026-01-02")),
    responses((status = 200, body = ExchangeRateView, description = "The rate")))]
#[get("/v1/exchange-rates/{currency}/{date}")]
pub async fn get_exchange_rate(call: Call<may::ReadTaxes>, quoted: Quoted) -> Answer {
    call.read(move |db, ctx| {
        let row = exchange_rates::of_day(db, ctx.scope, quoted.currency, quoted.on)?.ok_or_else(Problem::not_found)?;
        Ok(Reply::ok(&ExchangeRateView::from(&row)).version(row.version))
    })
    .await
}
