//! The calls that are sent, and what follows from their answers.

use super::map::{self, Way};
use super::wire::{Fields, Refused, Sealed};
use super::{QUERY, REST, Redsys, codes, query};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Call, Method};
use crate::payment::{Begun, Outcome, Payment, PaymentRequest};
use comptoir_domain::Money;

impl Redsys {
    /// Sends an operation; the answer is genuine, and about its order.
    pub(super) async fn send(&self, fields: &Fields) -> Result<Fields> {
        let body = serde_json::json!(self.account.seal(fields)?).to_string();
        let answer = self.http.send(Call::new(Method::Post, REST).body("application/json", body)).await?;
        if let Ok(refused) = serde_json::from_slice::<Refused>(&answer.body) {
            let (kind, words) = codes::error(&refused.code);
            return Err(ConnectorError::new(kind, refused.code, words));
        }
        let odd = |message: String| ConnectorError::new(Kind::Unknown, "bad_answer", message);
        let sealed: Sealed = serde_json::from_slice(&answer.body)
            .map_err(|_| odd(format!("HTTP {} without an answer that can be read", answer.status)))?;
        let said = sealed.open(self.account.version, &self.account.key).map_err(|error| odd(error.message))?;
        if said.text("DS_ORDER") == fields.text("DS_MERCHANT_ORDER") {
            Ok(said)
        } else {
            Err(odd("the answer is about another order".into()))
        }
    }

    /// The operations of an order; none if Redsys knows none. A question changes nothing, so without an answer nothing was done.
    pub(super) async fn operations(&self, order: &str) -> Result<Vec<Fields>> {
        let question = query::question(&self.account, order)?;
        let call = Call::new(Method::Post, QUERY).body("text/xml; charset=utf-8", question);
        let sent = self.http.send(call.header("soapaction", "consultaOperaciones".to_string())).await;
        let answer = sent.map_err(|error| ConnectorError::new(Kind::Unavailable, error.code, error.message))?;
        query::operations(&answer.text(), order)
    }

    /// The payment as it stands: by its page, if the client was there, else by what was tried directly.
    pub(super) async fn stands(&self, begun: &Begun) -> Result<Payment> {
        let reference = &begun.reference;
        let (page, direct) = (map::order(reference, Way::Page), map::order(reference, Way::Direct));
        let at_page = self.operations(&page).await?;
        if !at_page.is_empty() {
            return map::payment(reference, &page, &at_page);
        }
        let directly = self.operations(&direct).await?;
        if map::needs_client(&directly) {
            return map::at_page_again(&self.account, begun, &directly);
        }
        if directly.is_empty() && begun.gateway_id.as_ref() == Some(&page) {
            return Ok(map::waiting(begun));
        }
        map::payment(reference, &direct, &directly)
    }

    /// The payment as it stands, of which Redsys says that it was begun before.
    pub(super) async fn begun_before(&self, request: &PaymentRequest) -> Result<Payment> {
        let payment = self.stands(&request.begun(None)).await.map_err(|error| match error.kind {
            Kind::NotFound => {
                ConnectorError::new(Kind::Unavailable, "not_told_yet", "it was begun, and is not told yet")
            }
            _ => error,
        })?;
        payment.agrees_with(request.amount)?;
        match payment.outcome {
            Outcome::ActionNeeded(_) => map::at_page(&self.account, request),
            _ => Ok(payment),
        }
    }

    /// The order number of a payment whose way we may not know.
    pub(super) async fn order_of(&self, begun: &Begun) -> Result<String> {
        match &begun.gateway_id {
            Some(order) => Ok(order.clone()),
            None => Ok(self.stands(begun).await?.gateway_id.unwrap_or_default()),
        }
    }

    /// Ends a reservation. What was refused may have been done before: then the same is the same answer.
    pub(super) async fn end(&self, begun: &Begun, kind: &str, amount: Money, wanted: Outcome) -> Result<Payment> {
        let order = self.order_of(begun).await?;
        let error = match self.send(&map::operation(&self.account, kind, &order, amount)?).await {
            Ok(fields) => {
                let payment = map::payment(&begun.reference, &order, std::slice::from_ref(&fields))?;
                if payment.outcome == wanted {
                    return Ok(payment);
                }
                map::refusal(&fields)
            }
            Err(error) => error,
        };
        if !matches!(error.kind, Kind::Conflict | Kind::NotFound) {
            return Err(error);
        }
        let stands = self.stands(begun).await?;
        match stands.outcome {
            Outcome::Authorised => Err(error),
            _ if stands.outcome == wanted && stands.amount == amount => Ok(stands),
            _ => Err(ConnectorError::new(Kind::Conflict, error.code, "it was taken or released before")),
        }
    }
}
