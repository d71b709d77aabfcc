//! What a test has to know of a gateway, and a gateway that is set up with its simulator behind it.

use crate::garbled::Garbled;
use comptoir_connectors::http::Reach;
use comptoir_connectors::payment::registry::{Site, find};
use comptoir_connectors::payment::{
    Callback, Card, Outcome, Payer, Payment, PaymentGateway, PaymentRequest, PaymentSource, Presence, Reference, Take,
};
use comptoir_connectors::settings::Values;
use comptoir_domain::{Instant, Money};
use comptoir_simulators::shell::{Running, Service};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub type Marks = &'static [&'static str];
pub type Settings = &'static [(&'static str, &'static str)];

/// A gateway, as its simulator plays it.
pub trait House: Service + Sized {
    /// Its name among the connectors.
    const CODE: &'static str;
    /// What has a meaning in what it posts, and in its answers.
    const MARKS: (Marks, Marks);
    const CURRENCY: &'static str = "EUR";
    /// Set-ups that differ in how it seals.
    const WAYS: &'static [Settings];
    /// What it posts is no proof of anything, but only says what to ask about.
    const ONLY_NAMES: bool = false;

    fn open(way: Settings) -> Self;

    /// With what a payment is made at once, and one of which it tells us.
    fn means(&mut self) -> [PaymentSource; 2] {
        [card(), PaymentSource::HostedPage]
    }

    /// What it posts about a payment that was begun.
    fn told(&mut self, payment: &Payment) -> Vec<Callback>;

    /// What it posts when that has been looked at.
    fn later(&mut self, _: &Payment) -> Vec<Callback> {
        Vec::new()
    }

    /// What it has sealed, and such a thing sealed.
    fn inside(&self, callback: &Callback) -> Vec<u8> {
        callback.body.clone()
    }
    fn seal(&mut self, inside: Vec<u8>) -> Callback {
        posted(Vec::new(), inside)
    }

    /// Whether a call that was changed bears all the proof that there is: a password.
    fn has_password(&self, _: &Callback) -> bool {
        false
    }
}

/// A gateway that is set up, and what is behind it.
pub struct Bench<H> {
    pub there: Running<Garbled<H>>,
    pub gateway: Arc<dyn PaymentGateway>,
    runtime: tokio::runtime::Runtime,
    way: Settings,
}

impl<H: House> Bench<H> {
    pub fn new(way: Settings) -> Self {
        let there = Running::start(Garbled::new(H::open(way), H::MARKS.1));
        let gateway = gateway::<H>(&there.url, way);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { there, gateway, runtime, way }
    }

    /// As if nothing had happened yet.
    pub fn again(&mut self) {
        self.there
            .with(|there| *there = Garbled { changed: there.changed, ..Garbled::new(H::open(self.way), H::MARKS.1) });
        self.gateway = gateway::<H>(&self.there.url, self.way);
    }

    /// Waits for an answer.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}

fn gateway<H: House>(url: &str, way: Settings) -> Arc<dyn PaymentGateway> {
    let connector = find(H::CODE).unwrap();
    let reach = Reach { limit: Duration::from_secs(60), local: true };
    let site = Site { live: false, callback_url: "https://shop.example/callbacks/7".into(), reach };
    let addresses = [("address", url), ("office", url)];
    let known =
        addresses.iter().chain(way).filter(|(name, _)| connector.fields.iter().any(|field| field.name == *name));
    let values = known.map(|(name, value)| ((*name).to_string(), (*value).into()));
    (connector.build)(&site, &Values::new(&values.collect::<BTreeMap<_, serde_json::Value>>())).unwrap()
}

pub fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

pub fn request(source: PaymentSource, currency: &str, take: Take) -> PaymentRequest {
    PaymentRequest {
        reference: Reference::new("r1").unwrap(),
        amount: Money::parse("11.00", currency.parse().unwrap()).unwrap(),
        description: "Hosting, April".into(),
        source,
        take,
        save: true,
        presence: Presence::Client,
        payer: Payer { id: "cli_7".into(), email: "anna@example.org".into(), country: "DE".into(), ..Payer::default() },
        return_to: "https://shop.example/invoices/7".into(),
        at: noon(),
    }
}

/// A card that all of them take in their tests.
pub fn card_of(number: &str, month: u8, year: u16) -> PaymentSource {
    let (number, code, holder) = (number.into(), "123".into(), "Anna Example".into());
    PaymentSource::Card(Card { number, expiry_month: month, expiry_year: year, code, holder })
}

pub fn card() -> PaymentSource {
    card_of("4111111111111111", 12, 2030)
}

pub fn posted(headers: Vec<(String, String)>, body: Vec<u8>) -> Callback {
    Callback { query: String::new(), headers, body }
}

pub fn form(pairs: &[(&str, &str)]) -> Vec<u8> {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into_bytes()
}

/// A field of a form; the last of its name, as some read it.
pub fn field(body: &[u8], name: &str) -> String {
    let found = url::form_urlencoded::parse(body).filter(|(known, _)| known == name).last();
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Where the client is sent.
pub fn page(payment: &Payment) -> (&str, &[(String, String)]) {
    let Outcome::ActionNeeded(action) = &payment.outcome else { panic!("{payment:?} leads to no page") };
    (&action.redirect_to, &action.fields)
}
