//! A checker of traces that knows the meaning of their words and nothing of the pipeline: it adds a line up again, step by
//! step, to the cent.

use crate::Currency;
use crate::quotes::{TraceRule, TraceStep};
use rust_decimal::{Decimal, RoundingStrategy};

/// What a line comes to, in major units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Retraced {
    /// Without tax.
    pub net: Decimal,
    /// The tax.
    pub tax: Decimal,
    /// With tax.
    pub gross: Decimal,
}

/// Adds a trace up again, or says which step does not hold.
pub fn retrace(currency: Currency, steps: &[TraceStep]) -> Result<Retraced, String> {
    let mut line = Line { digits: currency.digits(), ..Line::default() };
    for step in steps {
        let read = |text: &String| text.parse::<Decimal>().ok();
        let given = |name: &str| step.inputs.get(name).and_then(read);
        let said = read(&step.result);
        if said.is_none_or(|said| line.follow(step.rule, &given, said) != Some(said)) {
            return Err(format!("the step {} does not hold: {}", step.rule, step.sentence()));
        }
    }
    line.end.ok_or_else(|| "the trace has no end".into())
}

/// A line under way.
#[derive(Default)]
struct Line {
    digits: u32,
    /// What it has come to.
    at: Decimal,
    /// Taxes of the document that it has not borne its part of yet.
    taxes: Vec<(Decimal, Decimal)>,
    /// Its part of them.
    tax: Decimal,
    end: Option<Retraced>,
}

impl Line {
    fn round(&self, exact: Decimal) -> Decimal {
        exact.round_dp_with_strategy(self.digits, RoundingStrategy::MidpointAwayFromZero)
    }

    /// Whether an amount is less than so many smallest units off: what the largest remainder gives is less than one.
    fn near(&self, amount: Decimal, exact: Decimal, units: Decimal) -> bool {
        (amount - exact).abs() < units * Decimal::new(1, self.digits)
    }

