//! Giving back, taking what was reserved, and releasing it. Each begins with how the payment stands, so a repeated call finds
//! what the first has done.

use super::map::{self, Standing};
use super::wire::{Details, Entry, Transaction};
use super::{AuthorizeNet, Begun, Captures, Refunds, Voids};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{CaptureRequest, Payment, Refund, RefundRequest};
use async_trait::async_trait;
use comptoir_domain::{Instant, Money};
use serde::Serialize;

/// The reason of a second refusal: what was asked is done already.
const DONE_ALREADY: [&str; 2] = ["310", "311"];

fn conflict(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(Kind::Conflict, "wrong_state", message)
}

fn given(request: &RefundRequest, id: &str, amount: Money, raw: &impl Serialize) -> Refund {
    Refund {
        reference: request.reference.clone(),
        payment: request.payment.reference.clone(),
        gateway_id: map::id(id),
        amount,
        is_pending: false,
        raw: map::raw(raw),
    }
}

impl AuthorizeNet {
    /// Sends a transaction that refers to another; its id. What is done already is as good as done.
    async fn follow(&self, transaction: Transaction<'_>) -> Result<super::wire::Response> {
        let (_, response) = self.transact(transaction).await?;
        let (code, message) = map::reason(&response);
        match response.response_code.as_str() {
            "1" => Ok(response),
            _ if DONE_ALREADY.contains(&code.as_str()) => Ok(response),
            _ => Err(ConnectorError::new(Kind::Declined, code, message)),
        }
    }

    /// The refund of that reference, if there is one; it is the same only with the same amount.
    async fn refund_among(
        &self,
        request: &RefundRequest,
        details: &Details,
        lines: &[Entry],
    ) -> Result<Option<Refund>> {
        let number = map::invoice(&request.payment.reference, &request.reference);
        let same = |refund: Refund| {
            let message = format!("the reference was used for {}, now for {}", refund.amount, request.amount);
            let reused = ConnectorError::new(Kind::Conflict, "reference_reused", message);
            if refund.amount == request.amount { Ok(Some(refund)) } else { Err(reused) }
        };
        for line in lines.iter().filter(|line| line.invoice_number == number) {
            let refund = self.details(&line.trans_id).await?;
            let (status, named) = (map::standing(&refund.transaction_status), map::named(&refund));
            if status == Standing::GivesBack && named.as_ref() == Some(&request.reference) {
                let amount = map::money(line.settle_amount.as_ref(), self.currency)?;
                return same(given(request, &refund.trans_id, amount, &refund));
            }
        }
        // before it was settled it was undone as a whole
        let whole = map::payment(&request.payment.reference, details, Money::zero(self.currency))?;
        let undone = map::standing(&details.transaction_status) == Standing::Released && whole.is_taken();
        if undone { same(given(request, &details.trans_id, whole.refunded, details)) } else { Ok(None) }
    }

    /// Undoes the whole of what is not settled.
    async fn undo(&self, id: &str) -> Result<super::wire::Response> {
        let transaction_type = "voidTransaction";
        self.follow(Transaction { transaction_type, ref_trans_id: Some(id), ..Transaction::default() }).await
    }
}

#[async_trait]
impl Refunds for AuthorizeNet {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let (details, lines) = self.standing(&request.payment, request.at).await?;
        if let Some(refund) = self.refund_among(request, &details, &lines).await? {
            return Ok(refund);
        }
        let back = map::given_back(&lines, self.currency)?;
        let payment = map::payment(&request.payment.reference, &details, back)?;
        if !payment.is_taken() || request.amount.minor() <= 0 {
            return Err(ConnectorError::invalid("not_refundable", "nothing was taken, or the amount is not positive"));
        }
        if payment.refunded.plus(request.amount)?.minor() > payment.amount.minor() {
            let message = format!("{} of {} were given back already", payment.refunded, payment.amount);
            return Err(ConnectorError::new(Kind::Declined, "refund_too_high", message));
        }
        if map::standing(&details.transaction_status) == Standing::Taken {
            if request.amount != payment.amount {
                let message = "before the payment is settled only all of it can be given back: tomorrow";
                return Err(ConnectorError::new(Kind::Unavailable, "not_settled", message));
            }
            let response = self.undo(&details.trans_id).await?;
            return Ok(given(request, &details.trans_id, payment.amount, &response));
        }
        let order = map::order(&request.payment.reference, &request.reference, "");
        let response = self.follow(map::refund(&details, order, request.amount)?).await?;
        let refund = self.details(&response.trans_id).await.map_err(|error| {
            ConnectorError::new(Kind::Unknown, "amount", format!("it was given back, but not clear how much: {error}"))
        })?;
        let amount = map::money(refund.settle_amount.as_ref(), self.currency)?;
        Ok(given(request, &response.trans_id, amount, &response))
    }

    async fn fetch_refund(&self, request: &RefundRequest) -> Result<Refund> {
        let (details, lines) = self.standing(&request.payment, request.at).await?;
        let found = self.refund_among(request, &details, &lines).await?;
        found.ok_or_else(|| ConnectorError::not_found(format!("no refund {}", request.reference)))
    }
}

#[async_trait]
impl Captures for AuthorizeNet {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        let (details, _) = self.standing(&request.payment, request.at).await?;
        let before = map::payment(&request.payment.reference, &details, Money::zero(self.currency))?;
        match map::standing(&details.transaction_status) {
            Standing::Taken | Standing::Settled if before.amount == request.amount => return Ok(before),
            Standing::Reserved => {}
            _ => return Err(conflict("nothing is reserved")),
        }
        self.follow(Transaction {
            transaction_type: "priorAuthCaptureTransaction",
            amount: Some(request.amount.decimal().to_string()),
            ref_trans_id: Some(&details.trans_id),
            ..Transaction::default()
        })
        .await?;
        self.after(&request.payment, &details).await
    }
}

#[async_trait]
impl Voids for AuthorizeNet {
    async fn void(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let (details, _) = self.standing(payment, at).await?;
        let before = map::payment(&payment.reference, &details, Money::zero(self.currency))?;
        match map::standing(&details.transaction_status) {
            Standing::Released if !before.is_taken() => return Ok(before),
            Standing::Reserved => {}
            _ => return Err(conflict("nothing is reserved")),
        }
        self.undo(&details.trans_id).await?;
        self.after(payment, &details).await
    }
}

impl AuthorizeNet {
    /// A payment right after it was changed: that the change was made is known.
    async fn after(&self, payment: &Begun, details: &Details) -> Result<Payment> {
        let unclear = |error: ConnectorError| ConnectorError::new(Kind::Unknown, error.code, error.message);
        let details = self.details(&details.trans_id).await.map_err(unclear)?;
        map::payment(&payment.reference, &details, Money::zero(self.currency))
    }
}
