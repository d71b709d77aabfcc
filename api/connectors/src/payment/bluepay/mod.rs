//! BluePay: cards in our store, kept as the transactions in which they were seen.
//!
//! It knows no key against doing things twice. What stands for one: each transaction bears an order id made of our reference,
//! and before anything is sent it is asked for that order id.

mod ask;
mod callback;
mod map;
mod seal;
#[cfg(test)]
mod tests;
mod undo;
mod vault;

use super::{
    Begun, Callbacks, Captures, Entry, Lookup, Outcome, Payment, PaymentGateway, PaymentRequest, Refunds, Vault, Voids,
};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::Http;
use crate::payment::registry::Site;
use crate::settings::{Field, FieldKind, Values, optional, required};
use async_trait::async_trait;
use comptoir_domain::{Currency, Instant, Money};
use map::{Part, Row, Told, Verdict};
use secrecy::SecretString;
use std::sync::Arc;

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("account", "Account id", FieldKind::Text(12), "100000000001"),
    required("secret_key", "Secret key", FieldKind::Secret(100), "SECRETKEY"),
    optional("hash_type", "Hash type in API, as the account is set up", FieldKind::Choice(seal::KINDS), "HMAC_SHA512"),
    optional("currency", "Currency of the account", FieldKind::Choice(&["USD", "CAD"]), "USD"),
    optional("address", "Address of the service, if it is another", FieldKind::Address, "https://secure.bluepay.com"),
];

const HOST: &str = "https://secure.bluepay.com";
const TRANSACT: &str = "/interfaces/bp10emu";
const QUERY: &str = "/interfaces/stq";

const ENTRIES: &[Entry] = &[Entry::Card];

/// An account at BluePay.
pub struct BluePay {
    http: Http,
    account: String,
    secret_key: SecretString,
    hash_type: String,
    currency: Currency,
    mode: &'static str,
}

/// Gets it ready.
pub fn build(site: &Site, values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    let currency = values.or("currency", "USD").parse();
    Ok(Arc::new(BluePay {
        http: Http::new(values.or("address", HOST), site.reach)?,
        account: values.text("account").into(),
        secret_key: values.secret("secret_key"),
        hash_type: values.or("hash_type", "HMAC_SHA512").into(),
        currency: currency.map_err(|_| ConnectorError::invalid("currency", "expected USD or CAD"))?,
        mode: if site.live { "LIVE" } else { "TEST" },
    }))
}

#[async_trait]
impl PaymentGateway for BluePay {
    fn takes(&self, currency: Currency) -> bool {
        currency == self.currency
    }

    fn entries(&self) -> &'static [Entry] {
        ENTRIES
    }

    async fn probe(&self, at: Instant) -> Result<()> {
        self.find("comptoir.probe", at, at).await.map(|_| ())
    }

    async fn start(&self, request: &PaymentRequest) -> Result<Payment> {
        request.check(ENTRIES)?;
        if !self.takes(request.amount.currency()) {
            return Err(ConnectorError::invalid("currency", format!("the account is in {}", self.currency)));
        }
        if let Some(payment) = self.standing(&request.begun(None), request.at).await? {
            return same(payment, request.amount);
        }
        let told = self.transact(map::charge(request)?).await?;
        match map::verdict(&told) {
            Verdict::Done(_) => {
                // its answer names no amount
                let found = self.part(&request.begun(None), Part::Payment, request.at).await.map_err(unclear)?;
                let missing = || ConnectorError::new(Kind::Unknown, "amount", "it was approved, but is not found");
                let payment =
                    map::payment(&request.reference, &found.ok_or_else(missing)?, None, Money::zero(self.currency));
                let saved = request.save.then(|| map::saved(&told, &request.source));
                Ok(Payment { saved, ..payment })
            }
            // the same card and amount a moment ago, for something else
            Verdict::Twice => {
                let message = "the same amount was charged to the card a moment ago: later it can be charged again";
                Err(ConnectorError::new(Kind::Unavailable, "duplicate", message))
            }
            Verdict::Declined(decline) => Ok(begun(request, Outcome::Declined(decline), &told)),
            Verdict::Failed(error) => Err(error),
        }
    }

    fn lookup(&self) -> Option<&dyn Lookup> {
        Some(self)
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

    fn vault(&self) -> Option<&dyn Vault> {
        Some(self)
    }

    fn callbacks(&self) -> Option<&dyn Callbacks> {
        Some(self)
    }
}

fn same(payment: Payment, asked: Money) -> Result<Payment> {
    if payment.amount == asked {
        return Ok(payment);
    }
    let message = format!("the reference was used for {}, now for {asked}", payment.amount);
    Err(ConnectorError::new(Kind::Conflict, "reference_reused", message))
}

/// That something was done is known, but not what.
fn unclear(error: ConnectorError) -> ConnectorError {
    ConnectorError::new(Kind::Unknown, error.code, error.message)
}

fn begun(request: &PaymentRequest, outcome: Outcome, told: &Told) -> Payment {
    Payment {
        reference: request.reference.clone(),
        gateway_id: Some(told.text("RRNO").to_string()).filter(|id| !id.is_empty()),
        amount: request.amount,
        outcome,
        refunded: Money::zero(request.amount.currency()),
        saved: None,
        card_country: None,
        raw: serde_json::json!({"result": told.text("Result"), "avs": told.text("AVS"), "cvv2": told.text("CVV2")})
            .to_string(),
    }
}

impl BluePay {
    /// A payment as it stands; nothing if it is not known.
    async fn standing(&self, payment: &Begun, at: Instant) -> Result<Option<Payment>> {
        let Some(paid) = self.part(payment, Part::Payment, at).await? else { return Ok(None) };
        let mut then = None;
        if paid.is_good() && paid.kind == "AUTH" {
            then = self.part(payment, Part::Capture, at).await?.filter(Row::is_good);
            if then.is_none() {
                then = self.part(payment, Part::Void, at).await?;
            }
        }
        let mut back = Money::zero(self.currency);
        if map::payment(&payment.reference, &paid, then.as_ref(), back).is_taken() {
            for row in self.refunds_of(payment, at).await?.iter().filter(|row| row.is_good()) {
                back = back.plus(row.amount)?;
            }
        }
        Ok(Some(map::payment(&payment.reference, &paid, then.as_ref(), back)))
    }

    /// The same, where it has to be known.
    async fn known(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        let missing = || ConnectorError::not_found(format!("no payment {}", payment.reference));
        self.standing(payment, at).await?.ok_or_else(missing)
    }
}

#[async_trait]
impl Lookup for BluePay {
    async fn fetch(&self, payment: &Begun, at: Instant) -> Result<Payment> {
        self.known(payment, at).await
    }
}
