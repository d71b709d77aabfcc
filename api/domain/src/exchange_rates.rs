//! Exchange rates to the euro, as the European Central Bank publishes them: units of a currency for one euro. Declarations in
//! euro take the rate of the last day of their period, or the next one that is published (directive 2006/112/EC, art. 369h).

use crate::money::MoneyError;
use crate::{Check, Currency, Money, Result, UnitsPerEuro};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Days after the last day of a period within which the next rate has been published. The longest pause is four days, from Good
/// Friday to Easter Monday: a rate that is later than a week is not the next one, so one between was not entered.
const NEXT_WITHIN: u64 = 7;

/// The rate of a currency, as published on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExchangeRate {
    /// The currency, which is not the euro.
    pub currency: Currency,
    /// The day.
    pub published_on: NaiveDate,
    /// Units of the currency for one euro.
    pub rate: UnitsPerEuro,
}

impl ExchangeRate {
    /// Refuses a rate that cannot have been published; pointers are those of a request for its address.
    pub fn check(&self, today: NaiveDate) -> Result<()> {
        let mut check = Check::new();
        check.ensure(self.currency != Currency::EUR, "{currency}", "euro", "another currency than the euro");
        check.ensure(self.published_on <= today, "{date}", "in_the_future", "not after today");
        check.ensure(self.rate.get() > Decimal::ZERO, "/rate", "not_positive", "more than nothing");
        check.done()
    }

    /// An amount in euro, not rounded.
    pub fn exact_euro(&self, amount: Decimal) -> Result<Decimal, MoneyError> {
        amount.checked_div(self.rate.get()).ok_or(MoneyError::Overflow)
    }
}

/// The rates for declarations of some periods.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PeriodRates(BTreeMap<(NaiveDate, Currency), ExchangeRate>);

impl PeriodRates {
    /// The days of which rates may be those of periods with these last days.
    pub fn days(last_days: &[NaiveDate]) -> Vec<NaiveDate> {
        let days = last_days.iter().flat_map(|last| (0..=NEXT_WITHIN).map(|more| *last + Days::new(more)));
        days.collect()
    }

    /// Chooses among published rates.
    pub fn choose(last_days: &[NaiveDate], published: &[ExchangeRate]) -> Self {
        let mut chosen: BTreeMap<(NaiveDate, Currency), ExchangeRate> = BTreeMap::new();
        for last in last_days {
            let until = *last + Days::new(NEXT_WITHIN);
            for rate in published.iter().filter(|rate| (*last..=until).contains(&rate.published_on)) {
                let best = chosen.entry((*last, rate.currency)).or_insert(*rate);
                if rate.published_on < best.published_on {
                    *best = *rate;
                }
            }
        }
        Self(chosen)
    }

    /// The rate of a currency for the period with this last day.
    pub fn of(&self, last_day: NaiveDate, currency: Currency) -> Option<ExchangeRate> {
        self.0.get(&(last_day, currency)).copied()
    }

    /// An amount in euro, rounded half-up to cents; none if the rate is missing.
    pub fn in_euro(&self, last_day: NaiveDate, amount: Money) -> Result<Option<Money>> {
        if amount.currency() == Currency::EUR {
            return Ok(Some(amount));
        }
        let Some(rate) = self.of(last_day, amount.currency()) else { return Ok(None) };
        Ok(Some(Money::round(rate.exact_euro(amount.decimal())?, Currency::EUR)?))
    }
}

/// The rates on which single sales are counted in euro: the last one that was known on the day, or else the first one after it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DailyRates(BTreeMap<Currency, BTreeMap<NaiveDate, ExchangeRate>>);

impl DailyRates {
    /// Of published rates, in any order.
    pub fn new(published: impl IntoIterator<Item = ExchangeRate>) -> Self {
        let mut found: BTreeMap<Currency, BTreeMap<NaiveDate, ExchangeRate>> = BTreeMap::new();
        for rate in published {
            found.entry(rate.currency).or_default().insert(rate.published_on, rate);
        }
        Self(found)
    }

