//! MaxMind's minFraud as its page describes it: the three services, feedback, warnings, refusals, and what is left of what
//! was paid for. The first part of the mail address says what comes: `score-75@…`, `warning-CODE@…`, `error-CODE@…`,
//! `reject@…`, `manual_review@…`, `accept@…`, `test@…`, `tor@…`, `thrown@…`, `risky@…`, `hosted@…`, `prepaid@…`, `virtual@…`, `abroad@…`.

use crate::shell::{Asked, Said, Service};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

pub const ACCOUNT: &str = "100001";
pub const KEY: &str = "license key";

/// The sections of a request and their keys; `custom_inputs` has keys of the seller's own.
const SECTIONS: &[(&str, &[&str])] = &[
    ("device", &["ip_address", "user_agent", "accept_language", "session_id", "session_age", "tracking_token"]),
    ("event", &["transaction_id", "shop_id", "time", "type", "party"]),
    ("account", &["user_id", "username_md5"]),
    ("email", &["address", "domain"]),
    (
        "billing",
        &[
            "first_name",
            "last_name",
            "company",
            "address",
            "address_2",
            "city",
            "region",
            "country",
            "postal",
            "phone_number",
            "phone_country_code",
        ],
    ),
    ("payment", &["method", "processor", "was_authorized", "decline_code"]),
    (
        "credit_card",
        &[
            "issuer_id_number",
            "last_digits",
            "bank_name",
            "bank_phone_country_code",
            "bank_phone_number",
            "country",
            "avs_result",
            "cvv_result",
            "token",
            "was_3d_secure_successful",
        ],
    ),
    (
        "order",
        &[
            "amount",
            "currency",
            "discount_code",
            "affiliate_id",
            "subaffiliate_id",
            "referrer_uri",
            "is_gift",
            "has_gift_message",
        ],
    ),
];
const CART: &[&str] = &["category", "item_id", "quantity", "price"];

/// What the page says about refusals.
const REFUSALS: &[(&str, u16)] = &[
    ("JSON_INVALID", 400),
    ("REQUEST_INVALID", 400),
    ("INVALID_INPUT", 400),
    ("IP_ADDRESS_INVALID", 400),
    ("IP_ADDRESS_REQUIRED", 400),
    ("IP_ADDRESS_RESERVED", 400),
    ("AUTHORIZATION_INVALID", 401),
    ("ACCOUNT_ID_REQUIRED", 401),
    ("LICENSE_KEY_REQUIRED", 401),
    ("INSUFFICIENT_FUNDS", 402),
    ("PERMISSION_REQUIRED", 403),
];

/// The closed list of the vendor, as far as the page names it.
const PROCESSORS: &[&str] = &[
    "stripe",
    "paypal",
    "authorizenet",
    "worldpay",
    "wirecard",
    "bluepay",
    "payeezy",
    "fiserv",
    "first_data",
    "global_payments",
    "other",
];

/// What was told about an answer later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    pub id: String,
    pub tag: String,
}

/// The books.
pub struct MinFraud {
    /// Which services are paid for.
    pub services: Vec<&'static str>,
    pub queries_remaining: u64,
    /// The custom inputs that the seller has defined in the portal.
    pub custom_inputs: Vec<&'static str>,
    /// Transactions in the order in which they were asked about.
    pub scored: Vec<Value>,
    pub reported: Vec<Reported>,
}

impl Default for MinFraud {
    fn default() -> Self {
        Self {
            services: vec!["score", "insights", "factors"],
            queries_remaining: 1000,
            custom_inputs: Vec::new(),
            scored: Vec::new(),
            reported: Vec::new(),
        }
    }
}

impl Service for MinFraud {
    fn answer(&mut self, asked: &Asked) -> Said {
        if asked.method != "POST" {
            return Said::text(405, "text/html", "<html>");
        }
        if let Err(code) = authorised(asked) {
            return refused(code);
        }
        if asked.header("content-type") != "application/json" {
            return Said::json(415, &json!({"code": "UNSUPPORTED", "error": "application/json is wanted"}));
        }
        if asked.body.len() > 20 * 1024 {
            return refused("REQUEST_INVALID");
        }
        let Ok(Value::Object(body)) = serde_json::from_slice(&asked.body) else { return refused("JSON_INVALID") };
        match asked.path.strip_prefix("/minfraud/v2.0/") {
            Some("transactions/report") => self.report(&body),
            Some(service @ ("score" | "insights" | "factors")) => self.score(service, body),
            _ => Said::text(404, "text/html", "<html>"),
        }
    }
}

