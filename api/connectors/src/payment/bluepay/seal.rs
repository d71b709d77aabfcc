//! BluePay's seal: a hash over values that stand one after another, made with the account's secret.

use crate::error::{ConnectorError, Result};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

/// The ways to make it, as the account is set up; the first is their usual one.
pub(super) const KINDS: &[&str] = &["HMAC_SHA512", "HMAC_SHA256", "SHA512", "SHA256", "MD5"];

/// Makes a seal in small letters.
pub(super) fn seal(kind: &str, secret: &SecretString, values: &str) -> Result<String> {
    let key = secret.expose_secret().as_bytes();
    let wrong = || ConnectorError::invalid("secret_key", "the key has a wrong length");
    Ok(match kind {
        "HMAC_SHA512" => {
            let mac = Hmac::<Sha512>::new_from_slice(key).map_err(|_| wrong())?;
            HEXLOWER.encode(&mac.chain_update(values).finalize().into_bytes())
        }
        "HMAC_SHA256" => {
            let mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| wrong())?;
            HEXLOWER.encode(&mac.chain_update(values).finalize().into_bytes())
        }
        "SHA512" => HEXLOWER.encode(&Sha512::new().chain_update(key).chain_update(values).finalize()),
        "SHA256" => HEXLOWER.encode(&Sha256::new().chain_update(key).chain_update(values).finalize()),
        "MD5" => HEXLOWER.encode(&Md5::new().chain_update(key).chain_update(values).finalize()),
        _ => return Err(ConnectorError::invalid("hash_type", "no such way to make a seal")),
    })
}

/// Whether a seal in letters of any size is that one.
pub(super) fn fits(seal: &str, given: &str) -> bool {
    seal.as_bytes().ct_eq(given.to_ascii_lowercase().as_bytes()).into()
}
