//! What was charged for overuse is what was recorded, and what is on invoices (CAT-06).

use super::Finding;
use crate::schedule::Period;
use crate::usage::{Record, Resource, Terms, begun_units, recorded_at_most};
use crate::{Quantity, SubscriptionId};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// A month of a resource of a subscription, as it was charged.
#[derive(Clone, Debug)]
pub struct ChargedMonth {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The resource.
    pub resource: Resource,
    /// The month.
    pub month: Period,
    /// On which terms.
    pub terms: Terms,
    /// How many units were charged.
    pub units: u64,
    /// Its reports, corrected ones included.
    pub records: Vec<Record>,
}

/// A line that charges overuse: of which subscription, for the month that begins when, how many units.
pub type OveruseLine = (SubscriptionId, NaiveDate, Quantity);

/// No month was charged more units than its reports begin, and the lines of each month say as many as were charged.
pub fn overuse_is_recorded(months: &[ChargedMonth], lines: &[OveruseLine]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut sums: BTreeMap<(SubscriptionId, NaiveDate), (Decimal, Decimal)> = BTreeMap::new();
    for month in months {
        let most = begun_units(recorded_at_most(month.resource, &month.records), &month.terms);
        if month.units > most {
            let detail = format!(
                "{} units of {} were charged for {:?}, {most} were recorded",
                month.units, month.resource, month.month
            );
            findings.push(Finding::new(month.subscription, detail));
        }
        sums.entry((month.subscription, month.month.from)).or_default().0 += Decimal::from(month.units);
    }
    for (subscription, from, quantity) in lines {
        sums.entry((*subscription, *from)).or_default().1 += quantity.get();
    }
    for ((subscription, from), (charged, on_lines)) in sums {
        if charged != on_lines {
            let detail = format!("{charged} units were charged for the month from {from}, {on_lines} are on lines");
            findings.push(Finding::new(subscription, detail));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::day;
    use std::num::NonZeroU64;

    /// 6001 bytes, 5000 of them free, units of 1000: two.
    #[test]
    fn units_are_recorded_and_on_lines() {
        let [subscription, report] = [1, 2].map(uuid::Uuid::from_u128);
        let record = Record { id: Id::from_uuid(report), replaces: None, due_on: day("2026-02-05"), amount: 6001 };
        let charged = |units| ChargedMonth {
            subscription: Id::from_uuid(subscription),
            resource: Resource::Traffic,
            month: Period { from: day("2026-01-05"), to: day("2026-02-05") },
            terms: Terms {
                limit: Some(5000),
                unit_size: NonZeroU64::new(1000).unwrap(),
                unit_price: "1".parse().unwrap(),
            },
            units,
            records: vec![record],
        };
        let line = |units: u32| (Id::from_uuid(subscription), day("2026-01-05"), Quantity::from(units));
        let faults = |units, lines: &[OveruseLine]| overuse_is_recorded(&[charged(units)], lines).len();
        assert_eq!(faults(2, &[line(1), line(1)]), 0);
        assert_eq!(faults(3, &[line(3)]), 1, "more than recorded");
        assert_eq!(faults(2, &[line(1)]), 1, "a line is missing");
        assert_eq!(overuse_is_recorded(&[], &[line(1)]).len(), 1, "a line that nothing was charged for");
        assert_eq!(faults(0, &[]), 0);
    }
}
