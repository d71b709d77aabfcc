//! When a contract renews: billing cycles, the periods they cut time into, parts of periods, and the two billing modes.
//!
//! Everything is counted from an anchor that never moves: period n runs from `anchor + n cycles` to `anchor + (n + 1)
//! cycles`, clamped to the end of short months. Nothing is ever added to a clamped date, so 31 January is followed by
//! 28 (or 29) February and then by 31 March.

mod cycle;
mod period;
mod proration;
mod start;
#[cfg(test)]
pub(crate) mod testing;

pub use cycle::{Cycle, CycleUnit, InvalidCycle};
pub use period::Period;
pub use proration::{InvalidShare, Share, prorate, split_in_time};
pub use start::{BillingMode, BillingRule, FirstMonth, Start};

use crate::problem::{Code, Problem};

/// The answer when a date would lie outside the calendar (a cycle of ten thousand years…).
pub(crate) fn out_of_calendar() -> Problem {
    Problem::new(Code::ValidationFailed, "a date lies outside the calendar")
}
