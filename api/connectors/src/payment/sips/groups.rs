//! What Sips can do besides taking payments.

use super::{Sips, callback, map};
use crate::error::{ConnectorError, Result};
use crate::payment::{
    Begun, Callback, Callbacks, CaptureRequest, Captures, Entry, KeepRequest, Kept, Lookup, Payment, PaymentEvent,
    PaymentSource, Refund, RefundRequest, Refunds, Vault, Voids,
};
use async_trait::async_trait;
use comptoir_domain::Instant;
use secrecy::SecretString;

#[async_trait]
impl Lookup for Sips {
    async fn fetch(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        self.stands(payment).await
    }
}

#[async_trait]
impl Refunds for Sips {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let said = self.give_back(&request.payment, request.amount).await?;
        Ok(Refund {
            reference: request.reference.clone(),
            payment: request.payment.reference.clone(),
            gateway_id: None,
            // the answer says what is left of the payment; the whole of what was asked is given back or nothing
            amount: request.amount,
            is_pending: false,
            raw: map::raw(&said),
        })
    }

    /// A refund has the reference of its payment, and nothing of its own.
    fn are_keyed(&self) -> bool {
        false
    }
}

#[async_trait]
impl Captures for Sips {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        self.validate(&request.payment, request.amount).await
    }
}

#[async_trait]
impl Voids for Sips {
    async fn void(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        self.release(payment).await
    }
}

#[async_trait]
impl Vault for Sips {
    fn keeps(&self) -> &'static [Entry] {
        if self.account.cards { &[Entry::Card] } else { &[] }
    }

    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        match &request.source {
            PaymentSource::Card(card) => self.add(&map::wallet(&request.payer), card).await.map(Kept::Saved),
            _ => Err(ConnectorError::invalid("source", "this gateway keeps cards")),
        }
    }

    async fn forget(&self, token: &SecretString, _: Instant) -> Result<()> {
        let (wallet, mean) = map::parts(token);
        self.remove(wallet, mean).await
    }
}

#[async_trait]
impl Callbacks for Sips {
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        callback::read(&self.account, callback, at)
    }
}
