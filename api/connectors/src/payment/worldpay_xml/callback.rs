//! Notifications. They are not signed: all that is believed is which order they are about, and that is asked.

use super::wire::{self, first};
use super::{WorldpayXml, map};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Callback, Callbacks, PaymentEvent};
use async_trait::async_trait;
use comptoir_domain::Instant;

#[async_trait]
impl Callbacks for WorldpayXml {
    async fn verify(&self, callback: &Callback, at: Instant) -> Result<Option<PaymentEvent>> {
        let wrong = |message: String| ConnectorError::invalid("callback_body", message);
        let text = std::str::from_utf8(&callback.body).map_err(|error| wrong(error.to_string()))?;
        let document = wire::parse(text).map_err(|error| wrong(error.to_string()))?;
        let told = first(document.root_element(), "orderStatusEvent");
        let code = told.and_then(|told| told.attribute("orderCode")).map(str::to_string);
        drop(document);
        let code = code.ok_or_else(|| wrong("it is about no order".into()))?;
        if map::named(&code).is_none() {
            return Ok(None);
        }
        let (payment, dispute) = match self.inquire_all(&code).await {
            // the merchant code may serve others too
            Err(error) if error.kind == Kind::NotFound => return Ok(None),
            found => found?,
        };
        let outcome = serde_json::to_string(&payment.outcome).unwrap_or_default();
        let disputed = dispute.as_ref().map_or("", |dispute| dispute.status.as_str());
        let id = format!("{code} {} {} {outcome} {disputed}", payment.amount, payment.refunded);
        Ok(Some(PaymentEvent { id: id.trim_end().into(), at, payment, dispute }))
    }

    fn thanks(&self) -> &'static str {
        "[OK]"
    }
}
