//! Worldpay's Business Gateway: clients pay on its page, and it tells us by a payment response. It cannot be asked what became
//! of a payment. Giving back and taking what was reserved need a second installation for remote administration.

mod callback;
mod map;
#[cfg(test)]
mod tests;
mod undo;

use super::{
    Callback, Callbacks, Captures, ClientAction, Entry, Outcome, Payment, PaymentEvent, PaymentGateway, PaymentRequest,
    Refunds, Take,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Http, Method};
use crate::payment::registry::Site;
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant, Money};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("installation", "Installation id", FieldKind::Text(20), "12345"),
    required("callback_password", "Payment response password", FieldKind::Secret(100), "a long password"),
    optional("md5_secret", "MD5 secret for transactions", FieldKind::Secret(100), "mySecret"),
    optional("admin_installation", "Installation id of remote administration", FieldKind::Text(20), "12346"),
    optional("admin_password", "Authorisation password of remote administration", FieldKind::Secret(100), "secret"),
    optional("address", "Address of the service, if it is another", FieldKind::Address, "https://secure.worldpay.com"),
];

const LIVE: &str = "https://secure.worldpay.com";
const TEST: &str = "https://secure-test.worldpay.com";

const PURCHASE: &str = "/wcc/purchase";
const TRANSACTION: &str = "/wcc/itransaction";

const ENTRIES: &[Entry] = &[Entry::Page];

/// What clients see after they have paid, or not: the page shows our answer.
const THANKS: &str = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Thank you</title></head>\
<body><p>The shop has been told. You can close this page and go back to the shop.</p></body></html>";

/// An installation at Worldpay.
pub struct Worldpay {
    http: Http,
    host: String,
    installation: String,
    callback_password: SecretString,
    md5_secret: SecretString,
    admin: Option<Admin>,
    callback_url: String,
    live: bool,
}

/// The installation for remote administration.
struct Admin {
    installation: String,
    password: SecretString,
}

/// Gets it ready.
pub fn build(site: &Site, values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    let host = values.or("address", if site.live { LIVE } else { TEST }).trim_end_matches('/').to_string();
    let admin =
        Admin { installation: values.text("admin_installation").into(), password: values.secret("admin_password") };
    Ok(Arc::new(Worldpay {
        http: Http::new(&host, site.reach)?,
        host,
        installation: values.text("installation").into(),
        callback_password: values.secret("callback_password"),
        md5_secret: values.secret("md5_secret"),
        admin: Some(admin).filter(|admin| !admin.installation.is_empty()),
        callback_url: site.callback_url.clone(),
        live: site.live,
    }))
}

#[async_trait]
impl PaymentGateway for Worldpay {
    fn takes(&self, _: Currency) -> bool {
        true
    }

    fn entries(&self) -> &'static [Entry] {
        ENTRIES
    }

    /// Whether its page is there; no call tells whether the installation is known.
    async fn probe(&self, _: Instant) -> Result<()> {
        let sent = self.http.send(Call::new(Method::Get, PURCHASE)).await;
        let answer = sent.map_err(|error| ConnectorError::new(Kind::Unavailable, error.code, error.message))?;
        let failed = || ConnectorError::new(Kind::Unavailable, format!("http_{}", answer.status), "the gateway failed");
        if answer.status < 500 { Ok(()) } else { Err(failed()) }
    }

    /// Nothing is sent: the client's browser begins the payment, and the same request gets the same form.
    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(ENTRIES)?;
        if request.source.entry().is_none() {
            return Err(ConnectorError::invalid("source", "this gateway keeps no methods"));
        }
        if request.take == Take::Reserve && self.admin.is_none() {
            return Err(ConnectorError::invalid("take", "reserving needs remote administration"));
        }
        let mut fields = map::form(request, &self.installation, self.live);
        if let Some((_, address)) = self.callback_url.split_once("://") {
            fields.push(("MC_callback".into(), address.into()));
        }
        if !self.md5_secret.expose_secret().is_empty() {
            fields.extend(map::signature(&fields, &self.md5_secret));
        }
        let action = ClientAction { redirect_to: format!("{}{PURCHASE}", self.host), fields };
        Ok(Payment {
            reference: request.reference.clone(),
            gateway_id: None,
            amount: request.amount,
            outcome: Outcome::ActionNeeded(action),
            refunded: Money::zero(request.amount.currency()),
            saved: None,
            card_country: None,
            raw: String::new(),
        })
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        self.admin.is_some().then_some(self)
    }

    fn captures(&self) -> Option<&dyn Captures> {
        self.admin.is_some().then_some(self)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}

#[async_trait]
impl Callbacks for Worldpay {
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        let told = callback::read(&self.callback_password, callback)?;
        if told.text("instId") != self.installation || (self.live && !["", "0"].contains(&told.text("testMode"))) {
            let message = "it is about another installation, or a test where money is real";
            return Err(ConnectorError::new(Kind::Auth, "forged_callback", message));
        }
        callback::event(&told, at)
    }

    fn thanks(&self) -> &'static str {
        THANKS
    }
}
