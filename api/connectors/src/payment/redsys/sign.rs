//! Both signatures of Redsys. Each order number gets a key of its own, made from the terminal's; that one signs the text of the
//! parameters as it travels. Signatures are compared in constant time, in either alphabet of base64.

use crate::error::{ConnectorError, Result};
use aes::Aes128;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use cbc::Encryptor;
use cbc::cipher::block_padding::{Pkcs7, ZeroPadding};
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use des::TdesEde3;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Sha256, Sha512};

/// Which signature a terminal uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Version {
    /// HMAC-SHA256 with a key by 3DES.
    Sha256,
    /// HMAC-SHA512 with a key by AES (October 2025).
    Sha512,
}

/// How many characters of the terminal's key the newer signature takes.
const SHORT_KEY: usize = 16;

impl Version {
    /// Their names, the older first: terminals have it unless the bank says otherwise.
    pub(super) const NAMES: &'static [&'static str] = &["HMAC_SHA256_V1", "HMAC_SHA512_V2"];

    /// By its name.
    pub(super) fn of(name: &str) -> Self {
        if name == Version::Sha512.as_str() { Version::Sha512 } else { Version::Sha256 }
    }

    /// Its name in messages.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Version::Sha256 => "HMAC_SHA256_V1",
            Version::Sha512 => "HMAC_SHA512_V2",
        }
    }

    /// The text of parameters as this version sends it.
    pub(super) fn encode(self, json: &str) -> String {
        match self {
            Version::Sha256 => BASE64_STANDARD.encode(json),
            Version::Sha512 => BASE64_URL_SAFE_NO_PAD.encode(json),
        }
    }

    /// The signature of a text that belongs to an order.
    pub(super) fn sign(self, key: &SecretString, order: &str, text: &str) -> Result<String> {
        Ok(match self {
            Version::Sha256 => BASE64_STANDARD.encode(sha256(key, order, text)?.finalize().into_bytes()),
            Version::Sha512 => BASE64_URL_SAFE_NO_PAD.encode(sha512(key, order, text)?.finalize().into_bytes()),
        })
    }

    /// Whether a signature belongs to the text.
    pub(super) fn fits(self, key: &SecretString, order: &str, text: &str, signature: &str) -> Result<bool> {
        let Some(tag) = decode(signature) else { return Ok(false) };
        Ok(match self {
            Version::Sha256 => sha256(key, order, text)?.verify_slice(&tag).is_ok(),
            Version::Sha512 => sha512(key, order, text)?.verify_slice(&tag).is_ok(),
        })
    }
}

/// Base64 of either alphabet, with its padding or without.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let plain = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    BASE64_URL_SAFE_NO_PAD.decode(plain).ok()
}

fn wrong_key<E>(_: E) -> ConnectorError {
    ConnectorError::invalid("key", "the terminal's key has not the form that its signature wants")
}

fn sha256(key: &SecretString, order: &str, text: &str) -> Result<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(&by_3des(key, order)?).map_err(wrong_key)?;
    Ok(mac.chain_update(text))
}

fn sha512(key: &SecretString, order: &str, text: &str) -> Result<Hmac<Sha512>> {
    let mac = Hmac::<Sha512>::new_from_slice(by_aes(key, order)?.as_bytes()).map_err(wrong_key)?;
    Ok(mac.chain_update(text))
}

/// The order number, filled up with zero bytes, by 3DES-CBC under the key's 24 bytes; no padding beyond that.
fn by_3des(key: &SecretString, order: &str) -> Result<Vec<u8>> {
    let key = BASE64_STANDARD.decode(key.expose_secret()).map_err(wrong_key)?;
    let cipher = Encryptor::<TdesEde3>::new_from_slices(&key, &[0; 8]).map_err(wrong_key)?;
    Ok(cipher.encrypt_padded_vec::<ZeroPadding>(order.as_bytes()))
}

