//! PayPal's webhooks. PayPal itself says whether one is genuine, so it is only asked about what may be: the headers are there, the
//! certificate is at PayPal's, the time is not long past. An event says what to look at; the order tells the truth.

use super::bodies::is_plain;
use super::wire::{Event, OrderId, Resource};
use crate::error::{ConnectorError, Kind, Result};
use crate::payment::Callback;
use comptoir_domain::Instant;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

/// How long an event is repeated, three days, and a day more.
const OLDEST: u64 = 4 * 24 * 60 * 60;

/// Names in the question, and the headers they come from.
const HEADERS: &[(&str, &str)] = &[
    ("auth_algo", "paypal-auth-algo"),
    ("cert_url", "paypal-cert-url"),
    ("transmission_id", "paypal-transmission-id"),
    ("transmission_sig", "paypal-transmission-sig"),
    ("transmission_time", "paypal-transmission-time"),
];

/// Whose events are about a payment, or about what is kept with one.
const FAMILIES: &[&str] = &[
    "CHECKOUT.ORDER.",
    "PAYMENT.CAPTURE.",
    "PAYMENT.AUTHORIZATION.",
    "VAULT.PAYMENT-TOKEN.CREATED",
    "CUSTOMER.DISPUTE.",
];

fn forged(message: &str) -> ConnectorError {
    ConnectorError::new(Kind::Auth, "forged_callback", message)
}

/// The question whether a call is genuine, with its body as it came.
pub(super) fn question(webhook_id: &str, callback: &Callback, now: Instant) -> Result<Vec<u8>> {
    let mut asked = Map::from_iter([("webhook_id".to_string(), json!(webhook_id))]);
    for (name, header) in HEADERS {
        let value = callback.header(header).filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| forged("a header is missing"))?;
        asked.insert((*name).to_string(), json!(value));
    }
    let at_paypal = callback.header("paypal-cert-url").and_then(|text| url::Url::parse(text).ok()).is_some_and(|url| {
        let host = url.host_str().unwrap_or_default();
        url.scheme() == "https" && (host == "paypal.com" || host.ends_with(".paypal.com"))
    });
    if !at_paypal {
        return Err(forged("the certificate is not at PayPal's"));
    }
    let sent: Option<Instant> = callback.header("paypal-transmission-time").and_then(|text| text.parse().ok());
    if sent.is_none_or(|sent| sent.seconds().abs_diff(now.seconds()) > OLDEST) {
        return Err(ConnectorError::new(Kind::Auth, "stale_callback", "the time of sending is too far from now"));
    }
    // one JSON value and nothing else: it stands in the question byte for byte
    serde_json::from_slice::<IgnoredAny>(&callback.body).map_err(|_| forged("the body is no JSON"))?;
    let mut question = Value::Object(asked).to_string().into_bytes();
    question.pop();
    question.extend_from_slice(b",\"webhook_event\":");
    question.extend_from_slice(&callback.body);
    question.push(b'}');
    Ok(question)
}

/// What a genuine event is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) at: Instant,
    pub(super) about: About,
}

/// Where its order is found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum About {
    /// An order, by its id.
    Order(String),
    /// A step that belongs to an order: below this path.
    Step(String),
    /// A dispute, by its id.
    Dispute(String),
}

/// Reads a genuine event; nothing if it is about no payment.
pub(super) fn read(callback: &Callback) -> Result<Option<Told>> {
    let invalid = |message: String| ConnectorError::invalid("callback_body", message);
    let event: Event = serde_json::from_slice(&callback.body).map_err(|error| invalid(error.to_string()))?;
    let at = event.create_time.parse().map_err(|_| invalid("the time cannot be read".into()))?;
    let is_known = FAMILIES.iter().any(|family| event.event_type.starts_with(family));
    let about = match event.event_type.split_once('.') {
        Some(("CHECKOUT", _)) => event.resource.id.filter(|id| is_plain(id)).map(About::Order),
        Some(("CUSTOMER", _)) => event.resource.dispute_id.filter(|id| is_plain(id)).map(About::Dispute),
        _ => about(&event.resource),
    };
    Ok(about.filter(|_| is_known).map(|about| Told { id: event.id, at, about }))
}

