//! Giving back, taking what was reserved, and releasing it. Their answer says only that the wish has arrived, so the order is
//! asked before and after.

use super::ask::{Effect, failure, read};
use super::map::{self, amount};
use super::wire::{Element, element, first};
use super::{Begun, Captures, Lookup, Outcome, Payment, Refunds, Voids, WorldpayXml};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{CaptureRequest, Refund, RefundRequest};
use async_trait::async_trait;
use comptoir_domain::{Instant, Money};

/// What says that a wish has arrived.
const RECEIVED: [&str; 4] = ["captureReceived", "cancelReceived", "refundReceived", "voidReceived"];

fn conflict(message: &str) -> ConnectorError {
    ConnectorError::new(Kind::Conflict, "wrong_state", message)
}

impl WorldpayXml {
    /// Sends a wish about an order; the amount that was received, where one is named.
    async fn modify(&self, code: &str, wish: Element) -> Result<Option<Money>> {
        let modification = element("orderModification").with("orderCode", code).holding([wish]);
        let answer = self.send(element("modify").holding([modification]), Effect::Some).await?;
        let document = read(&answer, Effect::Some)?;
        match map::error(document.root_element()) {
            // the order was there when it was asked: it does not allow this
            Some((number, message)) if ["3", "5"].contains(&number.as_str()) => {
                return Err(ConnectorError::new(Kind::Declined, format!("error_{number}"), message));
            }
            Some(refused) => return Err(failure(refused, Effect::Some)),
            None => {}
        }
        let arrived = RECEIVED.iter().find_map(|received| first(document.root_element(), received));
        let unclear = || ConnectorError::new(Kind::Unknown, "answer", "the answer does not say whether it has arrived");
        first(arrived.ok_or_else(unclear)?, "amount").map(map::money).transpose()
    }

    fn code_of(payment: &Payment) -> &str {
        payment.gateway_id.as_deref().unwrap_or_default()
    }

    /// An order right after it was changed: that the change was received is known.
    async fn after(&self, code: &str) -> Result<Payment> {
        let unclear = |error: ConnectorError| ConnectorError::new(Kind::Unknown, error.code, error.message);
        self.inquire(code).await.map_err(unclear)
    }
}

#[async_trait]
impl Refunds for WorldpayXml {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let payment = self.fetch(&request.payment, request.at).await?;
        if !payment.is_taken() || request.amount.minor() <= 0 {
            return Err(ConnectorError::invalid("not_refundable", "nothing was taken, or the amount is not positive"));
        }
        if payment.refunded.plus(request.amount)?.minor() > payment.amount.minor() {
            let message = format!("{} of {} were given back already", payment.refunded, payment.amount);
            return Err(ConnectorError::new(Kind::Declined, "refund_too_high", message));
        }
        let code = Self::code_of(&payment);
        // what is not captured yet cannot be given back in part; the whole can be let go either way
        let whole = request.amount == payment.amount;
        let part = || element("refund").holding([amount(request.amount)]);
        let wish = if whole { element("cancelOrRefund") } else { part() };
        let given = self.modify(code, wish).await?.unwrap_or(request.amount);
        Ok(Refund {
            reference: request.reference.clone(),
            payment: request.payment.reference.clone(),
            gateway_id: None,
            amount: given,
            is_pending: false,
            raw: serde_json::json!({"orderCode": code, "received": given}).to_string(),
        })
    }

    fn are_keyed(&self) -> bool {
        false
    }

    async fn fetch_refund(&self, _: &RefundRequest) -> Result<Refund> {
        Err(ConnectorError::new(Kind::Unavailable, "cannot_be_asked", "refunds have no names at this gateway"))
    }
}

#[async_trait]
impl Captures for WorldpayXml {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        let payment = self.fetch(&request.payment, request.at).await?;
        match payment.outcome {
            Outcome::Captured if payment.amount == request.amount => return Ok(payment),
            Outcome::Authorised => {}
            _ => return Err(conflict("nothing is reserved")),
        }
        if request.amount.minor() > payment.amount.minor() {
            let message = format!("only {} are reserved", payment.amount);
            return Err(ConnectorError::new(Kind::Declined, "capture_too_high", message));
        }
        let code = Self::code_of(&payment);
        self.modify(code, element("capture").holding([amount(request.amount)])).await?;
        let after = self.after(code).await?;
        // it may be a quarter of an hour until it shows
        let outcome = if after.is_taken() { after.outcome } else { Outcome::Pending { instructions: None } };
        Ok(Payment { outcome, ..after })
    }
}

#[async_trait]
impl Voids for WorldpayXml {
    async fn void(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let payment = self.fetch(payment, at).await?;
        match payment.outcome {
            Outcome::Voided => return Ok(payment),
            Outcome::Authorised => {}
            _ => return Err(conflict("nothing is reserved")),
        }
        let code = Self::code_of(&payment);
        self.modify(code, element("cancel")).await?;
        let after = self.after(code).await?;
        let outcome = match after.outcome {
            Outcome::Authorised => Outcome::Pending { instructions: None },
            outcome => outcome,
        };
        Ok(Payment { outcome, ..after })
    }
}
