//! One file per capability.

mod administrators;
mod api_keys;
mod bad_input;
mod clients;
mod contacts;
pub mod coupons;
mod idempotency;
mod kernel;
pub mod password_resets;
mod resellers;
mod sellers;
mod sessions;
mod stores;
pub mod taxes;