/// The order that something names as its own, or what it belongs to.
pub(super) fn about(resource: &Resource) -> Option<About> {
    let related = resource.supplementary_data.as_ref().and_then(|data| data.related_ids.as_ref());
    let named =
        [related, resource.metadata.as_ref()].into_iter().flatten().find_map(|ids: &OrderId| ids.order_id.clone());
    if let Some(id) = named.filter(|id| is_plain(id)) {
        return Some(About::Order(id));
    }
    let above = resource.links.iter().find(|link| link.rel == "up")?;
    let mut parts = above.href.rsplit('/');
    let id = parts.next().filter(|id| is_plain(id))?;
    match parts.next()? {
        "orders" => Some(About::Order(id.into())),
        kind @ ("captures" | "authorizations") => Some(About::Step(format!("/v2/payments/{kind}/{id}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(headers: &[(&str, &str)], body: &str) -> Callback {
        let headers = headers.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect();
        Callback { query: String::new(), headers, body: body.into() }
    }

    fn asked(cert: &str, time: &str, body: &str) -> Result<Vec<u8>> {
        let headers = [
            ("paypal-auth-algo", "SHA256withRSA"),
            ("paypal-cert-url", cert),
            ("paypal-transmission-id", "t1"),
            ("paypal-transmission-sig", "c2ln"),
            ("paypal-transmission-time", time),
        ];
        question("WH-9", &call(&headers, body), "2026-03-31T12:00:00Z".parse().unwrap())
    }

    /// The body stands in the question as it came, with its blanks and the order of its fields.
    #[test]
    fn the_question_has_the_body_word_for_word() {
        let cert = "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1";
        let question = asked(cert, "2026-03-31T11:59:00Z", "{\"z\": 1,\n \"a\":\"ü\"}").unwrap();
        let question = String::from_utf8(question).unwrap();
        assert!(question.ends_with(",\"webhook_event\":{\"z\": 1,\n \"a\":\"ü\"}}"), "{question}");
        let read: Value = serde_json::from_str(&question).unwrap();
        assert_eq!((&read["webhook_id"], &read["transmission_sig"]), (&json!("WH-9"), &json!("c2ln")));
    }

    #[test]
    fn what_cannot_be_genuine_is_not_asked_about() {
        let good = ("https://api.paypal.com/c", "2026-03-31T11:00:00Z", "{}");
        assert!(asked(good.0, good.1, good.2).is_ok() && asked("https://paypal.com/c", good.1, good.2).is_ok());
        for cert in [
            "http://api.paypal.com/c",
            "https://paypal.com.example/c",
            "https://notpaypal.com/c",
            "https://x@y.example/paypal.com",
            "c",
        ] {
            assert_eq!(asked(cert, good.1, good.2).unwrap_err().kind, Kind::Auth, "{cert}");
        }
        for time in ["2026-03-27T11:59:59Z", "2026-04-04T12:00:01Z", "yesterday"] {
            assert_eq!(asked(good.0, time, good.2).unwrap_err().kind, Kind::Auth, "{time}");
        }
        for body in ["", "{", "{}{}", "{},\"webhook_id\":\"WH-mine\""] {
            assert_eq!(asked(good.0, good.1, body).unwrap_err().kind, Kind::Auth, "{body}");
        }
        let bare = question("WH-9", &call(&[], "{}"), "2026-03-31T12:00:00Z".parse().unwrap());
        assert_eq!(bare.unwrap_err().kind, Kind::Auth);
    }

    #[test]
    fn the_order_is_found_wherever_it_is_named() {
        let told = |kind: &str, resource: Value| {
            let event =
                json!({"id": "WH-1", "event_type": kind, "create_time": "2026-03-31T12:00:00Z", "resource": resource});
            read(&call(&[], &event.to_string())).unwrap().map(|told| told.about)
        };
        let order = || Some(About::Order("5O190127TN364715T".into()));
        let related = json!({"id": "C1", "supplementary_data": {"related_ids": {"order_id": "5O190127TN364715T"}}});
        assert_eq!(told("CHECKOUT.ORDER.APPROVED", json!({"id": "5O190127TN364715T"})), order());
        assert_eq!(told("PAYMENT.CAPTURE.COMPLETED", related.clone()), order());
        assert_eq!(
            told("VAULT.PAYMENT-TOKEN.CREATED", json!({"id": "v", "metadata": {"order_id": "5O190127TN364715T"}})),
            order()
        );
        let up = |path: &str| json!({"id": "R1", "links": [{"rel": "up", "href": format!("https://api.paypal.com/v2/{path}")}]});
        assert_eq!(told("PAYMENT.CAPTURE.PENDING", up("checkout/orders/5O190127TN364715T")), order());
        assert_eq!(
            told("PAYMENT.CAPTURE.REFUNDED", up("payments/captures/C1")),
            Some(About::Step("/v2/payments/captures/C1".into()))
        );
        assert_eq!(told("PAYMENT.CAPTURE.REFUNDED", up("payments/captures/C1?x")), None);
        assert_eq!(told("CUSTOMER.DISPUTE.CREATED", related.clone()), None);
        assert_eq!(
            told("CUSTOMER.DISPUTE.RESOLVED", json!({"dispute_id": "PP-D-27803"})),
            Some(About::Dispute("PP-D-27803".into()))
        );
        assert_eq!(told("CUSTOMER.SOMETHING.ELSE", json!({"dispute_id": "PP-D-27803"})), None);
        assert_eq!(told("BILLING.SUBSCRIPTION.CANCELLED", related), None);
    }
}
