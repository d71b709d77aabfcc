//! Secrets and signatures as Standard Webhooks wants them.

use crate::kernel::keys;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

const PREFIX: &str = "whsec_";

/// A new secret of 256 bits, as its owner is told.
pub fn new_secret() -> String {
    format!("{PREFIX}{}", BASE64_STANDARD.encode(keys::random::<32>()))
}

/// The signature of a message by a secret in that form; `None` if the secret is not.
pub fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = BASE64_STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mac = keys::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that the reference libraries of Standard Webhooks are tested with.
    #[test]
    fn published_vector() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed =
            signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(signature("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "a", 1, "b"), None);
    }

    #[test]
    fn secrets_are_of_the_form() {
        let secret = new_secret();
        let bytes = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert_eq!(bytes.len(), 32);
        assert_ne!(secret, new_secret());
    }
}
