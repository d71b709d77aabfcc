//! What every request shares.

use crate::encryption::Keyring;
use crate::events::handler::Handlers;
use crate::fraud::ready::Scorers;
use crate::gateways::ready::{GatewayRoute, Gateways};
use crate::kernel::clock::Clock;
use crate::kernel::keys::{self, MasterKey, Purpose};
use crate::kernel::limits::Limits;
use crate::kernel::metrics::Metrics;
use crate::mails::send::AfterCrash;
use crate::sandboxes::Sandboxes;
use crate::shop::shelf::Shelf;
use comptoir_connectors::mail::{Mailer, Outbox, Smtp, SmtpSettings};
use comptoir_connectors::panel::builtin::{self, BuiltinHost, Limits as TemplateLimits, Nameserver};
use comptoir_connectors::panel::fake::FakePanel;
use comptoir_connectors::panel::{DomainName, HostingPanel};
use comptoir_connectors::vat::VatCheck;
use comptoir_connectors::vat::fake::FakeVatCheck;
use comptoir_connectors::vat::vies::Vies;
use comptoir_db::events::Now;
use comptoir_db::{Failure, Outcome, Store};
use comptoir_domain::Instant;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum MailRoute {
    /// Into a folder, as files.
    Outbox(PathBuf),
    /// To a mail server.
    Smtp(SmtpSettings),
}

/// What serves web sites.
#[derive(Clone, Debug)]
pub enum PanelRoute {
    /// This machine.
    BuiltIn(builtin::Settings),
    /// Nothing but a book: for demonstrations and tests.
    Fake(PathBuf),
}

impl PanelRoute {
    /// This machine as it is before anyone has said how it serves: reached from itself alone.
    pub fn local(root: PathBuf) -> Self {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let nameserver = DomainName::try_from("ns1.localhost".to_string());
        Self::BuiltIn(builtin::Settings {
            root,
            listen: vec![SocketAddr::new(here, 8081)],
            addresses: vec![here],
            nameservers: nameserver.into_iter().map(|name| Nameserver { name, addresses: vec![here] }).collect(),
            hostmaster: "hostmaster@ns1.localhost".into(),
            php_socket: Some("/run/php/php-fpm.sock".into()),
            template: None,
            limits: TemplateLimits::default(),
            reload: Vec::new(),
        })
    }

    fn open(&self) -> Outcome<Arc<dyn HostingPanel>> {
        let opened = match self {
            Self::BuiltIn(host) => std::path::absolute(&host.root)
                .map_err(Into::into)
                .and_then(|root| BuiltinHost::open(builtin::Settings { root, ..host.clone() }))
                .map(|host| -> Arc<dyn HostingPanel> { Arc::new(host) }),
            Self::Fake(book) => FakePanel::open(book).map(|panel| -> Arc<dyn HostingPanel> { Arc::new(panel) }),
        };
        opened.map_err(|error| Failure::Setting(format!("the panel: {error}")))
    }
}

/// Who is asked about VAT numbers.
#[derive(Clone, Debug)]
pub enum VatRoute {
    /// Nobody.
    Nobody,
    /// Nobody, but there are answers: for demonstrations and tests.
    Fake,
    /// VIES at this address.
    Vies(String),
}

impl VatRoute {
    fn open(&self) -> Outcome<Option<Arc<dyn VatCheck>>> {
        Ok(match self {
            Self::Nobody => None,
            Self::Fake => Some(Arc::new(FakeVatCheck)),
            Self::Vies(address) => {
                let vies = Vies::new(address).map_err(|error| Failure::Setting(format!("VIES: {error}")))?;
                Some(Arc::new(vies))
            }
        })
    }
}

