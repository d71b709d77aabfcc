//! How long a failed event waits before its next attempt: twice as long each time, up to a limit, spread so that what
//! failed together does not come back together.

use chrono::TimeDelta;

/// The longest wait after the first attempt, in milliseconds.
const FIRST: i64 = 30_000;
/// The longest wait at all: six hours.
const MOST: i64 = 6 * 3_600_000;

/// The wait after attempt number `attempt` (from 1): half of it is certain, the other half is scaled by `jitter`, which the
/// caller draws evenly from all its values.
pub fn back_off(attempt: i32, jitter: u16) -> TimeDelta {
    // thirty seconds doubled ten times are more than six hours
    let doublings = attempt.saturating_sub(1).clamp(0, 10);
    let whole = (FIRST << doublings).min(MOST);
    let half = whole / 2;
    TimeDelta::milliseconds(whole - half + half * i64::from(jitter) / i64::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn doubles_up_to_six_hours() {
        let seconds = |attempt| back_off(attempt, u16::MAX).num_seconds();
        // 30 × 2⁰, 2¹, 2², … 2⁹ = 15,360; 2¹⁰ would be 30,720, more than 21,600
        assert_eq!([1, 2, 3, 4, 10, 11, 12].map(seconds), [30, 60, 120, 240, 15_360, 21_600, 21_600]);
        assert_eq!(back_off(1, 0), TimeDelta::seconds(15));
    }

    proptest! {
        #[test]
        fn bounded_and_never_shorter_later(attempt in any::<i32>(), jitter in any::<u16>(), more in any::<u16>()) {
            let wait = back_off(attempt, jitter);
            let longest = back_off(attempt, u16::MAX);
            prop_assert!(wait >= TimeDelta::seconds(15) && wait <= TimeDelta::hours(6));
            prop_assert!(wait <= longest && wait * 2 >= longest);
            prop_assert!(back_off(attempt.saturating_add(1), jitter) >= wait);
            prop_assert!(back_off(attempt, jitter.max(more)) >= wait);
        }
    }
}
