//! Seals as the page describes them.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

pub const HMAC: &str = "HMAC-SHA-256";
pub const SHA: &str = "SHA-256";

/// The seal of a text.
pub fn of(algorithm: &str, key: &str, text: &str) -> String {
    let bytes = if algorithm == HMAC {
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap().chain_update(text).finalize().into_bytes()
    } else {
        Sha256::digest(format!("{text}{key}"))
    };
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text of an object: values in the order of names, without the three that are not sealed.
pub fn text(object: &Map<String, Value>) -> String {
    let sealed = |name: &&String| !["keyVersion", "sealAlgorithm", "seal"].contains(&name.as_str());
    let names: BTreeMap<&String, &Value> = object.iter().filter(|(name, _)| sealed(name)).collect();
    names.into_values().map(flat).collect()
}

fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(flat).collect(),
        Value::Object(inner) => inner.iter().collect::<BTreeMap<_, _>>().into_values().map(flat).collect(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_the_page() {
        let data = "amount=2500|currencyCode=978|merchantId=002001000000001|normalReturnUrl=https://shop.example/return|transactionReference=TREF1|keyVersion=1";
        let key = "002001000000001_KEY1";
        assert_eq!(of(HMAC, key, data), "d011ed9f9be4bb8466063ad218c28d448d845e416f7610e625730dbb6a5e1e96");
        assert_eq!(of(SHA, key, data), "ed6df485ac43d2707f5ea097dd701b8c0dd220f9287620d02c2d2c8b0e1cd992");
    }
}
