//! What PayPal can do besides taking payments.

use super::callback::{About, about, question, read};
use super::calls::{left_open, nothing_was_done};
use super::wire::{self, Order, Resource, VaultToken, Verified};
use super::{PayPal, bodies, dispute, map, same};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Method};
use crate::payment::{
    Begun, Callback, Callbacks, CaptureRequest, Captures, Dispute, Entry, KeepRequest, Kept, Lookup, Outcome, Payment,
    PaymentEvent, PaymentSource, Refund, RefundRequest, Refunds, Vault, Voids,
};
use async_trait::async_trait;
use comptoir_domain::Instant;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

/// What a client is to agree to.
const SETUP_TOKENS: &str = "/v3/vault/setup-tokens";
/// What is kept.
const PAYMENT_TOKENS: &str = "/v3/vault/payment-tokens";

/// What the client still has to agree to.
fn waits(asked: Result<Value>) -> Result<Option<Kept>> {
    asked.and_then(|value| map::waits(map::read(&value)?)).map_err(of_agreement)
}

/// Nothing that costs money was done; what PayPal does not know any more was not agreed to.
fn of_agreement(error: ConnectorError) -> ConnectorError {
    match error.kind {
        Kind::NotFound => ConnectorError::new(Kind::Declined, error.code, error.message),
        _ => nothing_was_done(error),
    }
}

fn conflict(message: String) -> ConnectorError {
    ConnectorError::new(Kind::Conflict, "wrong_state", message)
}

#[async_trait]
impl Lookup for PayPal {
    /// The order, and the next step if the client has agreed meanwhile.
    async fn fetch(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let Some(id) = payment.gateway_id.as_deref() else {
            let message = "PayPal can only be asked by the id of its order, and we have none";
            return Err(ConnectorError::new(Kind::Unavailable, "no_order_id", message));
        };
        let order = self.order(id, at).await?;
        same(&map::payment(&order)?, payment)?;
        // what could not be done now can be done when it is asked for again
        self.go_on(order, at).await.map_err(nothing_was_done)
    }
}

#[async_trait]
impl Refunds for PayPal {
    /// Looked for in the order first: keys are forgotten after a while, refunds are not.
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let order = self.refundable(request).await?;
        if let Some(made) = map::refund_in(request, &order)? {
            return Ok(made);
        }
        let taken: Order = map::read(&order)?;
        let capture = map::captured(&taken).ok_or_else(|| conflict("nothing was taken".into()))?;
        let path = format!("/v2/payments/captures/{}/refund", capture.id);
        let body = bodies::refund(request)?;
        map::refund(request, &self.calls.post(&path, request.reference.as_str(), &body, request.at).await?)
    }

    async fn fetch_refund(&self, request: &RefundRequest) -> Result<Refund> {
        let order = self.refundable(request).await?;
        map::refund_in(request, &order)?
            .ok_or_else(|| ConnectorError::not_found(format!("no refund {}", request.reference)))
    }
}

impl PayPal {
    /// The order of which something is to be given back.
    async fn refundable(&self, request: &RefundRequest) -> Result<Value> {
        let payment = &request.payment;
        let id = payment.gateway_id.as_deref();
        let id = id.ok_or_else(|| ConnectorError::not_found(format!("no order is known of {}", payment.reference)))?;
        let order = self.order(id, request.at).await?;
        same(&map::payment(&order)?, payment)?;
        Ok(order)
    }

    /// What is reserved by an order that stands so.
    async fn reservation(&self, payment: &Payment, at: Instant) -> Result<String> {
        let order = self.order(payment.gateway_id.as_deref().unwrap_or_default(), at).await?;
        let order: Order = map::read(&order)?;
        let reserved =
            map::reserved(&order).ok_or_else(|| conflict(format!("nothing is reserved for {}", order.id)))?;
        Ok(format!("/v2/payments/authorizations/{}", reserved.id))
    }
}

#[async_trait]
impl Captures for PayPal {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        let held = self.known(&request.payment, request.at).await?;
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
            _ => return Err(conflict(format!("nothing is reserved for {}", held.reference))),
        }
        let path = format!("{}/capture", self.reservation(&held, request.at).await?);
        let key = format!("{}-capture-{}", held.reference, request.amount.minor());
        self.calls.post(&path, &key, &bodies::capture(request.amount)?, request.at).await?;
        self.known(&request.payment, request.at).await.map_err(left_open)
    }
}

