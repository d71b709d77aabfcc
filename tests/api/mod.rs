//! One file per capability.

pub mod add_ons;
mod administrators;
mod api_keys;
mod bad_input;
mod client_accounts;
pub mod client_groups;
mod clients;
mod contacts;
pub mod coupons;
pub mod discounts;
pub mod events;
mod idempotency;
pub mod invoices;
mod kernel;
pub mod mails;
pub mod orders;
mod overuse_prices;
pub mod password_resets;
pub mod plans;

pub mod payments;
mod resellers;
pub mod sandboxes;
mod sellers;
pub mod services;
mod sessions;
pub mod shop;
mod stores;
pub mod subscription_changes;
pub mod taxes;
pub mod todos;
pub mod usage;
pub mod verify;
pub mod webhooks;
mod working;
