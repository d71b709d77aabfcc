//! Axerve, formerly GestPay, of Banca Sella: the bank's page ("external") and cards and tokens from server to server ("internal").
//! The bank encrypts and decrypts for us and knows us by our address and, if it wants one, a key.
//!
//! Where clients come back and where notices go is set in the bank's back office, and so is whether money is taken at once. A name
//! may be used twice there unless the account forbids it (it should): so what became of a payment is asked before it is begun.

mod calls;
mod codes;
mod groups;
mod map;
#[cfg(test)]
mod tests;
mod wire;

use super::registry::Site;
use super::{
    Callbacks, Captures, Entry, Lookup, Outcome, Payment, PaymentGateway, PaymentRequest, PaymentSource, Refunds, Take,
    Vault, Voids,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::Http;
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant};
use secrecy::SecretString;

/// What it has to be told.
pub(super) const FIELDS: &[Field] = &[
    required("shop", "Shop login", FieldKind::Text(30), "GESPAY65987"),
    optional("key", "API key; newer accounts want one", FieldKind::Secret(200), "R0VTUEFZNjU5ODcjI0VzZXJjZW50ZQ=="),
    optional(
        "cards",
        "Cards may be typed into our store (internal); else only on the bank's page",
        FieldKind::Flag,
        "true",
    ),
    optional("deferred", "The account reserves first and takes on demand", FieldKind::Flag, "true"),
    optional("namespace", "Namespace of the account's services", FieldKind::Choice(NAMESPACES), OLD_NAMESPACE),
    optional("address", "Address of the service", FieldKind::Address, "https://sandbox.gestpay.net"),
];

/// The one that is documented for both services; newer accounts have another.
const OLD_NAMESPACE: &str = "https://ecomm.sella.it/";
const NAMESPACES: &[&str] = &[OLD_NAMESPACE, "https://ecomms2s.sella.it/"];

/// Where the services and the page are, live and in the sandbox.
const LIVE: [&str; 2] = ["https://ecomms2s.sella.it", "https://ecomm.sella.it"];
const SANDBOX: [&str; 2] = ["https://sandbox.gestpay.net", "https://sandbox.gestpay.net"];

/// An account.
#[derive(Debug)]
struct Account {
    shop: String,
    key: SecretString,
    cards: bool,
    deferred: bool,
    namespace: String,
    page: String,
}

impl Account {
    /// What a good payment of this account is.
    const fn done(&self) -> Outcome {
        if self.deferred { Outcome::Authorised } else { Outcome::Approved }
    }
}

/// The two ways of a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    /// From server to server.
    Direct,
    /// On the bank's page.
    Page,
}

/// The gateway.
pub struct Axerve {
    account: Account,
    http: Http,
}

impl Axerve {
    /// Gets ready; nothing is sent yet.
    pub fn new(site: &Site, values: &Values) -> Result<Self> {
        let [services, page] = if site.live { LIVE } else { SANDBOX };
        let page = values.or("address", page).trim_end_matches('/').to_string();
        let account = Account {
            shop: values.text("shop").into(),
            key: values.secret("key"),
            cards: values.flag("cards"),
            deferred: values.flag("deferred"),
            namespace: values.or("namespace", OLD_NAMESPACE).into(),
            page,
        };
        Ok(Self { account, http: Http::new(values.or("address", services), site.reach)? })
    }

    /// Begins a payment that is not there yet.
    async fn begin(&self, request: &PaymentRequest) -> Result<Payment> {
        if matches!(request.source, PaymentSource::HostedPage) {
            return self.to_page(request).await;
        }
        let said = match self.pagam(request).await {
            // the bank holds something under that name after all
            Err(error) if error.kind == Kind::Conflict => {
                let known = self.known(&request.begun(None)).await;
                return known.map_err(|missing| if missing.kind == Kind::NotFound { error } else { missing });
            }
            other => other?,
        };
        if codes::meaning(said.code()) == codes::Meaning::NeedsClient {
            return self.to_page(request).await;
        }
        let saved = match &request.source {
            PaymentSource::Card(card) if request.save => map::saved(&said, Some(card)),
            _ => None,
        };
        let payment = map::told(&self.account, request.reference.clone(), &said, Some(request.amount))?;
        Ok(Payment { saved: payment.saved.and(saved), ..payment })
    }
}

#[async_trait]
impl PaymentGateway for Axerve {
    fn takes(&self, currency: Currency) -> bool {
        codes::number(currency).is_some()
    }

    fn entries(&self) -> &'static [Entry] {
        if self.account.cards { &[Entry::Card, Entry::Page] } else { &[Entry::Page] }
    }

    async fn probe(&self, _: Instant) -> Result<()> {
        match self.read("probe").await {
            Err(error) if error.kind == Kind::NotFound => Ok(()),
            other => other.map(drop),
        }
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(self.entries())?;
        if request.take == Take::Reserve && !self.account.deferred {
            return Err(ConnectorError::invalid("take", "this account takes the money at once"));
        }
        let begun = request.begun(None);
        let payment = match self.known(&begun).await {
            Ok(known) => {
                known.agrees_with(request.amount)?;
                known
            }
            Err(error) if error.kind == Kind::NotFound => self.begin(request).await?,
            Err(error) => return Err(error),
        };
        match payment.outcome {
            Outcome::Authorised if request.take == Take::Now => {
                let saved = payment.saved.clone();
                let taken = self.settle(&request.begun(payment.gateway_id), request.amount).await?;
                Ok(Payment { saved, ..taken })
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
        if self.account.deferred { Some(self) } else { None }
    }

    fn voids(&self) -> Option<&dyn Voids> {
        if self.account.deferred { Some(self) } else { None }
    }

    fn vault(&self) -> Option<&dyn Vault> {
        if self.account.cards { Some(self) } else { None }
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}