/// What can be set by environment and flags.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bytes of a body at most.
    pub body_limit: usize,
    /// Requests a minute of one caller.
    pub requests_per_minute: u32,
    /// Tries to sign in a minute from one address, and for one login.
    pub sign_ins_per_minute: u32,
    /// Origins of web pages that may call with a token.
    pub cors_origins: Vec<String>,
    /// Take the caller's address from `X-Forwarded-For` (behind a proxy only).
    pub trust_proxy: bool,
    /// The header in which that proxy names the caller's country.
    pub country_header: Option<String>,
    /// What `/metrics` wants as bearer token; none closes it.
    pub metrics_token: Option<String>,
    /// Where people reach this server, for links in mails.
    pub public_url: String,
    /// Whether payments, and questions about orders, go outside.
    pub gateways: GatewayRoute,
    /// The book of the fake payment gateway.
    pub fake_book: PathBuf,
    /// How long the fake payment gateway takes to answer.
    pub fake_latency: Duration,
    /// How many charges a run of the payment queue has under way at one gateway.
    pub charges_at_once: u16,
    /// What serves web sites.
    pub panel: PanelRoute,
    /// Where the files of the stores are.
    pub stores_folder: PathBuf,
    /// Where old activities are moved to.
    pub archive_folder: PathBuf,
    /// Days that activities stay in the database.
    pub activity_days: u16,
    /// Days that closed events are kept.
    pub event_days: u16,
    /// Where mail goes.
    pub mail: MailRoute,
    /// What to do about a mail of which nobody knows whether it went out.
    pub mail_after_crash: AfterCrash,
    /// Let webhooks go to loopback and private addresses, to loopback without TLS too.
    pub local_webhooks: bool,
    /// Send webhooks; a sandbox only writes down what it would have told.
    pub send_webhooks: bool,
    /// Who is asked about VAT numbers.
    pub vat_check: VatRoute,
    /// Where the files of sandboxes are, and on SQLite their databases.
    pub sandboxes_folder: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_limit: 256 * 1024,
            requests_per_minute: 1200,
            sign_ins_per_minute: 20,
            cors_origins: Vec::new(),
            trust_proxy: false,
            country_header: None,
            metrics_token: None,
            public_url: "http://127.0.0.1:8080".into(),
            gateways: GatewayRoute::Real { local: false },
            fake_book: "var/fake-gateway.jsonl".into(),
            fake_latency: Duration::ZERO,
            charges_at_once: 64,
            panel: PanelRoute::local("var/webspaces".into()),
            stores_folder: "var/stores".into(),
            archive_folder: "var/archive".into(),
            activity_days: 365,
            event_days: 60,
            mail: MailRoute::Outbox("var/outbox".into()),
            mail_after_crash: AfterCrash::default(),
            local_webhooks: false,
            send_webhooks: true,
            vat_check: VatRoute::Nobody,
            sandboxes_folder: "var/sandboxes".into(),
        }
    }
}

/// The house: database, clocks, keys, limits, counters, and what is done in the background.
pub struct AppState {
    /// The database.
    pub store: Store,
    /// Dates, due times and printed values.
    pub business: Clock,
    /// Ids, tokens, sessions, limits.
    pub machine: Clock,
    /// How it is set up.
    pub settings: Settings,
    /// Who calls how often.
    pub limits: Limits,
    /// What is counted.
    pub metrics: Metrics,
    /// Who takes payments.
    pub gateways: Gateways,
    /// Who says how likely an order is a fraud.
    pub scorers: Scorers,
    /// The keys of stored payment methods.
    pub keyring: Keyring,
    /// Sends mail.
    pub mailer: Arc<dyn Mailer>,
    /// Serves web sites.
    pub panel: Arc<dyn HostingPanel>,
    /// Knows which VAT numbers are in use; none asks nobody.
    pub vat_check: Option<Arc<dyn VatCheck>>,
    /// Who does which kind of event.
    pub handlers: Handlers,
    /// The stores that are ready to be visited.
    pub shelf: Arc<Shelf>,
    /// The sandboxes of this house; a sandbox has none.
    pub sandboxes: Option<Sandboxes>,
    /// Told when events were queued in this process.
    pub wake: Notify,
    /// Told when the schedule of recurring work was changed in this process.
    pub rescheduled: Notify,
    token_key: [u8; 32],
    quote_key: [u8; 32],
    webhook_key: [u8; 32],
    cookie_key: [u8; 32],
    form_key: [u8; 32],
    file_key: [u8; 32],
    request_key: [u8; 32],
}

