//! Secrets that have to be used again, and are therefore kept sealed (XChaCha20-Poly1305) rather than hashed. What a
//! seal belongs to is part of it: moved to another row it does not open.

use crate::kernel::keys::random;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use comptoir_domain::{Code, Problem};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a connector is told in secret, by the names of its fields.
pub type Secrets = BTreeMap<String, Value>;

/// Bytes of a nonce, long enough to be drawn at random.
const NONCE: usize = 24;

/// Seals a secret for `owner`; `None` only if the secret is longer than the cipher allows (256 GiB).
pub fn seal(key: &[u8; 32], owner: &str, secret: &[u8]) -> Option<String> {
    let nonce = random::<NONCE>();
    let payload = Payload { msg: secret, aad: owner.as_bytes() };
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload).ok()?;
    Some(BASE64_STANDARD_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

/// Opens what was sealed for `owner` with the same key.
pub fn open(key: &[u8; 32], owner: &str, sealed: &str) -> Option<Vec<u8>> {
    let bytes = BASE64_STANDARD_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
    let nonce = XNonce::from(<[u8; NONCE]>::try_from(nonce).ok()?);
    XChaCha20Poly1305::new(key.into()).decrypt(&nonce, Payload { msg: sealed, aad: owner.as_bytes() }).ok()
}

/// Seals what a connector is told in secret, by name; nothing if that is nothing.
pub fn seal_secrets(key: &[u8; 32], owner: &str, secrets: &Secrets) -> Result<Option<String>, Problem> {
    let failed = || Problem::new(Code::Internal, "the secrets cannot be sealed");
    let text = serde_json::to_vec(secrets).map_err(|_| failed())?;
    let sealed = seal(key, owner, &text).ok_or_else(failed)?;
    Ok((!secrets.is_empty()).then_some(sealed))
}

/// Opens what was sealed so; none if it does not open.
pub fn open_secrets(key: &[u8; 32], owner: &str, sealed: Option<&str>) -> Option<Secrets> {
    let Some(sealed) = sealed else { return Some(Secrets::new()) };
    serde_json::from_slice(&open(key, owner, sealed)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_for_its_owner_only() {
        let (key, other) = ([1; 32], [2; 32]);
        let sealed = seal(&key, "whk_a", b"secret").unwrap();
        assert_eq!(open(&key, "whk_a", &sealed).as_deref(), Some(&b"secret"[..]));
        assert_eq!((open(&key, "whk_b", &sealed), open(&other, "whk_a", &sealed)), (None, None));
        assert_ne!(seal(&key, "whk_a", b"secret").unwrap(), sealed);
        let mut changed = sealed.into_bytes();
        changed[40] ^= 1;
        assert_eq!(open(&key, "whk_a", &String::from_utf8(changed).unwrap()), None);
        assert_eq!(open(&key, "whk_a", "short"), None);
    }
}