    /// An amount of a day in euro, not rounded; none if no rate of the currency is known.
    pub fn exact_euro(&self, on: NaiveDate, amount: Money) -> Result<Option<Decimal>> {
        if amount.currency() == Currency::EUR {
            return Ok(Some(amount.decimal()));
        }
        let Some(of_currency) = self.0.get(&amount.currency()) else { return Ok(None) };
        let rate = of_currency.range(..=on).next_back().or_else(|| of_currency.range(on..).next());
        let rate = rate.map(|(_, rate)| rate.exact_euro(amount.decimal())).transpose()?;
        Ok(rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rate(currency: &str, on: &str, rate: &str) -> ExchangeRate {
        ExchangeRate { currency: currency.parse().unwrap(), published_on: day(on), rate: rate.parse().unwrap() }
    }

    fn money(amount: &str, currency: &str) -> Money {
        Money::parse(amount, currency.parse().unwrap()).unwrap()
    }

    /// 31 March 2029 is the Saturday between Good Friday and Easter: the next rate is that of Tuesday, 3 April.
    #[test]
    fn the_rate_of_the_last_day_or_the_next_one() {
        let last = day("2029-03-31");
        let published = [
            rate("USD", "2029-03-29", "1.1"),
            rate("USD", "2029-04-04", "1.3"),
            rate("USD", "2029-04-03", "1.25"),
            rate("JPY", "2029-03-31", "160"),
            rate("CHF", "2029-04-08", "0.95"),
        ];
        let rates = PeriodRates::choose(&[last], &published);
        let of = |currency: &str| rates.of(last, currency.parse().unwrap()).map(|rate| rate.published_on.to_string());
        assert_eq!(of("USD").as_deref(), Some("2029-04-03"));
        assert_eq!(of("JPY").as_deref(), Some("2029-03-31"));
        // eight days later is not the next one
        assert_eq!(of("CHF"), None);
        // 100 / 1.25 = 80; 1234 / 160 = 7.7125; 0.05 / 1.25 = 0.04
        for (amount, currency, want) in
            [("100.00", "USD", "80.00"), ("1234", "JPY", "7.71"), ("-0.05", "USD", "-0.04"), ("7.00", "EUR", "7.00")]
        {
            assert_eq!(
                rates.in_euro(last, money(amount, currency)),
                Ok(Some(money(want, "EUR"))),
                "{amount} {currency}"
            );
        }
        assert_eq!(rates.in_euro(last, money("1.00", "CHF")), Ok(None));
        assert_eq!(PeriodRates::days(&[last]).len(), 8);
    }

    /// 0.01 / 2 = 0.005 rounds up, and away from nothing below it.
    #[test]
    fn half_a_cent_rounds_up() {
        let last = day("2026-03-31");
        let rates = PeriodRates::choose(&[last], &[rate("USD", "2026-03-31", "2")]);
        assert_eq!(rates.in_euro(last, money("0.01", "USD")), Ok(Some(money("0.01", "EUR"))));
        assert_eq!(rates.in_euro(last, money("-0.01", "USD")), Ok(Some(money("-0.01", "EUR"))));
        assert_eq!(rates.in_euro(last, money("0.02", "USD")), Ok(Some(money("0.01", "EUR"))));
    }

    #[test]
    fn sales_are_counted_by_what_was_known() {
        let rates = DailyRates::new([rate("USD", "2026-01-05", "1.25"), rate("USD", "2026-02-02", "2")]);
        let of = |on: &str| rates.exact_euro(day(on), money("10.00", "USD")).unwrap();
        for (on, want) in
            [("2026-01-01", 8), ("2026-01-05", 8), ("2026-02-01", 8), ("2026-02-02", 5), ("2027-01-01", 5)]
        {
            assert_eq!(of(on), Some(Decimal::from(want)), "{on}");
        }
        assert_eq!(rates.exact_euro(day("2026-01-05"), money("1", "JPY")), Ok(None));
    }

    #[test]
    fn refuses_what_was_never_published() {
        let places = |rate: ExchangeRate| {
            let found = rate.check(day("2026-01-05")).map_err(|problem| problem.fields);
            found.err().into_iter().flatten().map(|field| field.pointer).collect::<Vec<_>>()
        };
        assert!(places(rate("USD", "2026-01-05", "1.0844")).is_empty());
        assert_eq!(places(rate("USD", "2026-01-06", "1.0844")), ["{date}"]);
        assert_eq!(places(rate("USD", "2026-01-05", "0")), ["/rate"]);
        assert_eq!(places(rate("USD", "2026-01-05", "-1.2")), ["/rate"]);
        assert_eq!(places(rate("EUR", "2026-01-05", "1")), ["{currency}"]);
    }
}
