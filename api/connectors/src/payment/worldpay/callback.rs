//! Payment responses: forms that the gateway posts to us. They are not signed; a password that they bear is all that makes
//! them genuine.

use super::map::{self, TAKE};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Callback, Decline, Outcome, Payment, PaymentEvent, Reference};
use chrono::TimeDelta;
use comptoir_domain::{Instant, Money};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

/// They come at once and are not repeated: an old one is somebody else's.
const FRESH: TimeDelta = TimeDelta::days(1);

/// What of a payment response is kept.
const KEPT: &[&str] = &[
    "transId",
    "transStatus",
    "transTime",
    "authAmount",
    "authCurrency",
    "amount",
    "currency",
    "rawAuthCode",
    "rawAuthMessage",
    "cardType",
    "countryMatch",
    "AVS",
    "wafMerchMessage",
    "testMode",
];

/// The fields of a form.
pub(super) struct Told(Vec<(String, String)>);

impl Told {
    /// The first value of a field; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The first of two fields that is filled in.
    fn either<'a>(&'a self, name: &str, other: &str) -> &'a str {
        Some(self.text(name)).filter(|value| !value.is_empty()).unwrap_or_else(|| self.text(other))
    }
}

fn wrong(message: impl Into<String>) -> ConnectorError {
    ConnectorError::invalid("callback_body", message)
}

/// Reads a form that bears the password.
pub(super) fn read(password: &SecretString, callback: &Callback) -> Result<Told> {
    let told = Told(url::form_urlencoded::parse(&callback.body).into_owned().collect());
    let (wanted, given) = (password.expose_secret().as_bytes(), told.text("callbackPW").as_bytes());
    if !wanted.is_empty() && bool::from(wanted.ct_eq(given)) {
        return Ok(told);
    }
    Err(ConnectorError::new(Kind::Auth, "forged_callback", "the password does not fit"))
}

/// What it says about a payment; nothing if it is about an agreement only.
pub(super) fn event(told: &Told, at: Instant) -> Result<Option<PaymentEvent>> {
    if !told.text("futurePayStatusChange").is_empty() {
        return Ok(None);
    }
    let reference = Reference::new(told.text("cartId")).map_err(|error| wrong(error.to_string()))?;
    let time = told.text("transTime").parse::<i64>().ok().and_then(|time| time.checked_mul(1000));
    let when = time.and_then(Instant::from_micros).ok_or_else(|| wrong("it bears no time"))?;
    if when < at.plus(-FRESH) || when > at.plus(FRESH) {
        return Err(ConnectorError::new(Kind::Auth, "stale_callback", "it is too old"));
    }
    let status = told.text("transStatus");
    let outcome = match (status, told.text(TAKE)) {
        ("Y", "E") => Outcome::Authorised,
        ("Y", _) => Outcome::Approved,
        ("C", _) => {
            let message = "the client went away from the page".to_string();
            Outcome::Declined(Decline { hard: false, code: "cancelled".into(), message })
        }
        _ => return Err(wrong("it says neither yes nor no")),
    };
    let currency = told.either("authCurrency", "currency").parse().map_err(|_| wrong("it bears no currency"))?;
    let amount =
        Money::parse(told.either("authAmount", "amount"), currency).map_err(|error| wrong(error.to_string()))?;
    let id = Some(told.text("transId").to_string()).filter(|id| !id.is_empty());
    let payment = Payment {
        gateway_id: id.clone(),
        amount,
        outcome,
        refunded: Money::zero(currency),
        saved: None,
        card_country: None,
        raw: raw(told),
        reference,
    };
    let id = id.unwrap_or_else(|| format!("{}-{}", payment.reference, when.micros()));
    Ok(Some(PaymentEvent { id: format!("{id}-{status}"), at: when, payment, dispute: None }))
}

fn raw(told: &Told) -> String {
    let kept = KEPT.iter().filter(|name| !told.text(name).is_empty());
    let kept: Map<_, _> =
        kept.map(|name| ((*name).to_string(), Value::String(map::one_line(told.text(name), 200)))).collect();
    Value::Object(kept).to_string()
}
