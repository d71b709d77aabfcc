//! What the page says in tables, read from answers that are written down here.

use super::{declined, site};
use crate::error::Kind;
use crate::http::Answer;
use crate::payment::stripe::{Stripe, map};
use crate::payment::{Entry, Outcome};
use crate::settings::Values;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// The bank's own word about trying again comes before the reason.
#[test]
fn the_advice_of_the_bank_counts() {
    let refused = |error: Value| {
        let intent = json!({
            "object": "payment_intent", "id": "pi_1", "status": "requires_payment_method", "amount": 1210, "currency": "eur",
            "metadata": {"reference": "r"}, "last_payment_error": error,
        });
        declined(&map::payment(&intent).unwrap()).hard
    };
    let code = |code: &str, advice: Value| json!({"type": "card_error", "code": "card_declined", "decline_code": code, "advice_code": advice});
    for hard in ["pickup_card", "invalid_account", "stop_payment_order", "revocation_of_authorization", "fraudulent"] {
        assert!(refused(code(hard, Value::Null)), "{hard}");
    }
    for soft in ["do_not_honor", "try_again_later", "a_new_word"] {
        assert!(!refused(code(soft, Value::Null)), "{soft}");
    }
    assert!(refused(code("do_not_honor", json!("do_not_try_again"))));
    assert!(!refused(code("stolen_card", json!("try_again_later"))));
}

/// Statuses of the page, one by one.
#[test]
fn statuses_are_outcomes_as_the_page_says() {
    let outcome = |status: &str, more: Value| {
        let mut intent = json!({
            "object": "payment_intent", "id": "pi_1", "status": status, "amount": 1210, "amount_received": 0,
            "currency": "eur", "metadata": {"reference": "r"},
        });
        more.as_object().unwrap().iter().for_each(|(name, value)| intent[name] = value.clone());
        map::payment(&intent).unwrap().outcome
    };
    let pending = Outcome::Pending { instructions: None };
    let plain = || json!({});
    assert_eq!(outcome("requires_payment_method", plain()), pending);
    assert_eq!(outcome("requires_confirmation", plain()), pending);
    assert_eq!(outcome("requires_action", json!({"next_action": {"type": "use_stripe_sdk"}})), pending);
    assert_eq!(outcome("processing", plain()), pending);
    assert_eq!(outcome("a_new_status", plain()), pending);
    assert_eq!(outcome("requires_capture", plain()), Outcome::Authorised);
    assert_eq!(outcome("succeeded", json!({"capture_method": "automatic_async"})), Outcome::Approved);
    assert_eq!(outcome("succeeded", json!({"capture_method": "manual"})), Outcome::Captured);
    assert_eq!(outcome("canceled", plain()), Outcome::Voided);
}

#[test]
fn statuses_of_errors_are_kinds() {
    let table = [
        (400, "invalid_request_error", Kind::InvalidRequest),
        (400, "idempotency_error", Kind::Conflict),
        (401, "invalid_request_error", Kind::Auth),
        (402, "card_error", Kind::Declined),
        (403, "invalid_request_error", Kind::Auth),
        (404, "invalid_request_error", Kind::NotFound),
        (409, "idempotency_error", Kind::Unknown),
        (424, "api_error", Kind::Unknown),
        (429, "invalid_request_error", Kind::RateLimited(Some(Duration::from_secs(3)))),
        (500, "api_error", Kind::Unknown),
        (503, "api_error", Kind::Unknown),
    ];
    for (status, kind, want) in table {
        let body = json!({"error": {"type": kind, "message": "No."}}).to_string().into_bytes();
        let answer = Answer { status, headers: vec![("retry-after".into(), "3".into())], body };
        assert_eq!(map::answered(&answer).unwrap_err().kind, want, "{status}");
    }
    let odd = Answer { status: 200, headers: Vec::new(), body: b"<html>".to_vec() };
    assert_eq!(map::answered(&odd).unwrap_err().kind, Kind::Unknown);
}

/// A key of the other world moves other money than was meant.
#[test]
fn the_key_fits_the_mode() {
    let with = |key: &str, live| {
        let given = BTreeMap::from([("secret_key".to_string(), json!(key))]);
        Stripe::new(&site(live), &Values::new(&given)).map(|stripe| stripe.entries)
    };
    for (key, live, fits) in
        [("sk_test_1", false, true), ("rk_live_1", true, true), ("sk_live_1", false, false), ("rk_test_1", true, false)]
    {
        assert_eq!(with(key, live).is_ok(), fits, "{key}");
    }
    // without a publishable key a store has no fields to show
    assert_eq!(with("sk_test_1", false).unwrap(), [Entry::Page]);
}
