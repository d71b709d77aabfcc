//! When a recurring kind is due as things stand: its schedule, whether it is switched on, and since when that holds.

use super::schedule::Schedule;
use crate::Instant;

/// The schedule that is in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timing {
    /// The pattern.
    pub schedule: Schedule,
    /// Whether it recurs at all.
    pub is_on: bool,
    /// Since when, by the clock of the kind; always if absent.
    pub since: Option<Instant>,
}

impl Timing {
    /// As delivered.
    pub const fn delivered(schedule: Schedule) -> Self {
        Self { schedule, is_on: true, since: None }
    }

    /// The run that should exist by now. Slots from before it came into force never count: they were those of the
    /// schedule before, which whoever changed it has queued.
    pub fn latest(&self, now: Instant) -> Option<Instant> {
        let latest = self.schedule.latest(now).filter(|_| self.is_on)?;
        Some(latest).filter(|at| self.since.is_none_or(|since| *at > since))
    }

    /// The first run after `now`.
    pub fn next(&self, now: Instant) -> Option<Instant> {
        let from = self.since.map_or(now, |since| since.max(now));
        self.schedule.next(from).filter(|_| self.is_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn slots_from_before_the_change_do_not_count() {
        let noon = at("2026-03-02T12:00:00Z");
        let timing =
            |pattern: &str| Timing { schedule: Schedule::parse(pattern).unwrap(), is_on: true, since: Some(noon) };
        let early = timing("0 0 11 * * *");
        assert_eq!(early.latest(at("2026-03-02T23:00:00Z")), None);
        assert_eq!(early.next(noon), Some(at("2026-03-03T11:00:00Z")));
        assert_eq!(early.latest(at("2026-03-03T11:00:00Z")), Some(at("2026-03-03T11:00:00Z")));
        let late = timing("0 0 13 * * *");
        assert_eq!(late.latest(at("2026-03-02T13:00:00Z")), Some(at("2026-03-02T13:00:00Z")));
        let off = Timing { is_on: false, ..late };
        assert_eq!((off.latest(at("2026-03-09T00:00:00Z")), off.next(noon)), (None, None));
    }

    proptest! {
        /// Whenever a schedule is changed for another: a slot belongs to the old one up to that instant, to the new one
        /// after it, and looking later never brings back one from before.
        #[test]
        fn a_change_divides_time(changed in 1_700_000_000_i64..1_700_200_000, later in 0_i64..400_000, hour in 0_u8..24) {
            let instant = |seconds: i64| Instant::from_micros(seconds * 1_000_000).unwrap();
            let schedule = Schedule::parse(&format!("0 0 {hour} * * *")).unwrap();
            let timing = Timing { schedule: schedule.clone(), is_on: true, since: Some(instant(changed)) };
            let now = instant(changed + later);
            let all = std::iter::successors(schedule.next(instant(changed)), |at| schedule.next(*at));
            prop_assert_eq!(timing.latest(now), all.take_while(|at| *at <= now).last());
        }
    }
}
