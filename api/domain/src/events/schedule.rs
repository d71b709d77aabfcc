//! When a recurring event is due: a cron pattern in UTC. There every slot exists once; a slot in civil time could be
//! skipped or doubled when summer time changes. What depends on a seller's date compares with that date itself.

use super::EventKind;
use crate::Instant;
use crate::problem::{Problem, Result};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// A cron pattern: second, minute, hour, day, month, weekday.
#[derive(Clone, Debug)]
pub struct Schedule {
    pattern: Arc<str>,
    cron: Arc<Cron>,
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for Schedule {}

impl Schedule {
    /// The longest pattern.
    const LETTERS: usize = 100;

    /// Reads a pattern that someone has written. It may name one second only: what comes more often than once a minute
    /// would fill the queue faster than it is worked off.
    pub fn parse(pattern: &str) -> Result<Self> {
        let refuse = |detail: String| Problem::field("/pattern", "invalid_pattern", detail);
        let fields: Vec<&str> = pattern.split_whitespace().collect();
        if fields.len() != 6 || pattern.len() > Self::LETTERS {
            let detail = "six fields: second, minute, hour, day, month, weekday, such as `0 15 0 * * *`";
            return Err(refuse(detail.into()));
        }
        if !fields.first().is_some_and(|second| second.parse::<u8>().is_ok_and(|second| second < 60)) {
            return Err(Problem::field("/pattern", "too_often", "the first field is one second, 0 to 59"));
        }
        let schedule = read(&fields.join(" ")).map_err(refuse)?;
        if schedule.next(Instant::EPOCH).is_none() {
            return Err(Problem::field("/pattern", "never_due", "no day fits it"));
        }
        Ok(schedule)
    }

    /// The pattern.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether no week goes by without it, the whole year round.
    pub fn is_weekly(&self) -> bool {
        let day = |number: i32| Instant::EPOCH.plus(TimeDelta::days(number.into()));
        let comes = |from: Instant| self.next(from).is_some_and(|next| next <= from.plus(TimeDelta::weeks(1)));
        (0..366).map(day).all(comes)
    }

    /// The last slot that is not after `now`: the name of the run that should exist.
    pub fn latest(&self, now: Instant) -> Option<Instant> {
        self.cron.find_previous_occurrence(&whole_second(now), true).ok().map(Instant::from_utc)
    }

    /// The first slot after `now`.
    pub fn next(&self, now: Instant) -> Option<Instant> {
        self.cron.find_next_occurrence(&whole_second(now), false).ok().map(Instant::from_utc)
    }

    /// The pattern with which a kind is delivered.
    pub(super) fn delivered(pattern: &'static str) -> Option<Self> {
        PARSED.get(pattern).cloned()
    }
}

/// Day and weekday both have to fit, as in the library that rings the timers.
fn read(pattern: &str) -> std::result::Result<Schedule, String> {
    let parser = CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build();
    let cron = parser.parse(pattern).map_err(|error| error.to_string())?;
    Ok(Schedule { pattern: pattern.into(), cron: Arc::new(cron) })
}

/// The patterns of all kinds: reading one takes longer than finding a slot. A test makes sure that each can be read.
static PARSED: LazyLock<HashMap<&'static str, Schedule>> = LazyLock::new(|| {
    let patterns = EventKind::ALL.iter().filter_map(|kind| kind.pattern());
    patterns.filter_map(|pattern| Some((pattern, read(pattern).ok()?))).collect()
});

