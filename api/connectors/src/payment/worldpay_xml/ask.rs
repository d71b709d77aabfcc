//! One message to the payment service and its answer, and the question how an order stands.

use super::wire::{self, Element, element, first};
use super::{PATH, WorldpayXml, map};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Method};
use crate::payment::{Dispute, Payment, PaymentRequest};

/// Whether a message changes something: without an answer it may then have been done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    Some,
}

impl Effect {
    pub(super) fn no_answer(self) -> Kind {
        if self == Effect::Some { Kind::Unknown } else { Kind::Unavailable }
    }
}

pub(super) fn unclear() -> ConnectorError {
    ConnectorError::new(Kind::Unknown, "answer", "the answer says nothing about the payment")
}

pub(super) fn failure((code, message): (String, String), effect: Effect) -> ConnectorError {
    ConnectorError::new(map::error_kind(&code, effect.no_answer()), format!("error_{code}"), message)
}

pub(super) fn read(answer: &str, effect: Effect) -> Result<roxmltree::Document<'_>> {
    wire::parse(answer)
        .map_err(|error| ConnectorError::new(effect.no_answer(), "answer", format!("it cannot be read: {error}")))
}

impl WorldpayXml {
    pub(super) async fn send(&self, message: Element, effect: Effect) -> Result<String> {
        let body = wire::message(&self.merchant, message)?;
        let call = Call::new(Method::Post, PATH).basic(&self.user, &self.password).body("text/xml", body);
        let answer = self.http.send(call).await.map_err(|error| match error.kind {
            Kind::Unknown => ConnectorError::new(effect.no_answer(), error.code, error.message),
            _ => error,
        })?;
        let kind = match answer.status {
            200 => return Ok(answer.text()),
            401 | 403 => Kind::Auth,
            429 => Kind::RateLimited(None),
            400..=499 => Kind::InvalidRequest,
            _ => effect.no_answer(),
        };
        Err(ConnectorError::new(kind, format!("http_{}", answer.status), "the gateway failed"))
    }

    /// A payment as it stands, by its order code.
    pub(super) async fn inquire(&self, code: &str) -> Result<Payment> {
        Ok(self.inquire_all(code).await?.0)
    }

    /// The same, and what is disputed of it.
    pub(super) async fn inquire_all(&self, code: &str) -> Result<(Payment, Option<Dispute>)> {
        let inquiry = element("inquiry").holding([element("orderInquiry").with("orderCode", code)]);
        let answer = self.send(inquiry, Effect::None).await?;
        let document = read(&answer, Effect::None)?;
        let missing = || ConnectorError::not_found(format!("no order {code}"));
        match map::error(document.root_element()) {
            Some((number, _)) if number == "5" => return Err(missing()),
            Some(refused) => return Err(failure(refused, Effect::None)),
            None => {}
        }
        let node = first(document.root_element(), "payment").ok_or_else(missing)?;
        let payment = map::payment(code, node)?;
        let dispute = map::dispute(code, node, payment.amount);
        Ok((payment, dispute))
    }

    /// What became of an order whose code was used before.
    pub(super) async fn earlier(&self, request: &PaymentRequest) -> Result<Payment> {
        let found = self.inquire(&map::code(&request.reference, request.take)).await?;
        if found.amount == request.amount {
            return Ok(found);
        }
        let message = format!("the reference was used for {}, now for {}", found.amount, request.amount);
        Err(ConnectorError::new(Kind::Conflict, "reference_reused", message))
    }
}
