//! Gateways that are gone. Nothing can be begun there and nobody is asked or told anything. What a house has taken over of them,
//! money that is reserved or was taken, a person settles elsewhere; here it is only recorded, so whatever is asked is answered at
//! once and nothing is sent.

use super::{
    Begun, CaptureRequest, Captures, Entry, Outcome, Payment, PaymentGateway, PaymentRequest, Refund, RefundRequest,
    Refunds, Voids,
};
use crate::error::{ConnectorError, Kind, Result};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant, Money};

/// A gateway that is gone.
#[derive(Clone, Debug)]
pub struct Retired {
    /// What stands in its place.
    pub instead: &'static str,
}

/// Wirecard AG has been insolvent since June 2020. Its tokens and transaction ids work at none of those who bought parts of it.
pub const WIRECARD: Retired = Retired {
    instead: "Wirecard is gone. Import its stored cards and open transactions by POST /v1/gateways/{id}/imports: the \
              transactions are settled by hand, and clients enter their cards again at another gateway, such as stripe.",
};

#[async_trait]
impl PaymentGateway for Retired {
    fn takes(&self, _: Currency) -> bool {
        false
    }

    fn entries(&self) -> &'static [Entry] {
        &[]
    }

    fn retired(&self) -> Option<&'static str> {
        Some(self.instead)
    }

    async fn probe(&self, _: Instant) -> Result<()> {
        Err(ConnectorError::new(Kind::Unavailable, "retired", self.instead))
    }

    async fn start(&self, _: &PaymentRequest) -> Result<Payment> {
        Err(ConnectorError::invalid("retired", self.instead))
    }

    fn refunds(&self) -> Option<&dyn Refunds> {
        Some(self)
    }

    fn captures(&self) -> Option<&dyn Captures> {
        Some(self)
    }

    fn voids(&self) -> Option<&dyn Voids> {
        Some(self)
    }
}

#[async_trait]
impl Refunds for Retired {
    /// Nobody can be asked what became of one: a person knows.
    fn are_keyed(&self) -> bool {
        false
    }

    async fn refund(&self, request: &RefundRequest) -> Result<Refund> {
        Ok(Refund {
            reference: request.reference.clone(),
            payment: request.payment.reference.clone(),
            gateway_id: None,
            amount: request.amount,
            is_pending: false,
            raw: String::new(),
        })
    }
}

#[async_trait]
impl Captures for Retired {
    async fn capture(&self, request: &CaptureRequest) -> Result<Payment> {
        Ok(recorded(&request.payment, request.amount, Outcome::Captured))
    }
}

#[async_trait]
impl Voids for Retired {
    async fn void(&self, payment: &Begun, _: Instant) -> Result<Payment> {
        Ok(recorded(payment, payment.amount, Outcome::Voided))
    }
}

fn recorded(payment: &Begun, amount: Money, outcome: Outcome) -> Payment {
    Payment {
        reference: payment.reference.clone(),
        gateway_id: payment.gateway_id.clone(),
        amount,
        outcome,
        refunded: Money::zero(amount.currency()),
        saved: None,
        card_country: None,
        raw: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::{PaymentSource, Reference, contract};

    fn at() -> Instant {
        "2026-11-30T09:00:00Z".parse().unwrap()
    }

    /// It takes no currency, offers no way in, and says so whatever is tried.
    #[tokio::test]
    async fn nothing_begins_at_a_gateway_that_is_gone() {
        assert!(!WIRECARD.takes("EUR".parse().unwrap()) && WIRECARD.entries().is_empty());
        let asked = contract::request("r-1", "12.10", "EUR", PaymentSource::Saved("C242720181323966504820".into()));
        assert_eq!(WIRECARD.start(&asked).await.unwrap_err().code, "retired");
        assert_eq!(WIRECARD.probe(at()).await.unwrap_err().code, "retired");
        assert!(WIRECARD.lookup().is_none() && WIRECARD.vault().is_none() && WIRECARD.callbacks().is_none());
    }

    /// What is taken, released or given back by hand is what was asked for, with the old id.
    #[tokio::test]
    async fn what_a_person_does_is_recorded() {
        let amount = Money::parse("12.10", "EUR".parse().unwrap()).unwrap();
        let part = Money::parse("2.10", "EUR".parse().unwrap()).unwrap();
        let reference = Reference::new("t-1").unwrap();
        let payment = Begun { reference, gateway_id: Some("C2427".into()), amount, at: at() };
        let taken = CaptureRequest { payment: payment.clone(), amount: part, at: at() };
        let taken = WIRECARD.capture(&taken).await.unwrap();
        assert_eq!((taken.outcome, taken.amount, taken.gateway_id), (Outcome::Captured, part, Some("C2427".into())));
        let released = WIRECARD.void(&payment, at()).await.unwrap();
        assert_eq!((released.outcome, released.amount), (Outcome::Voided, amount));
        let back = RefundRequest { reference: Reference::new("f-1").unwrap(), payment, amount: part, at: at() };
        let back = WIRECARD.refund(&back).await.unwrap();
        assert_eq!((back.reference.as_str(), back.payment.as_str(), back.amount), ("f-1", "t-1", part));
    }
}
