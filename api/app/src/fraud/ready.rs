//! Getting scorers ready: what is sealed of them is opened, and in a house that goes nowhere the fake takes their place.

use crate::gateways::ready::GatewayRoute;
use crate::kernel::keys::{MasterKey, Purpose};
use crate::kernel::seal;
use comptoir_connectors::ConnectorError;
use comptoir_connectors::fraud::FraudScreen;
use comptoir_connectors::fraud::fake::FakeScreen;
use comptoir_connectors::fraud::registry;
use comptoir_connectors::http::Reach;
use comptoir_connectors::settings::Values;
use comptoir_db::fraud::scorers::FraudScorerRow;
use comptoir_domain::{Problem, SellerId};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a scorer may take to answer. The usual answer comes within a third of a second.
const LIMIT: Duration = Duration::from_secs(3);

/// The scorers of a house.
#[derive(Clone)]
pub struct Scorers {
    key: [u8; 32],
    route: GatewayRoute,
}

impl Scorers {
    /// Those of a house whose payments go this way: orders are told to others where payments are.
    pub fn new(master: &MasterKey, route: GatewayRoute) -> Self {
        Self { key: master.subkey(Purpose::Scorers), route }
    }

    /// Gets one ready as its row says; nothing is sent.
    pub fn build(&self, row: &FraudScorerRow) -> Result<Arc<dyn FraudScreen>, ConnectorError> {
        let connector = registry::find(&row.connector)
            .ok_or_else(|| ConnectorError::invalid("connector", format!("there is no {} any more", row.connector)))?;
        let local = match self.route {
            GatewayRoute::Fake => return Ok(Arc::new(FakeScreen)),
            GatewayRoute::Real { local } => local,
        };
        let mut values = row.settings.0.clone();
        values.extend(self.secrets(row).ok_or_else(|| {
            ConnectorError::invalid("secrets", "its secrets cannot be opened with this master key: enter them again")
        })?);
        (connector.build)(Reach { limit: LIMIT, local }, &Values::new(&values))
    }

    /// The secrets of a scorer; none if they do not open.
    pub fn secrets(&self, row: &FraudScorerRow) -> Option<BTreeMap<String, Value>> {
        seal::open_secrets(&self.key, &owner(row.seller_id), row.secrets_sealed.as_deref())
    }

    /// Seals the secrets of a scorer into its row.
    pub fn seal(&self, row: &mut FraudScorerRow, secrets: &BTreeMap<String, Value>) -> Result<(), Problem> {
        row.secrets_sealed = seal::seal_secrets(&self.key, &owner(row.seller_id), secrets)?;
        Ok(())
    }
}

/// What a seal belongs to.
fn owner(seller: SellerId) -> String {
    format!("fraud-scorer:{seller}")
}
