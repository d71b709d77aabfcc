//! Authorize.Net: cards in our store or in its fields (Accept.js), its page, and cards kept as customer profiles (CIM).
//!
//! It knows no key against doing things twice. What stands for one: the invoice number is made of our reference, whatever
//! is not settled is searched for it before anything is sent, and for eight hours the gateway itself refuses the same card,
//! amount and invoice number.

mod ask;
mod callback;
mod map;
mod pay;
#[cfg(test)]
mod tests;
mod undo;
mod vault;
mod wire;

use super::{
    Begun, Callback, Callbacks, Captures, Entry, Lookup, Outcome, Payment, PaymentEvent, PaymentGateway,
    PaymentRequest, PaymentSource, Reference, Refunds, Vault, Voids,
};
use crate::error::{ConnectorError, Result};
use crate::http::Http;
use crate::payment::registry::Site;
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant, Money};
use secrecy::SecretString;
use std::sync::Arc;

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("login", "API login id", FieldKind::Text(25), "5KP3u95bQpv"),
    required("transaction_key", "Transaction key", FieldKind::Secret(50), "346HZ32z3fP4hTG2"),
    required(
        "signature_key",
        "Signature key (hexadecimal)",
        FieldKind::Secret(256),
        "ABABABABABABABABABABABABABABABAB",
    ),
    required("currency", "Currency of the account", FieldKind::Text(3), "USD"),
    optional("address", "Address of the service, if it is another", FieldKind::Address, "https://api.authorize.net"),
];

const PATH: &str = "/xml/v1/request.api";

/// Where calls go, and where clients are sent: for real money and for tests.
const LIVE: [&str; 2] = ["https://api.authorize.net", "https://accept.authorize.net/payment/payment"];
const TEST: [&str; 2] = ["https://apitest.authorize.net", "https://test.authorize.net/payment/payment"];

const ENTRIES: &[Entry] = &[Entry::Card, Entry::Token, Entry::Page];

/// An account at Authorize.Net.
pub struct AuthorizeNet {
    http: Http,
    login: String,
    transaction_key: SecretString,
    signature_key: SecretString,
    currency: Currency,
    live: bool,
}

/// Gets it ready.
pub fn build(site: &Site, values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    let [host, _] = if site.live { LIVE } else { TEST };
    let currency = values.text("currency").parse();
    let gateway = AuthorizeNet {
        http: Http::new(values.or("address", host), site.reach)?,
        login: values.text("login").into(),
        transaction_key: values.secret("transaction_key"),
        signature_key: values.secret("signature_key"),
        currency: currency.map_err(|_| ConnectorError::invalid("currency", "expected a code such as USD"))?,
        live: site.live,
    };
    callback::key(&gateway.signature_key)?;
    Ok(Arc::new(gateway))
}

#[async_trait]
impl PaymentGateway for AuthorizeNet {
    fn takes(&self, currency: Currency) -> bool {
        currency == self.currency
    }

    fn entries(&self) -> &'static [Entry] {
        ENTRIES
    }

    async fn probe(&self, _: Instant) -> Result<()> {
        self.unsettled(&Reference::new("probe").map_err(|error| ConnectorError::invalid("probe", error.to_string()))?)
            .await
            .map(|_| ())
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(ENTRIES)?;
        if !self.takes(request.amount.currency()) {
            return Err(ConnectorError::invalid("currency", format!("the account is in {}", self.currency)));
        }
        let lines = self.unsettled(&request.reference).await?;
        if let Some(payment) = self.earlier(request, lines).await? {
            return Ok(payment);
        }
        match request.source {
            PaymentSource::HostedPage => self.page(request).await,
            _ => self.charge(request).await,
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
        Some(self)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}

#[async_trait]
impl Lookup for AuthorizeNet {
    async fn fetch(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let (details, lines) = self.standing(payment, at).await?;
        map::payment(&payment.reference, &details, map::given_back(&lines, self.currency)?)
    }
}

#[async_trait]
impl Callbacks for AuthorizeNet {
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        let told = callback::read(&self.signature_key, callback)?;
        if !told.event_type.starts_with("net.authorize.payment.") || told.payload.entity_name != "transaction" {
            return Ok(None);
        }
        let mut details = self.details(&told.payload.id).await?;
        if !details.ref_trans_id.is_empty() && details.ref_trans_id != "0" {
            details = self.details(&details.ref_trans_id).await?;
        }
        // the account may serve others too
        let Some(reference) = map::named(&details).filter(|reference| map::is_of(&details, reference)) else {
            return Ok(None);
        };
        let when = |text: &str| -> Result<Instant> {
            text.parse().map_err(|error| ConnectorError::invalid("callback_body", format!("{text}: {error}")))
        };
        let begun = Begun {
            gateway_id: map::id(&details.trans_id),
            amount: Money::zero(self.currency),
            at: when(&details.submit_time_utc)?,
            reference,
        };
        let payment = self.fetch(&begun, at).await?;
        let dispute = map::dispute(&details, &payment);
        Ok(Some(PaymentEvent { id: told.notification_id, at: when(&told.event_date)?, payment, dispute }))
    }
}
