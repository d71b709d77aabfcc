//! Sandboxes (EVT-06): where a copy of a seller stands, and how far its clocks may be moved.

pub mod diff;

use crate::problem::{Problem, Result};
use crate::{Check, Instant};
use chrono::TimeDelta;
use std::collections::BTreeMap;

text_enum! {
    /// Where a sandbox stands.
    pub enum SandboxState {
        /// The rows are being copied.
        Preparing = "preparing",
        /// It can be used.
        Ready = "ready",
        /// It can be used, and lives through time.
        Advancing = "advancing",
        /// The copy came to nothing.
        Failed = "failed",
    }
}

impl SandboxState {
    /// Whether it can be entered.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Ready | Self::Advancing)
    }
}

/// How many sandboxes a seller may have at a time.
pub const MOST: i64 = 5;

/// How many days may be lived through at a time: ten years.
pub const MOST_DAYS: i64 = 3_653;

/// From one time to another, and what happened on the way.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Journey {
    /// Where it began.
    pub from: Instant,
    /// Where it leads.
    pub to: Instant,
    /// Events that were attempted.
    pub events: i64,
    /// How much happened, by the kind of activity: filled in at the end.
    pub happened: BTreeMap<String, i64>,
}

impl Journey {
    /// One that has not begun.
    pub fn begin(from: Instant, to: Instant) -> Self {
        Self { from, to, events: 0, happened: BTreeMap::new() }
    }
}

/// What holds for the name of every sandbox.
pub fn check_name(name: &str) -> Result<()> {
    let mut check = Check::new();
    check.text("/name", name, 1..=80);
    check.done()
}

/// Where clocks that show `now` are moved to: an instant or a number of days, and only forward.
pub fn destination(now: Instant, to: Option<Instant>, days: Option<i64>) -> Result<Instant> {
    let (pointer, wanted) = match (to, days) {
        (Some(to), None) => ("/to", to),
        (None, Some(days @ 1..=MOST_DAYS)) => ("/days", now.plus(TimeDelta::days(days))),
        (None, Some(_)) => return Err(Problem::field("/days", "out_of_range", format!("from 1 to {MOST_DAYS}"))),
        _ => return Err(Problem::field("/to", "one_of", "send either to or days")),
    };
    if wanted <= now {
        return Err(Problem::field(pointer, "not_ahead", format!("the sandbox stands at {now}: it only goes forward")));
    }
    if wanted > now.plus(TimeDelta::days(MOST_DAYS)) {
        return Err(Problem::field(pointer, "too_far", format!("at most {MOST_DAYS} days at a time")));
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000_000;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// 2028 is a leap year: ten years from 2026-03-01 are 10 × 365 + 3 days (2028, 2032, 2036).
    #[test]
    fn ten_years_and_no_further() {
        let now = at("2026-03-01T00:00:00Z");
        assert_eq!(destination(now, Some(at("2036-03-01T00:00:00Z")), None), Ok(at("2036-03-01T00:00:00Z")));
        assert_eq!(destination(now, None, Some(3_653)), Ok(at("2036-03-01T00:00:00Z")));
        for (to, days, pointer, code) in [
            (Some(at("2036-03-01T00:00:00.000001Z")), None, "/to", "too_far"),
            (Some(now), None, "/to", "not_ahead"),
            (Some(at("2026-02-28T23:59:59Z")), None, "/to", "not_ahead"),
            (None, Some(0), "/days", "out_of_range"),
            (None, Some(-1), "/days", "out_of_range"),
            (None, Some(3_654), "/days", "out_of_range"),
            (None, None, "/to", "one_of"),
            (Some(at("2026-03-02T00:00:00Z")), Some(1), "/to", "one_of"),
        ] {
            let problem = destination(now, to, days).unwrap_err();
            assert_eq!(
                (problem.fields[0].pointer.as_str(), problem.fields[0].code),
                (pointer, code),
                "{to:?} {days:?}"
            );
        }
    }

    proptest! {
        /// Both ways to say it mean the same, and it is always ahead.
        #[test]
        fn days_are_instants(micros in 0..4_000_000_000_000_000_i64, days in 1..=MOST_DAYS) {
            let now = Instant::from_micros(micros).unwrap();
            let there = destination(now, None, Some(days)).unwrap();
            prop_assert_eq!(there.micros() - now.micros(), days * DAY);
            prop_assert_eq!(destination(now, Some(there), None).unwrap(), there);
        }
    }
}
