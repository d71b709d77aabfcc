//! Changing what a subscription is charged for (SUB-05, SUB-06, CAT-08): when a change counts, and what is given back for
//! the days that were charged and are not used.
//!
//! A change ends some dated items and begins others on one day. What the new ones cost is derived like any renewal; what
//! the old ones are worth is taken from what was really charged for them, discounts and taxes included, line by line, and
//! never more than what is left of a line.

use crate::invoices::credit_note::Extent;
use crate::problem::{Code, Problem, Result};
use crate::schedule::{Cycle, Period, prorate};
use crate::{InvoiceId, InvoiceLineId, Money};
use chrono::NaiveDate;
use std::collections::BTreeMap;

text_enum! {
    /// The three ways of changing a subscription (guide, "Mettre à niveau et rétrograder les abonnements").
    pub enum ChangeWay {
        /// Today; the unused days are given back and the rest of the cycle is charged at the new price.
        NowWithCredit = "now_with_credit",
        /// Today, but charged from the next cycle on; nothing is given back, and there is no other change until then.
        NowWithoutCredit = "now_without_credit",
        /// Agreed today, delivered and charged from the next cycle on.
        EndOfCycle = "end_of_cycle",
    }
}

text_enum! {
    /// Whether a change leads up or down: to a plan that is named so, or to a longer or shorter cycle.
    pub enum ChangeDirection { Upgrade = "upgrade", Downgrade = "downgrade" }
}

text_enum! {
    /// What was changed.
    pub enum ChangeKind {
        /// The plan, or how often it renews.
        Plan = "plan",
        /// An add-on came.
        AddOnAdded = "add_on_added",
        /// Quantity or price of something.
        ItemChanged = "item_changed",
        /// An add-on went.
        ItemRemoved = "item_removed",
        /// It moved to another version of its price (CAT-16).
        PriceMoved = "price_moved",
    }
}

text_enum! {
    /// How far a change is.
    pub enum ChangeState {
        /// Its day has not come.
        Waiting = "waiting",
        /// It is made.
        Done = "done",
        /// It was taken back before its day.
        Withdrawn = "withdrawn",
        /// Another change took its place before its day.
        Superseded = "superseded",
    }
}

/// How changes in one direction are handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePolicy {
    /// Whether clients may change by themselves.
    pub clients_may: bool,
    /// How their changes are made, and an administrator's who says nothing else.
    pub way: ChangeWay,
}

/// How changes are handled: for a plan, or for all plans of a seller.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangePolicies {
    /// Upwards.
    pub upgrade: ChangePolicy,
    /// Downwards.
    pub downgrade: ChangePolicy,
}

/// Clients go up at once and pay for it; they come down when what they have paid for is used up.
impl Default for ChangePolicies {
    fn default() -> Self {
        let policy = |way| ChangePolicy { clients_may: true, way };
        Self { upgrade: policy(ChangeWay::NowWithCredit), downgrade: policy(ChangeWay::EndOfCycle) }
    }
}

impl ChangePolicy {
    /// The way for what comes beside a plan, or becomes more: nothing is half paid, so what does not wait for the next cycle is
    /// charged for the rest of this one.
    pub const fn way_of_more(self) -> ChangeWay {
        match self.way {
            ChangeWay::EndOfCycle => ChangeWay::EndOfCycle,
            ChangeWay::NowWithCredit | ChangeWay::NowWithoutCredit => ChangeWay::NowWithCredit,
        }
    }

    /// The way for what becomes less: without a credit it is used up first.
    pub const fn way_of_less(self) -> ChangeWay {
        match self.way {
            ChangeWay::NowWithCredit => ChangeWay::NowWithCredit,
            ChangeWay::EndOfCycle | ChangeWay::NowWithoutCredit => ChangeWay::EndOfCycle,
        }
    }
}

impl ChangePolicies {
    /// The one for a direction.
    pub const fn of(&self, direction: ChangeDirection) -> ChangePolicy {
        match direction {
            ChangeDirection::Upgrade => self.upgrade,
            ChangeDirection::Downgrade => self.downgrade,
        }
    }
}

/// The days that count for a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChangeDates {
    /// The new items are charged from this day on, the old ones before it.
    pub billed_from: NaiveDate,
    /// The new plan is delivered from this day on.
    pub delivered_from: NaiveDate,
    /// No other change before this day.
    pub locked_until: Option<NaiveDate>,
}

impl ChangeWay {
    /// When a change counts that is made today, in a cycle that ends on a day.
    pub fn dates(self, today: NaiveDate, cycle_ends_on: NaiveDate) -> ChangeDates {
        let later = ChangeDates { billed_from: cycle_ends_on, delivered_from: cycle_ends_on, locked_until: None };
        match self {
            Self::NowWithCredit => ChangeDates { billed_from: today, delivered_from: today, locked_until: None },
            Self::NowWithoutCredit => ChangeDates { delivered_from: today, locked_until: Some(cycle_ends_on), ..later },
            Self::EndOfCycle => later,
        }
    }
}

