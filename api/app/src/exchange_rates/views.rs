//! What exchange rates look like.

use chrono::NaiveDate;
use comptoir_db::exchange_rates::ExchangeRateRow;
use comptoir_domain::{Currency, Instant, UnitsPerEuro};

/// The rate of a currency on a day.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ExchangeRateView {
    /// The currency.
    pub currency: Currency,
    /// The day on which it was published.
    pub published_on: NaiveDate,
    /// Units of the currency for one euro.
    pub rate: UnitsPerEuro,
    /// Since when it is here.
    pub created_at: Instant,
}

list_of!(ExchangeRateList, ExchangeRateView);

impl From<&ExchangeRateRow> for ExchangeRateView {
    fn from(row: &ExchangeRateRow) -> Self {
        Self { currency: row.currency, published_on: row.published_on, rate: row.rate, created_at: row.created_at }
    }
}

/// The rate of a currency on a day.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rate": "1.0844"}))]
pub struct ExchangeRateSet {
    /// Units of the currency for one euro, as published; more than nothing.
    pub rate: UnitsPerEuro,
}
