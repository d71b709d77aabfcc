//! Stripe's webhooks: `Stripe-Signature: t=…,v1=…`, an HMAC-SHA256 over `t.body`. Events come in any order and twice, and in
//! the shape of the version that the endpoint was set up with; so they only say what to ask about.

use super::wire::{Event, EventObject};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::Callback;
use comptoir_domain::Instant;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// How far the stamp may be from our clock, in seconds.
const TOLERANCE: u64 = 300;

/// What an event is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A payment intent, by its id.
    Intent(String),
    /// A stay at the hosted page, by its id.
    Session(String),
    /// A dispute, by its id.
    Dispute(String),
}

/// A genuine event about a payment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) at: Instant,
    pub(super) about: About,
}

/// Whose events say something about a payment.
const FAMILIES: &[&str] = &["payment_intent.", "checkout.session.", "charge.refund", "refund.", "charge.dispute."];

fn forged(message: &str) -> ConnectorError {
    ConnectorError::new(Kind::Auth, "forged_callback", message)
}

/// Checks stamp and signature (compared in constant time). Several may be given while the secret is being changed; other schemes
/// than `v1` are passed over.
fn check(secret: &SecretString, callback: &Callback, now: Instant) -> Result<()> {
    let header = callback.header("stripe-signature").ok_or_else(|| forged("the signature is missing"))?;
    let parts: Vec<_> = header.split(',').filter_map(|part| part.trim().split_once('=')).collect();
    let stamp = parts.iter().find(|(name, _)| *name == "t").map(|(_, stamp)| *stamp);
    let stamp = stamp.ok_or_else(|| forged("the time stamp is missing"))?;
    let seconds: i64 = stamp.parse().map_err(|_| forged("the time stamp is not a number"))?;
    if seconds.abs_diff(now.seconds()) > TOLERANCE {
        return Err(ConnectorError::new(Kind::Auth, "stale_callback", "the time stamp is too far from now"));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .map_err(|_| ConnectorError::invalid("webhook_secret", "it has a wrong length"))?;
    for part in [stamp.as_bytes(), b".", callback.body.as_slice()] {
        mac.update(part);
    }
    let tags = parts.iter().filter(|(name, _)| *name == "v1");
    let is_genuine = tags.filter_map(|(_, tag)| data_encoding::HEXLOWER.decode(tag.as_bytes()).ok());
    if is_genuine.into_iter().any(|tag| mac.clone().verify_slice(&tag).is_ok()) {
        return Ok(());
    }
    Err(forged("the signature does not fit"))
}

/// What a genuine call says; nothing if it is about no payment.
pub(super) fn verify(secret: &SecretString, callback: &Callback, now: Instant) -> Result<Option<Told>> {
    if secret.expose_secret().is_empty() {
        return Err(forged("no secret is set up for callbacks"));
    }
    check(secret, callback, now)?;
    let event: Event = serde_json::from_slice(&callback.body)
        .map_err(|error| ConnectorError::invalid("callback_body", error.to_string()))?;
    let at = event.created.checked_mul(1_000_000).and_then(Instant::from_micros);
    let at = at.ok_or_else(|| ConnectorError::invalid("callback_body", "the time is out of range"))?;
    let is_known = FAMILIES.iter().any(|family| event.kind.starts_with(family));
    let about = about(event.data.object).filter(|_| is_known);
    Ok(about.map(|about| Told { id: event.id, at, about }))
}

fn about(object: EventObject) -> Option<About> {
    match object.object.as_str() {
        "payment_intent" => object.id.map(About::Intent),
        "checkout.session" => object.id.map(About::Session),
        "dispute" => object.id.map(About::Dispute),
        _ => object.payment_intent.map(|intent| About::Intent(intent.id().to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test_secret";

    fn call(signature: &str, body: &[u8]) -> Callback {
        let headers = vec![("stripe-signature".to_string(), signature.to_string())];
        Callback { query: String::new(), headers, body: body.to_vec() }
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).unwrap()
    }

    /// The vector of the protocol's page: its signature is genuine, wherever it stands, for five minutes.
    #[test]
    fn the_published_signature_is_genuine() {
        let tag = "248a374f50f943a28b0f6ab50faf9a7e7e29b710fa26df9fb1618b9bf8ea9c9a";
        let secret = SECRET.into();
        let checked = |header: &str, now| check(&secret, &call(header, br#"{"id":"evt_1"}"#), at(now)).is_ok();
        let other = "0".repeat(64);
        assert!(checked(&format!("t=1700000000,v1={tag}"), 1_700_000_000));
        assert!(checked(&format!("t=1700000000,v1={other},v1={tag},v0={other}"), 1_700_000_300));
        assert!(!checked(&format!("t=1700000000,v1={tag}"), 1_700_000_301));
        assert!(!checked(&format!("t=1700000000,v1={tag}"), 1_699_999_699));
        assert!(!checked(&format!("t=1700000001,v1={tag}"), 1_700_000_000));
        for header in [format!("t=1700000000,v0={tag}"), format!("v1={tag}"), "t=1700000000".into(), String::new()] {
            assert!(!checked(&header, 1_700_000_000), "{header}");
        }
        let other: SecretString = "whsec_other".into();
        let header = format!("t=1700000000,v1={tag}");
        assert!(check(&other, &call(&header, br#"{"id":"evt_1"}"#), at(1_700_000_000)).is_err());
    }

    /// Whoever has set up no secret is told nothing, not even by those who guess that there is none.
    #[test]
    fn an_empty_secret_signs_nothing() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        mac.update(b"1700000000.{}");
        let header = format!("t=1700000000,v1={}", data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes()));
        let answer = verify(&SecretString::default(), &call(&header, b"{}"), at(1_700_000_000));
        assert_eq!(answer.unwrap_err().kind, Kind::Auth);
    }
}
