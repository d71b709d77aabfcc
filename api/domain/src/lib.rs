//! Pure rules: data in, decision out. No IO, no clock, no randomness, no async.
//!
//! The first modules are the words every layer shares (ids, money, dates, places, problems); the others are one
//! folder per capability, with the same name in `db` and `app`.

#[macro_use]
mod text_enum;
#[macro_use]
pub mod ids;
pub mod add_ons;
pub mod bank;
pub mod card_expiry;
pub mod certificates;
pub mod check;
pub mod client_accounts;
pub mod client_groups;
pub mod client_properties;
pub mod clients;
pub mod collection;
pub mod coupons;
pub mod decimal;
pub mod discounts;
pub mod disputes;
pub mod dunning;
pub mod encryption;
pub mod events;
pub mod exchange_rates;
pub mod fraud;
pub mod gateways;
pub mod hosting;
pub mod instant;
pub mod invoices;
pub mod ledger;
pub mod mails;
pub mod money;
pub mod named_values;
pub mod operations;
pub mod orders;
pub mod payment_methods;
pub mod payment_shares;
pub mod payments;
pub mod people;
pub mod permissions;
pub mod places;
pub mod plans;
pub mod problem;
pub mod quotes;
pub mod rate;
pub mod reports;
pub mod sandboxes;
pub mod schedule;
pub mod schet_facturas;
pub mod services;
pub mod settings;
#[cfg(feature = "sql")]
pub mod sql;
pub mod stores;
pub mod subscriptions;
pub mod taxes;
pub mod tlds;
pub mod todos;
pub mod usage;
pub mod verify;
pub mod webhooks;

pub use check::Check;
pub use decimal::{FraudScore, Percent, Quantity, UnitPrice, UnitsPerEuro};
pub use ids::*;
pub use instant::Instant;
pub use money::{Currency, Money};
pub use places::{Country, Locale, TimeZone};
pub use problem::{Code, FieldProblem, Problem, Result};
pub use rate::Rate;
