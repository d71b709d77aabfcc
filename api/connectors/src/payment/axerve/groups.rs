//! What Axerve can do besides taking payments.

use super::calls::failure;
use super::{Axerve, codes, map};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{
    Begun, Callback, Callbacks, CaptureRequest, Captures, Entry, KeepRequest, Kept, Lookup, Payment, PaymentEvent,
    PaymentSource, Refund, RefundRequest, Refunds, Vault, Voids,
};
use async_trait::async_trait;
use comptoir_domain::Instant;
use secrecy::{ExposeSecret, SecretString};

#[async_trait]
impl Lookup for Axerve {
    async fn fetch(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        self.stands(payment).await
    }
}

#[async_trait]
impl Refunds for Axerve {
    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        let said = self.give_back(&request.payment, request.amount).await?;
        Ok(Refund {
            reference: request.reference.clone(),
            payment: request.payment.reference.clone(),
            gateway_id: None,
            // the bank says that it was done; of the amount it says nothing here, but in the events of the payment
            amount: map::amount(&said)?.unwrap_or(request.amount),
            is_pending: false,
            raw: said.raw(),
        })
    }

    /// A refund has the number of its payment, and nothing of its own.
    fn are_keyed(&self) -> bool {
        false
    }
}

#[async_trait]
impl Captures for Axerve {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        self.settle(&request.payment, request.amount).await
    }
}

#[async_trait]
impl Voids for Axerve {
    async fn void(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        self.delete(payment).await
    }
}

#[async_trait]
impl Vault for Axerve {
    fn keeps(&self) -> &'static [Entry] {
        if self.account.cards { &[Entry::Card] } else { &[] }
    }

    async fn keep(&self, request: &KeepRequest) -> Result<Kept> {
        let PaymentSource::Card(card) = &request.source else {
            return Err(ConnectorError::invalid("source", "this gateway keeps cards"));
        };
        let none = || ConnectorError::new(Kind::Declined, "no_token", "the account keeps no cards");
        map::saved(&self.request_token(card).await?, Some(card)).map(Kept::Saved).ok_or_else(none)
    }

    async fn forget(&self, token: &SecretString, _: Instant) -> Result<()> {
        match self.delete_token(token.expose_secret()).await {
            Err(error) if error.code == codes::NO_TOKEN => Ok(()),
            other => other.map(drop),
        }
    }
}

/// Notices: a call with `a`, our shop, and `b`, which only the bank can have encrypted and only the bank can read for us. They carry
/// no stamp; one that comes again is the same event.
#[async_trait]
impl Callbacks for Axerve {
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        let forged = |message: &str| ConnectorError::new(Kind::Auth, "forged", message);
        let query: Vec<(String, String)> =
            url::form_urlencoded::parse(callback.query.as_bytes()).into_owned().collect();
        let value = |name: &str| query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value);
        let text = value("b");
        if value("a") != self.account.shop || text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(forged("it is not about this shop"));
        }
        let said = self.decrypt(text).await?;
        let name = said.text("shoptransactionid");
        if said.text("transactiontype") != "DECRYPT" || name.is_empty() {
            let error = failure(&said);
            return Err(match error.kind {
                // it is we who may not ask, or the bank that cannot answer
                Kind::Auth | Kind::Unavailable | Kind::Unknown => error,
                _ => forged("the bank cannot read it"),
            });
        }
        let Some(reference) = map::reference(name) else { return Ok(None) };
        let id = [said.text("banktransactionid"), name, said.text("transactionresult"), said.code()].join(":");
        Ok(Some(PaymentEvent { id, at, payment: map::told(&self.account, reference, &said, None)?, dispute: None }))
    }

    fn thanks(&self) -> &'static str {
        "<html></html>"
    }
}
