//! A key in memory: it seals, wraps other keys, and is never shown.

use crate::kernel::keys::{random, sign};
use crate::kernel::passwords::in_turn;
use crate::kernel::seal;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use comptoir_db::{Failure, Outcome};
use comptoir_domain::SellerId;
use comptoir_domain::encryption::Stretching;
use secrecy::{ExposeSecret, SecretBox};
use std::sync::Arc;

/// Thirty-two secret bytes, wiped when nobody needs them any more.
#[derive(Clone, Debug)]
pub struct DataKey(Arc<SecretBox<[u8; 32]>>);

impl From<[u8; 32]> for DataKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(bytes))))
    }
}

impl DataKey {
    /// A new one.
    pub fn fresh() -> Self {
        random().into()
    }

    /// The key that follows from a pass-phrase; none if its parameters are damaged. Slow on purpose.
    pub async fn of_phrase(phrase: String, by: Stretching) -> Option<Self> {
        let stretch = move || {
            let salt = BASE64_STANDARD_NO_PAD.decode(&by.salt).ok()?;
            let params = Params::new(by.memory, by.passes, by.lanes, Some(32)).ok()?;
            let mut key = [0; 32];
            let stretching = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            stretching.hash_password_into(phrase.as_bytes(), &salt, &mut key).ok()?;
            Some(key.into())
        };
        in_turn(stretch).await.flatten()
    }

    /// The same for a new phrase, with a salt of its own.
    pub async fn of_new_phrase(phrase: String) -> Option<(Self, Stretching)> {
        let by = Stretching::recommended(BASE64_STANDARD_NO_PAD.encode(random::<16>()));
        Some((Self::of_phrase(phrase, by.clone()).await?, by))
    }

    /// The bytes, to be split.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// Seals a secret for its owner.
    pub fn seal(&self, owner: &str, secret: &[u8]) -> Outcome<String> {
        seal::seal(self.bytes(), owner, secret).ok_or_else(|| Failure::Corrupt("a secret could not be sealed".into()))
    }

    /// Opens what was sealed for its owner by this key.
    pub fn open(&self, owner: &str, sealed: &str) -> Option<Vec<u8>> {
        seal::open(self.bytes(), owner, sealed)
    }

    /// Another key, sealed by this one.
    pub fn wrap(&self, other: &Self, seller: SellerId, key_version: i32) -> Outcome<String> {
        self.seal(&format!("key:{seller}:{key_version}"), other.bytes())
    }

    /// The other key.
    pub fn unwrap(&self, wrapped: &str, seller: SellerId, key_version: i32) -> Option<Self> {
        let bytes = self.open(&format!("key:{seller}:{key_version}"), wrapped)?;
        <[u8; 32]>::try_from(bytes).ok().map(Self::from)
    }

    /// Tells this key from others, and nothing else.
    pub fn fingerprint(&self) -> String {
        let mut digest = sign(self.bytes(), b"comptoir/data-key/1");
        digest.truncate(16);
        data_encoding::HEXLOWER.encode(&digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::fresh;

    #[test]
    fn a_wrapped_key_opens_in_its_place_only() {
        let (seller, other): (SellerId, SellerId) = (fresh(), fresh());
        let (outer, inner) = (DataKey::fresh(), DataKey::fresh());
        let wrapped = outer.wrap(&inner, seller, 2).unwrap();
        assert_eq!(outer.unwrap(&wrapped, seller, 2).unwrap().bytes(), inner.bytes());
        assert!(outer.unwrap(&wrapped, seller, 1).is_none() && outer.unwrap(&wrapped, other, 2).is_none());
        assert!(inner.unwrap(&wrapped, seller, 2).is_none());
        assert_ne!(inner.fingerprint(), outer.fingerprint());
        assert!(!format!("{inner:?}").contains(&format!("{:?}", inner.bytes())[1..20]));
    }

    /// Made with the reference implementation in C, by argon2-cffi 25.1: `hash_secret_raw(b"quatre mots au hasard",
    /// bytes(range(16)), 3, 65536, 1, 32, Type.ID)`.
    #[tokio::test]
    async fn a_phrase_gives_the_key_that_others_get() {
        let by = Stretching::recommended("AAECAwQFBgcICQoLDA0ODw".into());
        let key = DataKey::of_phrase("quatre mots au hasard".into(), by).await.unwrap();
        let want = "4fc2c514881efba87b34b15669c6601b144ff9e8c15e12e0b20e0802707d3a56";
        assert_eq!(data_encoding::HEXLOWER.encode(key.bytes()), want);
    }

    #[tokio::test]
    async fn a_phrase_gives_the_same_key_again_and_another_does_not() {
        let (key, by) = DataKey::of_new_phrase("quatre mots au hasard".into()).await.unwrap();
        let again = DataKey::of_phrase("quatre mots au hasard".into(), by.clone()).await.unwrap();
        let other = DataKey::of_phrase("quatre mots au hazard".into(), by.clone()).await.unwrap();
        assert_eq!(key.bytes(), again.bytes());
        assert_ne!(key.bytes(), other.bytes());
        let (salted, _) = DataKey::of_new_phrase("quatre mots au hasard".into()).await.unwrap();
        assert_ne!(key.bytes(), salted.bytes());
        assert!(DataKey::of_phrase("x".into(), Stretching { salt: "?".into(), ..by }).await.is_none());
    }
}
