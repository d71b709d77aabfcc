//! The way of a payment: what already is, the charge, the amount by the word of the gateway, and how it stands.

use super::map::{self, Standing};
use super::wire;
use super::{AuthorizeNet, Begun, Outcome, Payment, PaymentRequest, PaymentSource, callback};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::Decline;
use chrono::TimeDelta;
use comptoir_domain::{Instant, Money};

impl AuthorizeNet {
    /// The payment that already is, among these lines.
    pub(super) async fn earlier(&self, request: &PaymentRequest, lines: Vec<wire::Entry>) -> Result<Option<Payment>> {
        let Some(details) = self.payment_among(&request.reference, &lines).await? else { return Ok(None) };
        let payment = map::payment(&request.reference, &details, map::given_back(&lines, self.currency)?)?;
        if payment.amount != request.amount {
            let message = format!("the reference was used for {}, now for {}", payment.amount, request.amount);
            return Err(ConnectorError::new(Kind::Conflict, "reference_reused", message));
        }
        Ok(Some(payment))
    }

    pub(super) async fn charge(&self, request: &PaymentRequest) -> Result<Payment> {
        let sent = self.transact(map::charge(request, self.currency.as_str())?).await;
        let is_saved = matches!(request.source, PaymentSource::Saved(_));
        let (transacted, response) = match sent {
            Err(error) if is_saved && error.kind == Kind::NotFound => {
                let decline = Decline { hard: true, code: error.code.into(), message: error.message };
                return Ok(self.begun(request, Outcome::Declined(decline)));
            }
            sent => sent?,
        };
        let (code, message) = map::reason(&response);
        if response.response_code == "3" && code == "11" {
            // it was settled since
            let since = request.at.plus(-TimeDelta::days(1));
            let lines = self.all(&request.reference, since, request.at, false).await?;
            let found = self.earlier(request, lines).await?;
            return found.ok_or_else(|| ConnectorError::new(Kind::Conflict, code, message));
        }
        let outcome = map::outcome(&response, request.take);
        let kept = response.profile.as_ref().or(transacted.profile_response.as_ref());
        Ok(Payment {
            gateway_id: map::id(&response.trans_id),
            amount: self.amount(request, &response, &outcome).await?,
            saved: kept.filter(|_| request.save).and_then(|kept| map::kept(kept, &response, &request.source)),
            raw: map::raw(&response),
            ..self.begun(request, outcome)
        })
    }

    /// What was taken, by the word of the gateway: its answer only signs the amount, so what it does not sign is asked.
    async fn amount(&self, request: &PaymentRequest, response: &wire::Response, outcome: &Outcome) -> Result<Money> {
        if !matches!(outcome, Outcome::Approved | Outcome::Authorised | Outcome::Pending { .. }) {
            return Ok(request.amount);
        }
        let (key, asked) = (callback::key(&self.signature_key)?, request.amount.decimal().to_string());
        if callback::vouches(&key, &self.login, &response.trans_id, &asked, &response.trans_hash_sha2) {
            return Ok(request.amount);
        }
        let details = self.details(&response.trans_id).await.map_err(|error| {
            ConnectorError::new(Kind::Unknown, "amount", format!("it was taken, but not clear how much: {error}"))
        })?;
        Ok(map::payment(&request.reference, &details, Money::zero(self.currency))?.amount)
    }

    pub(super) fn begun(&self, request: &PaymentRequest, outcome: Outcome) -> Payment {
        Payment {
            reference: request.reference.clone(),
            gateway_id: None,
            amount: request.amount,
            outcome,
            refunded: Money::zero(request.amount.currency()),
            saved: None,
            card_country: None,
            raw: String::new(),
        }
    }

    /// A payment as it stands, and what was given back of it.
    pub(super) async fn standing(&self, payment: &Begun, at: Instant) -> Result<(wire::Details, Vec<wire::Entry>)> {
        let named = match &payment.gateway_id {
            Some(id) => Some(self.details(id).await?),
            None => None,
        };
        let lines = match &named {
            Some(details)
                if !matches!(map::standing(&details.transaction_status), Standing::Taken | Standing::Settled) =>
            {
                Vec::new()
            }
            _ => self.all(&payment.reference, payment.at, at, named.is_some()).await?,
        };
        let details = match named {
            Some(details) => Some(details),
            None => self.payment_among(&payment.reference, &lines).await?,
        };
        let missing = || ConnectorError::not_found(format!("no payment {}", payment.reference));
        let details = details.ok_or_else(missing)?;
        if !map::is_of(&details, &payment.reference) {
            let message = format!("{} is another payment than {}", details.trans_id, payment.reference);
            return Err(ConnectorError::new(Kind::Conflict, "another_payment", message));
        }
        Ok((details, lines))
    }
}