fn authorised(asked: &Asked) -> Result<(), &'static str> {
    let sent = asked.header("authorization").strip_prefix("Basic ").unwrap_or_default();
    let pair = BASE64_STANDARD.decode(sent).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    match pair.split_once(':') {
        None | Some(("", _)) => Err("ACCOUNT_ID_REQUIRED"),
        Some((_, "")) => Err("LICENSE_KEY_REQUIRED"),
        Some((ACCOUNT, KEY)) => Ok(()),
        Some(_) => Err("AUTHORIZATION_INVALID"),
    }
}

fn refused(code: &str) -> Said {
    let status = REFUSALS.iter().find(|(known, _)| *known == code).map_or(400, |(_, status)| *status);
    Said::json(status, &json!({"code": code, "error": format!("{code} it is")}))
}

/// A UUID for the n-th answer.
fn id(count: usize) -> String {
    format!("27d26476-e2bc-11e4-92b8-{count:012x}")
}

impl MinFraud {
    fn score(&mut self, service: &str, body: Map<String, Value>) -> Said {
        if !self.services.contains(&service) {
            return refused("PERMISSION_REQUIRED");
        }
        if self.queries_remaining == 0 {
            return refused("INSUFFICIENT_FUNDS");
        }
        let text = |section: &str, key: &str| body.get(section).and_then(|it| it.get(key)).and_then(Value::as_str);
        if let Some(ip) = text("device", "ip_address") {
            match ip.parse::<std::net::IpAddr>() {
                Err(_) => return refused("IP_ADDRESS_INVALID"),
                Ok(std::net::IpAddr::V4(four)) if four.is_private() || four.is_loopback() => {
                    return refused("IP_ADDRESS_RESERVED");
                }
                Ok(_) => {}
            }
        }
        let mail = text("email", "address").unwrap_or_default();
        let name = mail.split('@').next().unwrap_or_default().to_string();
        if let Some(code) = name.strip_prefix("error-") {
            return refused(code);
        }
        let mut warnings = self.unknown(&body);
        warnings.extend(invalid(&body));
        if let Some(code) = name.strip_prefix("warning-") {
            warnings.push(json!({"code": code, "warning": "as was asked for", "input_pointer": "/billing/city"}));
        }
        self.queries_remaining -= 1;
        let risk = name.strip_prefix("score-").and_then(|score| score.parse::<serde_json::Number>().ok());
        self.scored.push(Value::Object(body.clone()));
        let mut answer = json!({
            "id": id(self.scored.len()),
            "risk_score": risk.map_or(json!(0.1), Value::Number),
            "ip_address": {"risk": 0.01},
            "funds_remaining": self.queries_remaining / 100,
            "queries_remaining": self.queries_remaining,
            "warnings": warnings,
        });
        if ["accept", "reject", "manual_review", "test"].contains(&name.as_str()) {
            answer["disposition"] = json!({"action": name, "reason": "custom_rule", "rule_label": "mine"});
        }
        if service != "score" {
            insights(&mut answer, &name);
        }
        if service == "factors" {
            answer["risk_score_reasons"] = json!([{"multiplier": 45.0, "reasons": [
                {"code": "ANONYMOUS_IP", "reason": "Risk due to IP being an Anonymous IP"}]}]);
        }
        Said::json(200, &answer)
    }

    /// The schema is strict: whatever it does not know is named.
    fn unknown(&self, body: &Map<String, Value>) -> Vec<Value> {
        let mut found = Vec::new();
        let mut warn = |pointer: String| {
            found.push(json!({"code": "INPUT_UNKNOWN", "warning": "unknown", "input_pointer": pointer}));
        };
        for (section, value) in body {
            let known = SECTIONS.iter().find(|(name, _)| name == section).map(|(_, keys)| *keys);
            match (section.as_str(), known) {
                (_, Some(keys)) => {
                    let keys_sent = value.as_object().into_iter().flat_map(Map::keys);
                    keys_sent
                        .filter(|key| !keys.contains(&key.as_str()))
                        .for_each(|key| warn(format!("/{section}/{key}")));
                }
                ("custom_inputs", _) => {
                    let keys_sent = value.as_object().into_iter().flat_map(Map::keys);
                    keys_sent
                        .filter(|key| !self.custom_inputs.contains(&key.as_str()))
                        .for_each(|key| warn(format!("/custom_inputs/{key}")));
                }
                ("shopping_cart", _) => {
                    let items = value.as_array().into_iter().flatten().enumerate();
                    for (at, item) in items {
                        let keys_sent = item.as_object().into_iter().flat_map(Map::keys);
                        keys_sent
                            .filter(|key| !CART.contains(&key.as_str()))
                            .for_each(|key| warn(format!("/shopping_cart/{at}/{key}")));
                    }
                }
                _ => warn(format!("/{section}")),
            }
        }
        found
    }