    /// What a step comes to; none if its inputs are missing or do not go on from what came before.
    fn follow(&mut self, rule: TraceRule, given: &impl Fn(&str) -> Option<Decimal>, said: Decimal) -> Option<Decimal> {
        use {Decimal as D, TraceRule::*};
        let part = |exact: D| match given("days") {
            Some(days) => exact.checked_mul(days)?.checked_div(given("of")?),
            None => Some(exact),
        };
        if let Some(value) = given("value") {
            (self.round(part(value)?) == self.at).then_some(())?;
        }
        match rule {
            Listed => self.at = self.round(part(given("quantity")?.checked_mul(given("unit_price")?)?)?),
            PercentDiscount => {
                let most = given("maximum")?;
                let off = ((given("offered")? + given("coupon")?).min(most) + given("guaranteed")?).min(most);
                (off == given("effective")?).then_some(())?;
                self.at = self.round(part(given("value")?.checked_mul((D::ONE_HUNDRED - off) / D::ONE_HUNDRED)?)?);
            }
            FixedCoupon => {
                let exact = given("coupon")?.checked_mul(self.at)?.checked_div(given("base")?)?;
                self.at -= given("share").filter(|share| self.near(*share, exact, D::ONE))?;
            }
            Tax => {
                let rate = given("percent").unwrap_or_default() / D::ONE_HUNDRED;
                let fixed = given("fixed").unwrap_or_default() * given("lines").unwrap_or_default();
                let exact = given("base")?.checked_mul(rate)? + fixed;
                // inside gross prices a base is off by what the taxes before it were rounded by
                self.near(said, exact, D::ONE + rate * (D::ONE + D::from(self.taxes.len()))).then_some(())?;
                self.taxes.push((said, self.round(exact)));
                return Some(said);
            }
            TaxShare => {
                (given("document_tax")? == self.taxes.iter().map(|(tax, _)| *tax).sum()).then_some(())?;
                let exact = given("document_tax")?.checked_mul(given("weight")?)?.checked_div(given("weights")?)?;
                self.tax = Some(said).filter(|share| self.near(*share, exact, D::ONE))?;
                return Some(said);
            }
            TaxTakenOut => {
                self.at -= given("tax").filter(|tax| *tax == self.tax)?;
                self.taxes.clear();
            }
            Relieved => {
                (self.tax, self.taxes) = (D::ZERO, Vec::new());
                return Some(D::ZERO);
            }
            TakenBack => {
                let within = |part: D, all: D| all.min(D::ZERO) <= part && part <= all.max(D::ZERO);
                (within(given("taken")?, given("left")?) && within(given("tax")?, given("tax_left")?)).then_some(())?;
                (self.at, self.tax) = (-given("taken")?, -given("tax")?);
            }
            Gross => {
                // taxes that were not taken out of a gross price were each rounded for themselves
                self.taxes.iter().all(|(tax, rounded)| tax == rounded).then_some(())?;
                let (net, tax) = (given("net").filter(|net| *net == self.at)?, given("tax")?);
                (tax == self.tax).then_some(())?;
                self.at = net + tax;
                self.end = Some(Retraced { net, tax, gross: self.at });
            }
        }
        Some(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// 9.90 for 16 of 30 days less 10 %: 5.28 × 0.9 = 4.752; 20 % of 14.75 on the document are 2.95, of which the line
    /// bears 0.95 of 2.95.
    fn trace() -> Vec<TraceStep> {
        let step = |rule: &str, inputs: &[(&str, &str)], result: &str| {
            let inputs: serde_json::Map<_, _> =
                inputs.iter().map(|(name, value)| ((*name).to_string(), json!(value))).collect();
            serde_json::from_value(json!({"rule": rule, "inputs": inputs, "result": result})).unwrap()
        };
        let days = [("days", "16"), ("of", "30")];
        let offers = [("offered", "10"), ("coupon", "0"), ("guaranteed", "0"), ("maximum", "100"), ("effective", "10")];
        vec![
            step("listed", &[&[("quantity", "1"), ("unit_price", "9.90")], &days[..]].concat(), "5.28"),
            step("percent_discount", &[&[("value", "9.90")], &offers[..], &days[..]].concat(), "4.75"),
            step("tax", &[("base", "14.75"), ("percent", "20")], "2.95"),
            step("tax_share", &[("document_tax", "2.95"), ("weight", "0.95"), ("weights", "2.95")], "0.95"),
            step("gross", &[("net", "4.75"), ("tax", "0.95")], "5.70"),
        ]
    }

    fn eur() -> Currency {
        "EUR".parse().unwrap()
    }

    #[test]
    fn what_holds_adds_up() {
        let cents = |minor| Decimal::new(minor, 2);
        assert_eq!(retrace(eur(), &trace()), Ok(Retraced { net: cents(475), tax: cents(95), gross: cents(570) }));
        assert_eq!(retrace(eur(), &[]), Err("the trace has no end".into()));
    }

    /// Whatever number of a trace is changed, the checker speaks; only a maximum may be another one that is not reached.
    #[test]
    fn every_number_counts() {
        for at in 0..trace().len() {
            let names: Vec<String> = trace()[at].inputs.keys().cloned().collect();
            for name in names {
                let mut changed = trace();
                let before: Decimal = changed[at].inputs[&name].parse().unwrap();
                changed[at].inputs.insert(name.clone(), (before + Decimal::ONE).to_string());
                assert!(name == "maximum" || retrace(eur(), &changed).is_err(), "{at} {name}");
            }
            let mut changed = trace();
            let before: Decimal = changed[at].result.parse().unwrap();
            changed[at].result = (before + Decimal::new(1, 2)).to_string();
            assert!(retrace(eur(), &changed).is_err(), "the result of {at}");
            changed.remove(at);
            assert!(retrace(eur(), &changed).is_err(), "without {at}");
        }
    }
}