#[async_trait]
impl Voids for PayPal {
    async fn void(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let held = self.known(payment, at).await?;
        match held.outcome {
            Outcome::Voided => return Ok(held),
            Outcome::Authorised => {}
            _ => return Err(conflict(format!("nothing is reserved for {}", held.reference))),
        }
        let path = format!("{}/void", self.reservation(&held, at).await?);
        self.calls.post(&path, &format!("{}-void", held.reference), &json!({}), at).await?;
        self.known(payment, at).await.map_err(left_open)
    }
}

#[async_trait]
impl Vault for PayPal {
    fn keeps(&self) -> &'static [Entry] {
        &[Entry::Page]
    }

    /// The client agrees at PayPal's page.
    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        let PaymentSource::HostedPage = request.source else {
            return Err(ConnectorError::invalid("source", "PayPal keeps what the client agrees to at its page"));
        };
        let (key, body) = (request.reference.as_str(), bodies::agreement(request, &self.look.brand_name));
        let waits = waits(self.calls.post(SETUP_TOKENS, key, &body, request.at).await)?;
        waits.ok_or_else(|| ConnectorError::new(Kind::Unavailable, "not_asked", "PayPal asks the client for nothing"))
    }

    /// What is agreed to is kept once, however often that is asked: the agreement is the key.
    async fn finish(&self, handle: &SecretString, at: Instant) -> Result<Kept> {
        let token = Some(handle.expose_secret()).filter(|id| bodies::is_plain(id));
        let token = token.ok_or_else(|| ConnectorError::invalid("handle", "this is no setup token of PayPal's"))?;
        if let Some(waits) = waits(self.calls.get(&format!("{SETUP_TOKENS}/{token}"), at).await)? {
            return Ok(waits);
        }
        let kept = self.calls.post(PAYMENT_TOKENS, token, &bodies::keep(token), at).await;
        let kept: VaultToken = kept.and_then(|kept| map::read(&kept)).map_err(of_agreement)?;
        let saved = map::saved(&kept.payment_source, &kept.id);
        let none = || ConnectorError::new(Kind::Declined, "not_kept", "PayPal kept what cannot be charged");
        saved.map(Kept::Saved).ok_or_else(none)
    }

    async fn forget(&self, token: &SecretString, at: Instant) -> Result<()> {
        let call = Call::new(Method::Delete, format!("{PAYMENT_TOKENS}/{}", bodies::kept(token)?.1));
        let answer = self.calls.send(call, at).await.and_then(|answer| map::answered(&answer));
        match answer.map_err(nothing_was_done) {
            Err(error) if error.kind != Kind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl Callbacks for PayPal {
    /// Asks PayPal whether it is genuine, and then for the order, because what an event tells may be old when it comes.
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        let question = question(&self.webhook_id, callback, at)?;
        let call =
            Call::new(Method::Post, "/v1/notifications/verify-webhook-signature").body("application/json", question);
        let answer = self.calls.send(call, at).await.and_then(|answer| map::answered(&answer));
        let verified: Verified = map::read(&answer.map_err(nothing_was_done)?)?;
        if verified.verification_status != "SUCCESS" {
            return Err(ConnectorError::new(Kind::Auth, "forged_callback", "PayPal has not sent this"));
        }
        let Some(told) = read(callback)? else { return Ok(None) };
        let event = |(payment, dispute)| PaymentEvent { id: told.id, at: told.at, payment, dispute };
        match self.told_of(&told.about, at).await {
            Ok(found) => Ok(found.map(event)),
            Err(error) if error.kind == Kind::NotFound => Ok(None), // not of ours
            Err(error) => Err(error),
        }
    }
}

impl PayPal {
    /// The payment that an event is about, and what is disputed of it.
    async fn told_of(&self, about_it: &About, at: Instant) -> Result<Option<(Payment, Option<Dispute>)>> {
        let (order, told) = match about_it {
            About::Order(id) => (Some(id.clone()), None),
            About::Step(path) => (self.order_of(path, at).await?, None),
            About::Dispute(id) => {
                let told = self.calls.get(&format!("/v1/customer/disputes/{id}"), at).await?;
                let told: wire::Dispute = map::read(&told)?;
                let Some(path) = dispute::steps(&told).next() else { return Ok(None) };
                (self.order_of(&path, at).await?, Some(dispute::read(&told)?))
            }
        };
        let Some(id) = order else { return Ok(None) };
        let order = self.order(&id, at).await?;
        map::payment(&order)?;
        let payment = self.go_on(order, at).await.map_err(nothing_was_done)?;
        Ok(Some((payment, told)))
    }

    /// The order that a step belongs to.
    async fn order_of(&self, path: &str, at: Instant) -> Result<Option<String>> {
        Ok(match about(&map::read::<Resource>(&self.calls.get(path, at).await?)?) {
            Some(About::Order(id)) => Some(id),
            _ => None,
        })
    }
}