/// The order number by AES-128-CBC under the first characters of the key as they are written; of the result the base64 text.
fn by_aes(key: &SecretString, order: &str) -> Result<String> {
    let key: String = key.expose_secret().chars().chain(std::iter::repeat('0')).take(SHORT_KEY).collect();
    let cipher = Encryptor::<Aes128>::new_from_slices(key.as_bytes(), &[0; 16]).map_err(wrong_key)?;
    Ok(BASE64_STANDARD.encode(cipher.encrypt_padded_vec::<Pkcs7>(order.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"DS_MERCHANT_AMOUNT":"145","DS_MERCHANT_ORDER":"1446068581","DS_MERCHANT_MERCHANTCODE":"999008881","DS_MERCHANT_CURRENCY":"978","DS_MERCHANT_TRANSACTIONTYPE":"0","DS_MERCHANT_TERMINAL":"1"}"#;
    const ORDER: &str = "1446068581";

    fn key() -> SecretString {
        "sq7HjrUOBfKmC576ILgskD5srU870gJ7".into()
    }

    fn hex(bytes: &[u8]) -> String {
        data_encoding::HEXLOWER.encode(bytes)
    }

    /// Vectors 1 and 2 of the page; a key for 9 to 12 characters has 16 bytes, for up to 8 it has 8.
    #[test]
    fn the_older_signature_is_that_of_the_published_vectors() {
        assert_eq!(hex(&by_3des(&key(), ORDER).unwrap()), "decaf4a139d22921434c30c18e0431af");
        assert_eq!(hex(&by_3des(&key(), "170136947454").unwrap()), "f93c6a57c92ef176b1d1ef6499ee7078");
        let lengths = ["1234", "12345678", "123456789", "123456789012"].map(|it| by_3des(&key(), it).unwrap().len());
        assert_eq!(lengths, [8, 8, 16, 16]);
        let signed = Version::Sha256.sign(&key(), ORDER, &Version::Sha256.encode(JSON)).unwrap();
        assert_eq!(signed, "WFo2U4uBjjSMNrb3ISYMD3Vy+wWmPO9eK5iqrnZ8c54=");
    }

    #[test]
    fn the_newer_signature_is_that_of_the_published_vector() {
        assert_eq!(by_aes(&key(), ORDER).unwrap(), "zuCOI0XhY3qI1FDJrasKPQ==");
        let signed = Version::Sha512.sign(&key(), ORDER, &Version::Sha512.encode(JSON)).unwrap();
        assert_eq!(signed, "vT2opqdwbJYPAO4syLovnmhTJHhOAnbXCWNAkiXrSq8gQQ5erLb3vOwHJFWKisqLh5AIohct_Esxp0R57za1GQ");
    }

    #[test]
    fn either_alphabet_is_read_and_another_signature_is_not() {
        for version in [Version::Sha256, Version::Sha512] {
            let text = version.encode(JSON);
            let good = version.sign(&key(), ORDER, &text).unwrap();
            let swapped = if good.contains('-') || good.contains('_') {
                good.replace('-', "+").replace('_', "/")
            } else {
                good.replace('+', "-").replace('/', "_")
            };
            for same in [good.clone(), swapped, good.trim_end_matches('=').into(), format!("{good}=")] {
                assert!(version.fits(&key(), ORDER, &text, &same).unwrap(), "{same}");
            }
            for other in ["", "=", "AAAA", "é", &good[1..], &good.to_lowercase()] {
                assert!(!version.fits(&key(), ORDER, &text, other).unwrap(), "{other}");
            }
            assert!(!version.fits(&key(), "1446068582", &text, &good).unwrap());
            assert!(!version.fits(&key(), ORDER, &format!("{text}A"), &good).unwrap());
        }
    }

    #[test]
    fn a_key_without_its_form_is_named_and_not_shown() {
        for wrong in ["short", "sq7HjrUOBfKm", "not base64!"] {
            let error = Version::Sha256.sign(&wrong.into(), ORDER, "x").unwrap_err();
            assert_eq!(error.code, "key");
            assert!(!error.to_string().contains(wrong));
        }
        // too short is filled up with the digit, too long is cut: the page, step 1
        let signed = |key: &str| Version::Sha512.sign(&key.into(), ORDER, "x").unwrap();
        assert_eq!(signed("abc"), signed("abc0000000000000"));
        assert_eq!(signed("abcdefghijklmnopqrst"), signed("abcdefghijklmnop"));
        assert!(Version::Sha512.sign(&"ñandú".into(), ORDER, "x").is_err());
    }
}
