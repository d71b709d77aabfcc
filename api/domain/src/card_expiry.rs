//! Stored cards that end (EVT-02, PAY-07): when their owners are written to, and what of a label is said.

use crate::Percent;
use chrono::{Datelike, Months, NaiveDate};
use rust_decimal::Decimal;

/// So long before its last day the owner of a card is told.
const AHEAD: Months = Months::new(1);

/// Cards that no longer work from this day, or an earlier one, are told about today.
pub fn told_through(today: NaiveDate) -> NaiveDate {
    today.checked_add_months(AHEAD).unwrap_or(today)
}

/// Cards that have not worked from this day on, or from an earlier one, are told about no more: it has been seen.
pub fn told_since(today: NaiveDate) -> NaiveDate {
    today.checked_sub_months(AHEAD).unwrap_or(today)
}

/// The last month in which a card works that no longer does from a day on: month and year, as they stand on it.
pub fn last_month(ends_on: NaiveDate) -> (u32, i32) {
    let last = ends_on.pred_opt().unwrap_or(ends_on);
    (last.month(), last.year())
}

/// The kind and the last four digits of `visa •••• 4242`, and so of `DE89 •••• •••• 3000`; of another label all is the kind.
pub fn parts_of_label(label: &str) -> (&str, &str) {
    label.rsplit_once(" •••• ").unwrap_or((label, ""))
}

/// Whether a subscription is paid with a method: one that its shares name, or the default one for what they leave.
pub fn pays<M: PartialEq>(method: &M, is_default: bool, shares: &[(M, Percent)]) -> bool {
    let named: Decimal = shares.iter().map(|(_, share)| share.get()).sum();
    shares.iter().any(|(one, _)| one == method) || (is_default && named < Decimal::ONE_HUNDRED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A card that says 02/28 works through 29 February 2028; its owner is told from 1 February on.
    #[test]
    fn a_month_before_the_first_day_without_it() {
        let ends = day("2028-03-01");
        assert_eq!(last_month(ends), (2, 2028));
        assert!(ends > told_through(day("2028-01-31")) && ends <= told_through(day("2028-02-01")));
        assert!(ends <= told_through(day("2028-06-01")), "one that has ended, too");
        // 1 March, looked back at from 31 March and from 1 April
        assert!(ends > told_since(day("2028-03-31")) && ends <= told_since(day("2028-04-01")));
        assert_eq!(last_month(day("2027-01-01")), (12, 2026));
    }

    #[test]
    fn a_label_has_two_parts_or_one() {
        assert_eq!(parts_of_label("visa •••• 4242"), ("visa", "4242"));
        assert_eq!(parts_of_label("agreement 7"), ("agreement 7", ""));
    }

    #[test]
    fn named_methods_pay_and_the_default_one_pays_the_rest() {
        let shares = |rest: &[(u8, u32)]| -> Vec<(u8, Percent)> {
            rest.iter().map(|(method, share)| (*method, Percent::from(*share))).collect()
        };
        for (method, is_default, named, want) in [
            (1, true, shares(&[]), true),
            (1, false, shares(&[]), false),
            (1, false, shares(&[(1, 20), (2, 80)]), true),
            (3, true, shares(&[(1, 20), (2, 80)]), false),
            (3, true, shares(&[(1, 20)]), true),
        ] {
            assert_eq!(pays(&method, is_default, &named), want, "{method} of {named:?}");
        }
    }
}
