//! What is charged for use above a limit (CAT-06): begun units, each at the price of the plan. What a month owes follows
//! from its reports and its terms alone; what was charged already is taken off, so a report that comes late is charged
//! with what is due next, and none is charged twice.

use super::{Gathering, Resource};
use crate::hosting::{Properties, Value};
use crate::{UnitPrice, UsageRecordId};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU64;

/// A report, as the rules of billing see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// The report.
    pub id: UsageRecordId,
    /// The one that it corrects.
    pub replaces: Option<UsageRecordId>,
    /// The day on which a run in time charges it: when its month is over, or the day after it came if that
    /// is later.
    pub due_on: NaiveDate,
    /// How many bytes.
    pub amount: u64,
}

/// On which terms a month of a resource is charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// What the plan and its add-ons give; without limit if absent.
    pub limit: Option<u64>,
    /// How many bytes one unit has.
    pub unit_size: NonZeroU64,
    /// What one costs.
    pub unit_price: UnitPrice,
}

/// Units that are to be charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Charge {
    /// The day on which a run in time would have made the invoice.
    pub invoice_on: NaiveDate,
    /// How many more than were charged before.
    pub units: u64,
}

/// The limit of a resource: nothing is above no limit, and without a promise everything is above.
pub fn limit(properties: &Properties, resource: Resource) -> Option<u64> {
    match properties.get(resource.as_str()) {
        Some(Value::Unlimited) => None,
        Some(Value::Number(limit)) => Some(*limit),
        _ => Some(0),
    }
}

/// How many units above the limit were begun.
pub fn begun_units(used: u64, terms: &Terms) -> u64 {
    terms.limit.map_or(0, |limit| used.saturating_sub(limit).div_ceil(terms.unit_size.get()))
}

/// The reports that no other one corrects.
pub fn standing(records: &[Record]) -> impl Iterator<Item = &Record> {
    let replaced: BTreeSet<UsageRecordId> = records.iter().filter_map(|record| record.replaces).collect();
    records.iter().filter(move |record| !replaced.contains(&record.id))
}

/// What the amounts of a month come to.
pub fn used(resource: Resource, amounts: impl Iterator<Item = u64>) -> u64 {
    match resource.gathering() {
        Gathering::Sum => amounts.fold(0, u64::saturating_add),
        Gathering::Peak => amounts.max().unwrap_or(0),
    }
}

/// What is to be charged of a month by a day, after so many units were: one charge for each day on which something
/// became due. So a run that comes late makes the same charges as one each day.
pub fn charges(resource: Resource, records: &[Record], terms: &Terms, charged: u64, by: NaiveDate) -> Vec<Charge> {
    let mut by_day: BTreeMap<NaiveDate, Vec<u64>> = BTreeMap::new();
    for record in standing(records).filter(|record| record.due_on <= by) {
        by_day.entry(record.due_on).or_default().push(record.amount);
    }
    let (mut reached, mut so_far, mut found) = (charged, 0, Vec::new());
    for (invoice_on, amounts) in by_day {
        so_far = used(resource, amounts.into_iter().chain([so_far]));
        let owed = begun_units(so_far, terms);
        if owed > reached {
            found.push(Charge { invoice_on, units: owed - reached });
            reached = owed;
        }
    }
    found
}

