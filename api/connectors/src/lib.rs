//! Ports to the outside and their implementations, one folder per port.
//!
//! A port is a small async trait that knows the words of `domain` only; what not every implementation can do is an
//! optional group (`fn refunds(&self) -> Option<&dyn Refunds>`), so that capability is a fact which can be listed.
//! All ports share one error, [`ConnectorError`], whose `retry` says what may happen next. No connector reads a clock:
//! the caller hands in the instant. Inside a folder `map.rs` is pure: ours to theirs and back.

pub mod bank;
pub mod book;
pub mod certificate;
mod client;
pub mod error;
pub mod fraud;
pub mod http;
pub mod mail;
pub mod panel;
pub mod payment;
pub mod post;
pub mod registrar;
pub mod settings;
pub mod vat;

pub use error::{ConnectorError, Kind, Result, Retry};
