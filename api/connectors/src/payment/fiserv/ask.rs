//! One signed call to Commerce Hub and its answer.

use super::Fiserv;
use super::map;
use super::wire::{Found, Reply, Request};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Answer, Call, Method};
use base64::{Engine, prelude::BASE64_STANDARD};
use comptoir_domain::Instant;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use sha2::Sha256;

/// Whether a call changes something: without an answer it may then have been done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    None,
    Some,
}

impl Effect {
    fn no_answer(self) -> Kind {
        if self == Effect::Some { Kind::Unknown } else { Kind::Unavailable }
    }
}

/// The code over key, call, time and body.
pub(super) fn mac(secret: &SecretString, parts: [&[u8]; 4]) -> Result<Vec<u8>> {
    let wrong = |_| ConnectorError::invalid("api_secret", "the secret has a wrong length");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()).map_err(wrong)?;
    parts.iter().for_each(|part| mac.update(part));
    Ok(mac.finalize().into_bytes().to_vec())
}

impl Fiserv {
    async fn call(&self, path: &str, request: &Request<'_>, at: Instant, effect: Effect) -> Result<Answer> {
        let body =
            serde_json::to_vec(request).map_err(|error| ConnectorError::invalid("request", error.to_string()))?;
        // no two calls may have the same
        let call = rand::random::<u64>().to_string();
        let time = at.micros().div_euclid(1000).to_string();
        let parts = [self.api_key.as_bytes(), call.as_bytes(), time.as_bytes(), &body];
        let signature = BASE64_STANDARD.encode(mac(&self.api_secret, parts)?);
        let call = Call::new(Method::Post, path)
            .header("api-key", self.api_key.clone())
            .header("client-request-id", call)
            .header("timestamp", time)
            .header("auth-token-type", "HMAC")
            .header("authorization", signature)
            .body("application/json", body);
        self.http.send(call).await.map_err(|error| match error.kind {
            Kind::Unknown => ConnectorError::new(effect.no_answer(), error.code, error.message),
            _ => error,
        })
    }

    /// Sends a call; the answer names a transaction, also one that was refused.
    pub(super) async fn send(&self, path: &str, request: &Request<'_>, at: Instant, effect: Effect) -> Result<Reply> {
        let answer = self.call(path, request, at, effect).await?;
        match answer.status {
            200..=299 => read(&answer, effect),
            400..=499 => {
                let reply = read::<Reply>(&answer, effect).unwrap_or_default();
                let is_decline = map::standing(&reply) == map::Standing::Declined;
                if is_decline { Ok(reply) } else { Err(refused(answer.status, &reply)) }
            }
            status => Err(ConnectorError::new(effect.no_answer(), format!("http_{status}"), "the gateway failed")),
        }
    }

    /// The transaction of an id of ours; nothing if there is none.
    pub(super) async fn find(&self, name: String, at: Instant) -> Result<Option<Reply>> {
        let path = "/payments/v1/transaction-inquiry";
        let answer = self.call(path, &map::inquiry(name, self.merchant()), at, Effect::None).await?;
        match answer.status {
            404 => Ok(None),
            200..=299 => Ok(match read::<Found>(&answer, Effect::None)? {
                Found::Many(replies) => replies.into_iter().find(|reply| !map::id(reply).is_empty()),
                Found::One(reply) => Some(*reply).filter(|reply| !map::id(reply).is_empty()),
            }),
            400..=499 => Err(refused(answer.status, &read::<Reply>(&answer, Effect::None).unwrap_or_default())),
            status => Err(ConnectorError::new(Kind::Unavailable, format!("http_{status}"), "the gateway failed")),
        }
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, effect: Effect) -> Result<T> {
    serde_json::from_slice(&answer.body)
        .map_err(|error| ConnectorError::new(effect.no_answer(), "answer", format!("it cannot be read: {error}")))
}

fn refused(status: u16, reply: &Reply) -> ConnectorError {
    let kind = match status {
        401 | 403 => Kind::Auth,
        404 => Kind::NotFound,
        409 => Kind::Conflict,
        429 => Kind::RateLimited(None),
        _ => Kind::InvalidRequest,
    };
    let (code, message) = reply.error.first().map_or((String::new(), "refused"), |it| (it.code.clone(), &it.message));
    let code = if code.is_empty() { format!("http_{status}") } else { code };
    ConnectorError::new(kind, code, map::cut(message, 300))
}
