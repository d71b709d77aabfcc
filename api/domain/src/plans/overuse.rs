//! What is charged for use above a limit (CAT-06): units of traffic or disk, each at the plan's unit price.

use crate::hosting::Value;
use std::num::NonZeroU64;

/// How many units above the limit were begun. Nothing is above no limit; without a promise everything is above.
pub fn begun_units(used: u64, limit: Option<&Value>, unit: NonZeroU64) -> u64 {
    let above = match limit {
        Some(Value::Unlimited) => 0,
        Some(Value::Number(limit)) => used.saturating_sub(*limit),
        _ => used,
    };
    above.div_ceil(unit.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Units of 1000 above a limit of 5000: 5000 → 0, 5001 → 1 begun, 6000 → 1, 6001 → 2.
    #[test]
    fn counts_begun_units() {
        let unit = NonZeroU64::new(1000).unwrap();
        for (used, want) in [(0, 0), (5000, 0), (5001, 1), (6000, 1), (6001, 2)] {
            assert_eq!(begun_units(used, Some(&Value::Number(5000)), unit), want, "{used}");
        }
        assert_eq!(begun_units(u64::MAX, Some(&Value::Unlimited), unit), 0);
        assert_eq!(begun_units(1, None, unit), 1);
    }
}
