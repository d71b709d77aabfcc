//! PayPal as its page describes it: tokens, orders and what belongs to them, the vault, keys against repetition, and events with
//! the question whether they are genuine. Objects are kept as the JSON that is answered. Its clock stands until a test moves it.

mod client;
mod events;
mod orders;
mod vault;

pub use client::Wallet;
pub use events::Posted;

use crate::shell::{Asked, Said, Service};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

/// An account in the sandbox.
pub struct PayPal {
    /// As it is sent: `Basic …`.
    pub credentials: String,
    pub webhook_id: String,
    /// Seconds since 1970.
    pub now: i64,
    pub orders: BTreeMap<String, Value>,
    /// What clients are to agree to, so that it is kept.
    pub setups: BTreeMap<String, Value>,
    /// Kept methods: what they are, and whose wallet it is.
    pub vault: BTreeMap<String, (Value, Wallet)>,
    /// What payers dispute, by its id.
    pub disputes: BTreeMap<String, Value>,
    /// With what wallet an order was approved.
    wallets: HashMap<String, Wallet>,
    tokens: HashMap<String, i64>,
    events: Vec<Value>,
    keys: HashMap<String, Said>,
    count: u32,
}

/// A refusal of a call.
pub(crate) struct Refusal {
    status: u16,
    name: &'static str,
    issue: &'static str,
}

pub(crate) type Answered<T> = Result<T, Refusal>;

pub(crate) fn refuse<T>(status: u16, name: &'static str, issue: &'static str) -> Answered<T> {
    Err(Refusal { status, name, issue })
}

/// Understood, and not done.
pub(crate) fn not_done<T>(issue: &'static str) -> Answered<T> {
    refuse(422, "UNPROCESSABLE_ENTITY", issue)
}

pub(crate) fn missing<T>() -> Answered<T> {
    refuse(404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID")
}

impl PayPal {
    /// An account without orders, at a time.
    pub fn new(credentials: &str, webhook_id: &str, now: i64) -> Self {
        Self {
            credentials: credentials.into(),
            webhook_id: webhook_id.into(),
            now,
            orders: BTreeMap::new(),
            setups: BTreeMap::new(),
            vault: BTreeMap::new(),
            disputes: BTreeMap::new(),
            wallets: HashMap::new(),
            tokens: HashMap::new(),
            events: Vec::new(),
            keys: HashMap::new(),
            count: 0,
        }
    }

    fn name(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}{:08}T", self.count)
    }

    fn new_token(&mut self, asked: &Asked) -> Answered<Value> {
        if asked.header("authorization") != self.credentials {
            return refuse(401, "invalid_client", "");
        }
        if asked.form().text("grant_type") != "client_credentials" {
            return refuse(400, "unsupported_grant_type", "");
        }
        let token = self.name("A21AA-s3cret-");
        self.tokens.insert(format!("Bearer {token}"), self.now + 32_400);
        Ok(
            json!({ "access_token": token, "token_type": "Bearer", "expires_in": 32_400, "app_id": "APP-1", "scope": "" }),
        )
    }

    /// All tokens are good no more.
    pub fn revoke_tokens(&mut self) {
        self.tokens.clear();
    }

    fn respond(&mut self, asked: &Asked) -> Answered<Value> {
        if (asked.method.as_str(), asked.path.as_str()) == ("POST", "/v1/oauth2/token") {
            return self.new_token(asked);
        }
        if self.tokens.get(asked.header("authorization")).is_none_or(|until| *until <= self.now) {
            return refuse(401, "AUTHENTICATION_FAILURE", "");
        }
        let body = || {
            serde_json::from_slice::<Value>(&asked.body)
                .or_else(|_| refuse(400, "INVALID_REQUEST", "MALFORMED_REQUEST_JSON"))
        };
        let path: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
        match (asked.method.as_str(), path.as_slice()) {
            ("GET", ["v1", "notifications", "webhooks"]) => Ok(json!({ "webhooks": [{ "id": self.webhook_id }] })),
            ("POST", ["v1", "notifications", "verify-webhook-signature"]) => self.judge(&asked.text()),
            ("POST", ["v2", "checkout", "orders"]) => self.new_order(&body()?),
            ("GET", ["v2", "checkout", "orders", id]) => self.order(id),
            ("POST", ["v2", "checkout", "orders", id, "capture"]) => self.complete(id, "CAPTURE"),
            ("POST", ["v2", "checkout", "orders", id, "authorize"]) => self.complete(id, "AUTHORIZE"),
            ("GET", ["v2", "payments", kind @ ("captures" | "authorizations"), id]) => {
                self.step(kind, id).map(|found| found.1)
            }
            ("POST", ["v2", "payments", "captures", id, "refund"]) => self.refund(id, &body()?),
            ("POST", ["v2", "payments", "authorizations", id, "capture"]) => self.capture(id, &body()?),
            ("POST", ["v2", "payments", "authorizations", id, "void"]) => self.void(id),
            ("GET", ["v1", "customer", "disputes", id]) => self.disputes.get(*id).cloned().map_or_else(missing, Ok),
            ("POST", ["v3", "vault", "setup-tokens"]) => self.new_setup(&body()?),
            ("GET", ["v3", "vault", "setup-tokens", id]) => self.setups.get(*id).cloned().map_or_else(missing, Ok),
            ("POST", ["v3", "vault", "payment-tokens"]) => self.keep(&body()?),
            ("DELETE", ["v3", "vault", "payment-tokens", id]) => match self.vault.remove(*id) {
                Some(_) => Ok(Value::Null),
                None => missing(),
            },
            _ => missing(),
        }
    }

    /// Forgets all keys, as it does after some hours.
    pub fn forget_keys(&mut self) {
        self.keys.clear();
    }
}

impl Service for PayPal {
    /// One key, one answer. Only answers that something was done are kept.
    fn answer(&mut self, asked: &Asked) -> Said {
        let key = format!("{} {}", asked.header("paypal-request-id"), asked.path);
        let is_keyed = asked.method == "POST" && !asked.header("paypal-request-id").is_empty();
        if let Some(first) = self.keys.get(&key).filter(|_| is_keyed && !asked.header("authorization").is_empty()) {
            return first.clone();
        }
        let said = match self.respond(asked) {
            Ok(Value::Null) => Said { status: 204, headers: Vec::new(), body: Vec::new() },
            Ok(value) => Said::json(if is_keyed { 201 } else { 200 }, &value),
            Err(Refusal { status, name, issue }) => {
                let details = json!([{ "issue": issue, "description": format!("It is {issue}.") }]);
                Said::json(status, &json!({ "name": name, "message": "No.", "debug_id": "f0a1", "details": details }))
            }
        };
        if is_keyed && said.status < 300 {
            self.keys.insert(key, said.clone());
        }
        said
    }
}
