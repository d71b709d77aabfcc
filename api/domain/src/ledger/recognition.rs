//! Deferred revenue is earned day by day (LED-03). What is earned up to a day is one rounded amount, and what is earned
//! in between is a difference of two of them: however the time is cut into runs, the parts add up to the whole.

use crate::Money;
use crate::money::MoneyError;
use crate::schedule::{Period, Share};
use chrono::NaiveDate;

/// What of an amount paid for `over` has been earned before `day`.
pub fn recognised_until(amount: Money, over: Period, day: NaiveDate) -> Result<Money, MoneyError> {
    if day >= over.to || over.is_empty() {
        return Ok(if day >= over.from { amount } else { Money::zero(amount.currency()) });
    }
    let elapsed = Share::of_period(Period { from: over.from, to: day.max(over.from) }, over);
    Money::round(elapsed.apply(amount.decimal())?, amount.currency())
}

/// What is earned on the days of `span`.
pub fn recognised_in(amount: Money, over: Period, span: Period) -> Result<Money, MoneyError> {
    recognised_until(amount, over, span.to)?.minus(recognised_until(amount, over, span.from)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::{any_date, day};
    use chrono::Days;
    use proptest::prelude::*;

    fn span(from: &str, to: &str) -> Period {
        Period { from: day(from), to: day(to) }
    }

    /// 120.00 for a year of 365 days: 31 days of January are 10.19 (10.1917…), 59 days 19.40 (19.3972…).
    #[test]
    fn by_the_day() {
        let year = span("2027-01-01", "2028-01-01");
        let amount = Money::from_minor(12_000, "EUR".parse().unwrap());
        let earned = |from, to| recognised_in(amount, year, span(from, to)).unwrap().minor();
        assert_eq!(earned("2027-01-01", "2027-02-01"), 1019);
        assert_eq!(earned("2027-02-01", "2027-03-01"), 1940 - 1019);
        assert_eq!(earned("2026-01-01", "2027-01-01"), 0);
        assert_eq!(earned("2026-01-01", "2030-01-01"), 12_000);
        assert_eq!(earned("2028-01-01", "2029-01-01"), 0);
    }

    #[test]
    fn what_has_no_days_is_earned_at_once() {
        let amount = Money::from_minor(500, "EUR".parse().unwrap());
        let moment = span("2027-03-05", "2027-03-05");
        assert_eq!(recognised_until(amount, moment, day("2027-03-04")).unwrap().minor(), 0);
        assert_eq!(recognised_until(amount, moment, day("2027-03-05")), Ok(amount));
    }

    proptest! {
        #[test]
        fn any_cut_adds_up(
            begin in any_date(), days in 1_u64..800, minor in -100_000_i64..100_000,
            code in prop::sample::select(vec!["EUR", "JPY", "KWD"]), cuts in prop::collection::btree_set(0_u64..800, 0..30),
        ) {
            let amount = Money::from_minor(minor, code.parse().unwrap());
            let over = Period { from: begin, to: begin + Days::new(days) };
            let mut at = begin;
            let mut sum = 0;
            for to in cuts.into_iter().map(|cut| begin + Days::new(cut)).chain([over.to.max(begin + Days::new(800))]) {
                let part = recognised_in(amount, over, Period { from: at, to }).unwrap().minor();
                prop_assert!(part * minor >= 0);
                (at, sum) = (to, sum + part);
            }
            prop_assert_eq!(sum, minor);
        }
    }
}
