//! Getting gateways ready: those that need no setting up, and those that a seller has set up. What is ready is kept until its row
//! changes.

use crate::kernel::keys::{MasterKey, Purpose};
use crate::kernel::seal;
use crate::kernel::state::AppState;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use comptoir_connectors::ConnectorError;
use comptoir_connectors::http::Reach;
use comptoir_connectors::payment::PaymentGateway;
use comptoir_connectors::payment::fake::{FakeGateway, Settings};
use comptoir_connectors::payment::registry::{self, Site};
use comptoir_connectors::settings::Values;
use comptoir_db::gateways::{self, GatewayRow};
use comptoir_db::{Db, Failure, Outcome, Scope, sellers};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::{Code, Currency, Problem, SellerId};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a gateway may take to answer: banks ask banks.
const LIMIT: Duration = Duration::from_secs(30);

/// Whether payments go outside, and with them what scorers are asked about orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GatewayRoute {
    /// To the gateways that sellers have set up, which are at public addresses unless others are allowed.
    Real {
        /// There is the fake, and loopback and private addresses are allowed: for gateways that are only played.
        local: bool,
    },
    /// All to the fake.
    Fake,
}

/// The gateways of a house.
#[derive(Clone)]
pub struct Gateways(Arc<House>);

struct House {
    fake: FakeGateway,
    key: [u8; 32],
    route: GatewayRoute,
    public_url: String,
    kept: Mutex<Kept>,
}

/// What is ready, with the version of the row that it was made of.
type Kept = HashMap<(SellerId, GatewayCode), (i64, Arc<dyn PaymentGateway>)>;

/// A gateway that is ready.
#[derive(Clone)]
pub struct Ready {
    /// What it does.
    pub gateway: Arc<dyn PaymentGateway>,
    /// How it is set up; cheque, transfer and the fake need not be.
    pub row: Option<GatewayRow>,
}

impl Ready {
    /// Whether a payment can be begun in this currency.
    pub fn takes(&self, currency: Currency) -> bool {
        let wanted =
            |row: &GatewayRow| row.is_enabled && (row.currencies.0.is_empty() || row.currencies.0.contains(&currency));
        self.gateway.takes(currency) && self.row.as_ref().is_none_or(wanted)
    }

    /// Refuses to begin anything at a gateway that is gone, naming the place.
    pub fn check_alive(&self, place: &str) -> Result<(), Problem> {
        match self.gateway.retired() {
            Some(instead) => Err(Problem::field(place, "retired", instead)),
            None => Ok(()),
        }
    }

    /// Refuses to begin a payment where it is not wanted, naming the place.
    pub fn check(&self, place: &str, currency: Currency) -> Result<(), Problem> {
        if self.row.as_ref().is_some_and(|row| !row.is_enabled) {
            return Err(Problem::field(place, "switched_off", "this gateway is switched off"));
        }
        self.check_alive(place)?;
        if self.takes(currency) {
            return Ok(());
        }
        Err(Problem::field(place, "other_currency", format!("this gateway does not take {currency}")))
    }
}

