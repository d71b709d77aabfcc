//! The period of a recapitulative statement: a month, or a quarter where the member allows it (directive 2006/112/EC,
//! art. 263).

use super::{Quarter, read_part, read_year};
use crate::{Check, Result};
use chrono::{Days, Months, NaiveDate};

/// A quarter or a month of a year; the other one is null.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct EcSalesPeriod {
    /// The year.
    pub year: i32,
    /// From 1 to 4.
    #[schema(minimum = 1, maximum = 4)]
    pub quarter: Option<u32>,
    /// From 1 to 12.
    #[schema(minimum = 1, maximum = 12)]
    pub month: Option<u32>,
}

impl EcSalesPeriod {
    /// The period, if it is one; places in refusals are those of a query.
    pub fn new(year: i64, quarter: Option<i64>, month: Option<i64>) -> Result<Self> {
        let mut check = Check::new();
        let found = Self {
            year: read_year(&mut check, year),
            quarter: quarter.map(|part| read_part(&mut check, "?quarter", part, 4)),
            month: month.map(|part| read_part(&mut check, "?month", part, 12)),
        };
        check.ensure(quarter.is_some() || month.is_some(), "?quarter", "required", "a quarter or a month");
        check.ensure(quarter.is_none() || month.is_none(), "?month", "conflicting", "a quarter or a month, not both");
        check.done().map(|()| found)
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        match (self.quarter, self.month) {
            (Some(quarter), _) => Quarter { year: self.year, quarter }.first_day(),
            (None, month) => NaiveDate::from_ymd_opt(self.year, month.unwrap_or(1), 1).unwrap_or_default(),
        }
    }

    /// Its last day.
    pub fn last_day(self) -> NaiveDate {
        let months = if self.quarter.is_some() { 3 } else { 1 };
        self.first_day() + Months::new(months) - Days::new(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_or_a_quarter() {
        let days = |quarter, month| {
            let period = EcSalesPeriod::new(2028, quarter, month).unwrap();
            (period.first_day().to_string(), period.last_day().to_string())
        };
        // 2028 is a leap year
        assert_eq!(days(None, Some(2)), ("2028-02-01".into(), "2028-02-29".into()));
        assert_eq!(days(None, Some(12)), ("2028-12-01".into(), "2028-12-31".into()));
        assert_eq!(days(Some(2), None), ("2028-04-01".into(), "2028-06-30".into()));
    }

    #[test]
    fn neither_both_nor_none() {
        for (quarter, month, place) in [
            (None, None, "?quarter"),
            (Some(1), Some(1), "?month"),
            (Some(5), None, "?quarter"),
            (Some(0), None, "?quarter"),
            (None, Some(13), "?month"),
            (None, Some(-1), "?month"),
        ] {
            let problem = EcSalesPeriod::new(2026, quarter, month).unwrap_err();
            let places: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
            assert_eq!(places, [place], "{quarter:?} {month:?}");
        }
    }
}
