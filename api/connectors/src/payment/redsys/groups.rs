//! What Redsys can do besides taking payments.

use super::map::{self, kind};
use super::{Redsys, callback};
use crate::error::{ConnectorError, Result};
use crate::payment::{
    Begun, Callback, Callbacks, CaptureRequest, Captures, Entry, KeepRequest, Kept, Lookup, Outcome, Payment,
    PaymentEvent, PaymentSource, Refund, RefundRequest, Refunds, Vault, Voids,
};
use async_trait::async_trait;
use comptoir_domain::{Instant, Money};
use secrecy::SecretString;

#[async_trait]
impl Lookup for Redsys {
    async fn fetch(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        self.stands(payment).await
    }
}

#[async_trait]
impl Refunds for Redsys {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let order = self.order_of(&request.payment).await?;
        let said = self.send(&map::operation(&self.account, kind::REFUND, &order, request.amount)?).await?;
        if !map::is_done(&said, kind::REFUND) {
            return Err(map::refusal(&said));
        }
        Ok(Refund {
            reference: request.reference.clone(),
            payment: request.payment.reference.clone(),
            gateway_id: Some(said.text("DS_AUTHORISATIONCODE").trim().to_string()).filter(|code| !code.is_empty()),
            amount: map::amount(&said)?,
            is_pending: false,
            raw: map::raw(&[said]),
        })
    }

    /// A refund has the order number of its payment, and nothing of its own.
    fn are_keyed(&self) -> bool {
        false
    }
}

#[async_trait]
impl Captures for Redsys {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        self.end(&request.payment, kind::CONFIRMATION, request.amount, Outcome::Captured).await
    }
}

#[async_trait]
impl Voids for Redsys {
    async fn void(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        self.end(payment, kind::CANCELLATION, payment.amount, Outcome::Voided).await
    }
}

#[async_trait]
impl Vault for Redsys {
    fn keeps(&self) -> &'static [Entry] {
        if self.account.cards { &[Entry::Card] } else { &[] }
    }

    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        let PaymentSource::Card(card) = &request.source else {
            return Err(ConnectorError::invalid("source", "this gateway keeps cards"));
        };
        let none = || ConnectorError::invalid("currencies", "the terminal takes none");
        let currency = *self.account.currencies.first().ok_or_else(none)?;
        // nothing is charged, so nothing has to be found again: one number for each attempt
        let order = map::number_of(&format!("keep {} {}", request.payer.id, request.at.micros()));
        let fields = map::verification(&self.account, card, &order, Money::zero(currency))?;
        map::kept(&self.send(&fields).await?, card).map(Kept::Saved)
    }

    /// A token alone moves nothing: without its merchant's key nobody can charge it. Redsys lets it lapse with its card.
    async fn forget(&self, _: &SecretString, _: Instant) -> Result<()> {
        Ok(())
    }
}

#[async_trait]
impl Callbacks for Redsys {
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        callback::read(self, callback, at).await
    }
}
