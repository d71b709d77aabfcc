//! The price book of a plan or an add-on: one price per billing cycle and currency (CAT-05).
//!
//! The cycle is any ordered value that can be shown, so that these rules do not depend on how cycles are counted.

use crate::problem::{Code, Problem, Result};
use crate::{Check, Currency, Money, UnitPrice};
use std::collections::BTreeSet;
use std::fmt::Display;

/// What one cycle costs in one currency, before discounts and taxes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Price<C> {
    pub cycle: C,
    pub currency: Currency,
    /// For each cycle.
    pub recurring: Money,
    /// Once, when the subscription starts.
    pub setup: Money,
    /// Once, when a subscription comes up to this plan.
    pub upgrade: Money,
    /// Once, when a subscription comes down to this plan.
    pub downgrade: Money,
}

impl<C> Price<C> {
    fn amounts(&self) -> [(&'static str, Money); 4] {
        [("recurring", self.recurring), ("setup", self.setup), ("upgrade", self.upgrade), ("downgrade", self.downgrade)]
    }
}

/// Notes what is wrong with a price book, at `{pointer}/{index}/…`: a cycle and currency twice, amounts below zero or in
/// another currency than the price.
pub fn check_prices<C: Ord + Clone + Display>(check: &mut Check, pointer: &str, prices: &[Price<C>]) {
    let mut seen = BTreeSet::new();
    for (index, price) in prices.iter().enumerate() {
        if !seen.insert((price.cycle.clone(), price.currency)) {
            let detail = format!("there is a price for {} in {} already", price.cycle, price.currency);
            check.refuse(&format!("{pointer}/{index}"), "duplicate", detail);
        }
        check_price(check, &format!("{pointer}/{index}"), price);
    }
}

/// Notes what is wrong with one price, at `{pointer}/…`: amounts below zero, too large, or in another currency than the
/// price.
pub fn check_price<C>(check: &mut Check, pointer: &str, price: &Price<C>) {
    for (name, amount) in price.amounts() {
        let place = format!("{pointer}/{name}");
        if amount.currency() != price.currency {
            check.refuse(&place, "wrong_currency", format!("expected an amount in {}", price.currency));
        }
        check.ensure(!amount.is_negative(), &place, "negative", "not below zero");
        check.ensure(UnitPrice::of(amount).is_ok(), &place, "out_of_range", "at most fifteen digits before the point");
    }
}

/// The price for a cycle and currency, or a refusal at `pointer` that lists what there is.
pub fn price<'a, C: Ord + Display>(
    prices: &'a [Price<C>],
    cycle: &C,
    currency: Currency,
    pointer: &str,
) -> Result<&'a Price<C>> {
    let found = prices.iter().find(|price| price.cycle == *cycle && price.currency == currency);
    found.ok_or_else(|| {
        let offered: Vec<_> = prices.iter().map(|price| format!("{} in {}", price.cycle, price.currency)).collect();
        let others = if offered.is_empty() { String::new() } else { format!(", only {}", offered.join(", ")) };
        Problem::field(pointer, "no_price", format!("there is no price for {cycle} in {currency}{others}"))
    })
}

/// Refuses to put on sale what has no price.
pub fn sellable<C>(prices: &[Price<C>]) -> Result<()> {
    if prices.is_empty() {
        return Err(Problem::new(Code::Conflict, "it has no price yet: add one first"));
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn of(cycle: &'static str, currency: &str, recurring: i64) -> Price<&'static str> {
        let currency: Currency = currency.parse().unwrap();
        let zero = Money::zero(currency);
        let recurring = Money::from_minor(recurring, currency);
        Price { cycle, currency, recurring, setup: zero, upgrade: zero, downgrade: zero }
    }

    fn faults(prices: &[Price<&str>]) -> Vec<(String, &'static str)> {
        let mut check = Check::new();
        check_prices(&mut check, "/prices", prices);
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn one_price_per_cycle_and_currency() {
        let book = [of("1 month", "EUR", 500), of("1 year", "EUR", 5000), of("1 month", "JPY", 600)];
        assert_eq!(faults(&book), []);
        let twice = [of("1 month", "EUR", 500), of("1 month", "KWD", 0), of("1 month", "EUR", 700)];
        assert_eq!(faults(&twice), [("/prices/2".into(), "duplicate")]);
    }

    #[test]
    fn amounts_are_in_the_currency_and_not_negative() {
        let mut price = of("1 month", "EUR", -1);
        price.setup = Money::from_minor(1, "USD".parse().unwrap());
        price.upgrade = Money::from_minor(-5, "JPY".parse().unwrap());
        let want = [
            ("/prices/0/recurring", "negative"),
            ("/prices/0/setup", "wrong_currency"),
            ("/prices/0/upgrade", "wrong_currency"),
            ("/prices/0/upgrade", "negative"),
        ];
        assert_eq!(faults(&[price]), want.map(|(pointer, code)| (pointer.to_string(), code)));
    }

    /// The largest price has fifteen digits before the point.
    #[test]
    fn amounts_are_prices() {
        let largest = of("1 month", "JPY", 999_999_999_999_999);
        assert_eq!(faults(std::slice::from_ref(&largest)), []);
        let setup = Money::from_minor(1_000_000_000_000_000, largest.currency);
        assert_eq!(faults(&[Price { setup, ..largest }]), [("/prices/0/setup".into(), "out_of_range")]);
    }

    #[test]
    fn a_missing_price_names_what_there_is() {
        let book = [of("1 month", "EUR", 500), of("1 year", "EUR", 5000)];
        assert_eq!(price(&book, &"1 year", "EUR".parse().unwrap(), "/cycle").unwrap().recurring.minor(), 5000);
        let problem = price(&book, &"1 year", "USD".parse().unwrap(), "/cycle").unwrap_err();
        let want = "there is no price for 1 year in USD, only 1 month in EUR, 1 year in EUR";
        assert_eq!((problem.fields[0].pointer.as_str(), problem.fields[0].detail.as_str()), ("/cycle", want));
        assert!(sellable(&book).is_ok() && sellable::<&str>(&[]).is_err());
    }
}
