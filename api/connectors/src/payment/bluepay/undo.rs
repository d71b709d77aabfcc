//! Giving back, taking what was reserved, and releasing it: each under an order id of its own, looked for before it is sent.

use super::map::{self, Part, Row, Verdict};
use super::{Begun, BluePay, Captures, Refunds, Voids, unclear};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{CaptureRequest, Outcome, Payment, Refund, RefundRequest};
use async_trait::async_trait;
use comptoir_domain::{Instant, Money};
use serde_json::json;

/// More refunds of one payment than anyone makes.
const MOST_REFUNDS: u32 = 100;

fn conflict(message: &str) -> ConnectorError {
    ConnectorError::new(Kind::Conflict, "wrong_state", message)
}

fn given(request: &RefundRequest, row: &Row) -> Result<Refund> {
    if row.amount != request.amount {
        let message = format!("the reference was used for {}, now for {}", row.amount, request.amount);
        return Err(ConnectorError::new(Kind::Conflict, "reference_reused", message));
    }
    Ok(Refund {
        reference: request.reference.clone(),
        payment: request.payment.reference.clone(),
        gateway_id: Some(row.id.clone()),
        amount: row.amount,
        is_pending: false,
        raw: json!({"id": row.id, "type": row.kind, "amount": row.amount, "status": row.status}).to_string(),
    })
}

impl BluePay {
    /// Does something to a payment.
    async fn follow(
        &self,
        payment: &Payment,
        kind: &'static str,
        part: Part,
        amount: Option<Money>,
        custom: &str,
    ) -> Result<()> {
        let mut form = vec![
            ("TRANSACTION_TYPE", kind.to_string()),
            ("RRNO", payment.gateway_id.clone().unwrap_or_default()),
            ("ORDER_ID", map::order(&payment.reference, part)),
            ("CUSTOM_ID", custom.into()),
        ];
        form.extend(amount.map(|amount| ("AMOUNT", amount.decimal().to_string())));
        match map::verdict(&self.transact(form).await?) {
            Verdict::Done(_) => Ok(()),
            Verdict::Twice => {
                Err(ConnectorError::new(Kind::Unavailable, "duplicate", "the same was done a moment ago"))
            }
            Verdict::Declined(decline) => Err(ConnectorError::new(Kind::Declined, decline.code, decline.message)),
            Verdict::Failed(error) => Err(error),
        }
    }

    /// The refunds of a payment, one after another.
    pub(super) async fn refunds_of(&self, payment: &Begun, at: Instant) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for number in 1..=MOST_REFUNDS {
            match self.part(payment, Part::Refund(number), at).await? {
                Some(row) => rows.push(row),
                None => return Ok(rows),
            }
        }
        Err(conflict("there are more refunds than can be"))
    }
}

#[async_trait]
impl Refunds for BluePay {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let payment = self.known(&request.payment, request.at).await?;
        let rows = self.refunds_of(&request.payment, request.at).await?;
        let is_ours = |row: &&Row| row.is_good() && row.custom == request.reference.as_str();
        if let Some(row) = rows.iter().find(is_ours) {
            return given(request, row);
        }
        if !payment.is_taken() || request.amount.minor() <= 0 {
            return Err(ConnectorError::invalid("not_refundable", "nothing was taken, or the amount is not positive"));
        }
        if payment.refunded.plus(request.amount)?.minor() > payment.amount.minor() {
            let message = format!("{} of {} were given back already", payment.refunded, payment.amount);
            return Err(ConnectorError::new(Kind::Declined, "refund_too_high", message));
        }
        let number = u32::try_from(rows.len()).unwrap_or(MOST_REFUNDS).saturating_add(1);
        let part = Part::Refund(number);
        self.follow(&payment, "REFUND", part, Some(request.amount), request.reference.as_str()).await?;
        let row = self.part(&request.payment, part, request.at).await.map_err(unclear)?;
        let missing = || ConnectorError::new(Kind::Unknown, "amount", "it was approved, but is not found");
        given(request, &row.ok_or_else(missing)?)
    }

    async fn fetch_refund(&self, request: &RefundRequest) -> Result<Refund> {
        let rows = self.refunds_of(&request.payment, request.at).await?;
        let found = rows.iter().find(|row| row.is_good() && row.custom == request.reference.as_str());
        given(request, found.ok_or_else(|| ConnectorError::not_found(format!("no refund {}", request.reference)))?)
    }
}

#[async_trait]
impl Captures for BluePay {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        let payment = self.known(&request.payment, request.at).await?;
        match payment.outcome {
            Outcome::Captured if payment.amount == request.amount => return Ok(payment),
            Outcome::Authorised => {}
            _ => return Err(conflict("nothing is reserved")),
        }
        if request.amount.minor() > payment.amount.minor() {
            let message = format!("only {} are reserved", payment.amount);
            return Err(ConnectorError::new(Kind::Declined, "capture_too_high", message));
        }
        self.follow(&payment, "CAPTURE", Part::Capture, Some(request.amount), "").await?;
        self.known(&request.payment, request.at).await.map_err(unclear)
    }
}

#[async_trait]
impl Voids for BluePay {
    async fn void(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let held = self.known(payment, at).await?;
        match held.outcome {
            Outcome::Voided => return Ok(held),
            Outcome::Authorised => {}
            _ => return Err(conflict("nothing is reserved")),
        }
        self.follow(&held, "VOID", Part::Void, None, "").await?;
        self.known(payment, at).await.map_err(unclear)
    }
}