impl Gateways {
    /// Opens the house's own.
    pub fn open(master: &MasterKey, settings: &crate::Settings) -> Outcome<Self> {
        let (fake_book, public_url, route) = (&settings.fake_book, &settings.public_url, settings.gateways);
        let failed = |error: String| Failure::Open(format!("{}: {error}", fake_book.display()));
        if let Some(folder) = fake_book.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        }
        let played = Settings { latency: settings.fake_latency, ..fake_settings(master, public_url) };
        let fake = FakeGateway::open(fake_book, played).map_err(|error| failed(error.to_string()))?;
        let (key, public_url) = (master.subkey(Purpose::Gateways), public_url.trim_end_matches('/').into());
        Ok(Self(Arc::new(House { fake, key, route, public_url, kept: Mutex::default() })))
    }

    /// Whether no money moves here: then anybody may pay at the fake.
    fn plays(&self) -> bool {
        self.0.route != GatewayRoute::Real { local: false }
    }

    /// The fake of a house that plays: clients confirm at its page.
    pub fn fake(&self) -> &FakeGateway {
        &self.0.fake
    }

    /// The gateway that a seller calls so, if there is one.
    pub fn find(&self, db: &mut Db, scope: Scope, code: &str) -> Outcome<Option<Ready>> {
        let Ok(code) = code.parse::<GatewayCode>() else { return Ok(None) };
        if code == GatewayCode::FAKE {
            return Ok(self.plays().then(|| Ready { gateway: Arc::new(self.0.fake.clone()), row: None }));
        }
        let Some(row) = gateways::by_code(db, scope, code)? else { return self.by_hand(code) };
        if self.0.route == GatewayRoute::Fake && !code.is_awaited() && !registry::is_retired(&row.connector) {
            return Ok(Some(Ready { gateway: Arc::new(self.0.fake.clone()), row: Some(row) }));
        }
        let gateway = match self.kept(&row) {
            Some(gateway) => gateway,
            None => {
                let seller = sellers::own(db, scope)?.code;
                let built = self.build(&row, &seller).map_err(|error| unusable(code, &error))?;
                let entry = (row.version, Arc::clone(&built));
                self.lock().insert((row.seller_id, code), entry);
                built
            }
        };
        Ok(Some(Ready { gateway, row: Some(row) }))
    }

    /// Cheque and transfer need no setting up.
    fn by_hand(&self, code: GatewayCode) -> Outcome<Option<Ready>> {
        let Some(connector) = registry::find(code.as_str()).filter(|_| code.is_awaited()) else { return Ok(None) };
        let built = (connector.build)(&self.site(code, "", false), &Values::default());
        Ok(Some(Ready { gateway: built.map_err(|error| unusable(code, &error))?, row: None }))
    }

    fn kept(&self, row: &GatewayRow) -> Option<Arc<dyn PaymentGateway>> {
        let ready = self.lock();
        let (version, gateway) = ready.get(&(row.seller_id, row.code))?;
        (*version == row.version).then(|| Arc::clone(gateway))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gets it ready as its row says; nothing is sent.
    pub fn build(&self, row: &GatewayRow, seller: &str) -> Result<Arc<dyn PaymentGateway>, ConnectorError> {
        let connector = registry::find(&row.connector)
            .ok_or_else(|| ConnectorError::invalid("connector", format!("there is no {} any more", row.connector)))?;
        let mut values = row.settings.0.clone();
        values.extend(self.secrets(row).ok_or_else(|| {
            ConnectorError::invalid("secrets", "its secrets cannot be opened with this master key: enter them again")
        })?);
        (connector.build)(&self.site(row.code, seller, row.is_live), &Values::new(&values))
    }

    fn site(&self, code: GatewayCode, seller: &str, live: bool) -> Site {
        let local = self.0.route == GatewayRoute::Real { local: true };
        Site { live, callback_url: self.callback_url(code, seller), reach: Reach { limit: LIMIT, local } }
    }

    /// Where a gateway posts to.
    pub fn callback_url(&self, code: GatewayCode, seller: &str) -> String {
        format!("{}/v1/gateway-callbacks/{code}/{seller}", self.0.public_url)
    }

    /// The secrets of a gateway; none if they do not open.
    pub fn secrets(&self, row: &GatewayRow) -> Option<BTreeMap<String, Value>> {
        seal::open_secrets(&self.0.key, &row.id.to_string(), row.secrets_sealed.as_deref())
    }

    /// Seals the secrets of a gateway into its row.
    pub fn seal(&self, row: &mut GatewayRow, secrets: &BTreeMap<String, Value>) -> Result<(), Problem> {
        row.secrets_sealed = seal::seal_secrets(&self.0.key, &row.id.to_string(), secrets)?;
        Ok(())
    }
}

fn unusable(code: GatewayCode, error: &ConnectorError) -> Failure {
    Problem::new(Code::Conflict, format!("the gateway {code} is not set up as it has to be: {error}")).into()
}

/// Refuses the name of a gateway that is not there, at `/gateway`.
pub fn check_known(db: &mut Db, scope: Scope, code: GatewayCode) -> Outcome<()> {
    if code == GatewayCode::FAKE || code.is_awaited() || gateways::by_code(db, scope, code)?.is_some() {
        return Ok(());
    }
    Err(Problem::field("/gateway", "unknown", "no such gateway: POST /v1/gateways sets one up").into())
}

/// The gateway that a seller calls so, outside a transaction.
pub async fn ready(state: &AppState, scope: Scope, code: &str) -> Outcome<Option<Ready>> {
    let (gateways, code) = (state.gateways.clone(), code.to_string());
    state.store.read(move |db| gateways.find(db, scope, &code)).await
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
