//! What a report must be: some days of one month of a subscription, so that it is charged in exactly one.

use crate::Check;
use crate::hosting::MOST;
use crate::problem::Result;
use crate::schedule::{Cycle, Period};
use chrono::NaiveDate;

/// What someone says was used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Report {
    /// On which days.
    pub period: Period,
    /// How many bytes.
    pub amount: u64,
}

/// When a subscription was there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lifetime {
    /// Where its months are counted from.
    pub anchor: NaiveDate,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The day it ended, if it has.
    pub ends_on: Option<NaiveDate>,
}

impl Lifetime {
    /// The month that holds a day.
    pub fn month(&self, day: NaiveDate) -> Result<Period> {
        let whole = Cycle::MONTH.period(self.anchor, Cycle::MONTH.index_at(self.anchor, day)?)?;
        Ok(Period { from: whole.from.max(self.starts_on), ..whole })
    }

    /// The last day of a month that counts: what is promised and paid then holds for all of it.
    pub fn last_day(&self, month: Period) -> NaiveDate {
        let end = self.ends_on.map_or(month.to, |end| month.to.min(end));
        end.pred_opt().unwrap_or(end).max(month.from)
    }
}

/// The month that a report counts in; or notes what is wrong with it, at `{pointer}/…`.
pub fn counted_in(check: &mut Check, pointer: &str, report: Report, of: &Lifetime, today: NaiveDate) -> Option<Period> {
    let Report { period, amount } = report;
    if amount > MOST {
        check.refuse(&format!("{pointer}/amount"), "too_large", format!("at most {MOST} bytes"));
    }
    let place = |end: &str| format!("{pointer}/period/{end}");
    if period.is_empty() {
        check.refuse(&place("to"), "out_of_range", "the day after the last one: later than from");
        return None;
    }
    if period.from < of.starts_on {
        check.refuse(&place("from"), "out_of_range", format!("the subscription begins on {}", of.starts_on));
    }
    if let Some(end) = of.ends_on.filter(|end| period.from > *end) {
        check.refuse(&place("from"), "out_of_range", format!("the subscription ended on {end}"));
    }
    if period.to.pred_opt().is_none_or(|last| last > today) {
        check.refuse(&place("to"), "in_future", format!("today is {today}: report what was used"));
    }
    let Ok(month) = of.month(period.from) else {
        check.refuse(&place("from"), "out_of_range", "beyond the calendar");
        return None;
    };
    if period.to > month.to {
        let detail = format!("a month of this subscription ends on {}: report each month by itself", month.to);
        check.refuse(&place("to"), "crosses_month", detail);
    }
    Some(month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::{any_date, day};
    use proptest::prelude::*;

    fn faults(from: &str, to: &str, amount: u64) -> (Vec<(String, &'static str)>, Option<Period>) {
        let of = Lifetime { anchor: day("2026-01-31"), starts_on: day("2026-01-20"), ends_on: Some(day("2026-06-10")) };
        let mut check = Check::new();
        let report = Report { period: Period { from: day(from), to: day(to) }, amount };
        let month = counted_in(&mut check, "/records/0", report, &of, day("2026-07-01"));
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        (fields.into_iter().map(|field| (field.pointer, field.code)).collect(), month)
    }

    /// Months of a subscription anchored on 31 January: to 28 February, to 31 March, to 30 April.
    #[test]
    fn a_report_belongs_to_one_month() {
        for (from, to, want) in [
            ("2026-01-31", "2026-02-28", ("2026-01-31", "2026-02-28")),
            ("2026-02-28", "2026-03-01", ("2026-02-28", "2026-03-31")),
            ("2026-04-29", "2026-04-30", ("2026-03-31", "2026-04-30")),
            // before the anchor, in the broken first month
            ("2026-01-20", "2026-01-21", ("2026-01-20", "2026-01-31")),
        ] {
            let want = Period { from: day(want.0), to: day(want.1) };
            assert_eq!(faults(from, to, 0), (vec![], Some(want)), "{from}");
        }
    }

    proptest! {
        /// Months follow each other without gap or overlap, from the first day of the subscription on.
        #[test]
        fn months_tile_time(anchor in any_date(), before in 0_u64..40, after in 0_u64..4000) {
            let starts_on = anchor - chrono::Days::new(before);
            let of = Lifetime { anchor, starts_on, ends_on: None };
            let date = starts_on + chrono::Days::new(after);
            let month = of.month(date).unwrap();
            prop_assert!(month.holds(date));
            prop_assert_eq!(of.month(month.to).unwrap().from, month.to);
            prop_assert_eq!(of.month(starts_on).unwrap().from, starts_on);
            prop_assert!(month.days() <= 31);
        }
    }

    #[test]
    fn the_last_day_is_of_the_month_and_of_the_subscription() {
        let of = Lifetime { anchor: day("2026-01-31"), starts_on: day("2026-01-20"), ends_on: Some(day("2026-06-10")) };
        let last = |from, to| of.last_day(Period { from: day(from), to: day(to) });
        assert_eq!(last("2026-02-28", "2026-03-31"), day("2026-03-30"));
        assert_eq!(last("2026-05-31", "2026-06-30"), day("2026-06-09"));
        assert_eq!(last("2026-06-10", "2026-06-30"), day("2026-06-10"));
    }

    #[test]
    fn every_wrong_place_is_named() {
        for (from, to, amount, pointer, code) in [
            ("2026-02-01", "2026-02-01", 0, "/records/0/period/to", "out_of_range"),
            ("2026-02-02", "2026-02-01", 0, "/records/0/period/to", "out_of_range"),
            ("2026-01-19", "2026-01-20", 0, "/records/0/period/from", "out_of_range"),
            ("2026-06-11", "2026-06-12", 0, "/records/0/period/from", "out_of_range"),
            ("2026-02-01", "2026-03-01", 0, "/records/0/period/to", "crosses_month"),
            ("2026-02-01", "2026-02-02", MOST + 1, "/records/0/amount", "too_large"),
        ] {
            assert_eq!(faults(from, to, amount).0, [(pointer.into(), code)], "{from}..{to}");
        }
        let tomorrow = faults("2026-07-02", "2026-07-03", MOST).0;
        assert!(tomorrow.contains(&("/records/0/period/to".into(), "in_future")), "{tomorrow:?}");
    }
}
