//! A checker that knows only the meaning of the trace's words, and adds each line up again to the cent.

use super::*;
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
use rust_decimal::{Decimal, prelude::Zero};

/// Follows the steps of a line; the amounts of the line have to be those of the trace.
pub fn retrace(priced: &Priced, line: &PricedLine) {
    let digits = priced.currency.digits();
    let round = |value: Decimal| value.round_dp_with_strategy(digits, MidpointAwayFromZero);
    let cent = Decimal::new(1, digits);
    let (mut at, mut tax) = (Decimal::zero(), Decimal::zero());
    for step in &line.trace {
        let given = |name: &str| step.inputs[name].parse::<Decimal>().unwrap();
        let result: Decimal = step.result.parse().unwrap();
        if step.inputs.contains_key("value") {
            assert_eq!(round(given("value")), at, "{step:?} goes on from the step before");
        }
        let share_of = |total: &str, weight: &str, weights: &str| given(total) * given(weight) / given(weights);
        match step.rule {
            TraceRule::Listed => at = round(given("quantity") * given("unit_price")),
            TraceRule::PercentDiscount => {
                let offer = (given("offered") + given("coupon")).min(given("maximum"));
                let effective = (offer + given("guaranteed")).min(given("maximum"));
                assert_eq!(effective, given("effective"));
                at = round(given("value") * (Decimal::ONE_HUNDRED - effective) / Decimal::ONE_HUNDRED);
            }
            TraceRule::FixedCoupon => {
                assert!((given("share") - share_of("coupon", "value", "base")).abs() < cent, "{step:?}");
                at -= given("share");
            }
            TraceRule::TaxShare => {
                assert!((result - share_of("document_tax", "weight", "weights")).abs() < cent, "{step:?}");
                tax = result;
                continue;
            }
            TraceRule::TaxTakenOut => {
                assert_eq!(given("tax"), tax);
                at -= tax;
            }
            TraceRule::Gross => {
                assert_eq!((given("net"), given("tax")), (line.net.decimal(), line.tax.decimal()));
                assert_eq!(at, line.net.decimal(), "the trace ends at the net");
                at += given("tax");
            }
        }
        assert_eq!(at, result, "{step:?}");
    }
    assert_eq!(line.trace.last().map(|step| step.rule), Some(TraceRule::Gross));
    assert_eq!(at, line.gross.decimal());
}
