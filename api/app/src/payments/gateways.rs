//! The gateways that the house can use, by name.

use crate::kernel::keys::{MasterKey, Purpose};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use comptoir_connectors::payment::PaymentGateway;
use comptoir_connectors::payment::fake::{FakeGateway, Settings};
use comptoir_connectors::payment::manual::{Manual, Way};
use comptoir_db::{Failure, Outcome};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// All of them.
#[derive(Clone)]
pub struct Gateways(BTreeMap<&'static str, Arc<dyn PaymentGateway>>);

impl Gateways {
    /// Opens them.
    pub fn open(master: &MasterKey, fake_book: &Path, public_url: &str) -> Outcome<Self> {
        let failed = |error: String| Failure::Open(format!("{}: {error}", fake_book.display()));
        if let Some(folder) = fake_book.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        }
        let fake = FakeGateway::open(fake_book, fake_settings(master, public_url))
            .map_err(|error| failed(error.to_string()))?;
        let fake: Arc<dyn PaymentGateway> = Arc::new(fake);
        let by_hand = |way, instructions: &str| -> Arc<dyn PaymentGateway> {
            Arc::new(Manual { way, instructions: instructions.into() })
        };
        Ok(Self(BTreeMap::from([
            ("fake", fake),
            ("cheque", by_hand(Way::Cheque, "Send a cheque over {amount}, naming {reference}.")),
            ("transfer", by_hand(Way::BankTransfer, "Transfer {amount}, naming {reference}.")),
        ])))
    }

    /// One of them.
    pub fn find(&self, name: &str) -> Option<Arc<dyn PaymentGateway>> {
        self.0.get(name).cloned()
    }
}

/// How the fake is set up: its secret follows from the master key, so that whoever has the key can play its part.
pub fn fake_settings(master: &MasterKey, public_url: &str) -> Settings {
    let secret = format!("whsec_{}", BASE64_STANDARD.encode(master.subkey(Purpose::FakeGateway)));
    Settings {
        secret: secret.into(),
        page: format!("{public_url}/fake-gateway"),
        latency: Duration::ZERO,
        callback_delay: TimeDelta::seconds(30),
    }
}
