//! How a contract begins: on the day of the order (anniversary), or aligned to the first of the month (monthly).
//!
//! Monthly mode puts the anchor on the next first of the month. The days up to it are the end of period -1 and are
//! charged by days; from the threshold day on they are not worth an invoice of their own, and the first invoice takes
//! the next cycle as well (INV-01).

use super::{Cycle, Period, out_of_calendar};
use crate::problem::{Problem, Result};
use chrono::{Datelike, Months, NaiveDate};

text_enum! {
    /// On which day contracts renew.
    pub enum BillingMode {
        /// The day of the order.
        Anniversary = "anniversary",
        /// The first of the month.
        Monthly = "monthly",
    }
}

text_enum! {
    /// What monthly mode does with the days before the first of the month.
    pub enum FirstMonth {
        /// They are delivered and charged by days.
        Prorated = "prorated",
        /// The contract begins with the next month.
        NextMonth = "next_month",
    }
}

/// A seller's choice of billing mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BillingRule {
    /// Anniversary or monthly.
    pub mode: BillingMode,
    /// Monthly: whoever orders on this day of the month or later pays the next cycle with the first invoice. 1 to 31.
    #[schema(minimum = 1, maximum = 31)]
    pub threshold_day: u8,
    /// Monthly: what happens before the first of the month.
    pub first_month: FirstMonth,
}

impl Default for BillingRule {
    fn default() -> Self {
        Self { mode: BillingMode::Anniversary, threshold_day: 15, first_month: FirstMonth::Prorated }
    }
}

/// The dates of a new contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Start {
    /// Where periods are counted from.
    pub anchor: NaiveDate,
    /// What the first invoice covers; it begins with the first day of delivery and ends with the first renewal.
    pub first: Period,
}

impl BillingRule {
    /// Refuses a threshold that is no day of a month.
    pub fn check(&self) -> Result<()> {
        if (1..=31).contains(&self.threshold_day) {
            return Ok(());
        }
        Err(Problem::field("/threshold_day", "out_of_range", "a day of the month, 1 to 31"))
    }

