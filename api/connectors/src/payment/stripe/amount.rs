//! Amounts as Stripe writes them: whole numbers of the smallest unit, by its own table of decimals.

use crate::error::{ConnectorError, Kind, Result};
use comptoir_domain::{Currency, Money};

/// Without decimals.
const ZERO: &[&str] =
    &["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];

/// With three decimals, of which the last is 0.
const THREE: &[&str] = &["BHD", "JOD", "KWD", "OMR", "TND"];

/// Their decimals are told differently in different places. An amount that is a hundred times too much is worse than none.
const UNCLEAR: &[&str] = &["ISK", "UGX"];

/// How many decimals Stripe gives a currency; none if we do not know.
fn decimals(currency: Currency) -> Option<u32> {
    let code = currency.as_str();
    match currency.digits() {
        _ if UNCLEAR.contains(&code) => None,
        _ if ZERO.contains(&code) => Some(0),
        3 => THREE.contains(&code).then_some(3),
        0 | 2 => Some(2),
        _ => None,
    }
}

/// Whether amounts of it can be sent.
pub(super) fn is_known(currency: Currency) -> bool {
    decimals(currency).is_some()
}

/// Our amount in Stripe's smallest unit.
pub(super) fn to_stripe(amount: Money) -> Result<i64> {
    let unfit = |why: &str| ConnectorError::invalid("amount", format!("{amount}: {why}"));
    let wanted = decimals(amount.currency()).ok_or_else(|| unfit("Stripe does not take this currency"))?;
    let units = rescale(amount.minor(), amount.currency().digits(), wanted);
    let units = units.ok_or_else(|| unfit("Stripe takes whole units only"))?;
    if wanted == 3 && units % 10 != 0 {
        return Err(unfit("Stripe wants a 0 as the last decimal"));
    }
    Ok(units)
}

/// Stripe's amount in ours.
pub(super) fn from_stripe(units: i64, currency: &str) -> Result<Money> {
    let unreadable = || ConnectorError::new(Kind::Unknown, "unreadable", format!("an amount of {units} {currency}"));
    let currency: Currency = currency.to_ascii_uppercase().parse().map_err(|_| unreadable())?;
    let known = decimals(currency).ok_or_else(unreadable)?;
    rescale(units, known, currency.digits()).map(|minor| Money::from_minor(minor, currency)).ok_or_else(unreadable)
}

fn rescale(units: i64, from: u32, to: u32) -> Option<i64> {
    if to >= from {
        return units.checked_mul(10_i64.checked_pow(to.checked_sub(from)?)?);
    }
    let step = 10_i64.checked_pow(from.checked_sub(to)?)?;
    (units % step == 0).then(|| units / step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 12.10 in each kind of currency, by the table of the page.
    #[test]
    fn amounts_are_whole_units() {
        let table = [
            ("12.10", "EUR", Some(1210)),
            ("1210", "JPY", Some(1210)),
            ("12.100", "KWD", Some(12100)),
            ("12.101", "KWD", None),    // a multiple of 10
            ("12.00", "MGA", Some(12)), // ISO 4217 has two decimals, Stripe none
            ("12.10", "MGA", None),
            ("1210", "ISK", None),
            ("1210", "UGX", None),
            ("12.100", "IQD", None),
        ];
        for (amount, currency, want) in table {
            let money = Money::parse(amount, currency.parse().unwrap()).unwrap();
            assert_eq!(to_stripe(money).ok(), want, "{amount} {currency}");
            if let Some(units) = want {
                assert_eq!(from_stripe(units, &currency.to_lowercase()).unwrap(), money);
            }
        }
        assert_eq!(from_stripe(1, "isk").unwrap_err().kind, Kind::Unknown);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_comes_back(minor in any::<i64>(), code in "EUR|JPY|KWD|MGA|HUF|CLP") {
            let money = Money::from_minor(minor, code.parse().unwrap());
            if let Ok(units) = to_stripe(money) {
                prop_assert_eq!(from_stripe(units, &code.to_lowercase()).unwrap(), money);
            }
        }
    }
}
