//! The fake's callbacks in the form of Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`,
//! an HMAC-SHA256 over `id.timestamp.body`.

use crate::error::{ConnectorError, Kind, Result};
use crate::payment::{Callback, PaymentEvent};
use base64::{Engine, prelude::BASE64_STANDARD};
use comptoir_domain::Instant;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// How far the stamp may be from our clock, in seconds.
const TOLERANCE: i64 = 300;

fn forged(message: &str) -> ConnectorError {
    ConnectorError::new(Kind::Auth, "forged_callback", message)
}

fn mac(secret: &SecretString, id: &str, seconds: &str, body: &[u8]) -> Result<Hmac<Sha256>> {
    let text = secret.expose_secret();
    let key = BASE64_STANDARD
        .decode(text.strip_prefix("whsec_").unwrap_or(text))
        .map_err(|_| ConnectorError::invalid("callback_secret", "expected whsec_ and base64"))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key)
        .map_err(|_| ConnectorError::invalid("callback_secret", "the key has a wrong length"))?;
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    Ok(mac)
}

/// Signs an event as it goes out at `at`. The secret is `whsec_` and base64.
pub fn sign(secret: &SecretString, id: &str, at: Instant, body: Vec<u8>) -> Result<Callback> {
    let seconds = at.seconds().to_string();
    let tag = mac(secret, id, &seconds, &body)?.finalize().into_bytes();
    let headers = vec![
        ("webhook-id".into(), id.into()),
        ("webhook-timestamp".into(), seconds),
        ("webhook-signature".into(), format!("v1,{}", BASE64_STANDARD.encode(tag))),
    ];
    Ok(Callback { query: String::new(), headers, body })
}

/// Checks stamp and signature (compared in constant time) and reads the event. Several signatures may be given,
/// separated by blanks, while a secret is being changed.
pub fn verify(secret: &SecretString, callback: &Callback, now: Instant) -> Result<PaymentEvent> {
    let header = |name| callback.header(name).ok_or_else(|| forged("a header is missing"));
    let (id, seconds) = (header("webhook-id")?, header("webhook-timestamp")?);
    let stamp: i64 = seconds.parse().map_err(|_| forged("the time stamp is not a number"))?;
    if stamp.abs_diff(now.seconds()) > TOLERANCE.unsigned_abs() {
        return Err(ConnectorError::new(Kind::Auth, "stale_callback", "the time stamp is too far from now"));
    }
    let mac = mac(secret, id, seconds, &callback.body)?;
    let genuine = header("webhook-signature")?
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"))
        .filter_map(|tag| BASE64_STANDARD.decode(tag).ok())
        .any(|tag| mac.clone().verify_slice(&tag).is_ok());
    if !genuine {
        return Err(forged("the signature does not fit"));
    }
    let event: PaymentEvent = serde_json::from_slice(&callback.body)
        .map_err(|error| ConnectorError::invalid("callback_body", error.to_string()))?;
    if event.id == id { Ok(event) } else { Err(forged("the id in the body is another one")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks libraries; the signature was also made with Python's hmac.
    #[test]
    fn signs_like_the_published_example() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let at = "2021-02-25T15:02:10Z".parse().unwrap(); // 1614265330
        let signed = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, br#"{"test": 2432232314}"#.to_vec()).unwrap();
        assert_eq!(signed.header("webhook-timestamp"), Some("1614265330"));
        assert_eq!(signed.header("webhook-signature"), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
}
