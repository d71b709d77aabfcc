//! The fraud check of orders: checks, the lists of sellers, and whom they ask.

pub mod checks;
pub mod entries;
pub mod scorers;
