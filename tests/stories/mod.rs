//! Stories: the clock moves, and the scheduler alone does what a seller's business asks for. They begin on Monday
//! 5 January 2026.

pub mod billing;
mod cards;
mod dry_runs;
pub mod dunning;
mod guide;
pub mod provisioning;
mod usage;
