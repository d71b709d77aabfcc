//! How a payment is begun: by a token, by what is kept, or at the page; and what is done when it was begun before.

use super::{SESSION, Stripe, calls, forms, map, wire};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::Answer;
use crate::payment::{Payer, PaymentRequest, PaymentSource};
use calls::{left_open, nothing_was_done};
use secrecy::ExposeSecret;
use serde_json::Value;

impl Stripe {
    /// Whoever a method is to be kept for. That costs nothing, so whatever goes wrong can be repeated.
    pub(super) async fn customer(&self, payer: &Payer, key: &str) -> Result<String> {
        let answer = self.calls.post("/v1/customers", key, &forms::customer(payer)).await;
        let value = answer.and_then(|answer| map::answered(&answer)).map_err(nothing_was_done)?;
        Ok(map::read::<wire::Named>(&value)?.id)
    }

    /// Asks for the payment to be begun.
    pub(super) async fn begin(&self, request: &PaymentRequest) -> Result<Answer> {
        let key = request.reference.as_str();
        let customer = match &request.source {
            PaymentSource::Saved(_) => None,
            _ if request.save => Some(self.customer(&request.payer, &format!("{key}-customer")).await?),
            _ => None,
        };
        let (path, form) = match &request.source {
            PaymentSource::HostedPage => ("/v1/checkout/sessions", forms::session(request, customer.as_deref())?),
            PaymentSource::Token(token) => {
                let form = forms::intent(request, token.expose_secret(), customer.as_deref(), self.moto)?;
                ("/v1/payment_intents", form)
            }
            PaymentSource::Saved(token) => {
                let (customer, method) = forms::kept(token)?;
                let again = PaymentRequest { save: false, ..request.clone() };
                ("/v1/payment_intents", forms::intent(&again, method, Some(customer), self.moto)?)
            }
            PaymentSource::Card(_) | PaymentSource::Offline => {
                return Err(ConnectorError::invalid("source", "Stripe is paid by tokens or at its page"));
            }
        };
        self.calls.post(path, key, &form).await
    }

    /// What stands under a reference that was used before.
    pub(super) async fn as_it_stands(&self, request: &PaymentRequest, otherwise: ConnectorError) -> Result<Value> {
        let found = self.calls.find(&request.begun(None)).await.map_err(left_open)?;
        let value = found.ok_or(otherwise)?;
        match map::payment(&value)?.agrees_with(request.amount) {
            Ok(()) => Ok(value),
            Err(error) => Err(ConnectorError::new(Kind::Conflict, "reference_reused", error.message)),
        }
    }

    /// A bank that wants to see the client refuses a payment without him. The same payment is asked for again with him: it has
    /// a page then, to which he can be sent.
    pub(super) async fn with_client(&self, request: &PaymentRequest, value: Value) -> Result<Value> {
        let intent: wire::Intent = map::read(&value)?;
        if !map::wants_client(&intent) || request.return_to.is_empty() {
            return Ok(value);
        }
        // what was refused is no longer the intent's own
        let method = match &request.source {
            PaymentSource::Saved(token) => forms::kept(token)?.1,
            PaymentSource::Token(token) => token.expose_secret(),
            _ => return Ok(value),
        };
        let path = format!("/v1/payment_intents/{}/confirm", calls::plain(&intent.id)?);
        let form = forms::confirm(method, &request.return_to);
        let answer = self.calls.post(&path, &format!("{}-confirm", request.reference), &form).await?;
        match map::answered_intent(&answer) {
            Err(error) if error.kind == Kind::InvalidRequest => Ok(value), // it stays refused
            other => other,
        }
    }

    /// The same as it is now: the answer to a repeated call is the first one, which may be old.
    pub(super) async fn fresh(&self, value: &Value) -> Result<Value> {
        let first: wire::Named = map::read(value)?;
        let now = if first.id.starts_with(SESSION) {
            self.session(&first.id).await
        } else {
            self.calls.intent(&first.id).await
        };
        now.map_err(left_open)
    }
}
