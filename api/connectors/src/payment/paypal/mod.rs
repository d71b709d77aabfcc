//! PayPal: at its page, or by what it keeps for us in its vault. A payment is one order; what is taken, reserved and given back
//! stands in it. The client agrees at the page, and then we take the money: whoever asks for the order, or hears of it, does
//! that next step.
//!
//! Our reference is the key against repetition, and the order's invoice number, for which PayPal takes money only once. An order
//! whose id was lost cannot be asked for; the event of what was taken names the reference.

mod bodies;
mod callback;
mod calls;
mod dispute;
mod groups;
mod look;
mod map;
pub mod standard;
#[cfg(test)]
mod tests;
mod wire;

use super::registry::Site;
use super::{
    Begun, Callbacks, Captures, Entry, Lookup, Payment, PaymentGateway, PaymentRequest, PaymentSource, Refunds, Vault,
    Voids,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::Http;
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use calls::{Calls, left_open};
use comptoir_domain::{Currency, Instant};
use look::Look;
use serde_json::{Value, json};
use std::sync::Mutex;
use wire::OrderStatus;

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("client_id", "Client id of the app", FieldKind::Text(255), "AbExampleOfAClientId"),
    required("client_secret", "Secret of the app", FieldKind::Secret(255), "EFExampleOfASecret"),
    optional(
        "webhook_id",
        "Id of the webhook, for which events are verified",
        FieldKind::Text(50),
        "1AB23456CD789012E",
    ),
    optional("brand_name", "Name on PayPal's page", FieldKind::Text(127), "Sunny Hosting"),
    optional("item_name", "What clients read, in the place of what is paid for", FieldKind::Text(127), "Web hosting"),
    optional(
        "image_url",
        "Picture of it on PayPal's page: https, ending in gif, jpg, jpeg or png",
        FieldKind::Text(2048),
        "https://hosting.example/logo.png",
    ),
    optional("address", "Address of the API", FieldKind::Address, "https://api-m.paypal.com"),
];

/// One account at PayPal.
pub struct PayPal {
    calls: Calls,
    webhook_id: String,
    look: Look,
}

impl PayPal {
    /// Gets ready, for real money or for the sandbox.
    pub fn new(site: &Site, values: &Values) -> Result<Self> {
        let host = if site.live { "https://api-m.paypal.com" } else { "https://api-m.sandbox.paypal.com" };
        Ok(Self {
            calls: Calls {
                http: Http::new(values.or("address", host), site.reach)?,
                client_id: values.text("client_id").into(),
                secret: values.secret("client_secret"),
                token: Mutex::new(None),
            },
            webhook_id: values.text("webhook_id").into(),
            look: Look::new(values)?,
        })
    }

    async fn order(&self, id: &str, at: Instant) -> Result<Value> {
        if !bodies::is_plain(id) {
            return Err(ConnectorError::not_found("this is no id of PayPal's"));
        }
        self.calls.get(&format!("/v2/checkout/orders/{id}"), at).await
    }

    /// Does what is left to do once the client has agreed. Repeating does it no second time; what others have done meanwhile is
    /// read.
    async fn go_on(&self, order: Value, at: Instant) -> Result<Payment> {
        let read: wire::Order = map::read(&order)?;
        let (wants_it, step) = (read.status == OrderStatus::Approved, step(&read.intent));
        let begun = map::payment(&order)?;
        if !wants_it {
            return Ok(begun);
        }
        let path = format!("/v2/checkout/orders/{}/{step}", read.id);
        match self.calls.post(&path, &format!("{}-{step}", begun.reference), &json!({}), at).await {
            Ok(done) => map::payment(&done),
            Err(error) if error.kind == Kind::Declined => Ok(self.refused(begun, &read, &error)),
            Err(error) if error.kind == Kind::Conflict => {
                map::payment(&self.order(&read.id, at).await.map_err(left_open)?)
            }
            Err(error) => Err(error),
        }
    }

    /// The bank has refused what the client chose at the page: he may choose again there.
    fn refused(&self, begun: Payment, order: &wire::Order, error: &ConnectorError) -> Payment {
        let again = map::page(order).filter(|_| error.code == "INSTRUMENT_DECLINED");
        Payment { outcome: again.unwrap_or_else(|| map::declined(error)), ..begun }
    }

    /// The payment as it stands, by its order.
    async fn known(&self, begun: &Begun, at: Instant) -> Result<Payment> {
        let id = begun.gateway_id.as_deref();
        let id = id.ok_or_else(|| ConnectorError::not_found(format!("no order is known of {}", begun.reference)))?;
        let payment = map::payment(&self.order(id, at).await?)?;
        same(&payment, begun)?;
        Ok(payment)
    }
}

fn step(intent: &str) -> &'static str {
    if intent == "AUTHORIZE" { "authorize" } else { "capture" }
}

fn same(payment: &Payment, begun: &Begun) -> Result<()> {
    if payment.reference == begun.reference {
        return Ok(());
    }
    let message = format!("the order of {} is of {}", begun.reference, payment.reference);
    Err(ConnectorError::new(Kind::Conflict, "reference_differs", message))
}

#[async_trait]
impl PaymentGateway for PayPal {
    fn takes(&self, currency: Currency) -> bool {
        map::is_taken(currency)
    }

    fn entries(&self) -> &'static [Entry] {
        &[Entry::Page]
    }

    /// The credentials are right if they get a token.
    async fn probe(&self, at: Instant) -> Result<()> {
        self.calls.get("/v1/notifications/webhooks", at).await.map(drop)
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(self.entries())?;
        let body = bodies::order(request, &self.look)?;
        let key = request.reference.as_str();
        let order = match self.calls.post("/v2/checkout/orders", key, &body, request.at).await {
            Err(error) if error.kind == Kind::Declined => return Ok(self.declined(request, &error)),
            other => other?,
        };
        let begun = map::payment(&order)?;
        if begun.amount != request.amount {
            let message = format!("the reference was used for {}, now for {}", begun.amount, request.amount);
            return Err(ConnectorError::new(Kind::Conflict, "reference_reused", message));
        }
        match (&request.source, &begun.gateway_id) {
            // the answer to a repeated call is the first one, which may be old
            (PaymentSource::Saved(_), Some(id)) if !begun.is_taken() => {
                self.go_on(self.order(id, request.at).await.unwrap_or(order), request.at).await
            }
            _ => Ok(begun),
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
        (!self.webhook_id.is_empty()).then_some(self)
    }
}

impl PayPal {
    /// A kept method that was refused at once: there is no order then.
    fn declined(&self, request: &PaymentRequest, error: &ConnectorError) -> Payment {
        Payment {
            reference: request.reference.clone(),
            gateway_id: None,
            amount: request.amount,
            outcome: map::declined(error),
            refunded: comptoir_domain::Money::zero(request.amount.currency()),
            saved: None,
            card_country: None,
            raw: json!({ "issue": error.code, "message": error.message }).to_string(),
        }
    }
}
