//! Both signatures, as the page describes them step by step.

use aes::Aes128;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use des::TdesEde3;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Sha256, Sha512};

pub const V1: &str = "HMAC_SHA256_V1";
pub const V2: &str = "HMAC_SHA512_V2";

/// The key of an order, version 1.
pub fn key_v1(secret: &str, order: &str) -> Vec<u8> {
    let mut padded = order.as_bytes().to_vec();
    while !padded.len().is_multiple_of(8) {
        padded.push(0);
    }
    let key = BASE64_STANDARD.decode(secret).unwrap();
    cbc::Encryptor::<TdesEde3>::new_from_slices(&key, &[0; 8]).unwrap().encrypt_padded_vec::<NoPadding>(&padded)
}

/// The key of an order, version 2: a text.
pub fn key_v2(secret: &str, order: &str) -> String {
    let key = format!("{secret:0<16}");
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(&key.as_bytes()[..16], &[0; 16]).unwrap();
    BASE64_STANDARD.encode(cipher.encrypt_padded_vec::<Pkcs7>(order.as_bytes()))
}

/// The signature of a text, as the answers write it: in the alphabet of addresses.
pub fn sign(version: &str, secret: &str, order: &str, text: &str) -> String {
    if version == V2 {
        let mac = Hmac::<Sha512>::new_from_slice(key_v2(secret, order).as_bytes()).unwrap().chain_update(text);
        return BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    }
    let mac = Hmac::<Sha256>::new_from_slice(&key_v1(secret, order)).unwrap().chain_update(text);
    base64::prelude::BASE64_URL_SAFE.encode(mac.finalize().into_bytes())
}

/// A signature without its dialect.
pub fn plain(signature: &str) -> String {
    signature.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// The text of parameters.
pub fn pack(version: &str, value: &Value) -> String {
    let json = value.to_string();
    if version == V2 { BASE64_URL_SAFE_NO_PAD.encode(json) } else { BASE64_STANDARD.encode(json) }
}

/// What a text says; nothing if it is written for another version.
pub fn unpack(version: &str, text: &str) -> Option<Value> {
    let json = if version == V2 { BASE64_URL_SAFE_NO_PAD.decode(text) } else { BASE64_STANDARD.decode(text) };
    serde_json::from_slice(&json.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sq7HjrUOBfKmC576ILgskD5srU870gJ7";
    const JSON: &str = r#"{"DS_MERCHANT_AMOUNT":"145","DS_MERCHANT_ORDER":"1446068581","DS_MERCHANT_MERCHANTCODE":"999008881","DS_MERCHANT_CURRENCY":"978","DS_MERCHANT_TRANSACTIONTYPE":"0","DS_MERCHANT_TERMINAL":"1"}"#;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_vectors_of_the_page() {
        assert_eq!(hex(&key_v1(KEY, "1446068581")), "decaf4a139d22921434c30c18e0431af");
        assert_eq!(hex(&key_v1(KEY, "170136947454")), "f93c6a57c92ef176b1d1ef6499ee7078");
        let lengths = ["1234", "12345678", "123456789", "123456789012"].map(|order| key_v1(KEY, order).len());
        assert_eq!(lengths, [8, 8, 16, 16]);
        let one = sign(V1, KEY, "1446068581", &BASE64_STANDARD.encode(JSON));
        assert_eq!(plain(&one), plain("WFo2U4uBjjSMNrb3ISYMD3Vy+wWmPO9eK5iqrnZ8c54="));
        assert_eq!(key_v2(KEY, "1446068581"), "zuCOI0XhY3qI1FDJrasKPQ==");
        let two = sign(V2, KEY, "1446068581", &BASE64_URL_SAFE_NO_PAD.encode(JSON));
        assert_eq!(two, "vT2opqdwbJYPAO4syLovnmhTJHhOAnbXCWNAkiXrSq8gQQ5erLb3vOwHJFWKisqLh5AIohct_Esxp0R57za1GQ");
    }
}
