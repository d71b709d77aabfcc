//! What Stripe can do besides taking payments.

use super::callback::{About, verify};
use super::wire::{self, Listed, Method, Refund as Refunded};
use super::{SESSION, Stripe, amount, calls, dispute, forms, map};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    Begun, Callback, Callbacks, CaptureRequest, Captures, Dispute, Entry, KeepRequest, Kept, Lookup, Outcome, Payment,
    PaymentEvent, PaymentSource, Refund, RefundRequest, Refunds, Vault, Voids,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use comptoir_domain::Instant;
use secrecy::{ExposeSecret, SecretString};

/// How long a call that we have given up may still be on its way.
const STRAGGLERS: TimeDelta = TimeDelta::minutes(2);

fn conflict(code: &'static str, message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(Kind::Conflict, code, message)
}

#[async_trait]
impl Lookup for Stripe {
    async fn fetch(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        match self.look(payment).await? {
            Some(payment) => Ok(payment),
            None if at < payment.at.plus(STRAGGLERS) => {
                let message = "nothing has arrived yet; it may be on its way";
                Err(ConnectorError::new(Kind::Unavailable, "too_early", message))
            }
            None => Err(ConnectorError::not_found(format!("no payment {}", payment.reference))),
        }
    }
}

impl Stripe {
    /// The payment's intent; of a page it exists once it was paid.
    async fn intent_of(&self, payment: &Begun) -> Result<String> {
        let id = match &payment.gateway_id {
            Some(id) if id.starts_with("pi_") => id.clone(),
            _ => self.known(payment).await?.gateway_id.unwrap_or_default(),
        };
        calls::plain(&id).map(str::to_string)
    }

    async fn refund_made(&self, request: &RefundRequest, intent: &str) -> Result<Option<Refund>> {
        let mut after = String::new();
        loop {
            let mut query = vec![("payment_intent", intent), ("limit", "100")];
            if !after.is_empty() {
                query.push(("starting_after", &after));
            }
            let page: Listed = map::read(&self.calls.get("/v1/refunds", &query).await?)?;
            for value in &page.data {
                let refund: Refunded = map::read(value)?;
                if refund.metadata.get("reference").is_some_and(|text| text == request.reference.as_str()) {
                    return map::refund(request, value).map(Some);
                }
                after = refund.id;
            }
            if !page.has_more || page.data.is_empty() {
                return Ok(None);
            }
        }
    }
}

#[async_trait]
impl Refunds for Stripe {
    /// Looked for first: Stripe forgets keys after a day, refunds it keeps.
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let intent = self.intent_of(&request.payment).await?;
        if let Some(made) = self.refund_made(request, &intent).await? {
            return Ok(made);
        }
        let form = forms::refund(request, &intent)?;
        let answer = self.calls.post("/v1/refunds", request.reference.as_str(), &form).await?;
        map::refund(request, &map::refund_answered(&answer)?)
    }

    async fn fetch_refund(&self, request: &RefundRequest) -> Result<Refund> {
        let intent = self.intent_of(&request.payment).await?;
        let made = self.refund_made(request, &intent).await?;
        made.ok_or_else(|| ConnectorError::not_found(format!("no refund {}", request.reference)))
    }
}

#[async_trait]
impl Captures for Stripe {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        let held = self.known(&request.payment).await?;
        match &held.outcome {
            Outcome::Captured if held.amount == request.amount => return Ok(held),
            Outcome::Authorised if held.amount.currency() != request.amount.currency() => {
                return Err(ConnectorError::invalid("amount", "another currency was reserved"));
            }
            Outcome::Authorised if request.amount.minor() <= 0 => {
                return Err(ConnectorError::invalid("amount", "the amount must be more than nothing"));
            }
            Outcome::Authorised if request.amount.minor() > held.amount.minor() => {
                let message = format!("only {} is reserved", held.amount);
                return Err(ConnectorError::new(Kind::Declined, "capture_too_high", message));
            }
            Outcome::Authorised => {}
            _ => return Err(conflict("wrong_state", format!("nothing is reserved for {}", held.reference))),
        }
        let units = amount::to_stripe(request.amount)?;
        let path = format!("/v1/payment_intents/{}/capture", held.gateway_id.unwrap_or_default());
        let key = format!("{}-capture-{units}", held.reference);
        map::payment(&map::answered(&self.calls.post(&path, &key, &forms::capture(units)).await?)?)
    }
}

