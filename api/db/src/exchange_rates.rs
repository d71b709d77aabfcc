//! Exchange rates to the euro, by currency and day.

use crate::schema::exchange_rates;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::exchange_rates::ExchangeRate;
use comptoir_domain::{Currency, ExchangeRateId, Instant, SellerId, UnitsPerEuro};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// A rate.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = exchange_rates, primary_key(seller_id, id), treat_none_as_default_value = false)]
pub struct ExchangeRateRow {
    pub seller_id: SellerId,
    pub id: ExchangeRateId,
    pub currency: Currency,
    pub published_on: NaiveDate,
    pub rate: UnitsPerEuro,
    pub created_at: Instant,
    pub version: i64,
}

entity!(exchange_rates, ExchangeRateRow, ExchangeRateId);

impl ExchangeRateRow {
    /// What it says.
    pub fn rate(&self) -> ExchangeRate {
        ExchangeRate { currency: self.currency, published_on: self.published_on, rate: self.rate }
    }
}

/// Which rates of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub currency: Option<Currency>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// The rates of a seller.
pub fn list(db: &mut Db, scope: Scope, wanted: Wanted, page: &Page) -> Outcome<Slice<ExchangeRateRow>> {
    let mut query =
        exchange_rates::table.filter(exchange_rates::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(currency) = wanted.currency {
        query = query.filter(exchange_rates::currency.eq(currency));
    }
    if let Some(from) = wanted.from {
        query = query.filter(exchange_rates::published_on.ge(from));
    }
    if let Some(to) = wanted.to {
        query = query.filter(exchange_rates::published_on.le(to));
    }
    Ok(keyset!(db, query, page, exchange_rates::id: ExchangeRateId, ExchangeRateRow, {
        "published_on" => exchange_rates::published_on: NaiveDate = published_on,
        "currency" => exchange_rates::currency: Currency = currency,
    }))
}

/// The rate of a currency on a day, if it was entered.
pub fn of_day(db: &mut Db, scope: Scope, currency: Currency, on: NaiveDate) -> Outcome<Option<ExchangeRateRow>> {
    let found = exchange_rates::table
        .filter(exchange_rates::seller_id.eq(scope.seller()))
        .filter(exchange_rates::currency.eq(currency))
        .filter(exchange_rates::published_on.eq(on));
    Ok(found.select(ExchangeRateRow::as_select()).first(db).optional()?)
}

/// All rates of some days.
pub fn of_days(db: &mut Db, scope: Scope, days: &[NaiveDate]) -> Outcome<Vec<ExchangeRate>> {
    let found = exchange_rates::table
        .filter(exchange_rates::seller_id.eq(scope.seller()))
        .filter(exchange_rates::published_on.eq_any(days.to_vec()));
    let rows: Vec<ExchangeRateRow> = found.select(ExchangeRateRow::as_select()).load(db)?;
    Ok(rows.iter().map(ExchangeRateRow::rate).collect())
}

/// The rates of some currencies from a day to another.
pub fn between(
    db: &mut Db,
    scope: Scope,
    currencies: &[Currency],
    (from, to): (NaiveDate, NaiveDate),
) -> Outcome<Vec<ExchangeRate>> {
    let found = exchange_rates::table
        .filter(exchange_rates::seller_id.eq(scope.seller()))
        .filter(exchange_rates::currency.eq_any(currencies.to_vec()))
        .filter(exchange_rates::published_on.ge(from))
        .filter(exchange_rates::published_on.le(to));
    let rows: Vec<ExchangeRateRow> = found.select(ExchangeRateRow::as_select()).load(db)?;
    Ok(rows.iter().map(ExchangeRateRow::rate).collect())
}

/// The newest rate of each currency on a day.
pub fn newest(db: &mut Db, scope: Scope, on: NaiveDate) -> Outcome<Vec<ExchangeRate>> {
    let later = diesel::alias!(exchange_rates as later);
    let newer = later
        .filter(later.field(exchange_rates::seller_id).eq(exchange_rates::seller_id))
        .filter(later.field(exchange_rates::currency).eq(exchange_rates::currency))
        .filter(later.field(exchange_rates::published_on).le(on))
        .filter(later.field(exchange_rates::published_on).gt(exchange_rates::published_on));
    let found = exchange_rates::table
        .filter(exchange_rates::seller_id.eq(scope.seller()))
        .filter(exchange_rates::published_on.le(on))
        .filter(not(exists(newer)));
    let rows: Vec<ExchangeRateRow> = found.select(ExchangeRateRow::as_select()).load(db)?;
    Ok(rows.iter().map(ExchangeRateRow::rate).collect())
}

/// Removes a rate.
pub fn delete(db: &mut Db, scope: Scope, id: ExchangeRateId) -> Outcome<()> {
    diesel::delete(exchange_rates::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
