//! The scorers that a seller can set up, by name.

use super::{FraudScreen, fake, minfraud};
use crate::error::Result;
use crate::http::Reach;
use crate::settings::{Field, Values};
use std::sync::Arc;

/// A scorer that can be set up.
pub struct Connector {
    /// Its name in the API.
    pub code: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What it has to be told.
    pub fields: &'static [Field],
    /// Gets it ready; nothing is sent yet.
    pub build: fn(Reach, &Values) -> Result<Arc<dyn FraudScreen>>,
}

/// All of them.
pub static CONNECTORS: &[Connector] = &[
    Connector {
        code: "minfraud",
        name: "MaxMind minFraud",
        fields: minfraud::FIELDS,
        build: |reach, values| Ok(Arc::new(minfraud::MinFraud::new(reach, values)?)),
    },
    Connector { code: "fake", name: "Fake", fields: &[], build: |_, _| Ok(Arc::new(fake::FakeScreen)) },
];

/// The connector of that name.
pub fn find(code: &str) -> Option<&'static Connector> {
    CONNECTORS.iter().find(|connector| connector.code == code)
}
