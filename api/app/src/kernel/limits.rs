//! How often someone may call: token buckets by caller, from the crate `governor`.

use crate::kernel::problem::ApiError;
use comptoir_domain::{Code, Problem};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

/// One limiter for each rate in use.
#[derive(Default)]
pub struct Limits {
    by_rate: Mutex<HashMap<u32, Arc<DefaultKeyedRateLimiter<String>>>>,
}

/// Beyond so many callers the idle ones are forgotten.
const MANY: usize = 10_000;

impl Limits {
    /// Lets `who` through, or says how long to wait. `per_minute` requests a minute, of which a quarter may come at once.
    pub fn check(&self, who: &str, per_minute: u32) -> Result<(), ApiError> {
        let limiter = self.limiter(per_minute);
        if limiter.len() > MANY {
            limiter.retain_recent();
        }
        limiter.check_key(&who.to_string()).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
            let problem =
                Problem::new(Code::TooManyRequests, format!("{per_minute} a minute are allowed: wait {wait} seconds"));
            ApiError { problem, retry_after: Some(wait) }
        })
    }

    fn limiter(&self, per_minute: u32) -> Arc<DefaultKeyedRateLimiter<String>> {
        let mut by_rate = self.by_rate.lock().unwrap_or_else(PoisonError::into_inner);
        let made = by_rate.entry(per_minute).or_insert_with(|| {
            let rate = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
            let burst = NonZeroU32::new(per_minute.div_ceil(4)).unwrap_or(NonZeroU32::MIN);
            Arc::new(RateLimiter::keyed(Quota::per_minute(rate).allow_burst(burst)))
        });
        Arc::clone(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_at_once_and_each_caller_alone() {
        let limits = Limits::default();
        for _ in 0..5 {
            limits.check("anna", 20).unwrap();
        }
        let error = limits.check("anna", 20).unwrap_err();
        assert_eq!(error.problem.code, Code::TooManyRequests);
        assert!(error.retry_after.is_some_and(|seconds| (1..=4).contains(&seconds)));
        limits.check("bert", 20).unwrap();
    }
}
