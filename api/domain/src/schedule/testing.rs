//! Dates and cycles for tests: the hard ones come up often.

use super::Cycle;
use chrono::{Datelike, NaiveDate, TimeDelta};
use proptest::prelude::*;

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn cycle(text: &str) -> Cycle {
    text.parse().unwrap()
}

/// Any date of a century, month ends and 29 February as often as all others together.
pub fn any_date() -> impl Strategy<Value = NaiveDate> {
    let plain = (0_i64..36_525).prop_map(|days| day("2000-01-01") + TimeDelta::days(days));
    let month_end =
        (plain.clone(), 29_u32..=31).prop_filter_map("no such day in this month", |(date, last)| date.with_day(last));
    let leap_day = (0_i32..25).prop_filter_map("not a leap year", |n| NaiveDate::from_ymd_opt(2000 + 4 * n, 2, 29));
    prop_oneof![3 => plain, 2 => month_end, 1 => leap_day]
}

pub fn any_cycle() -> impl Strategy<Value = Cycle> {
    let words =
        ["1-month", "3-month", "6-month", "1-year", "2-year", "1-day", "10-day", "1-week", "7-month", "30-month"];
    prop::sample::select(words.to_vec()).prop_map(cycle)
}
