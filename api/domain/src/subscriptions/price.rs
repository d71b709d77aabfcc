//! What a cycle of a subscription costs.

use crate::money::MoneyError;
use crate::problem::Result;
use crate::{Currency, Money, Quantity, UnitPrice};
use rust_decimal::Decimal;

/// The price of a cycle before discounts and taxes: each item's price times its quantity, rounded by itself as on an
/// invoice.
pub fn cycle_price(currency: Currency, items: impl IntoIterator<Item = (UnitPrice, Quantity)>) -> Result<Money> {
    let amounts = items.into_iter().map(|(price, quantity): (UnitPrice, Quantity)| {
        let exact: Decimal = price.get().checked_mul(quantity.get()).ok_or(MoneyError::Overflow)?;
        Money::round(exact, currency)
    });
    let amounts = amounts.collect::<Result<Vec<_>, MoneyError>>()?;
    Ok(Money::sum(currency, amounts)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 × 1.005 = 3.015, which rounds to 3.02; 2 × 10 = 20; together 23.02.
    #[test]
    fn each_item_is_rounded_by_itself() {
        let item = |price: &str, quantity: &str| (price.parse().unwrap(), quantity.parse().unwrap());
        let euro: Currency = "EUR".parse().unwrap();
        let price = cycle_price(euro, [item("1.005", "3"), item("10", "2")]).unwrap();
        assert_eq!(price, Money::parse("23.02", euro).unwrap());
        assert!(cycle_price(euro, []).unwrap().is_zero());
    }
}
