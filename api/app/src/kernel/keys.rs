//! One master key, and what is derived from it: a subkey per purpose, so that no key serves two.

use comptoir_domain::SandboxId;
use data_encoding::BASE32HEX_NOPAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Thirty-two secret bytes from which all others follow. Kept in one file of mode 0600 or in the environment.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

/// What a subkey is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Signing access tokens.
    AccessTokens,
    /// Signing quotes.
    Quotes,
    /// Sealing the secrets of webhook endpoints.
    WebhookSecrets,
    /// Wrapping the keys of stored payment methods.
    PaymentMethods,
    /// Sealing files for banks and of banks, and the accounts of administrators.
    BankFiles,
    /// Sealing what gateways are told that nobody may see.
    Gateways,
    /// Sealing what scorers are told that nobody may see.
    Scorers,
    /// Signing forms of the store against cross-site requests.
    Forms,
    /// Sealing the cookies of the stores.
    Cookies,
    /// Signing the callbacks of the fake payment gateway.
    FakeGateway,
    /// Telling one master key from another without showing it.
    Fingerprint,
    /// Telling repeated requests from others without keeping what anybody could guess their bodies by.
    Requests,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::AccessTokens => b"comptoir/access-tokens/1",
            Self::Quotes => b"comptoir/quotes/1",
            Self::WebhookSecrets => b"comptoir/webhook-secrets/1",
            Self::PaymentMethods => b"comptoir/payment-methods/1",
            Self::BankFiles => b"comptoir/bank-files/1",
            Self::Gateways => b"comptoir/gateways/1",
            Self::Scorers => b"comptoir/scorers/1",
            Self::Forms => b"comptoir/forms/1",
            Self::Cookies => b"comptoir/cookies/1",
            Self::FakeGateway => b"comptoir/fake-gateway/1",
            Self::Fingerprint => b"comptoir/fingerprint/1",
            Self::Requests => b"comptoir/requests/1",
        }
    }
}

impl MasterKey {
    /// Takes existing bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Makes a new one.
    pub fn generate() -> Self {
        Self(random())
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// For writing into the key file.
    pub fn to_hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// The master key of a sandbox: what one house signs or seals, the other does not take for its own.
    pub fn of_sandbox(&self, id: SandboxId) -> Self {
        let mut key = [0; 32];
        // HKDF refuses only lengths beyond 255 blocks; this is one
        let _ = Hkdf::<Sha256>::new(None, &self.0).expand(format!("comptoir/sandbox/1/{id}").as_bytes(), &mut key);
        Self(key)
    }

    /// Tells this key from others, and nothing else.
    pub fn fingerprint(&self) -> String {
        let [first, second, third, fourth, ..] = self.subkey(Purpose::Fingerprint);
        data_encoding::HEXLOWER.encode(&[first, second, third, fourth])
    }

    /// The subkey for a purpose.
    pub fn subkey(&self, purpose: Purpose) -> [u8; 32] {
        let mut key = [0; 32];
        // HKDF refuses only lengths beyond 255 blocks; this is one
        let _ = Hkdf::<Sha256>::new(None, &self.0).expand(purpose.label(), &mut key);
        key
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("MasterKey(…)")
    }
}

/// Fresh random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes);
    bytes
}

/// A secret to hand out once: a prefix that secret scanners recognise and 160 random bits.
pub fn secret(prefix: &str) -> String {
    format!("{prefix}_{}", BASE32HEX_NOPAD.encode(&random::<20>()).to_lowercase())
}

/// What is stored of such a secret: it is random, so a plain hash cannot be guessed back.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// HMAC-SHA-256.
pub fn sign(key: &[u8], message: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Whether a signature is right, in constant time.
pub fn verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    Hmac::<Sha256>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(message).verify_slice(signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::fresh;
    use std::collections::BTreeSet;

    /// RFC 4231, test case 2.
    #[test]
    fn hmac_known_answer() {
        let want = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let signature = sign(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(data_encoding::HEXLOWER.encode(&signature), want);
        assert!(verify(b"Jefe", b"what do ya want for nothing?", &signature));
        assert!(!verify(b"Jefe", b"what do ya want for nothing!", &signature));
    }

    #[test]
    fn purposes_have_different_keys() {
        let master = MasterKey::generate();
        assert_ne!(master.subkey(Purpose::Quotes), master.subkey(Purpose::AccessTokens));
        assert_eq!(
            MasterKey::from_hex(&master.to_hex()).unwrap().subkey(Purpose::Quotes),
            master.subkey(Purpose::Quotes)
        );
        let (one, other) = (fresh(), fresh());
        let keys =
            [master.clone(), master.of_sandbox(one), master.of_sandbox(other), master.of_sandbox(one).of_sandbox(one)];
        let keys: BTreeSet<_> = keys.iter().map(|key| key.subkey(Purpose::AccessTokens)).collect();
        assert_eq!(keys.len(), 4);
        assert_eq!(master.of_sandbox(one).0, master.of_sandbox(one).0);
        assert!(MasterKey::from_hex("00").is_none() && format!("{master:?}") == "MasterKey(…)");
    }
}