/// Where a change leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Move<'a, P> {
    /// The plan, before and after.
    pub plan: (P, P),
    /// The cycle, before and after.
    pub cycle: (Cycle, Cycle),
    /// The plans that count as up from the present one.
    pub up: &'a [P],
    /// The plans that count as down from it.
    pub down: &'a [P],
}

impl<P: PartialEq + Copy> Move<'_, P> {
    /// Up or down, or a refusal at `/plan_id`: another plan has to be among the ways that the present one names. With the
    /// same plan the longer cycle is up.
    pub fn direction(&self) -> Result<ChangeDirection> {
        let (from, to) = self.plan;
        if self.up.contains(&to) {
            return Ok(ChangeDirection::Upgrade);
        }
        if self.down.contains(&to) {
            return Ok(ChangeDirection::Downgrade);
        }
        if from != to {
            let problem = Problem::new(Code::WrongState, "the plan names no way to this one");
            return Err(problem.at("/plan_id", "no_path", "add it to upgrade_to or downgrade_to of the present plan"));
        }
        let (before, after) = self.cycle;
        if before == after {
            return Err(Problem::field("/plan_id", "same_plan", "the subscription has this plan and cycle already"));
        }
        let longer = after.longer_than(before);
        Ok(if longer { ChangeDirection::Upgrade } else { ChangeDirection::Downgrade })
    }
}

/// Whether the fee of something that ends on a day is left to what takes its place then, if nothing has charged it so far: its
/// own days, those of a trial left aside, are over before they begin, so none of them will.
pub fn leaves_fee(from_on: NaiveDate, trial_until: Option<NaiveDate>, ends_on: NaiveDate) -> bool {
    trial_until.map_or(from_on, |until| until.max(from_on)) >= ends_on
}

/// A line that charged time, and what credit notes have left of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Charged {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Its line.
    pub line: InvoiceLineId,
    /// The days that it pays for.
    pub period: Period,
    /// The first day on which its item does not run, if it has ended: what it charged from then on was given back then.
    pub until: Option<NaiveDate>,
    /// What it charged, without tax.
    pub net: Money,
    /// What is left of that.
    pub left: Money,
}

