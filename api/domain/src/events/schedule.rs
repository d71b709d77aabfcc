//! When a recurring event is due: a cron pattern in UTC. There every slot exists once; a slot in civil time could be
//! skipped or doubled when summer time changes. What depends on a seller's date compares with that date itself.

use super::EventKind;
use crate::Instant;
use chrono::{DateTime, SubsecRound, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use std::collections::HashMap;
use std::sync::LazyLock;

/// A cron pattern: second, minute, hour, day, month, weekday.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Schedule(&'static str);

impl Schedule {
    /// The pattern as it is.
    pub(super) const fn new(pattern: &'static str) -> Self {
        Self(pattern)
    }

    /// The pattern.
    pub const fn pattern(self) -> &'static str {
        self.0
    }

    /// The last slot that is not after `now`: the name of the run that should exist.
    pub fn latest(self, now: Instant) -> Option<Instant> {
        self.cron()?.find_previous_occurrence(&whole_second(now), true).ok().map(Instant::from_utc)
    }

    /// The first slot after `now`.
    pub fn next(self, now: Instant) -> Option<Instant> {
        self.cron()?.find_next_occurrence(&whole_second(now), false).ok().map(Instant::from_utc)
    }

    fn cron(self) -> Option<&'static Cron> {
        PARSED.get(self.0)
    }
}

/// The patterns of all kinds: reading one takes longer than finding a slot. A test makes sure that each can be read.
static PARSED: LazyLock<HashMap<&'static str, Cron>> = LazyLock::new(|| {
    let parser = CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build();
    let patterns = EventKind::ALL.iter().filter_map(|kind| kind.schedule()).map(Schedule::pattern);
    patterns.filter_map(|pattern| Some((pattern, parser.parse(pattern).ok()?))).collect()
});

/// Slots lie on whole seconds; the search would carry a fraction over into its result.
fn whole_second(now: Instant) -> DateTime<Utc> {
    now.utc().trunc_subsecs(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
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