/// The most that the reports of a month ever came to: each with the largest amount that it had before it was corrected.
/// What was charged cannot be more.
pub fn recorded_at_most(resource: Resource, records: &[Record]) -> u64 {
    let by_id: HashMap<UsageRecordId, &Record> = records.iter().map(|record| (record.id, record)).collect();
    let most = |last: &Record| {
        let earlier = |record: &Record| record.replaces.and_then(|id| by_id.get(&id).copied().copied());
        std::iter::successors(Some(*last), earlier).map(|record| record.amount).max().unwrap_or(0)
    };
    used(resource, standing(records).map(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::day;
    use proptest::prelude::*;
    use serde_json::json;

    fn id(number: u128) -> UsageRecordId {
        Id::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn record(number: u128, replaces: Option<u128>, due: &str, amount: u64) -> Record {
        Record { id: id(number), replaces: replaces.map(id), due_on: day(due), amount }
    }

    fn terms(limit: Option<u64>) -> Terms {
        Terms { limit, unit_size: NonZeroU64::new(1000).unwrap(), unit_price: "0.50".parse().unwrap() }
    }

    /// Units of 1000 above a limit of 5000: 5000 → 0, 5001 → 1 begun, 6000 → 1, 6001 → 2.
    #[test]
    fn counts_begun_units() {
        for (used, want) in [(0, 0), (5000, 0), (5001, 1), (6000, 1), (6001, 2)] {
            assert_eq!(begun_units(used, &terms(Some(5000))), want, "{used}");
        }
        assert_eq!((begun_units(u64::MAX, &terms(None)), begun_units(1, &terms(Some(0)))), (0, 1));
    }

    #[test]
    fn the_limit_is_what_is_promised() {
        let of = |properties: serde_json::Value| limit(&serde_json::from_value(properties).unwrap(), Resource::Traffic);
        let limits = [json!({"traffic": 5}), json!({"traffic": "unlimited"}), json!({"disk_space": 5})].map(of);
        assert_eq!(limits, [Some(5), None, Some(0)]);
    }

    /// 3000 and 3001 sent are 6001: two begun units above 5000. As disk space 3001 is below the limit.
    #[test]
    fn traffic_adds_up_and_disk_is_what_it_was_at_most() {
        let records = [record(1, None, "2026-02-05", 3000), record(2, None, "2026-02-05", 3001)];
        let of = |resource| charges(resource, &records, &terms(Some(5000)), 0, day("2026-02-05"));
        assert_eq!(of(Resource::Traffic), [Charge { invoice_on: day("2026-02-05"), units: 2 }]);
        assert_eq!(of(Resource::DiskSpace), []);
    }

    /// 5001 by the end of the month is one unit; 1500 more that are reported later make 6501, which is two.
    #[test]
    fn what_comes_late_is_charged_as_a_difference() {
        let records = [record(1, None, "2026-02-05", 5001), record(2, None, "2026-02-20", 1500)];
        let by = |charged, on| charges(Resource::Traffic, &records, &terms(Some(5000)), charged, day(on));
        let (first, late) =
            (Charge { invoice_on: day("2026-02-05"), units: 1 }, Charge { invoice_on: day("2026-02-20"), units: 1 });
        assert_eq!(by(0, "2026-02-04"), []);
        assert_eq!(by(0, "2026-02-19"), [first]);
        assert_eq!(by(1, "2026-02-20"), [late]);
        assert_eq!(by(2, "2026-02-28"), []);
        // a run that comes late does what the two would have done
        assert_eq!(by(0, "2026-02-28"), [first, late]);
    }

    /// 7000 corrected to 5500: one unit. What was charged before is not taken back, and was recorded once.
    #[test]
    fn a_correction_takes_the_place_of_what_it_corrects() {
        let records = [record(1, None, "2026-02-05", 7000), record(2, Some(1), "2026-02-05", 5500)];
        let after = |charged| charges(Resource::Traffic, &records, &terms(Some(5000)), charged, day("2026-02-05"));
        assert_eq!(after(0), [Charge { invoice_on: day("2026-02-05"), units: 1 }]);
        assert_eq!(after(2), []);
        assert_eq!(recorded_at_most(Resource::Traffic, &records), 7000);
        assert_eq!(standing(&records).count(), 1);
    }

    /// Reports in some order, each perhaps sent twice, with runs in between: day of the report, amount.
    fn history() -> impl Strategy<Value = (Vec<(u32, u64)>, Vec<u32>)> {
        let reports = prop::collection::vec((0_u32..60, 0_u64..9000), 0..25);
        (reports, prop::collection::vec(0_u32..60, 0..12))
    }

    fn on(number: u32) -> NaiveDate {
        day("2026-02-05") + chrono::Days::new(number.into())
    }

    proptest! {
        /// Whenever the runs are, and in whatever order the reports come: what was charged at the end is what the month
        /// owes, no run charges twice, and one late run makes the charges of all daily ones.
        #[test]
        fn charged_at_the_end_is_what_is_owed((reports, mut runs) in history(), peak in any::<bool>(), limit in 0_u64..9000) {
            let resource = if peak { Resource::DiskSpace } else { Resource::Traffic };
            let terms = terms(Some(limit));
            let records: Vec<Record> = (1..).zip(&reports).map(|(number, (due, amount))| Record { id: id(number), replaces: None, due_on: on(*due), amount: *amount }).collect();
            let mut backwards = records.clone();
            backwards.reverse();
            runs.sort_unstable();
            let mut charged = 0;
            for run in runs.into_iter().chain([60]) {
                let known: Vec<Record> = records.iter().filter(|record| record.due_on <= on(run)).copied().collect();
                charged += charges(resource, &known, &terms, charged, on(run)).iter().map(|charge| charge.units).sum::<u64>();
                prop_assert_eq!(charges(resource, &known, &terms, charged, on(run)), vec![]);
            }
            let all = used(resource, reports.iter().map(|(_, amount)| *amount));
            prop_assert_eq!(charged, begun_units(all, &terms));
            let daily: Vec<Charge> = (0..=60).scan(0, |charged, run| {
                let now = charges(resource, &records, &terms, *charged, on(run));
                *charged += now.iter().map(|charge| charge.units).sum::<u64>();
                Some(now)
            }).flatten().collect();
            prop_assert_eq!(&charges(resource, &records, &terms, 0, on(60)), &daily);
            prop_assert_eq!(charges(resource, &backwards, &terms, 0, on(60)), daily);
        }

        /// Corrections of corrections: the last word counts, and the bound of what was ever recorded holds.
        #[test]
        fn the_last_correction_counts(chains in prop::collection::vec(prop::collection::vec(0_u64..9000, 1..5), 0..8)) {
            let mut records = Vec::new();
            for amounts in &chains {
                let mut before = None;
                for amount in amounts {
                    let number = u128::try_from(records.len()).unwrap() + 1;
                    records.push(Record { id: id(number), replaces: before, due_on: on(0), amount: *amount });
                    before = Some(id(number));
                }
            }
            let last: u64 = chains.iter().map(|amounts| *amounts.last().unwrap()).sum();
            let most: u64 = chains.iter().map(|amounts| *amounts.iter().max().unwrap()).sum();
            prop_assert_eq!(used(Resource::Traffic, standing(&records).map(|record| record.amount)), last);
            prop_assert_eq!(recorded_at_most(Resource::Traffic, &records), most);
        }
    }
}
