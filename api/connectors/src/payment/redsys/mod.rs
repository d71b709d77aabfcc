//! Redsys, the gateway of BBVA and most Spanish banks: its page, cards and tokens from server to server, reservations, refunds,
//! and a query by order number. Merchant, terminal and key come from the bank.
//!
//! It makes nothing twice of one order number, and order numbers are made from references; so a payment may be begun again after
//! a lost answer. Confirmations, refunds and cancellations belong to the order of their payment.

mod callback;
mod calls;
mod codes;
mod groups;
mod map;
mod query;
mod sign;
#[cfg(test)]
mod tests;
mod wire;

use super::registry::Site;
use super::{
    Callbacks, Captures, Entry, Lookup, Payment, PaymentGateway, PaymentRequest, PaymentSource, Refunds, Vault, Voids,
};
use crate::error::{ConnectorError, Result};
use crate::http::Http;
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant};
use secrecy::SecretString;
use sign::Version;
use wire::{Fields, Sealed};

/// What it has to be told.
pub(super) const FIELDS: &[Field] = &[
    required("merchant", "Merchant code (FUC)", FieldKind::Text(9), "999008881"),
    required("terminal", "Terminal", FieldKind::Text(3), "1"),
    required("key", "Key of the terminal", FieldKind::Secret(100), "sq7HjrUOBfKmC576ILgskD5srU870gJ7"),
    optional("signature", "Signature of the terminal", FieldKind::Choice(Version::NAMES), "HMAC_SHA256_V1"),
    optional("currencies", "Currencies of the terminal; EUR if nothing is said", FieldKind::Text(40), "EUR"),
    optional("cards", "Cards may be typed into our store; the bank has to allow it", FieldKind::Flag, "true"),
    optional("methods", "Ways to pay on the page: C for cards, z for Bizum", FieldKind::Text(20), "C"),
    optional("address", "Address of the service", FieldKind::Address, "https://sis-t.redsys.es:25443"),
];

const LIVE: &str = "https://sis.redsys.es";
const TEST: &str = "https://sis-t.redsys.es:25443";
const PAGE: &str = "/sis/realizarPago";
const REST: &str = "/sis/rest/trataPeticionREST";
const QUERY: &str = "/apl02/services/SerClsWSConsulta";

/// A terminal.
#[derive(Debug)]
struct Account {
    merchant: String,
    terminal: String,
    key: SecretString,
    version: Version,
    currencies: Vec<Currency>,
    cards: bool,
    methods: String,
    address: String,
    callback_url: String,
}

impl Account {
    fn seal(&self, fields: &Fields) -> Result<Sealed> {
        Sealed::seal(self.version, &self.key, fields.text("DS_MERCHANT_ORDER"), fields)
    }
}

/// The gateway.
pub struct Redsys {
    account: Account,
    http: Http,
}

impl Redsys {
    /// Gets ready; nothing is sent yet.
    pub fn new(site: &Site, values: &Values) -> Result<Self> {
        let currency = |code: &str| code.parse().map_err(|_| ConnectorError::invalid("currencies", "such as EUR, USD"));
        let digits = |name: &'static str| match values.text(name) {
            text if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(text.to_string()),
            _ => Err(ConnectorError::invalid(name, "digits are wanted")),
        };
        let address = values.or("address", if site.live { LIVE } else { TEST }).trim_end_matches('/').to_string();
        let account = Account {
            merchant: digits("merchant")?,
            terminal: digits("terminal")?,
            key: values.secret("key"),
            version: Version::of(values.text("signature")),
            currencies: values
                .or("currencies", "EUR")
                .split(',')
                .map(|it| currency(it.trim()))
                .collect::<Result<_>>()?,
            cards: values.flag("cards"),
            methods: values.text("methods").into(),
            callback_url: site.callback_url.clone(),
            address,
        };
        // a key without the right form is found here, not by the first client; the query signs by the older version
        for version in [account.version, Version::Sha256] {
            version.sign(&account.key, "0000", "")?;
        }
        Ok(Self { http: Http::new(&account.address, site.reach)?, account })
    }
}

#[async_trait]
impl PaymentGateway for Redsys {
    fn takes(&self, currency: Currency) -> bool {
        self.account.currencies.contains(&currency)
    }

    fn entries(&self) -> &'static [Entry] {
        if self.account.cards { &[Entry::Card, Entry::Page] } else { &[Entry::Page] }
    }

    async fn probe(&self, _: Instant) -> Result<()> {
        self.operations(&map::number_of("probe")).await.map(drop)
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(self.entries())?;
        if matches!(request.source, PaymentSource::HostedPage) {
            return map::at_page(&self.account, request);
        }
        let fields = map::direct(&self.account, request)?;
        let order = fields.text("DS_MERCHANT_ORDER").to_string();
        let said = match self.send(&fields).await {
            Ok(said) if map::meaning(&said).0 != codes::Meaning::Repeated => said,
            Err(error) if error.code == codes::NO_CARD => return Ok(map::no_card(request, &order, &error)),
            Err(error) if error.code != codes::REPEATED => return Err(error),
            Ok(_) | Err(_) => return self.begun_before(request).await,
        };
        let operations = [said];
        if map::needs_client(&operations) {
            return map::at_page(&self.account, request);
        }
        let payment = map::payment(&request.reference, &order, &operations)?;
        Ok(map::with_method(payment, request))
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