#[async_trait]
impl Voids for Stripe {
    async fn void(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        let held = self.known(payment).await?;
        let id = held.gateway_id.clone().unwrap_or_default();
        match held.outcome {
            Outcome::Voided => return Ok(held),
            // nor may what waits for the client be paid any more
            Outcome::ActionNeeded(_) if id.starts_with(SESSION) => return self.leave_page(held, &id).await,
            Outcome::Authorised | Outcome::ActionNeeded(_) | Outcome::Pending { .. } if id.starts_with("pi_") => {}
            _ => return Err(conflict("wrong_state", format!("nothing is reserved for {}", held.reference))),
        }
        let path = format!("/v1/payment_intents/{id}/cancel");
        let answer = self.calls.post(&path, &format!("{}-void", held.reference), &forms::cancel()).await?;
        map::payment(&map::answered(&answer)?)
    }
}

impl Stripe {
    /// Closes the hosted page of a payment. Whoever was faster has paid, which shows when it is asked for.
    async fn leave_page(&self, held: Payment, id: &str) -> Result<Payment> {
        let path = format!("/v1/checkout/sessions/{id}/expire");
        let answer = self.calls.post(&path, &format!("{}-void", held.reference), &forms::Form::new()).await?;
        map::answered(&answer)?;
        Ok(Payment { outcome: Outcome::Voided, ..held })
    }
}

#[async_trait]
impl Vault for Stripe {
    fn keeps(&self) -> &'static [Entry] {
        if self.entries.contains(&Entry::Token) { &[Entry::Token] } else { &[] }
    }

    /// The customer's key is made of the token, so that a repeat finds the customer to whom the method is attached already.
    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        let PaymentSource::Token(token) = &request.source else {
            return Err(ConnectorError::invalid("source", "Stripe keeps what its fields have made of a card"));
        };
        let token = token.expose_secret();
        let customer = self.customer(&request.payer, &format!("{}-{token}", request.payer.id)).await?;
        let form = forms::setup(token, &customer, &request.return_to);
        let answer = self.calls.post("/v1/setup_intents", &format!("{}-setup", request.reference), &form).await;
        let value = answer.and_then(|answer| map::answered(&answer)).map_err(calls::nothing_was_done)?;
        map::kept(&map::read(&value)?)
    }

    async fn finish(&self, handle: &SecretString, _: Instant) -> Result<Kept> {
        let path = format!("/v1/setup_intents/{}", calls::plain(handle.expose_secret())?);
        match self.calls.whole(&path, forms::WHOLE_SETUP).await {
            Ok(value) => map::kept(&map::read(&value)?),
            Err(error) if error.kind == Kind::NotFound => {
                Err(ConnectorError::new(Kind::Declined, error.code, error.message))
            }
            Err(error) => Err(error),
        }
    }

    async fn forget(&self, token: &SecretString, _: Instant) -> Result<()> {
        let path = format!("/v1/payment_methods/{}", forms::kept(token)?.1);
        let form = forms::Form::new();
        let answer = self.calls.post(&format!("{path}/detach"), &format!("{path}-detach"), &form).await;
        match answer.and_then(|answer| map::answered(&answer)).map_err(calls::nothing_was_done) {
            Ok(_) => Ok(()),
            Err(error) if error.kind == Kind::NotFound => Ok(()),
            Err(error) if error.kind == Kind::InvalidRequest => {
                let method: Method = map::read(&self.calls.get(&path, &[]).await?)?;
                if method.customer.is_none() { Ok(()) } else { Err(error) }
            }
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Callbacks for Stripe {
    /// The event is the gateway's, but what it tells may be old news when it comes: the payment is asked for.
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        let Some(told) = verify(&self.webhook_secret, callback, at)? else { return Ok(None) };
        let event = |(payment, dispute)| PaymentEvent { id: told.id, at: told.at, payment, dispute };
        match self.told_of(&told.about).await {
            Ok(found) => Ok(found.map(event)),
            Err(error) if error.kind == Kind::NotFound => Ok(None), // not of ours
            Err(error) => Err(error),
        }
    }
}

impl Stripe {
    /// The payment that an event is about, and what is disputed of it. What happens while the client is at the hosted page is
    /// not the last word.
    async fn told_of(&self, about: &About) -> Result<Option<(Payment, Option<Dispute>)>> {
        let (value, dispute) = match about {
            About::Intent(id) => (self.calls.intent(id).await?, None),
            About::Session(id) => (self.session(id).await?, None),
            About::Dispute(id) => {
                let path = format!("/v1/disputes/{}", calls::plain(id)?);
                let told: wire::Dispute = map::read(&self.calls.get(&path, &[]).await?)?;
                let Some(intent) = &told.payment_intent else { return Ok(None) };
                (self.calls.intent(intent.id()).await?, Some(dispute::read(told)?))
            }
        };
        let is_at_page = map::read(&value).is_ok_and(|intent| map::is_at_page(&intent));
        if is_at_page { Ok(None) } else { Ok(Some((map::payment(&value)?, dispute))) }
    }
}
