//! Reports: the periods they are about (TAX-05, TAX-06).

use crate::{Check, Result};
use chrono::{Datelike, Days, Months, NaiveDate};

mod ec_sales;

pub use ec_sales::EcSalesPeriod;

/// A quarter of a year, for which taxes are declared through the one-stop shop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct Quarter {
    /// The year.
    pub year: i32,
    /// From 1 to 4.
    #[schema(minimum = 1, maximum = 4)]
    pub quarter: u32,
}

impl Quarter {
    /// The quarter, if there is such a one; places in refusals are those of a query.
    pub fn new(year: i64, quarter: i64) -> Result<Self> {
        let mut check = Check::new();
        let found = Self { year: read_year(&mut check, year), quarter: read_part(&mut check, "?quarter", quarter, 4) };
        check.done().map(|()| found)
    }

    /// The quarter in which a day lies.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), quarter: day.month0() / 3 + 1 }
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.quarter.saturating_sub(1).min(3) * 3 + 1, 1).unwrap_or_default()
    }

    /// Its last day.
    pub fn last_day(self) -> NaiveDate {
        self.first_day() + Months::new(3) - Days::new(1)
    }
}

/// The year of a query; notes one that no report is about.
pub fn read_year(check: &mut Check, year: i64) -> i32 {
    let found = i32::try_from(year).ok().filter(|year| (1958..=9998).contains(year));
    check.ensure(found.is_some(), "?year", "out_of_range", "a year of four digits");
    found.unwrap_or_default()
}

/// A part of a year, from 1 to the last.
fn read_part(check: &mut Check, pointer: &str, part: i64, last: u32) -> u32 {
    let found = u32::try_from(part).ok().filter(|part| (1..=last).contains(part));
    check.ensure(found.is_some(), pointer, "out_of_range", &format!("from 1 to {last}"));
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_tile_the_year() {
        let days = |quarter| {
            let quarter = Quarter::new(2028, quarter).unwrap();
            (quarter.first_day().to_string(), quarter.last_day().to_string())
        };
        assert_eq!(days(1), ("2028-01-01".into(), "2028-03-31".into()));
        assert_eq!(days(2), ("2028-04-01".into(), "2028-06-30".into()));
        assert_eq!(days(4), ("2028-10-01".into(), "2028-12-31".into()));
        for quarter in 1..=4 {
            let quarter = Quarter::new(2028, quarter).unwrap();
            assert_eq!((Quarter::of(quarter.first_day()), Quarter::of(quarter.last_day())), (quarter, quarter));
        }
    }

    #[test]
    fn there_is_no_fifth_quarter() {
        let problem = Quarter::new(26, 5).unwrap_err();
        let places: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(places, ["?year", "?quarter"]);
    }
}