    /// The dates of a contract ordered on a day. A plan that does not prorate, and a cycle that is not made of months,
    /// begin as in anniversary mode.
    pub fn start(&self, ordered_on: NaiveDate, cycle: Cycle, prorates: bool) -> Result<Start> {
        let aligned = self.mode == BillingMode::Monthly && prorates && cycle.is_whole_months();
        if !aligned || ordered_on.day() == 1 {
            return Ok(Start { anchor: ordered_on, first: cycle.period(ordered_on, 0)? });
        }
        let next_month = ordered_on
            .with_day(1)
            .and_then(|first| first.checked_add_months(Months::new(1)))
            .ok_or_else(out_of_calendar)?;
        let whole = cycle.period(next_month, 0)?;
        let first = match self.first_month {
            FirstMonth::NextMonth => whole,
            FirstMonth::Prorated if ordered_on.day() >= u32::from(self.threshold_day) => {
                Period { from: ordered_on, to: whole.to }
            }
            FirstMonth::Prorated => Period { from: ordered_on, to: next_month },
        };
        Ok(Start { anchor: next_month, first })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Share;
    use super::super::testing::{any_date, cycle, day};
    use super::*;
    use proptest::prelude::*;

    const MONTHLY: BillingRule =
        BillingRule { mode: BillingMode::Monthly, threshold_day: 15, first_month: FirstMonth::Prorated };

    fn span(from: &str, to: &str) -> Period {
        Period { from: day(from), to: day(to) }
    }

    /// Alice, 15 June 2008 (the guide prints 15 June for her first renewal; a month later is 15 July: INV-01).
    #[test]
    fn alice_renews_on_the_fifteenth() {
        let rule = BillingRule::default();
        let hosting = rule.start(day("2008-06-15"), cycle("1-month"), true).unwrap();
        assert_eq!(hosting.first, span("2008-06-15", "2008-07-15"));
        let domain = rule.start(day("2008-06-15"), cycle("1-year"), true).unwrap();
        assert_eq!(domain.first.to, day("2009-06-15"));
        let business = rule.start(day("2008-08-20"), cycle("1-month"), true).unwrap();
        assert_eq!(business.first.to, day("2008-09-20"));
        let personal = |n| cycle("1-month").start(hosting.anchor, n).unwrap();
        assert_eq!((personal(2), personal(3), personal(11)), (day("2008-08-15"), day("2008-09-15"), day("2009-05-15")));
    }

    /// Bob, same day, monthly mode: rest of June and July; his domain is not prorated; on 5 August the rest of August.
    #[test]
    fn bob_renews_on_the_first() {
        let hosting = MONTHLY.start(day("2008-06-15"), cycle("1-month"), true).unwrap();
        assert_eq!(hosting.first, span("2008-06-15", "2008-08-01"));
        let june = cycle("1-month").period(hosting.anchor, -1).unwrap();
        let rest = Share::of_period(hosting.first, june);
        assert_eq!((june, rest.days(), rest.of()), (span("2008-06-01", "2008-07-01"), 16, 30));
        let domain = MONTHLY.start(day("2008-06-15"), cycle("1-year"), false).unwrap();
        assert_eq!((domain.anchor, domain.first.to), (day("2008-06-15"), day("2009-06-15")));
        let business = MONTHLY.start(day("2008-08-05"), cycle("1-month"), true).unwrap();
        assert_eq!(business.first, span("2008-08-05", "2008-09-01"));
    }

    #[test]
    fn the_day_before_the_threshold_pays_the_rest_only() {
        let before = MONTHLY.start(day("2008-06-14"), cycle("1-month"), true).unwrap();
        assert_eq!(before.first, span("2008-06-14", "2008-07-01"));
    }

    #[test]
    fn on_the_first_there_is_nothing_to_prorate() {
        for first_month in [FirstMonth::Prorated, FirstMonth::NextMonth] {
            let start =
                BillingRule { first_month, ..MONTHLY }.start(day("2008-07-01"), cycle("1-month"), true).unwrap();
            assert_eq!(start.first, span("2008-07-01", "2008-08-01"));
        }
    }

    #[test]
    fn may_begin_with_the_next_month() {
        let rule = BillingRule { first_month: FirstMonth::NextMonth, ..MONTHLY };
        let start = rule.start(day("2008-06-15"), cycle("3-month"), true).unwrap();
        assert_eq!((start.anchor, start.first), (day("2008-07-01"), span("2008-07-01", "2008-10-01")));
    }

    #[test]
    fn days_and_weeks_cannot_renew_on_the_first() {
        let start = MONTHLY.start(day("2008-06-15"), cycle("2-week"), true).unwrap();
        assert_eq!(start.first, span("2008-06-15", "2008-06-29"));
    }

    #[test]
    fn the_threshold_is_a_day_of_the_month() {
        assert!(BillingRule { threshold_day: 0, ..MONTHLY }.check().is_err());
        assert!(BillingRule { threshold_day: 32, ..MONTHLY }.check().is_err());
        assert_eq!(MONTHLY.check(), Ok(()));
    }

    proptest! {
        /// Whatever the day and threshold: no day lost, renewals on the first, at most the rest of a month and a cycle.
        #[test]
        fn monthly_starts_are_aligned(ordered_on in any_date(), threshold_day in 1_u8..=31, months in 1_u16..=24) {
            let cycle = Cycle::new(months, super::super::CycleUnit::Month).unwrap();
            let start = BillingRule { threshold_day, ..MONTHLY }.start(ordered_on, cycle, true).unwrap();
            prop_assert_eq!(start.first.from, ordered_on);
            prop_assert_eq!(start.first.to.day(), 1);
            prop_assert!(start.first.to == start.anchor || start.first.to == cycle.start(start.anchor, 1).unwrap());
            prop_assert_eq!(start.anchor.day(), 1);
        }
    }
}