impl AppState {
    /// Puts the house together.
    pub fn new(store: Store, master: &MasterKey, settings: Settings) -> Outcome<Self> {
        let metrics = Metrics::new().map_err(|error| Failure::Corrupt(error.to_string()))?;
        let gateways = Gateways::open(master, &settings)?;
        let scorers = Scorers::new(master, settings.gateways);
        let mailer: Arc<dyn Mailer> = match &settings.mail {
            MailRoute::Outbox(folder) => Arc::new(Outbox::new(folder)),
            MailRoute::Smtp(server) => {
                Arc::new(Smtp::new(server.clone()).map_err(|error| Failure::Open(error.to_string()))?)
            }
        };
        let panel = settings.panel.open()?;
        let vat_check = settings.vat_check.open()?;
        let shelf = Arc::new(Shelf::new(&settings.stores_folder));
        Ok(Self {
            store,
            shelf,
            business: Clock::System,
            machine: Clock::System,
            settings,
            limits: Limits::default(),
            metrics,
            scorers,
            gateways,
            keyring: Keyring::new(master.subkey(Purpose::PaymentMethods)),
            mailer,
            panel,
            vat_check,
            handlers: Handlers::standard(),
            sandboxes: Some(Sandboxes::new(master.clone())),
            wake: Notify::new(),
            rescheduled: Notify::new(),
            token_key: master.subkey(Purpose::AccessTokens),
            quote_key: master.subkey(Purpose::Quotes),
            webhook_key: master.subkey(Purpose::WebhookSecrets),
            cookie_key: master.subkey(Purpose::Cookies),
            form_key: master.subkey(Purpose::Forms),
            file_key: master.subkey(Purpose::BankFiles),
            request_key: master.subkey(Purpose::Requests),
        })
    }

    /// With other clocks (sandboxes, tests).
    pub fn with_clocks(mut self, business: Clock, machine: Clock) -> Self {
        self.business = business;
        self.machine = machine;
        self
    }

    /// As the house of a sandbox.
    pub fn without_sandboxes(mut self) -> Self {
        self.sandboxes = None;
        self
    }

    /// The key that signs quotes.
    pub fn quote_key(&self) -> &[u8] {
        &self.quote_key
    }

    /// With other handlers of events (tests).
    pub fn with_handlers(mut self, handlers: Handlers) -> Self {
        self.handlers = handlers;
        self
    }

    /// What both clocks show.
    pub fn now(&self) -> Now {
        Now { business: self.business.now(), machine: self.machine.now() }
    }

    /// With another way to send mail (tests).
    pub fn with_mailer(mut self, mailer: Arc<dyn Mailer>) -> Self {
        self.mailer = mailer;
        self
    }

    /// With another panel (tests).
    pub fn with_panel(mut self, panel: Arc<dyn HostingPanel>) -> Self {
        self.panel = panel;
        self
    }

    /// The present for work that waits: what was put off by one clock is done as soon as either has reached it.
    pub fn work_now(&self) -> Instant {
        self.business.now().max(self.machine.now())
    }

    /// What a repeated request is told by. Bodies may hold the numbers of cards, so it says nothing to who has not the key.
    pub fn fingerprint(&self, digest: &[u8]) -> [u8; 32] {
        keys::sign(&self.request_key, digest).first_chunk().copied().unwrap_or_default()
    }

    /// The key that seals the secrets of webhook endpoints.
    pub fn webhook_key(&self) -> &[u8; 32] {
        &self.webhook_key
    }

    /// The key that seals the cookies of the stores.
    pub fn cookie_key(&self) -> &[u8; 32] {
        &self.cookie_key
    }

    /// The key that signs the forms of the stores.
    pub fn form_key(&self) -> &[u8] {
        &self.form_key
    }

    /// The key that seals files for banks and of banks.
    pub fn file_key(&self) -> &[u8; 32] {
        &self.file_key
    }

    /// The key that signs access tokens.
    pub fn token_key(&self) -> &[u8] {
        &self.token_key
    }
}
