//! Worldline Sips, formerly ATOS, under the names of several French banks: its page (Paypage), and cards, wallets, refunds and the
//! diagnostic from server to server (Office).
//!
//! It takes nothing twice under one reference, so a payment may be begun again after a lost answer. What is accepted is taken in
//! the night; until then giving back is calling off.

mod callback;
mod calls;
mod codes;
mod groups;
mod map;
mod seal;
#[cfg(test)]
mod tests;

use super::registry::Site;
use super::{
    Callbacks, Captures, Entry, Lookup, Outcome, Payment, PaymentGateway, PaymentRequest, PaymentSource, Reference,
    Refunds, Vault, Voids,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::Http;
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use codes::Meaning;
use comptoir_domain::{Currency, Instant};
use seal::Algorithm;
use secrecy::SecretString;

/// What it has to be told.
pub(super) const FIELDS: &[Field] = &[
    required("merchant", "Merchant id, 15 digits", FieldKind::Text(15), "002001000000001"),
    required("key", "Secret key", FieldKind::Secret(100), "002001000000001_KEY1"),
    required("key_version", "Version of the key", FieldKind::Text(5), "1"),
    optional("seal", "How seals are made", FieldKind::Choice(Algorithm::NAMES), "HMAC-SHA-256"),
    optional("currencies", "Currencies of the shop; EUR if nothing is said", FieldKind::Text(40), "EUR"),
    optional(
        "methods",
        "Brands that the page offers; all if nothing is said",
        FieldKind::Text(100),
        "CB,VISA,MASTERCARD",
    ),
    optional("cards", "Cards may be typed into our store; the bank has to allow it", FieldKind::Flag, "true"),
    optional(
        "address",
        "Address of the page, where a bank has its own",
        FieldKind::Address,
        "https://payment-webinit.simu.sips-services.com",
    ),
    optional(
        "office",
        "Address of Office, where a bank has its own",
        FieldKind::Address,
        "https://office-server.test.sips-services.com",
    ),
];

/// Where the page and Office are, live and in the test.
const LIVE: [&str; 2] = ["https://payment-webinit.sips-services.com", "https://office-server.sips-services.com"];
const TEST: [&str; 2] =
    ["https://payment-webinit.test.sips-services.com", "https://office-server.test.sips-services.com"];

/// A shop.
#[derive(Debug)]
struct Account {
    merchant: String,
    key: SecretString,
    key_version: String,
    algorithm: Algorithm,
    currencies: Vec<Currency>,
    methods: String,
    cards: bool,
    live: bool,
    page: String,
    callback_url: String,
}

/// The gateway.
pub struct Sips {
    account: Account,
    office: Http,
}

impl Sips {
    /// Gets ready; nothing is sent yet.
    pub fn new(site: &Site, values: &Values) -> Result<Self> {
        let currency = |code: &str| code.parse().map_err(|_| ConnectorError::invalid("currencies", "such as EUR, USD"));
        let [page, office] = if site.live { LIVE } else { TEST };
        let page = values.or("address", page);
        // the browser goes there, not we: the same rules hold
        Http::new(page, site.reach)?;
        let account = Account {
            merchant: values.text("merchant").into(),
            key: values.secret("key"),
            key_version: values.text("key_version").into(),
            algorithm: Algorithm::of(values.text("seal")),
            currencies: values
                .or("currencies", "EUR")
                .split(',')
                .map(|it| currency(it.trim()))
                .collect::<Result<_>>()?,
            methods: values.text("methods").into(),
            cards: values.flag("cards"),
            live: site.live,
            page: format!("{}/paymentInit", page.trim_end_matches('/')),
            callback_url: site.callback_url.clone(),
        };
        Ok(Self { account, office: Http::new(values.or("office", office), site.reach)? })
    }

    /// Charges a card or out of a wallet.
    async fn order(&self, request: &PaymentRequest) -> Result<Payment> {
        let (operation, object) = map::order(&self.account, request)?;
        let mode = object.get("captureMode").cloned().unwrap_or_default();
        let mut said = self.send(operation, object).await?;
        // an answer need not repeat how it was asked
        said.entry("captureMode").or_insert(mode);
        let code = map::text(&said, "responseCode").to_string();
        match codes::meaning(&code, "") {
            (Meaning::Call(_), _) if code == codes::REPEATED => {
                let stands = self.stands(&request.begun(None)).await.map_err(|error| match error.kind {
                    Kind::NotFound => ConnectorError::new(Kind::Unavailable, "not_told_yet", "begun, and not told yet"),
                    _ => error,
                })?;
                stands.agrees_with(request.amount)?;
                Ok(stands)
            }
            (Meaning::Call(kind), words) => Err(ConnectorError::new(kind, code, words)),
            _ => map::told(request.reference.clone(), &said, Some(request.amount)),
        }
    }
}

#[async_trait]
impl PaymentGateway for Sips {
    fn takes(&self, currency: Currency) -> bool {
        self.account.currencies.contains(&currency)
    }

    fn entries(&self) -> &'static [Entry] {
        if self.account.cards { &[Entry::Card, Entry::Page] } else { &[Entry::Page] }
    }

    async fn probe(&self, _: Instant) -> Result<()> {
        let nothing = Reference::new("probe").map_err(|error| ConnectorError::invalid("probe", error.to_string()))?;
        match self.diagnose(&nothing).await {
            Err(error) if error.kind == Kind::NotFound => Ok(()),
            other => other.map(drop),
        }
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(self.entries())?;
        if matches!(request.source, PaymentSource::HostedPage) {
            let action = map::page(&self.account, request)?;
            return Ok(map::waiting(&request.begun(None), Outcome::ActionNeeded(action)));
        }
        let payment = self.order(request).await?;
        let is_good = matches!(payment.outcome, Outcome::Approved | Outcome::Authorised);
        match &request.source {
            // the payment stands, whether or not the card can be kept
            PaymentSource::Card(card) if request.save && is_good => {
                let saved = self.add(&map::wallet(&request.payer), card).await.ok();
                Ok(Payment { saved, ..payment })
            }
            _ => Ok(payment),
        }
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        Some(self)
    }

    fn captures(&self) -> Option<&dyn Captures> {
        Some(self)
    }

    fn voids(&self) -> Option<&dyn Voids> {
        Some(self)
    }

    fn vault(&self) -> Option<&dyn Vault> {
        if self.account.cards { Some(self) } else { None }
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}
