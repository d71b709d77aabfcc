//! Signatures: of the calls that Authorize.Net makes to us, and of the amounts in its answers. The same key is taken as text
//! for the one and decoded for the other.

use super::wire::Notification;
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::Callback;
use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha512;

fn mac(key: &[u8], text: &[u8]) -> Result<Hmac<Sha512>> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key)
        .map_err(|_| ConnectorError::invalid("signature_key", "the key has a wrong length"))?;
    mac.update(text);
    Ok(mac)
}

fn fits(mac: Hmac<Sha512>, hex: &str) -> bool {
    HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).is_ok_and(|tag| mac.verify_slice(&tag).is_ok())
}

/// The key in bytes, if it is one.
pub(super) fn key(signature_key: &SecretString) -> Result<Vec<u8>> {
    HEXLOWER_PERMISSIVE
        .decode(signature_key.expose_secret().as_bytes())
        .map_err(|_| ConnectorError::invalid("signature_key", "expected digits and letters A to F"))
}

/// Whether an answer vouches for this amount; the hash is over login, id and amount.
pub(super) fn vouches(key: &[u8], login: &str, id: &str, amount: &str, hash: &str) -> bool {
    mac(key, format!("^{login}^{id}^{amount}^").as_bytes()).is_ok_and(|mac| fits(mac, hash))
}

/// Reads a call, if its signature fits. It bears no time: what it says is asked again, so an old one does no harm.
pub(super) fn read(signature_key: &SecretString, callback: &Callback) -> Result<Notification> {
    let forged = |message| ConnectorError::new(Kind::Auth, "forged_callback", message);
    let signature = callback.header("x-anet-signature").ok_or_else(|| forged("the signature is missing"))?;
    let (way, hex) = signature.split_once('=').unwrap_or_default();
    let mac = mac(signature_key.expose_secret().as_bytes(), &callback.body)?;
    if !way.eq_ignore_ascii_case("sha512") || !fits(mac, hex) {
        return Err(forged("the signature does not fit"));
    }
    serde_json::from_slice(&callback.body).map_err(|error| ConnectorError::invalid("callback_body", error.to_string()))
}

/// The two ways to sign, as letters.
#[cfg(test)]
pub(super) fn signed(key: &[u8], text: &[u8]) -> String {
    data_encoding::HEXUPPER.encode(&mac(key, text).unwrap().finalize().into_bytes())
}
