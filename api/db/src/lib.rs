//! The only place with diesel: tables, rows, queries, both backends, the migrations runner.
//!
//!
//! Start with [`Store`]: `read` and `write` each run one whole use case off the async threads. Queries stand in one
//! folder per capability (`clients/read.rs`, `clients/write.rs`); everything in which SQLite and PostgreSQL differ stands
//! in [`portable`].

#[macro_use]
pub mod portable;
#[macro_use]
pub mod paging;
#[macro_use]
pub mod entity;
#[macro_use]
pub mod named_values;
pub mod connection;
pub mod copy;
pub mod failure;
mod few;
pub mod json;
pub mod migrate;
pub mod schema;
pub mod scope;
pub mod store;
mod writer;

pub mod activities;
pub mod add_on_groups;
pub mod add_ons;
pub mod administrators;
pub mod allotments;
pub mod api_keys;
pub mod bank;
pub mod certificates;
pub mod client_groups;
pub mod client_properties;
pub mod clients;
pub mod contacts;
pub mod counters;
pub mod coupons;
pub mod credits;
pub mod custom_hosting;
pub mod discounts;
pub mod disputes;
pub mod dunning;
pub mod encryption;
pub mod event_schedules;
pub mod events;
pub mod exchange_rates;
pub mod fraud;
pub mod gateways;
pub mod idempotency_keys;
pub mod invoices;
pub mod ledger;
pub mod ledger_templates;
pub mod mails;
pub mod offers;
pub mod operations;
pub mod orders;
pub mod overuse_prices;
pub mod own_clients;
pub mod password_resets;
pub mod rate;
pub mod registrars;
pub mod reports;

pub mod plans;
pub mod prices;

pub mod payment_method_setups;
pub mod payment_methods;
pub mod payment_shares;
pub mod payments;
pub mod roles;
pub mod sandboxes;
pub mod schet_facturas;
pub mod sellers;
pub mod services;
pub mod sessions;
pub mod settings;
pub mod stores;
pub mod subscription_changes;
pub mod subscription_comments;
pub mod subscription_expiry;
pub mod subscription_invoices;
pub mod subscription_properties;
pub mod subscription_statuses;
pub mod subscription_transfers;
pub mod subscriptions;

pub mod taxes;
pub mod tlds;

pub mod subjects;
pub mod todos;
pub mod usage;
pub mod verify;
pub mod watermarks;
pub mod webhook_deliveries;
pub mod webhook_endpoints;

pub use connection::{Address, Db, DbBackend};
pub use failure::{Failure, Outcome};
pub use json::Json;
pub use paging::{Cursor, Page, Slice};
pub use scope::Scope;
pub use store::Store;
