//! Amounts of a declaration in euro: at the rate of the last day of a period, or the next one that was published (directive
//! 2006/112/EC, art. 369h). It is noted which rates were used and which are missing.

use crate::kernel::call::Ctx;
use chrono::NaiveDate;
use comptoir_db::{Db, Outcome, exchange_rates};
use comptoir_domain::exchange_rates::PeriodRates;
use comptoir_domain::{Currency, Money, Problem, UnitsPerEuro};
use std::collections::BTreeSet;

/// A rate by which amounts became euro.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct AppliedRateView {
    /// The currency.
    pub currency: Currency,
    /// The last day of the period that it is for.
    pub last_day: NaiveDate,
    /// The day on which it was published.
    pub published_on: NaiveDate,
    /// Units of the currency for one euro.
    pub rate: UnitsPerEuro,
}

/// What becomes of amounts.
pub struct Euro {
    rates: PeriodRates,
    used: BTreeSet<(NaiveDate, Currency)>,
    missing: BTreeSet<Currency>,
}

impl Euro {
    /// Reads the rates for periods with these last days.
    pub fn load(db: &mut Db, ctx: &Ctx, last_days: &[NaiveDate]) -> Outcome<Self> {
        let published = exchange_rates::of_days(db, ctx.scope, &PeriodRates::days(last_days))?;
        let rates = PeriodRates::choose(last_days, &published);
        Ok(Self { rates, used: BTreeSet::new(), missing: BTreeSet::new() })
    }

    /// An amount of a period, rounded half-up to cents; none if the rate is missing.
    pub fn of(&mut self, last_day: NaiveDate, amount: Money) -> Outcome<Option<Money>> {
        let euro = self.rates.in_euro(last_day, amount)?;
        if euro.is_none() {
            self.missing.insert(amount.currency());
        } else if amount.currency() != Currency::EUR {
            self.used.insert((last_day, amount.currency()));
        }
        Ok(euro)
    }

    /// The rates that were used.
    pub fn applied(&self) -> Vec<AppliedRateView> {
        let applied = |(last_day, currency): &(NaiveDate, Currency)| {
            let rate = self.rates.of(*last_day, *currency)?;
            let (last_day, currency) = (*last_day, *currency);
            Some(AppliedRateView { currency, last_day, published_on: rate.published_on, rate: rate.rate })
        };
        self.used.iter().filter_map(applied).collect()
    }

    /// The currencies whose rate is missing.
    pub fn missing(&self) -> Vec<Currency> {
        self.missing.iter().copied().collect()
    }
}

/// The sum of amounts in euro; none if one is missing.
pub fn total(amounts: impl IntoIterator<Item = Option<Money>>) -> Outcome<Option<Money>> {
    let Some(amounts) = amounts.into_iter().collect::<Option<Vec<_>>>() else { return Ok(None) };
    Ok(Some(Money::sum(Currency::EUR, amounts).map_err(Problem::from)?))
}
