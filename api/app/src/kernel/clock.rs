//! The only place that reads the system clock, and where ids are made.
//!
//! There are two clocks. The *machine clock* gives ids, tokens, sessions and limits; the *business clock* gives dates, due
//! times and printed values, and stands or jumps in sandboxes and tests.

use comptoir_domain::{Id, Instant};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Something that tells the time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's.
    System,
    /// One that only moves when told to.
    Detached(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at an instant.
    pub fn detached(at: Instant) -> Self {
        Self::Detached(Arc::new(AtomicI64::new(at.micros())))
    }

    /// Whether it only moves when told to.
    pub const fn is_detached(&self) -> bool {
        matches!(self, Self::Detached(_))
    }

    /// The present, by this clock.
    #[allow(clippy::disallowed_methods, reason = "this is the place")]
    pub fn now(&self) -> Instant {
        match self {
            Self::System => Instant::from_utc(chrono::Utc::now()),
            Self::Detached(at) => Instant::from_micros(at.load(Ordering::SeqCst)).unwrap_or(Instant::EPOCH),
        }
    }

    /// Moves a detached clock forward; never back. The system's cannot be moved.
    pub fn advance_to(&self, to: Instant) {
        if let Self::Detached(at) = self {
            at.fetch_max(to.micros(), Ordering::SeqCst);
        }
    }
}

/// Keeps ids of one process in order even within a millisecond.
static ORDER: LazyLock<Mutex<uuid::ContextV7>> = LazyLock::new(|| Mutex::new(uuid::ContextV7::new()));

/// A fresh id, greater than all this process has made before.
pub fn fresh<I: Id>() -> I {
    let now = Clock::System.now().utc();
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let order = ORDER.lock().unwrap_or_else(PoisonError::into_inner);
    let at = uuid::Timestamp::from_unix(&*order, seconds, now.timestamp_subsec_nanos());
    I::from_uuid(uuid::Uuid::new_v7(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use comptoir_domain::ClientId;

    #[test]
    fn ids_ascend() {
        let ids: Vec<ClientId> = (0..10_000).map(|_| fresh()).collect();
        assert!(ids.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_detached_clock_never_goes_back() {
        let noon: Instant = "2026-01-31T12:00:00Z".parse().unwrap();
        let clock = Clock::detached(noon);
        clock.advance_to("2026-01-30T00:00:00Z".parse().unwrap());
        assert_eq!(clock.now(), noon);
        clock.advance_to(noon.plus(chrono::TimeDelta::days(1)));
        assert_eq!(clock.now().to_string(), "2026-02-01T12:00:00Z");
    }
}
