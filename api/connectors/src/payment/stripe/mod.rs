//! Stripe: cards and other methods by tokens of its fields in our store, or at its hosted page; never a card number in our
//! hands. A payment is one payment intent, whatever it goes through: 3-D Secure, a second try with the client there, a page.
//!
//! Our reference is the key against repetition and stands in the metadata. A kept method is a customer of its own at Stripe
//! and the method that is attached to it. Events only say what to look at: the truth is asked for.

mod amount;
mod begin;
mod callback;
mod calls;
mod dispute;
mod forms;
mod groups;
mod map;
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
use calls::Calls;
use comptoir_domain::{Currency, Instant};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("secret_key", "Secret or restricted key", FieldKind::Secret(255), "sk_test_51ExampleOfAKey"),
    optional(
        "publishable_key",
        "Publishable key, for card fields in the store; without it there is only the page",
        FieldKind::Text(255),
        "pk_test_51ExampleOfAKey",
    ),
    optional(
        "webhook_secret",
        "Signing secret of the webhook endpoint",
        FieldKind::Secret(255),
        "whsec_ExampleOfASecret",
    ),
    optional(
        "moto",
        "Cards that your people type are sent as telephone orders; Stripe has to allow it",
        FieldKind::Flag,
        "true",
    ),
    optional("address", "Address of the API", FieldKind::Address, "https://api.stripe.com"),
];

/// How ids of stays at the hosted page begin.
const SESSION: &str = "cs_";

/// One account at Stripe.
pub struct Stripe {
    calls: Calls,
    webhook_secret: SecretString,
    moto: bool,
    entries: &'static [Entry],
}

impl Stripe {
    /// Gets ready. The key says whether real money moves; one that says otherwise is refused.
    pub fn new(site: &Site, values: &Values) -> Result<Self> {
        let key = values.secret("secret_key");
        let is_test = key.expose_secret().split('_').nth(1) == Some("test");
        if is_test == site.live {
            let wanted = if site.live { "a live key" } else { "a test key" };
            return Err(ConnectorError::invalid("secret_key", format!("{wanted} is wanted here")));
        }
        let has_fields = !values.text("publishable_key").is_empty();
        Ok(Self {
            calls: Calls { http: Http::new(values.or("address", "https://api.stripe.com"), site.reach)?, key },
            webhook_secret: values.secret("webhook_secret"),
            moto: values.flag("moto"),
            entries: if has_fields { &[Entry::Token, Entry::Page] } else { &[Entry::Page] },
        })
    }

    /// The payment, by its id if we have one; else looked for.
    async fn look(&self, begun: &Begun) -> Result<Option<Payment>> {
        let payment = match begun.gateway_id.as_deref() {
            Some(id) if id.starts_with(SESSION) => map::payment(&self.session(id).await?)?,
            Some(id) => map::payment(&self.calls.intent(id).await?)?,
            None => match self.calls.find(begun).await? {
                Some(value) => map::payment(&value)?,
                None => return Ok(None),
            },
        };
        if payment.reference == begun.reference {
            return Ok(Some(payment));
        }
        let message = format!("{} is the payment {}", payment.gateway_id.unwrap_or_default(), payment.reference);
        Err(ConnectorError::new(Kind::Conflict, "reference_differs", message))
    }

    async fn session(&self, id: &str) -> Result<Value> {
        self.calls.whole(&format!("/v1/checkout/sessions/{}", calls::plain(id)?), forms::WHOLE_SESSION).await
    }

    /// The payment, which has to be there.
    async fn known(&self, begun: &Begun) -> Result<Payment> {
        let found = self.look(begun).await?;
        found.ok_or_else(|| ConnectorError::not_found(format!("no payment {}", begun.reference)))
    }
}

#[async_trait]
impl PaymentGateway for Stripe {
    fn takes(&self, currency: Currency) -> bool {
        amount::is_known(currency)
    }

    fn entries(&self) -> &'static [Entry] {
        self.entries
    }

    async fn probe(&self, _: Instant) -> Result<()> {
        self.calls.get("/v1/payment_intents", &[("limit", "1")]).await.map(drop)
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(self.entries)?;
        let answer = self.begin(request).await?;
        let is_replay = answer.header("idempotent-replayed") == Some("true");
        let value = match map::answered_intent(&answer) {
            Ok(value) if is_replay => self.fresh(&value).await?,
            // what was asked before, or a refusal that has come without its intent
            Err(error) if is_replay || matches!(error.kind, Kind::Conflict | Kind::Declined) => {
                self.as_it_stands(request, error).await?
            }
            other => other?,
        };
        match request.source {
            PaymentSource::HostedPage => map::payment(&value),
            _ => map::payment(&self.with_client(request, value).await?),
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
        (!self.webhook_secret.expose_secret().is_empty()).then_some(self)
    }
}
