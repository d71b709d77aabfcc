//! What the page says in tables, read from answers that are written down here.

use crate::error::Kind;
use crate::http::Answer;
use crate::payment::paypal::map;
use crate::payment::{Decline, Outcome};
use comptoir_domain::{Currency, Money};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::Duration;

fn outcome(order: &str, intent: &str, payments: Value) -> Outcome {
    let order = json!({
        "id": "5O1", "status": order, "intent": intent, "links": [],
        "purchase_units": [{"custom_id": "r", "amount": {"currency_code": "EUR", "value": "12.10"}, "payments": payments}],
    });
    map::payment(&order).unwrap().outcome
}

fn steps(kind: &str, status: &str) -> Value {
    json!({ kind: [{"id": "1", "status": status, "amount": {"currency_code": "EUR", "value": "12.10"}}] })
}

#[test]
fn statuses_are_outcomes_as_the_page_says() {
    let pending = Outcome::Pending { instructions: None };
    for open in ["CREATED", "SAVED", "PAYER_ACTION_REQUIRED", "APPROVED", "COMPLETED", "A_NEW_WORD"] {
        assert_eq!(outcome(open, "CAPTURE", json!({})), pending, "{open}");
    }
    assert_eq!(outcome("VOIDED", "CAPTURE", json!({})), Outcome::Voided);
    let capture = |status, intent| outcome("COMPLETED", intent, steps("captures", status));
    for taken in ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"] {
        assert_eq!(capture(taken, "CAPTURE"), Outcome::Approved, "{taken}");
        assert_eq!(capture(taken, "AUTHORIZE"), Outcome::Captured, "{taken}");
    }
    assert_eq!(capture("PENDING", "CAPTURE"), pending);
    for refused in ["DECLINED", "FAILED"] {
        assert!(matches!(capture(refused, "CAPTURE"), Outcome::Declined(Decline { hard: false, .. })), "{refused}");
    }
    let held = |status| outcome("COMPLETED", "AUTHORIZE", steps("authorizations", status));
    assert_eq!(held("CREATED"), Outcome::Authorised);
    assert_eq!(held("PENDING"), pending);
    assert_eq!(held("VOIDED"), Outcome::Voided);
    assert!(matches!(held("DENIED"), Outcome::Declined(_)));
}

/// Refunds count when they are made or on their way, not when they failed.
#[test]
fn refunds_are_added_up() {
    let refund = |status: &str, value: &str| json!({"id": "1", "status": status, "amount": {"currency_code": "EUR", "value": value}});
    let mut payments = steps("captures", "PARTIALLY_REFUNDED");
    payments["refunds"] = json!([
        refund("COMPLETED", "1.00"),
        refund("PENDING", "2.00"),
        refund("FAILED", "4.00"),
        refund("CANCELLED", "8.00")
    ]);
    let order = json!({"id": "5O1", "status": "COMPLETED", "intent": "CAPTURE", "purchase_units": [{"custom_id": "r", "payments": payments}]});
    let euro = "EUR".parse().unwrap();
    assert_eq!(map::payment(&order).unwrap().refunded, Money::parse("3.00", euro).unwrap());
}

#[test]
fn issues_are_kinds_as_the_page_says() {
    let table = [
        (400, "INVALID_REQUEST", "INVALID_STRING_LENGTH", Kind::InvalidRequest),
        (422, "UNPROCESSABLE_ENTITY", "SOMETHING_ELSE", Kind::InvalidRequest),
        (401, "AUTHENTICATION_FAILURE", "", Kind::Auth),
        (403, "NOT_AUTHORIZED", "PERMISSION_DENIED", Kind::Auth),
        (404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", Kind::NotFound),
        (422, "UNPROCESSABLE_ENTITY", "INSTRUMENT_DECLINED", Kind::Declined),
        (422, "UNPROCESSABLE_ENTITY", "TRANSACTION_REFUSED", Kind::Declined),
        (422, "UNPROCESSABLE_ENTITY", "PAYER_CANNOT_PAY", Kind::Declined),
        (422, "UNPROCESSABLE_ENTITY", "CARD_EXPIRED", Kind::Declined),
        (422, "UNPROCESSABLE_ENTITY", "ORDER_ALREADY_CAPTURED", Kind::Conflict),
        (422, "UNPROCESSABLE_ENTITY", "DUPLICATE_INVOICE_ID", Kind::Conflict),
        (422, "UNPROCESSABLE_ENTITY", "REFUND_AMOUNT_EXCEEDED", Kind::Declined),
        (429, "RATE_LIMIT_REACHED", "", Kind::RateLimited(Some(Duration::from_secs(3)))),
        (500, "INTERNAL_SERVER_ERROR", "", Kind::Unknown),
        (503, "", "", Kind::Unknown),
    ];
    for (status, name, issue, want) in table {
        let body = json!({"name": name, "message": "No.", "debug_id": "f0a1", "details": [{"issue": issue}]});
        let headers = vec![("retry-after".to_string(), "3".to_string())];
        let answer = Answer { status, headers, body: body.to_string().into_bytes() };
        let error = map::answered(&answer).unwrap_err();
        assert_eq!(error.kind, want, "{status} {issue}");
        assert!(error.message.ends_with("(f0a1)"));
    }
    let hard = |code: &'static str| match map::declined(&crate::ConnectorError::new(Kind::Declined, code, "")) {
        Outcome::Declined(decline) => decline.hard,
        other => panic!("{other:?}"),
    };
    assert!(hard("CARD_EXPIRED") && !hard("INSTRUMENT_DECLINED") && !hard("TRANSACTION_REFUSED"));
    let odd = Answer { status: 200, headers: Vec::new(), body: b"<html>".to_vec() };
    assert_eq!(map::answered(&odd).unwrap_err().kind, Kind::Unknown);
}

/// Two decimals, but none for HUF, JPY and TWD.
#[test]
fn amounts_are_decimal_text() {
    let table = [
        ("12.10", "EUR", Some("12.10")),
        ("1210", "JPY", Some("1210")),
        ("1210.00", "HUF", Some("1210")),
        ("1210.50", "HUF", None),
        ("10.00", "TWD", Some("10")),
        ("12.100", "KWD", None),
    ];
    for (amount, currency, want) in table {
        let money = Money::parse(amount, currency.parse().unwrap()).unwrap();
        assert_eq!(map::to_paypal(money).ok().as_deref(), want, "{amount} {currency}");
    }
}

proptest! {
    #[test]
    fn whatever_is_sent_comes_back(minor in 1..i64::MAX / 1_000, code in "EUR|JPY|HUF|TWD|USD") {
        let currency: Currency = code.parse().unwrap();
        let money = Money::from_minor(minor, currency);
        if let Ok(value) = map::to_paypal(money) {
            let order = json!({
                "id": "5O1", "status": "CREATED",
                "purchase_units": [{"custom_id": "r", "amount": {"currency_code": code, "value": value}}],
            });
            prop_assert_eq!(map::payment(&order).unwrap().amount, money);
        }
    }
}
