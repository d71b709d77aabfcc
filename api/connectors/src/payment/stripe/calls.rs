//! The calls to Stripe: each with the key and the version that is pinned here; each that does something with a key against
//! doing it twice. Questions can always be repeated, so one that fails is `Unavailable` and leaves nothing open.

use super::forms::{Form, WHOLE_INTENT};
use super::map;
use super::wire::{Intent, Listed};
use crate::error::{ConnectorError, Kind, Result};
use crate::http::{Answer, Call, Http, Method};
use crate::payment::Begun;
use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// The version whose shapes `wire` has.
const VERSION: &str = "2025-09-30.clover";

/// How many pages of a hundred are looked through for a payment whose id was lost.
const MOST_PAGES: u8 = 20;

/// How far Stripe's clock may be from ours.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(10);

pub(super) struct Calls {
    pub(super) http: Http,
    pub(super) key: SecretString,
}

impl Calls {
    /// Asks for something.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value> {
        let query = Serializer::new(String::new()).extend_pairs(query).finish();
        let call = Call::new(Method::Get, format!("{path}?{query}"));
        let answer = self.http.send(self.signed(call)).await.and_then(|answer| map::answered(&answer));
        answer.map_err(nothing_was_done)
    }

    /// Does something, once for each key.
    pub(super) async fn post(&self, path: &str, key: &str, form: &Form) -> Result<Answer> {
        let call = Call::new(Method::Post, path).form(form).header("idempotency-key", key);
        self.http.send(self.signed(call)).await
    }

    fn signed(&self, call: Call) -> Call {
        call.bearer(&self.key).header("stripe-version", VERSION)
    }

    /// An intent with its card and what was refunded.
    pub(super) async fn intent(&self, id: &str) -> Result<Value> {
        self.whole(&format!("/v1/payment_intents/{}", plain(id)?), WHOLE_INTENT).await
    }

    /// Something, expanded.
    pub(super) async fn whole(&self, path: &str, expand: &[&str]) -> Result<Value> {
        let query: Vec<_> = expand.iter().map(|name| ("expand[]", *name)).collect();
        self.get(path, &query).await
    }

    /// A payment whose id was lost: by the search, which knows what is older than a minute, and else by going through what
    /// was begun since, which is certain. One that the client has not finished at the hosted page counts as none: without
    /// its address nobody can.
    pub(super) async fn find(&self, begun: &Begun) -> Result<Option<Value>> {
        let query = format!("metadata['reference']:'{}'", begun.reference);
        let search = self.get("/v1/payment_intents/search", &[("query", &query), ("limit", "10")]).await;
        let found = search.and_then(|found| map::read::<Listed>(&found));
        if let Some(id) = found.ok().and_then(|found| of_payment(begun, &found.data)) {
            return self.intent(&id).await.map(Some);
        }
        let since = begun.at.plus(-CLOCKS_DIFFER).seconds().to_string();
        let mut after = String::new();
        for _ in 0..MOST_PAGES {
            let mut query = vec![("created[gte]", since.as_str()), ("limit", "100")];
            if !after.is_empty() {
                query.push(("starting_after", &after));
            }
            let page: Listed = map::read(&self.get("/v1/payment_intents", &query).await?)?;
            if let Some(id) = of_payment(begun, &page.data) {
                return self.intent(&id).await.map(Some);
            }
            match page.data.last().and_then(|last| last.get("id")).and_then(Value::as_str) {
                Some(last) if page.has_more => after = last.to_string(),
                _ => return Ok(None),
            }
        }
        let message = "too many payments were begun since to look through them";
        Err(ConnectorError::new(Kind::Unavailable, "too_many", message))
    }
}

fn of_payment(begun: &Begun, listed: &[Value]) -> Option<String> {
    let intents = listed.iter().filter_map(|value| map::read::<Intent>(value).ok());
    let mut ours = intents.filter(|intent| map::reference(intent).as_ref() == Some(&begun.reference));
    ours.find(|intent| !map::is_at_page(intent)).map(|intent| intent.id)
}

/// An id as Stripe makes them, which can stand in a path.
pub(super) fn plain(id: &str) -> Result<&str> {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(id);
    }
    Err(ConnectorError::not_found("this is no id of Stripe's"))
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
