//! The seals of Sips: over the text of a form as it is sent, and over the values of a JSON object in the order of their names.
//! They are compared in constant time.

use crate::error::{ConnectorError, Result};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How a seal is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Algorithm {
    /// HMAC-SHA256 under the key.
    Hmac,
    /// SHA-256 of the text and the key behind it.
    Plain,
}

/// What is not sealed in an object.
const OUTSIDE: &[&str] = &["keyVersion", "sealAlgorithm", "seal"];

impl Algorithm {
    /// Their names, the better one first.
    pub(super) const NAMES: &'static [&'static str] = &["HMAC-SHA-256", "SHA-256"];

    /// By its name.
    pub(super) fn of(name: &str) -> Self {
        if name == Algorithm::Plain.as_str() { Algorithm::Plain } else { Algorithm::Hmac }
    }

    /// Its name in messages.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Algorithm::Hmac => "HMAC-SHA-256",
            Algorithm::Plain => "SHA-256",
        }
    }

    /// The seal of a text, in small hexadecimal digits.
    pub(super) fn seal(self, key: &SecretString, text: &str) -> Result<String> {
        let key = key.expose_secret();
        Ok(HEXLOWER.encode(&match self {
            Algorithm::Hmac => {
                let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
                    .map_err(|_| ConnectorError::invalid("key", "the key has a wrong length"))?;
                mac.chain_update(text).finalize().into_bytes()
            }
            Algorithm::Plain => Sha256::new().chain_update(text).chain_update(key).finalize(),
        }))
    }

    /// Whether a seal belongs to the text.
    pub(super) fn fits(self, key: &SecretString, text: &str, seal: &str) -> Result<bool> {
        Ok(self.seal(key, text)?.as_bytes().ct_eq(seal.as_bytes()).into())
    }
}

/// The text of an object over which its seal is made: the values in the order of their names, nothing between them.
pub(super) fn text(object: &Map<String, Value>) -> String {
    let mut text = String::new();
    push(&mut text, object.iter().filter(|(name, _)| !OUTSIDE.contains(&name.as_str())));
    text
}

fn push<'a>(text: &mut String, pairs: impl Iterator<Item = (&'a String, &'a Value)>) {
    let mut sorted: Vec<_> = pairs.collect();
    sorted.sort_by_key(|(name, _)| name.as_str());
    sorted.into_iter().for_each(|(_, value)| push_value(text, value));
}

fn push_value(text: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::String(value) => text.push_str(value),
        Value::Array(values) => values.iter().for_each(|value| push_value(text, value)),
        Value::Object(pairs) => push(text, pairs.iter()),
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The vector of the page.
    #[test]
    fn seals_are_those_of_the_published_vector() {
        let data = "amount=2500|currencyCode=978|merchantId=002001000000001|normalReturnUrl=https://shop.example/return|transactionReference=TREF1|keyVersion=1";
        let key = SecretString::from("002001000000001_KEY1");
        for (algorithm, want) in [
            (Algorithm::Hmac, "d011ed9f9be4bb8466063ad218c28d448d845e416f7610e625730dbb6a5e1e96"),
            (Algorithm::Plain, "ed6df485ac43d2707f5ea097dd701b8c0dd220f9287620d02c2d2c8b0e1cd992"),
        ] {
            assert_eq!(algorithm.seal(&key, data).unwrap(), want);
            assert!(algorithm.fits(&key, data, want).unwrap());
            for wrong in ["", &want[1..], &want.to_uppercase(), &format!("{want}0")] {
                assert!(!algorithm.fits(&key, data, wrong).unwrap(), "{wrong}");
            }
            assert!(!algorithm.fits(&key, &format!("{data}0"), want).unwrap());
            assert_eq!(Algorithm::of(algorithm.as_str()), algorithm);
        }
    }

    /// The rule of the page: names in order, also within containers, lists as they are, three names left out.
    #[test]
    fn objects_are_read_in_the_order_of_their_names() {
        let object = json!({
            "merchantId": "m", "amount": 25, "seal": "no", "keyVersion": "1", "sealAlgorithm": "no",
            "contact": { "lastname": "L", "email": "E" }, "list": ["z", "a"], "Upper": "U", "none": null, "flag": true,
        });
        assert_eq!(text(object.as_object().unwrap()), "U25ELtruezam");
    }
}