    fn report(&mut self, body: &Map<String, Value>) -> Said {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
        let tag = text("tag");
        let known = ["chargeback", "not_fraud", "spam_or_abuse", "suspected_fraud"].contains(&tag.as_str());
        let scored = (1..=self.scored.len()).any(|count| id(count) == text("minfraud_id"));
        if !known || !scored {
            return refused("INVALID_INPUT");
        }
        self.reported.push(Reported { id: text("minfraud_id"), tag });
        Said { status: 204, headers: Vec::new(), body: Vec::new() }
    }
}

/// Where something stands, and whether it is as it has to be.
type Rule = (&'static str, Box<dyn Fn(&Value) -> bool>);

/// What is known but does not fit.
fn invalid(body: &Map<String, Value>) -> Vec<Value> {
    let at = |pointer: &str| body.get(pointer.split('/').nth(1)?)?.get(pointer.split('/').nth(2)?).cloned();
    let text = |value: &Value, fits: &dyn Fn(&str) -> bool| value.as_str().is_some_and(fits);
    let letters =
        |count: usize| move |value: &str| value.len() == count && value.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = |value: &str| !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let checks: [Rule; 9] = [
        ("/billing/country", Box::new(move |value| text(value, &letters(2)))),
        ("/order/currency", Box::new(move |value| text(value, &letters(3)))),
        ("/order/amount", Box::new(|value| value.is_number())),
        ("/payment/processor", Box::new(move |value| text(value, &|it| PROCESSORS.contains(&it)))),
        (
            "/credit_card/issuer_id_number",
            Box::new(move |value| text(value, &|it| digits(it) && [6, 8].contains(&it.len()))),
        ),
        (
            "/credit_card/last_digits",
            Box::new(move |value| text(value, &|it| digits(it) && [2, 4].contains(&it.len()))),
        ),
        (
            "/credit_card/token",
            Box::new(move |value| text(value, &|it| it.len() <= 255 && !(digits(it) && it.len() <= 19))),
        ),
        ("/event/type", Box::new(move |value| text(value, &|it| it == "purchase"))),
        ("/event/time", Box::new(move |value| text(value, &|it| chrono::DateTime::parse_from_rfc3339(it).is_ok()))),
    ];
    let wrong = checks.iter().filter(|(pointer, fits)| at(pointer).is_some_and(|value| !fits(&value)));
    wrong
        .map(|(pointer, _)| json!({"code": "INPUT_INVALID", "warning": "does not fit", "input_pointer": pointer}))
        .collect()
}

/// What Insights tells besides.
fn insights(answer: &mut Value, name: &str) {
    let hides = name == "tor";
    answer["ip_address"]["country"] = json!({"iso_code": "FR", "names": {"en": "France"}});
    answer["ip_address"]["traits"] = json!({"is_anonymous": hides, "is_tor_exit_node": hides, "is_hosting_provider": name == "hosted",
        "isp": "Example Networks", "organization": "Example Networks", "user_type": "residential"});
    answer["ip_address"]["risk_reasons"] = json!([{"code": "MINFRAUD_NETWORK_ACTIVITY", "reason": "Suspicious activity has been seen on this IP address"}]);
    answer["email"] = json!({"is_free": false, "is_disposable": name == "thrown", "is_high_risk": name == "risky",
        "first_seen": "2019-01-01"});
    answer["credit_card"] = json!({"issuer": {"name": "Example Bank", "matches_provided_name": true}, "brand": "Visa",
        "type": "credit", "country": "US", "is_prepaid": name == "prepaid", "is_virtual": name == "virtual",
        "is_business": false, "is_issued_in_billing_address_country": name != "abroad"});
}
