//! The calls to PayPal: with a token that is good for hours, and each that does something with a key against doing it twice.
//! Questions can always be repeated, so one that fails is `Unavailable` and leaves nothing open.

use super::map;
use super::wire::AccessToken;
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Answer, Call, Http, Method};
use chrono::TimeDelta;
use comptoir_domain::Instant;
use secrecy::SecretString;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// A token is not used in its last minute.
const LAST_MINUTE: i64 = 60;

pub(super) struct Calls {
    pub(super) http: Http,
    pub(super) client_id: String,
    pub(super) secret: SecretString,
    /// The last token, and until when it is good.
    pub(super) token: Mutex<Option<(SecretString, Instant)>>,
}

impl Calls {
    /// Asks for something.
    pub(super) async fn get(&self, path: &str, at: Instant) -> Result<Value> {
        let answer = self.send(Call::new(Method::Get, path), at).await;
        answer.and_then(|answer| map::answered(&answer)).map_err(nothing_was_done)
    }

    /// Does something, once for each key.
    pub(super) async fn post(&self, path: &str, key: &str, body: &Value, at: Instant) -> Result<Value> {
        let call = Call::new(Method::Post, path)
            .body("application/json", body.to_string())
            .header("paypal-request-id", key)
            .header("prefer", "return=representation");
        map::answered(&self.send(call, at).await?)
    }

    /// With a token; with a new one, if it is not good any more.
    pub(super) async fn send(&self, call: Call, at: Instant) -> Result<Answer> {
        let token = self.good_token(at).await?;
        let answer = self.http.send(call.clone().bearer(&token)).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        self.remember(None);
        let token = self.good_token(at).await?;
        self.http.send(call.bearer(&token)).await
    }

    fn remember(&self, token: Option<(SecretString, Instant)>) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    async fn good_token(&self, at: Instant) -> Result<SecretString> {
        let known = self.token.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((token, _)) = known.filter(|(_, until)| at < *until) {
            return Ok(token);
        }
        let call = Call::new(Method::Post, "/v1/oauth2/token")
            .basic(&self.client_id, &self.secret)
            .form(&[("grant_type", "client_credentials")]);
        let answer = self.http.send(call).await.and_then(|answer| map::answered(&answer)).map_err(nothing_was_done)?;
        let AccessToken { access_token, expires_in } = map::read(&answer).map_err(nothing_was_done)?;
        let token = SecretString::from(access_token);
        let left = TimeDelta::try_seconds(expires_in.saturating_sub(LAST_MINUTE)).unwrap_or_default();
        self.remember(Some((token.clone(), at.plus(left))));
        Ok(token)
    }
}

/// Of what did nothing, or nothing that costs money.
pub(super) fn nothing_was_done(error: ConnectorError) -> ConnectorError {
    match error.kind {
        Kind::Unknown => ConnectorError::new(Kind::Unavailable, error.code, error.message),
        _ => error,
    }
}

/// Of a question after something was done, or may have been: what came of it is not known.
pub(super) fn left_open(error: ConnectorError) -> ConnectorError {
    ConnectorError::new(Kind::Unknown, error.code, error.message)
}
