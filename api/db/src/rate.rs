//! A rate stands in three columns: a percentage, or an amount in minor units and its currency.

use crate::{Failure, Outcome};
use comptoir_domain::{Currency, Money, Percent, Rate};

/// The columns of a rate.
pub fn columns(rate: Rate) -> (Option<Percent>, Option<i64>, Option<Currency>) {
    match rate {
        Rate::Percent(percent) => (Some(percent), None, None),
        Rate::Fixed(amount) => (None, Some(amount.minor()), Some(amount.currency())),
    }
}

/// The rate in three columns.
pub fn read(percent: Option<Percent>, minor: Option<i64>, currency: Option<Currency>) -> Outcome<Rate> {
    match (percent, minor, currency) {
        (Some(percent), None, None) => Ok(Rate::Percent(percent)),
        (None, Some(minor), Some(currency)) => Ok(Rate::Fixed(Money::from_minor(minor, currency))),
        _ => Err(Failure::Corrupt("a rate is a percentage or an amount".into())),
    }
}
