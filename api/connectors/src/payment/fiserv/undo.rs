//! Giving back, taking what was reserved, and releasing it: each under an id of its own, looked for before it is sent.

use super::ask::Effect;
use super::map::{self, Part, Standing};
use super::wire::Reply;
use super::{Begun, CHARGES, Captures, Fiserv, Refunds, Voids};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{CaptureRequest, Outcome, Payment, Reference, Refund, RefundRequest};
use async_trait::async_trait;
use comptoir_domain::{Instant, Money};

/// More refunds of one payment than anyone makes.
const MOST_REFUNDS: u32 = 100;

/// A refund as it was found, well or not.
pub(super) struct Given(Reply);

impl Given {
    /// What it gave back; nothing if it was refused.
    pub(super) fn amount(&self) -> Option<Result<Money>> {
        let is_good = matches!(map::standing(&self.0), Standing::Taken | Standing::Released | Standing::Waits);
        let amount = self.0.payment_receipt.approved_amount.as_ref().filter(|_| is_good);
        amount.map(map::money)
    }

    fn is_of(&self, reference: &Reference) -> bool {
        self.0.gateway_response.transaction_processing_details.order_id == reference.as_str()
    }

    fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let unclear = || ConnectorError::new(Kind::Unknown, "amount", "the gateway names no amount");
        let amount = self.amount().ok_or_else(unclear)??;
        if amount != request.amount {
            let message = format!("the reference was used for {amount}, now for {}", request.amount);
            return Err(ConnectorError::new(Kind::Conflict, "reference_reused", message));
        }
        Ok(Refund {
            reference: request.reference.clone(),
            payment: request.payment.reference.clone(),
            gateway_id: Some(map::id(&self.0).to_string()),
            amount,
            is_pending: false,
            raw: map::raw(&self.0),
        })
    }
}

fn conflict(message: &str) -> ConnectorError {
    ConnectorError::new(Kind::Conflict, "wrong_state", message)
}

impl Fiserv {
    /// Does something to a payment.
    async fn follow(
        &self,
        path: &str,
        payment: &Payment,
        part: Part,
        order: &Reference,
        amount: Option<Money>,
        at: Instant,
    ) -> Result<Reply> {
        let id = payment.gateway_id.as_deref().unwrap_or_default();
        let request = map::follow(id, map::name(&payment.reference, part), order, amount, self.merchant())?;
        let reply = self.send(path, &request, at, Effect::Some).await?;
        if map::standing(&reply) == Standing::Declined {
            let decline = map::decline(&reply);
            return Err(ConnectorError::new(Kind::Declined, decline.code, decline.message));
        }
        Ok(reply)
    }

    /// The refunds of a payment, one after another.
    pub(super) async fn refunds_of(&self, payment: &Begun, at: Instant) -> Result<Vec<Given>> {
        let mut given = Vec::new();
        for number in 1..=MOST_REFUNDS {
            match self.find(map::name(&payment.reference, Part::Refund(number)), at).await? {
                Some(reply) => given.push(Given(reply)),
                None => return Ok(given),
            }
        }
        Err(conflict("there are more refunds than can be"))
    }
}

#[async_trait]
impl Refunds for Fiserv {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let payment = self.known(&request.payment, request.at).await?;
        let all = self.refunds_of(&request.payment, request.at).await?;
        let is_ours = |given: &&Given| given.amount().is_some() && given.is_of(&request.reference);
        if let Some(given) = all.iter().find(is_ours) {
            return given.refund(request);
        }
        if !payment.is_taken() || request.amount.minor() <= 0 {
            return Err(ConnectorError::invalid("not_refundable", "nothing was taken, or the amount is not positive"));
        }
        if payment.refunded.plus(request.amount)?.minor() > payment.amount.minor() {
            let message = format!("{} of {} were given back already", payment.refunded, payment.amount);
            return Err(ConnectorError::new(Kind::Declined, "refund_too_high", message));
        }
        let part = Part::Refund(u32::try_from(all.len()).unwrap_or(MOST_REFUNDS).saturating_add(1));
        let path = "/payments/v1/refunds";
        let reply = self.follow(path, &payment, part, &request.reference, Some(request.amount), request.at).await?;
        Given(reply).refund(request)
    }

    async fn fetch_refund(&self, request: &RefundRequest) -> Result<Refund> {
        let all = self.refunds_of(&request.payment, request.at).await?;
        let found = all.iter().find(|given| given.amount().is_some() && given.is_of(&request.reference));
        let missing = || ConnectorError::not_found(format!("no refund {}", request.reference));
        found.ok_or_else(missing)?.refund(request)
    }
}

#[async_trait]
impl Captures for Fiserv {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        let (payment, at) = (self.known(&request.payment, request.at).await?, request.at);
        match payment.outcome {
            Outcome::Captured if payment.amount == request.amount => return Ok(payment),
            Outcome::Authorised => {}
            _ => return Err(conflict("nothing is reserved")),
        }
        if request.amount.minor() > payment.amount.minor() {
            let message = format!("only {} are reserved", payment.amount);
            return Err(ConnectorError::new(Kind::Declined, "capture_too_high", message));
        }
        let path = format!("{CHARGES}/{}/capture", payment.gateway_id.as_deref().unwrap_or_default());
        let order = &request.payment.reference;
        let reply = self.follow(&path, &payment, Part::Capture, order, Some(request.amount), at).await?;
        let unclear = || ConnectorError::new(Kind::Unknown, "amount", "the gateway names no amount");
        let amount = map::money(reply.payment_receipt.approved_amount.as_ref().ok_or_else(unclear)?)?;
        let outcome = match map::standing(&reply) {
            Standing::Taken => Outcome::Captured,
            _ => Outcome::Pending { instructions: None },
        };
        Ok(Payment { amount, outcome, raw: map::raw(&reply), ..payment })
    }
}

#[async_trait]
impl Voids for Fiserv {
    async fn void(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let held = self.known(payment, at).await?;
        match held.outcome {
            Outcome::Voided => return Ok(held),
            Outcome::Authorised => {}
            _ => return Err(conflict("nothing is reserved")),
        }
        let reply = self.follow("/payments/v1/cancels", &held, Part::Void, &payment.reference, None, at).await?;
        let outcome = match map::standing(&reply) {
            Standing::Released => Outcome::Voided,
            _ => Outcome::Pending { instructions: None },
        };
        Ok(Payment { outcome, raw: map::raw(&reply), ..held })
    }
}