/// What is taken back of each invoice for the days from one day on: of each line its share of the days, rounded half-up
/// once, but never more than what is left; a line without used days altogether.
pub fn unused(charged: &[Charged], from: NaiveDate) -> Result<BTreeMap<InvoiceId, Vec<Extent>>> {
    let mut taken: BTreeMap<InvoiceId, Vec<Extent>> = BTreeMap::new();
    for line in charged {
        let to = line.until.map_or(line.period.to, |until| until.min(line.period.to));
        let open = Period { from, to }.within(line.period);
        if open.is_empty() || line.left.is_zero() {
            continue;
        }
        let extent = if open == line.period {
            Extent::Lines(vec![line.line])
        } else {
            let share = prorate(line.net, open.days(), line.period.days())?;
            let most = if share.minor() > line.left.minor() { line.left } else { share };
            if most.is_zero() {
                continue;
            }
            Extent::PartOfLine(line.line, most)
        };
        taken.entry(line.invoice).or_default().push(extent);
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::{any_date, day};
    use proptest::prelude::*;

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, "EUR".parse().unwrap())
    }

    fn line(number: u128, from: &str, to: &str, net: i64, left: i64) -> Charged {
        let period = Period { from: day(from), to: day(to) };
        Charged { invoice: id(number), line: id(number), period, until: None, net: eur(net), left: eur(left) }
    }

    /// What is taken of each line, in cents; `None` for all that is left.
    fn parts(charged: &[Charged], from: &str) -> Vec<(InvoiceLineId, Option<i64>)> {
        let part = |extent: Extent| match extent {
            Extent::Lines(lines) => (lines[0], None),
            Extent::PartOfLine(line, net) => (line, Some(net.minor())),
            other => panic!("{other:?}"),
        };
        unused(charged, day(from)).unwrap().into_values().flatten().map(part).collect()
    }

    #[test]
    fn a_fee_is_charged_with_the_first_day_that_is_paid_or_left() {
        let on = |day| NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
        // sold on the 5th: it charges its fee by itself, unless it is replaced on that very day
        assert!(!leaves_fee(on(5), None, on(8)) && leaves_fee(on(5), None, on(5)));
        // free until the 19th: what ends by then never pays, what lasts longer does
        assert!(leaves_fee(on(5), Some(on(19)), on(8)) && leaves_fee(on(5), Some(on(19)), on(19)));
        assert!(!leaves_fee(on(5), Some(on(19)), on(20)));
    }

    /// June at 9.90 for 30 days, July at 9.90. From 21 June on: 9.90 × 10 / 30 = 3.30, and all of July.
    #[test]
    fn unused_days_are_worth_what_was_charged_for_them() {
        let charged = [line(1, "2027-06-01", "2027-07-01", 990, 990), line(2, "2027-07-01", "2027-08-01", 990, 990)];
        assert_eq!(parts(&charged, "2027-06-21"), [(id(1), Some(330)), (id(2), None)]);
        assert_eq!(parts(&charged, "2027-06-01"), [(id(1), None), (id(2), None)]);
        assert_eq!(parts(&charged, "2027-07-01"), [(id(2), None)]);
        assert_eq!(parts(&charged, "2027-08-01"), []);
    }

    /// Its item ended on 11 June, when 9.90 × 20 / 30 = 6.60 were given back: the days that were used are not given back with
    /// whatever ends later, and from 6 June on there are five days to give back, 1.65.
    #[test]
    fn what_an_ended_item_has_used_stays_charged() {
        let ended = Charged { until: Some(day("2027-06-11")), ..line(1, "2027-06-01", "2027-07-01", 990, 330) };
        assert_eq!(parts(&[ended], "2027-06-21"), []);
        assert_eq!(parts(&[ended], "2027-06-06"), [(id(1), Some(165))]);
    }

    /// 8.00 was credited out of kindness: of 9.90 only 1.90 is left, although ten days are worth 3.30.
    #[test]
    fn never_more_than_what_is_left() {
        assert_eq!(parts(&[line(1, "2027-06-01", "2027-07-01", 990, 190)], "2027-06-21"), [(id(1), Some(190))]);
        assert_eq!(parts(&[line(1, "2027-06-01", "2027-07-01", 990, 0)], "2027-06-01"), []);
        // free of charge: nothing to give back
        assert_eq!(parts(&[line(1, "2027-06-01", "2027-07-01", 0, 0)], "2027-06-21"), []);
        // 0.01 × 1 / 30 rounds to nothing
        assert_eq!(parts(&[line(1, "2027-06-01", "2027-07-01", 1, 1)], "2027-06-30"), []);
    }

    #[test]
    fn the_ways_of_the_guide() {
        let (today, end) = (day("2027-06-21"), day("2027-07-01"));
        let dates =
            |billed_from, delivered_from, locked_until| ChangeDates { billed_from, delivered_from, locked_until };
        assert_eq!(ChangeWay::NowWithCredit.dates(today, end), dates(today, today, None));
        assert_eq!(ChangeWay::NowWithoutCredit.dates(today, end), dates(end, today, Some(end)));
        assert_eq!(ChangeWay::EndOfCycle.dates(today, end), dates(end, end, None));
    }

    /// Bronze (1), Silver (2), Gold (3), as in the guide.
    #[test]
    fn a_path_says_the_direction() {
        let to = |plan: u8, cycle: &str| {
            let cycle = ("1-month".parse().unwrap(), cycle.parse().unwrap());
            Move { plan: (2, plan), cycle, up: &[3], down: &[1] }.direction()
        };
        assert_eq!(to(3, "1-month"), Ok(ChangeDirection::Upgrade));
        assert_eq!(to(1, "1-year"), Ok(ChangeDirection::Downgrade));
        assert_eq!(to(2, "1-year"), Ok(ChangeDirection::Upgrade));
        assert_eq!(to(2, "2-week"), Ok(ChangeDirection::Downgrade));
        assert_eq!(to(2, "1-month").unwrap_err().fields[0].code, "same_plan");
        assert_eq!(to(4, "1-month").unwrap_err().fields[0].code, "no_path");
    }

    proptest! {
        /// Whatever the days: no more than what is left, no less than nothing, and later days are worth no more.
        #[test]
        fn credits_are_bounded(begins in any_date(), days in 1_i64..400, at in 0_i64..400, net in 0_i64..100_000, gone in 0_i64..100_000) {
            let to = begins + chrono::TimeDelta::days(days);
            let left = (net - gone).max(0);
            let one = Charged { invoice: id(1), line: id(1), period: Period { from: begins, to }, until: None, net: eur(net), left: eur(left) };
            let worth = |from: NaiveDate| match unused(&[one], from).unwrap().into_values().flatten().next() {
                None => 0,
                Some(Extent::PartOfLine(_, part)) => part.minor(),
                Some(_) => left,
            };
            let from = begins + chrono::TimeDelta::days(at);
            prop_assert!((0..=left).contains(&worth(from)));
            prop_assert!(worth(from + chrono::TimeDelta::days(1)) <= worth(from));
            prop_assert_eq!(worth(begins), left);
            prop_assert_eq!(worth(to), 0);
        }
    }
}