/// Slots lie on whole seconds; the search would carry a fraction over into its result.
fn whole_second(now: Instant) -> DateTime<Utc> {
    now.utc().trunc_subsecs(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn latest(kind: EventKind, now: &str) -> String {
        kind.schedule().unwrap().latest(at(now)).unwrap().to_string()
    }

    /// 2026-03-02 is a Monday; 2028 has a 29 February.
    #[test]
    fn the_latest_slot() {
        for (kind, now, slot) in [
            (EventKind::ProcessSync, "2026-01-05T09:04:59Z", "2026-01-05T09:00:00Z"),
            (EventKind::ProcessSync, "2026-01-05T09:05:00Z", "2026-01-05T09:05:00Z"),
            (EventKind::ProcessUnsuspensions, "2026-01-05T00:19:00.5Z", "2026-01-05T00:00:00Z"),
            (EventKind::ProcessInvoices, "2028-03-01T00:14:59Z", "2028-02-29T00:15:00Z"),
            (EventKind::ProcessInvoices, "2026-03-01T00:15:00Z", "2026-03-01T00:15:00Z"),
            (EventKind::ProcessExpiredCreditCards, "2026-03-08T23:00:00Z", "2026-03-02T04:00:00Z"),
            (EventKind::ProcessActionLog, "2026-01-01T04:59:59Z", "2025-10-01T05:00:00Z"),
            (EventKind::ProcessActionLog, "2026-06-30T23:59:59Z", "2026-04-01T05:00:00Z"),
        ] {
            assert_eq!(latest(kind, now), slot, "{kind} at {now}");
        }
    }

    #[test]
    fn no_week_goes_by_without() {
        for (pattern, is_weekly) in [
            ("0 */5 * * * *", true),
            ("0 15 0 * * *", true),
            ("0 0 6 * * 1", true),
            ("0 0 0 1,8,15,22,29 * *", true),
            ("0 0 0 1,15 * *", false),
            ("0 0 0 * 2 *", false),
            ("0 0 0 1 1 *", false),
        ] {
            assert_eq!(Schedule::parse(pattern).unwrap().is_weekly(), is_weekly, "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (pattern, code) in [
            ("", "invalid_pattern"),
            ("@daily", "invalid_pattern"),
            ("15 0 * * *", "invalid_pattern"),
            ("0 0 0 * * * 2030", "invalid_pattern"),
            ("0 61 0 * * *", "invalid_pattern"),
            ("0 0 0 * * Caturday", "invalid_pattern"),
            ("* * * * * *", "too_often"),
            ("*/30 0 0 * * *", "too_often"),
            ("60 0 0 * * *", "too_often"),
            ("0 0 0 30 2 *", "never_due"),
        ] {
            let problem = Schedule::parse(pattern).unwrap_err();
            let found: Vec<_> = problem.fields.iter().map(|field| (field.pointer.as_str(), field.code)).collect();
            assert_eq!(found, [("/pattern", code)], "{pattern}");
        }
        let spaced = Schedule::parse(" 0  30 4 * * 1 ").unwrap();
        assert_eq!(spaced.pattern(), "0 30 4 * * 1");
        // 2 March 2026 is a Monday
        assert_eq!(spaced.next(at("2026-03-01T00:00:00Z")), Some(at("2026-03-02T04:30:00Z")));
    }

    /// A day and a weekday: only the first of a month that is a Monday. After 1 June 2026 that is 1 February 2027.
    #[test]
    fn day_and_weekday_have_to_fit_both() {
        let rare = Schedule::parse("0 0 5 1 * MON").unwrap();
        assert_eq!(rare.latest(at("2026-09-09T00:00:00Z")), Some(at("2026-06-01T05:00:00Z")));
        assert_eq!(rare.next(at("2026-09-09T00:00:00Z")), Some(at("2027-02-01T05:00:00Z")));
    }

    proptest! {
        /// Slots divide time: none lies between the latest and the next, for each recurring kind.
        #[test]
        fn slots_follow_each_other(micros in 1_700_000_000_000_000_i64..2_000_000_000_000_000) {
            let now = Instant::from_micros(micros).unwrap();
            for kind in EventKind::ALL.iter().filter(|kind| kind.is_recurring()) {
                let schedule = kind.schedule().unwrap();
                let (latest, next) = (schedule.latest(now).unwrap(), schedule.next(now).unwrap());
                prop_assert!(latest <= now && now < next, "{kind}");
                prop_assert_eq!(schedule.next(latest), Some(next));
                prop_assert_eq!(schedule.latest(next.plus(TimeDelta::microseconds(-1))), Some(latest));
            }
        }
    }
}
