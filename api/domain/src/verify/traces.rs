//! The trace of every line explains the line that it stands on.

use super::{Finding, retrace};
use crate::quotes::{TraceRule, TraceStep};
use crate::schedule::Share;
use crate::{Currency, InvoiceLineId, Money, Quantity, UnitPrice};
use rust_decimal::Decimal;

/// A line with its trace.
#[derive(Clone, Debug)]
pub struct TracedLine {
    /// The line.
    pub id: InvoiceLineId,
    /// The currency of its document.
    pub currency: Currency,
    /// How many.
    pub quantity: Quantity,
    /// What one costs for a whole cycle.
    pub unit_price: UnitPrice,
    /// The part of the cycle that is charged.
    pub share: Share,
    /// Without tax, in minor units.
    pub net: i64,
    /// The tax.
    pub tax: i64,
    /// With tax.
    pub gross: i64,
    /// Whether it stands on a credit note.
    pub takes_back: bool,
    /// How it came about.
    pub steps: Vec<TraceStep>,
}

/// Adding up the trace of a line again comes to the amounts of the line, and begins with what the line charges. Credit notes
/// from before their lines had traces are left alone.
pub fn traces_hold(lines: &[TracedLine]) -> Vec<Finding> {
    let traced = lines.iter().filter(|line| !(line.takes_back && line.steps.is_empty()));
    let wrong = traced.filter_map(|line| Some(Finding::new(line.id, fault(line)?)));
    wrong.collect()
}

fn fault(line: &TracedLine) -> Option<String> {
    let found = match retrace(line.currency, &line.steps) {
        Ok(found) => found,
        Err(fault) => return Some(fault),
    };
    let money = |minor| Money::from_minor(minor, line.currency).decimal();
    let (said, found) = ([line.net, line.tax, line.gross].map(money), [found.net, found.tax, found.gross]);
    if said != found {
        let text = |amounts: [Decimal; 3]| amounts.map(|amount| amount.to_string()).join(", ");
        return Some(format!("net, tax and gross are {}, its trace comes to {}", text(said), text(found)));
    }
    (!begins_with(line)).then(|| "its trace is of another quantity, price or time".into())
}

/// Whether the first step says what the line charges; a credit note's says what it takes back instead.
fn begins_with(line: &TracedLine) -> bool {
    let Some(first) = line.steps.first().filter(|first| first.rule == TraceRule::Listed) else { return true };
    let given = |name: &str| first.inputs.get(name).and_then(|text| text.parse::<Decimal>().ok());
    let part = |days: u32| if line.share.is_whole() { None } else { Some(Decimal::from(days)) };
    given("quantity") == Some(line.quantity.get())
        && given("unit_price") == Some(line.unit_price.get())
        && given("days") == part(line.share.days())
        && given("of") == part(line.share.of())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use serde_json::json;

    /// 9.90 for 16 of 30 days: 5.28.
    fn line() -> TracedLine {
        let steps = json!([
            {"rule": "listed", "inputs": {"quantity": "1", "unit_price": "9.90", "days": "16", "of": "30"}, "result": "5.28"},
            {"rule": "gross", "inputs": {"net": "5.28", "tax": "0.00"}, "result": "5.28"},
        ]);
        TracedLine {
            id: InvoiceLineId::from_uuid(uuid::Uuid::from_u128(1)),
            currency: "EUR".parse().unwrap(),
            quantity: 1.into(),
            unit_price: "9.9".parse().unwrap(),
            share: "16/30".parse().unwrap(),
            net: 528,
            tax: 0,
            gross: 528,
            takes_back: false,
            steps: serde_json::from_value(steps).unwrap(),
        }
    }

    #[test]
    fn a_trace_is_of_its_line() {
        let changes: [fn(&mut TracedLine); 6] = [
            |line| line.quantity = 2.into(),
            |line| line.unit_price = "9.91".parse().unwrap(),
            |line| line.share = "15/30".parse().unwrap(),
            |line| line.net = 529,
            |line| line.gross = 529,
            |line| line.steps.clear(),
        ];
        assert!(traces_hold(&[line()]).is_empty());
        for change in changes {
            let mut changed = line();
            change(&mut changed);
            assert_eq!(traces_hold(&[changed.clone()]).len(), 1, "{changed:?}");
        }
    }
}
