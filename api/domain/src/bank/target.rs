//! The days on which banks settle in euro (TARGET): not on Saturdays, Sundays and six holidays.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Holidays with a date of their own: month and day.
const FIXED: &[(u32, u32)] = &[(1, 1), (5, 1), (12, 25), (12, 26)];

/// Good Friday and Easter Monday, in days from Easter.
const MOVING: &[i64] = &[-2, 1];

/// Easter of a year, by the Gregorian computus.
pub fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15).rem_euclid(30);
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4).rem_euclid(7);
    let days = h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(days / 31).ok()?, u32::try_from(days % 31 + 1).ok()?)
}

/// Whether banks settle on this day.
pub fn is_open(day: NaiveDate) -> bool {
    let moving = easter(day.year()).is_some_and(|easter| MOVING.contains(&(day - easter).num_days()));
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !FIXED.contains(&(day.month(), day.day())) && !moving
}

/// This day, or the next one on which banks settle.
pub fn next_open(day: NaiveDate) -> NaiveDate {
    day.iter_days().find(|day| is_open(*day)).unwrap_or(day)
}

/// So many settling days after a day; none is the day itself, or the next one that is open.
pub fn plus_open_days(day: NaiveDate, days: u32) -> NaiveDate {
    (0..days).fold(next_open(day), |day, _| next_open(day.checked_add_days(Days::new(1)).unwrap_or(day)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Dates of Easter as published by the Astronomisches Rechen-Institut.
    #[test]
    fn easter_sundays() {
        for text in ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2038-04-25", "1954-04-18"] {
            assert_eq!(easter(day(text).year()), Some(day(text)));
        }
    }

    #[test]
    fn holidays_and_weekends() {
        for closed in [
            "2026-01-01",
            "2027-03-26",
            "2027-03-29",
            "2028-05-01",
            "2026-12-25",
            "2028-12-26",
            "2026-11-28",
            "2026-11-29",
        ] {
            assert!(!is_open(day(closed)), "{closed}");
        }
        // national holidays are none: 15 August 2028 is a Tuesday
        for open in ["2026-11-30", "2027-03-25", "2027-03-30", "2028-08-15", "2026-12-24", "2026-12-31"] {
            assert!(is_open(day(open)), "{open}");
        }
        assert_eq!(next_open(day("2027-03-26")), day("2027-03-30"));
        assert_eq!(next_open(day("2026-12-25")), day("2026-12-28"));
        assert_eq!(plus_open_days(day("2026-12-23"), 2), day("2026-12-28"));
        assert_eq!(plus_open_days(day("2026-11-28"), 0), day("2026-11-30"));
        assert_eq!(plus_open_days(day("2026-11-28"), 1), day("2026-12-01"));
    }

    proptest! {
        #[test]
        fn the_next_open_day_is_open_and_near(offset in 0_u64..60_000, days in 0_u32..30) {
            let day = day("1999-01-01") + Days::new(offset);
            let next = next_open(day);
            prop_assert!(is_open(next) && next >= day);
            // the longest stop: Good Friday to Easter Monday, or a holiday beside a weekend
            prop_assert!((next - day).num_days() <= 4);
            prop_assert!(next == day || !is_open(day));
            let later = plus_open_days(day, days);
            let between = next.iter_days().take_while(|at| *at < later).filter(|at| is_open(*at)).count();
            prop_assert_eq!(between, usize::try_from(days).unwrap());
        }
    }
}
