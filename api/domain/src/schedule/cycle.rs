//! A billing cycle: a number of days, weeks, months or years, written `1-month`.

use super::{Period, out_of_calendar};
use crate::problem::Result;
use chrono::{Datelike, Days, Months, NaiveDate};
use std::num::NonZeroU16;

text_enum! {
    /// What a cycle counts.
    pub enum CycleUnit { Day = "day", Week = "week", Month = "month", Year = "year" }
}

/// How often a contract renews. On the wire and in tables it is the text `{count}-{unit}`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "sql", derive(diesel::AsExpression, diesel::FromSqlRow), diesel(sql_type = diesel::sql_types::Text))]
pub struct Cycle {
    unit: CycleUnit,
    count: NonZeroU16,
}

/// The text is not a cycle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a cycle such as 1-month: a count from 1 to 65535 and day, week, month or year")]
pub struct InvalidCycle;

impl Cycle {
    /// One month.
    pub const MONTH: Self = Self { unit: CycleUnit::Month, count: NonZeroU16::MIN };

    /// So many units; at least one.
    pub fn new(count: u16, unit: CycleUnit) -> Result<Self, InvalidCycle> {
        NonZeroU16::new(count).map(|count| Self { unit, count }).ok_or(InvalidCycle)
    }

    /// How many units.
    pub fn count(self) -> u16 {
        self.count.get()
    }

    /// What is counted.
    pub fn unit(self) -> CycleUnit {
        self.unit
    }

    /// The length in days or in months: what calendar arithmetic understands.
    fn step(self) -> Step {
        let count = i64::from(self.count.get());
        match self.unit {
            CycleUnit::Day => Step::Days(count),
            CycleUnit::Week => Step::Days(count * 7),
            CycleUnit::Month => Step::Months(count),
            CycleUnit::Year => Step::Months(count * 12),
        }
    }

    /// Whether it is made of whole calendar months, so that it can renew on the first of one.
    pub fn is_whole_months(self) -> bool {
        matches!(self.step(), Step::Months(_))
    }

    /// Whether it takes longer than another one; a month counts as 30.436875 days, as the Gregorian calendar has it on
    /// average.
    pub fn longer_than(self, other: Self) -> bool {
        let seconds = |cycle: Self| match cycle.step() {
            Step::Days(days) => days * 86_400,
            Step::Months(months) => months * 2_629_746,
        };
        seconds(self) > seconds(other)
    }

    /// The first day of period `n`: the anchor plus n cycles, clamped to the end of the month. `n` may be negative.
    pub fn start(self, anchor: NaiveDate, n: i32) -> Result<NaiveDate> {
        let n = i64::from(n);
        match self.step() {
            Step::Days(days) => shift_days(anchor, n * days),
            Step::Months(months) => shift_months(anchor, n * months),
        }
        .ok_or_else(out_of_calendar)
    }

    /// Period `n` after the anchor, half-open.
    pub fn period(self, anchor: NaiveDate, n: i32) -> Result<Period> {
        let next = n.checked_add(1).ok_or_else(out_of_calendar)?;
        Ok(Period { from: self.start(anchor, n)?, to: self.start(anchor, next)? })
    }

    /// The n of the period that holds `date`.
    pub fn index_at(self, anchor: NaiveDate, date: NaiveDate) -> Result<i32> {
        let guess = match self.step() {
            Step::Days(days) => (date - anchor).num_days().div_euclid(days),
            Step::Months(months) => (month_number(date) - month_number(anchor)).div_euclid(months),
        };
        let guess = i32::try_from(guess).map_err(|_| out_of_calendar())?;
        // the period that begins in the month of `date` may begin after it; the one before then holds it
        if self.start(anchor, guess)? > date { guess.checked_sub(1).ok_or_else(out_of_calendar) } else { Ok(guess) }
    }
}

enum Step {
    Days(i64),
    Months(i64),
}

fn shift_days(from: NaiveDate, days: i64) -> Option<NaiveDate> {
    let span = Days::new(days.unsigned_abs());
    if days < 0 { from.checked_sub_days(span) } else { from.checked_add_days(span) }
}

fn shift_months(from: NaiveDate, months: i64) -> Option<NaiveDate> {
    let span = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { from.checked_sub_months(span) } else { from.checked_add_months(span) }
}

fn month_number(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

impl std::fmt::Display for Cycle {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-{}", self.count, self.unit)
    }
}

impl std::fmt::Debug for Cycle {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{self}")
    }
}

