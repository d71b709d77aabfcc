//! Use cases and HTTP, one folder per capability; [`kernel`] for what all of them share; [`http`] puts them together.
//!
//! A request goes: `routes` (who may call, what comes in) → use case (one transaction, sync) → a rule of `domain` → rows of
//! `db` → view.

#[macro_use]
mod lists;
pub mod activities;
pub mod add_on_groups;
pub mod add_ons;
pub mod addresses;
pub mod administrators;
pub mod api_keys;
mod bank;
pub mod certificate_providers;
pub mod client_accounts;
pub mod client_groups;
pub mod client_properties;
pub mod clients;
pub mod contacts;
pub mod coupons;

pub mod hosting;

pub mod credits;

pub mod discounts;
mod disputes;
pub mod dunning;
pub mod encryption;
pub mod events;
pub mod exchange_rates;
pub mod fraud;
pub mod gateways;
pub mod http;
pub mod invoices;
pub mod kernel;
pub mod ledger;
pub mod ledger_templates;
pub mod mails;
pub mod me;
pub mod named_values;
pub mod operations;
pub mod orders;
pub mod overuse_prices;
pub mod password_resets;
pub mod quotes;

pub mod plans;
pub mod prices;

pub mod payment_methods;
pub mod payment_queue;
pub mod payments;
pub mod registrars;
pub mod reports;
pub mod resellers;
pub mod roles;
pub mod sandboxes;
pub mod schet_facturas;
pub mod sellers;
pub mod services;
pub mod sessions;
pub mod settings;
pub mod shop;
pub mod subscriptions;

pub mod stores;
pub mod taxes;
pub mod tlds;

pub mod todos;
pub mod usage;
pub mod verify;
pub mod webhooks;

pub use gateways::ready::GatewayRoute;
pub use kernel::{AppState, Clock, MailRoute, PanelRoute, Settings, VatRoute};
