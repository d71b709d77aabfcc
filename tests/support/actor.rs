//! Someone who calls the API. Every answer is held against the API document before a test sees it.

use super::contract;
use serde_json::Value;
use ureq::http;

/// A caller with a token, or without.
#[derive(Clone)]
pub struct Actor {
    pub url: String,
    pub token: Option<String>,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub text: String,
    pub what: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error}: {}", self.what, self.text))
    }

    /// Insists on a status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.what, self.text);
        self
    }

    /// Insists on a refusal with a code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.json()["code"], code, "{}: {}", answer.what, answer.text);
        answer
    }

    /// Insists that the refusal names a place.
    #[track_caller]
    pub fn names(self, pointer: &str) -> Self {
        let json = self.json();
        let named = json["errors"].as_array().into_iter().flatten().any(|error| error["pointer"] == pointer);
        assert!(named, "{} does not name {pointer}: {}", self.what, self.text);
        self
    }

    /// A text in the body, by JSON pointer.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        let json = self.json();
        let found = json.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("{}: nothing at {pointer}: {}", self.what, self.text)).to_string()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Actor {
    /// Nobody in particular.
    pub fn stranger(url: &str) -> Self {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
        Self { url: url.into(), token: None, agent }
    }

    /// The same program with a token.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// Signs in and becomes that person.
    #[track_caller]
    pub fn sign_in(&self, audience: &str, seller: &str, email: &str, password: &str) -> Self {
        let body = serde_json::json!({"audience": audience, "seller": seller, "email": email, "password": password});
        let tokens = self.post("/v1/sessions", body).expect(201);
        self.with_token(tokens.text("/access_token"))
    }

    /// Sends whatever is asked for.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
        let mut request = http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = match body {
            Some(body) => self.agent.run(request.body(body).unwrap()),
            None if method == "GET" => self.agent.run(request.body(()).unwrap()),
            None => self.agent.run(request.body(&b""[..]).unwrap()),
        };
        let mut response = response.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let text = response.body_mut().read_to_string().unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, text, what: format!("{method} {path}") };
        contract::check(method, path, &answer);
        answer
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], Some(body.to_string().as_bytes()))
    }

    /// A POST without a body.
    pub fn act(&self, path: &str) -> Answer {
        self.send("POST", path, &[], None)
    }

    pub fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send("POST", path, &headers, Some(body.to_string().as_bytes()))
    }

    /// A PATCH of whatever version there is.
    pub fn patch(&self, path: &str, body: Value) -> Answer {
        self.patch_if("*", path, body)
    }

    pub fn patch_if(&self, etag: &str, path: &str, body: Value) -> Answer {
        let headers = [("content-type", "application/merge-patch+json"), ("if-match", etag)];
        self.send("PATCH", path, &headers, Some(body.to_string().as_bytes()))
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[("if-match", "*")], None)
    }
}