impl std::str::FromStr for Cycle {
    type Err = InvalidCycle;
    fn from_str(text: &str) -> Result<Self, InvalidCycle> {
        let (count, unit) = text.split_once('-').ok_or(InvalidCycle)?;
        // one spelling each: no sign, no leading zero
        if !count.bytes().all(|byte| byte.is_ascii_digit()) || count.starts_with('0') {
            return Err(InvalidCycle);
        }
        Self::new(count.parse().map_err(|_| InvalidCycle)?, unit.parse().map_err(|_| InvalidCycle)?)
    }
}

impl serde::Serialize for Cycle {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Cycle {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Cycle {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[1-9][0-9]{0,4}-(day|week|month|year)$"))
            .examples([serde_json::json!("1-month")])
            .into()
    }
}

impl utoipa::ToSchema for Cycle {}

#[cfg(feature = "sql")]
crate::decimal_column!(Cycle);

#[cfg(test)]
mod tests {
    use super::super::testing::{any_cycle, any_date, cycle, day};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_spelling() {
        for text in ["1-month", "3-month", "1-year", "65535-day", "2-week"] {
            assert_eq!(text.parse::<Cycle>().unwrap().to_string(), text);
        }
        for text in ["", "month", "-month", "0-month", "01-month", "+1-month", "1-months", "1-Month", "65536-day", "1"]
        {
            assert_eq!(text.parse::<Cycle>(), Err(InvalidCycle), "{text}");
        }
        assert_eq!(serde_json::to_string(&cycle("6-month")).unwrap(), "\"6-month\"");
        assert_eq!(serde_json::from_str::<Cycle>("\"6-month\"").unwrap(), cycle("6-month"));
    }

    /// The calendar of 2027 and 2028 (a leap year).
    #[test]
    fn month_ends_keep_their_anchor() {
        let starts = |anchor: &str, of: &str, first: i32| {
            (first..first + 4).map(|n| cycle(of).start(day(anchor), n).unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(starts("2027-01-31", "1-month", 0), ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]);
        assert_eq!(starts("2028-01-30", "1-month", 0), ["2028-01-30", "2028-02-29", "2028-03-30", "2028-04-30"]);
        assert_eq!(starts("2028-02-29", "1-year", 1), ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]);
        assert_eq!(starts("2027-08-31", "1-month", -2), ["2027-06-30", "2027-07-31", "2027-08-31", "2027-09-30"]);
        assert_eq!(starts("2027-12-27", "1-week", 0), ["2027-12-27", "2028-01-03", "2028-01-10", "2028-01-17"]);
    }

    #[test]
    fn the_day_before_a_clamped_start_belongs_to_the_period_before() {
        let monthly = cycle("1-month");
        for (date, n) in
            [("2027-02-27", 0), ("2027-02-28", 1), ("2027-03-30", 1), ("2027-03-31", 2), ("2027-01-30", -1)]
        {
            assert_eq!(monthly.index_at(day("2027-01-31"), day(date)), Ok(n), "{date}");
        }
    }

    #[test]
    fn beyond_the_calendar_is_refused() {
        assert!(cycle("65535-year").start(day("2027-01-01"), 100).is_err());
        assert!(cycle("1-day").period(day("2027-01-01"), i32::MAX).is_err());
    }

    proptest! {
        /// No gap, no overlap, no empty period.
        #[test]
        fn periods_tile_time(anchor in any_date(), cycle in any_cycle(), n in -60_i32..60) {
            let (this, next) = (cycle.period(anchor, n).unwrap(), cycle.period(anchor, n + 1).unwrap());
            prop_assert!(this.from < this.to);
            prop_assert_eq!(this.to, next.from);
        }

        /// The index of every day of a period is the number of the period.
        #[test]
        fn the_index_inverts_the_period(anchor in any_date(), cycle in any_cycle(), n in -60_i32..60, at in 0_i64..100_000) {
            let period = cycle.period(anchor, n).unwrap();
            let date = period.from + chrono::TimeDelta::days(at % i64::from(period.days()));
            prop_assert_eq!(cycle.index_at(anchor, period.from), Ok(n));
            prop_assert_eq!(cycle.index_at(anchor, date), Ok(n));
        }

        /// A start keeps the day of the anchor, or is the last day of a shorter month.
        #[test]
        fn the_day_of_the_anchor_comes_back(anchor in any_date(), months in 1_u16..30, n in -60_i32..60) {
            let start = Cycle::new(months, CycleUnit::Month).unwrap().start(anchor, n).unwrap();
            let last_of_month = (start + Days::new(1)).day() == 1;
            prop_assert!(start.day() == anchor.day() || (start.day() < anchor.day() && last_of_month));
        }
    }
}
