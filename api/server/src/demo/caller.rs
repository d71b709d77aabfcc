//! A caller of the API, as anyone's front end is one.

use crate::config::Failed;
use comptoir_app::kernel::clock::fresh;
use comptoir_domain::EventId;
use serde_json::Value;

/// Calls the API of a server, as someone.
#[derive(Clone)]
pub struct Caller {
    agent: ureq::Agent,
    url: String,
    token: String,
}

impl Caller {
    /// Nobody in particular.
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        Self { agent: config.into(), url: url.into(), token: String::new() }
    }

    /// The same caller with a token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    /// Someone who has signed in.
    pub fn sign_in(&self, seller: &str, email: &str, password: &str) -> Result<Self, Failed> {
        let wanted = serde_json::json!({ "audience": "admin", "seller": seller, "email": email, "password": password });
        let tokens = self.post("/v1/sessions", &wanted)?;
        Ok(self.with_token(text(&tokens, "/access_token")?))
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Result<Value, Failed> {
        let request = self.agent.get(format!("{}{path}", self.url));
        answer(path, request.header("authorization", format!("Bearer {}", self.token)).call()?)
    }

    /// Sends.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let key = fresh::<EventId>().to_string();
        let request = self.agent.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.token)).header("idempotency-key", key);
        answer(path, request.send(body.to_string())?)
    }

    /// Changes, whatever has been there.
    pub fn patch(&self, path: &str, body: &Value) -> Result<Value, Failed> {
        let request = self.agent.patch(format!("{}{path}", self.url)).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.token)).header("if-match", "*");
        answer(path, request.send(body.to_string())?)
    }
}

fn answer(path: &str, response: ureq::http::Response<ureq::Body>) -> Result<Value, Failed> {
    let status = response.status();
    let body = response.into_body().read_to_string()?;
    if status.is_success() || status.as_u16() == 402 {
        return Ok(serde_json::from_str(&body).unwrap_or(Value::Null));
    }
    Err(format!("{path}: {status} {body}").into())
}

/// The text at a place of an answer.
pub fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, Failed> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| format!("an answer has no {pointer}: {value}").into())
}
