//! Expected values are arithmetic written out next to them, or come from the guide.

mod examples;
mod properties;
mod refusals;

use super::*;
use crate::schedule::Share;
use crate::taxes::{Area, Location, TaxRule, TaxStage};
use crate::verify::retrace;
use crate::{Id, Money, TaxRuleId};

pub fn id<T: Id>(number: u128) -> T {
    T::from_uuid(uuid::Uuid::from_u128(number))
}

/// The trace of a line, added up by someone who does not know the pipeline, comes to the amounts of the line.
pub fn adds_up_again(priced: &Priced, line: &PricedLine) {
    let found = retrace(priced.currency, &line.trace).unwrap_or_else(|fault| panic!("{fault}: {line:?}"));
    let said = [line.net, line.tax, line.gross].map(Money::decimal);
    assert_eq!([found.net, found.tax, found.gross], said, "{line:?}");
}

pub fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

pub fn money(amount: &str, code: &str) -> Money {
    Money::parse(amount, code.parse().unwrap()).unwrap()
}

/// A rule that holds everywhere.
pub fn rule(number: u128, rate: Rate, stage: TaxStage) -> TaxRule {
    TaxRule {
        id: id::<TaxRuleId>(number),
        name: format!("T{number}"),
        location: Location::of(Area::Everywhere),
        rate,
        stage,
        valid_from: None,
        valid_to: None,
    }
}

/// Policy `number` with percentages on the price.
pub fn policy(number: u128, percentages: &[&str]) -> TaxPolicy {
    let rules = percentages.iter().zip(number * 100..);
    let rules = rules.map(|(text, at)| rule(at, Rate::Percent(percent(text)), TaxStage::OnPrice));
    TaxPolicy { id: id(number), rules: rules.collect() }
}

/// A recurring line of policy 1, discountable.
pub fn line(key: &str, quantity: &str, unit_price: &str, currency: &str) -> CartLine {
    CartLine {
        key: key.into(),
        kind: LineKind::Recurring,
        description: Description::Text(key.into()),
        quantity: quantity.parse().unwrap(),
        unit_price: unit_price.parse().unwrap(),
        share: Share::WHOLE,
        currency: currency.parse().unwrap(),
        tax_policy: Some(id(1)),
        discountable: true,
        offered: Percent::default(),
    }
}

pub fn coupon(value: Rate, lines: &[&str]) -> CouponApplication {
    CouponApplication {
        coupon: id(1),
        value,
        free_setup: false,
        lines: lines.iter().map(|key| (*key).into()).collect(),
    }
}

/// A cart in the currency of its first line, net prices, one policy, no discounts, on 29 February.
pub fn request(lines: Vec<CartLine>, policies: Vec<TaxPolicy>) -> PriceRequest {
    PriceRequest {
        currency: lines.first().unwrap().currency,
        prices: PriceBasis::Net,
        lines,
        group: GroupDiscount::default(),
        coupons: vec![],
        tax: TaxFacts {
            policies,
            place: Place::of("FR".parse().unwrap()),
            date: "2028-02-29".parse().unwrap(),
            note: None,
            private_sale: None,
        },
    }
}
