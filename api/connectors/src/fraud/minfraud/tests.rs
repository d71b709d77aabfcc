use super::*;
use crate::Kind;
use crate::fraud::CardFacts;
use crate::fraud::contract::{self, question};
use comptoir_domain::fraud::{Bin, FraudDisposition, FraudTag};
use comptoir_simulators::minfraud as simulator;
use comptoir_simulators::shell::{Running, Trouble};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

struct Bench {
    service: Running<simulator::MinFraud>,
    screen: MinFraud,
}

fn screen(address: &str, changes: &[(&str, Value)]) -> MinFraud {
    let mut values = BTreeMap::from([
        ("account_id".to_string(), json!(simulator::ACCOUNT)),
        ("license_key".into(), json!(simulator::KEY)),
        ("address".into(), json!(address)),
    ]);
    values.extend(changes.iter().map(|(name, value)| (name.to_string(), value.clone())));
    MinFraud::new(Reach { limit: Duration::from_millis(400), local: true }, &Values::new(&values)).unwrap()
}

fn bench_with(changes: &[(&str, Value)]) -> Bench {
    let service = Running::start(simulator::MinFraud::default());
    let screen = screen(&service.url, changes);
    Bench { service, screen }
}

fn bench() -> Bench {
    bench_with(&[])
}

impl Bench {
    async fn score(&self, mail: &str) -> Result<Scored> {
        self.screen.score(&question("ord_1", mail)).await
    }

    /// The question that was asked last.
    fn sent(&self) -> Value {
        self.service.with(|service| service.scored.last().cloned()).unwrap()
    }

    fn calls(&self) -> usize {
        self.service.asked().len()
    }
}

#[tokio::test]
async fn passes_the_contract() {
    for service in SERVICES {
        let bench = bench_with(&[("service", json!(service))]);
        contract::fraud_screen(&bench.screen).await;
        let paths: Vec<_> = bench.service.asked().into_iter().map(|asked| asked.path).collect();
        assert!(paths.contains(&format!("/minfraud/v2.0/{service}")) && paths.len() > 10);
    }
}

/// The strict schema of the simulator, which is the page's, finds nothing unknown and nothing that does not fit.
#[tokio::test]
async fn what_is_sent_is_what_the_page_lists() {
    let bench = bench();
    let card = CardFacts {
        bin: Bin::of_card("4111111111111111"),
        last_digits: Some("1111".into()),
        country: "US".parse().ok(),
    };
    let asked = Question { card: Some(card), coupon: Some("SPRING".into()), ..question("ord_1", "anna@example.com") };
    let scored = bench.screen.score(&asked).await.unwrap();
    assert_eq!(scored.warnings, Vec::<String>::new());
    let want = json!({
        "device": {"ip_address": "203.0.113.9"},
        "event": {"transaction_id": "ord_1", "shop_id": "sto_1", "time": "2028-02-29T12:00:00Z", "type": "purchase", "party": "customer"},
        "account": {"user_id": "cli_1"},
        "email": {"address": "anna@example.com", "domain": "example.com"},
        "billing": {"first_name": "Anna", "last_name": "Ünal", "address": "1 Main Street", "city": "Lyon", "country": "FR",
            "postal": "69001", "phone_number": "+33 1 23 45 67 89"},
        "payment": {"processor": "stripe"},
        "credit_card": {"issuer_id_number": "41111111", "last_digits": "1111", "country": "US"},
        "order": {"amount": 12.1, "currency": "EUR", "discount_code": "SPRING"},
        "shopping_cart": [{"category": "hosting", "item_id": "starter", "quantity": 1}],
    });
    assert_eq!(bench.sent(), want);
}

/// Two digits or four, and never a number.
#[tokio::test]
async fn of_a_card_no_more_than_its_end_is_sent() {
    let bench = bench();
    for (digits, sent) in
        [("11", json!("11")), ("1111", json!("1111")), ("111", json!(null)), ("4111111111111111", json!(null))]
    {
        let card = CardFacts { bin: None, last_digits: Some(digits.into()), country: None };
        let asked = Question { card: Some(card), ..question("ord_1", "anna@example.com") };
        assert_eq!(bench.screen.score(&asked).await.unwrap().warnings, Vec::<String>::new());
        assert_eq!(bench.sent()["credit_card"]["last_digits"], sent, "{digits}");
    }
}

/// What Insights tells of the network, the bank of the card and the mail address, and the plain score does not.
#[tokio::test]
async fn what_is_found_out_is_told_to_people() {
    let bench = bench_with(&[("service", json!("insights"))]);
    let usual = [
        ("MINFRAUD_NETWORK_ACTIVITY", "Suspicious activity has been seen on this IP address"),
        ("IP_NETWORK", "Example Networks, FR, residential"),
        ("CARD_ISSUER", "Example Bank, US, Visa, credit"),
    ];
    for (name, more) in [
        ("anna", None),
        ("prepaid", Some(("CARD_PREPAID", "The card is prepaid."))),
        ("virtual", Some(("CARD_VIRTUAL", "The card is a virtual one."))),
        ("abroad", Some(("CARD_ABROAD", "The card was not issued in the country of the billing address."))),
        ("risky", Some(("EMAIL_HIGH_RISK", "The mail address is of high risk."))),
        ("hosted", Some(("HOSTING_PROVIDER", "The IP address is that of a hosting provider."))),
    ] {
        let found = bench.score(&format!("{name}@example.com")).await.unwrap().reasons;
        let found: Vec<_> = found.iter().map(|it| (it.code.as_str(), it.detail.as_str())).collect();
        assert_eq!(found, usual.into_iter().chain(more).collect::<Vec<_>>(), "{name}");
    }
    // what is not told is not told
    let less =
        answer(200, br#"{"id": "x", "risk_score": 1, "credit_card": {"brand": "Visa", "issuer": {}}}"#, String::new());
    assert_eq!(less.unwrap().reasons, []);
}

/// No redsys, gestpay or sips in the vendor's list.
#[tokio::test]
async fn processors_that_are_not_known_there_are_others() {
    let bench = bench();
    for (ours, theirs) in
        [("paypal_standard", "paypal"), ("worldpay_xml", "worldpay"), ("redsys", "other"), ("transfer", "other")]
    {
        let asked = Question { gateway: ours.into(), ..question("ord_1", "anna@example.com") };
        assert_eq!(bench.screen.score(&asked).await.unwrap().warnings, Vec::<String>::new());
        assert_eq!(bench.sent()["payment"]["processor"], theirs, "{ours}");
    }
}

#[tokio::test]
async fn whatever_is_answered_is_told() {
    let bench = bench_with(&[("service", json!("factors"))]);
    let scored = bench.score("score-75.25@example.com").await.unwrap();
    assert_eq!((scored.score.to_string(), scored.ip_risk.unwrap().to_string()), ("75.25".into(), "0.01".into()));
    assert_eq!((scored.id.as_str(), scored.queries_remaining), ("27d26476-e2bc-11e4-92b8-000000000001", Some(999)));
    let codes: Vec<_> = scored.reasons.iter().map(|it| (it.code.as_str(), it.multiplier.as_deref())).collect();
    let want = [
        ("MINFRAUD_NETWORK_ACTIVITY", None),
        ("ANONYMOUS_IP", Some("45.0")),
        ("IP_NETWORK", None),
        ("CARD_ISSUER", None),
    ];
    assert_eq!(codes, want);
    let learned = scored.learned;
    assert_eq!((learned.ip_country.unwrap().to_string(), learned.is_anonymous), ("FR".into(), Some(false)));
    assert_eq!((learned.card_country.unwrap().to_string(), learned.is_mail_disposable), ("US".into(), Some(false)));
    assert_eq!(bench.score("tor@example.com").await.unwrap().learned.is_anonymous, Some(true));
    let warned = bench.score("warning-BILLING_CITY_NOT_FOUND@example.com").await.unwrap();
    assert_eq!(warned.warnings, ["BILLING_CITY_NOT_FOUND /billing/city: as was asked for"]);
    // the plain score learns nothing
    let plain = bench_with(&[]).score("tor@example.com").await.unwrap();
    assert_eq!((plain.learned, plain.reasons.len()), (comptoir_domain::fraud::Learned::default(), 0));
}

#[tokio::test]
async fn dispositions() {
    let bench = bench();
    for disposition in FraudDisposition::ALL {
        let scored = bench.score(&format!("{disposition}@example.com")).await.unwrap();
        assert_eq!(scored.disposition, Some(*disposition));
    }
    assert_eq!(bench.score("anna@example.com").await.unwrap().disposition, None);
}

/// The table of the page: what is refused, how it is meant, and how often it was asked.
#[tokio::test]
async fn refusals() {
    for (code, kind, calls) in [
        ("JSON_INVALID", Kind::InvalidRequest, 1),
        ("REQUEST_INVALID", Kind::InvalidRequest, 1),
        ("INVALID_INPUT", Kind::InvalidRequest, 1),
        // once with the address and once without
        ("IP_ADDRESS_INVALID", Kind::InvalidRequest, 2),
        ("IP_ADDRESS_REQUIRED", Kind::InvalidRequest, 2),
        ("IP_ADDRESS_RESERVED", Kind::InvalidRequest, 2),
        ("AUTHORIZATION_INVALID", Kind::Auth, 1),
        ("ACCOUNT_ID_REQUIRED", Kind::Auth, 1),
        ("LICENSE_KEY_REQUIRED", Kind::Auth, 1),
        ("INSUFFICIENT_FUNDS", Kind::Declined, 1),
        ("PERMISSION_REQUIRED", Kind::Auth, 1),
    ] {
        let bench = bench();
        let error = bench.score(&format!("error-{code}@example.com")).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_ref(), bench.calls()), (kind, code, calls));
    }
}

#[tokio::test]
async fn an_address_that_is_not_wanted_is_left_out() {
    let bench = bench();
    let asked = Question { ip: "10.1.2.3".parse().ok(), ..question("ord_1", "score-5@example.com") };
    assert_eq!(bench.screen.score(&asked).await.unwrap().score.to_string(), "5");
    assert_eq!((bench.calls(), bench.sent().get("device").is_none()), (2, true));
}

/// Once more, and not twice.
#[tokio::test]
async fn what_may_pass_is_asked_once_more() {
    for trouble in [Trouble::DownBefore, Trouble::FailedAfter, Trouble::LostBefore, Trouble::LostAfter] {
        let bench = bench();
        bench.service.trouble(trouble);
        assert_eq!(bench.score("score-5@example.com").await.unwrap().score.to_string(), "5", "{trouble:?}");
        assert_eq!(bench.calls(), 2, "{trouble:?}");
        for _ in 0..2 {
            bench.service.trouble(trouble);
        }
        let error = bench.score("score-5@example.com").await.unwrap_err();
        assert!(matches!(error.kind, Kind::Unavailable | Kind::Unknown), "{trouble:?}: {error}");
        assert_eq!(bench.calls(), 4, "{trouble:?}");
    }
    let nobody = screen("http://127.0.0.1:9", &[]);
    assert_eq!(nobody.score(&question("ord_1", "a@example.com")).await.unwrap_err().kind, Kind::Unavailable);
}

#[tokio::test]
async fn whoever_is_not_known_is_told_so() {
    let bench = bench();
    let wrong = screen(&bench.service.url, &[("license_key", json!("wrong"))]);
    let error = wrong.probe().await.unwrap_err();
    assert_eq!((error.kind, error.code.as_ref()), (Kind::Auth, "AUTHORIZATION_INVALID"));
    assert!(!error.to_string().contains("wrong"));
    bench.service.with(|service| service.services = vec!["score"]);
    let insights = screen(&bench.service.url, &[("service", json!("insights"))]);
    assert_eq!(insights.probe().await.unwrap_err().code, "PERMISSION_REQUIRED");
    assert_eq!(bench.screen.probe().await.unwrap(), Some(999));
    bench.service.with(|service| service.queries_remaining = 0);
    assert_eq!(bench.screen.probe().await.unwrap_err().code, "INSUFFICIENT_FUNDS");
}

/// Of `score-75@example.com`, as md5sum works it out.
#[tokio::test]
async fn mail_addresses_can_be_hashed() {
    let bench = bench_with(&[("hash_mail", json!(true))]);
    bench.score(" Score-75@Example.com").await.unwrap();
    assert_eq!(bench.sent()["email"]["address"], "70729fddfdbc417599869da46974d8bb");
    assert!(!bench.sent().to_string().to_lowercase().contains("score-75"));
}

#[tokio::test]
async fn custom_inputs_are_sent_where_they_are_defined() {
    let bench = bench_with(&[("custom_inputs", json!(true))]);
    assert_eq!(bench.score("a@example.com").await.unwrap().warnings.len(), 3);
    bench.service.with(|service| service.custom_inputs = vec!["domain_ordered", "payment_module", "account_age_days"]);
    assert_eq!(bench.score("a@example.com").await.unwrap().warnings, Vec::<String>::new());
    let want = json!({"domain_ordered": "anna.example", "payment_module": "stripe", "account_age_days": 0});
    assert_eq!(bench.sent()["custom_inputs"], want);
}

#[tokio::test]
async fn what_is_reported_is_about_an_answer() {
    let bench = bench();
    let scored = bench.score("score-75@example.com").await.unwrap();
    let report = |tag| Report { tag, scored: scored.id.clone(), notes: String::new() };
    bench.screen.report(&report(FraudTag::Chargeback)).await.unwrap();
    let want = simulator::Reported { id: scored.id.clone(), tag: "chargeback".into() };
    assert_eq!(bench.service.with(|service| service.reported.clone()), [want]);
}

/// A question of any length is either sent within the limit or not at all.
#[tokio::test]
async fn long_questions_are_not_sent() {
    let bench = bench();
    let mut asked = question("ord_1", "a@example.com");
    asked.billing.line1 = "x".repeat(21 * 1024);
    assert_eq!(bench.screen.score(&asked).await.unwrap_err().kind, Kind::InvalidRequest);
    assert_eq!(bench.calls(), 0);
}

#[tokio::test]
async fn secrets_do_not_show() {
    let bench = bench();
    let scored = bench.score("a@example.com").await.unwrap();
    let error = bench.score("error-AUTHORIZATION_INVALID@example.com").await.unwrap_err();
    for shown in [format!("{scored:?}"), format!("{error:?}")] {
        assert!(!shown.contains(simulator::KEY), "{shown}");
    }
}

proptest! {
    /// Whatever is answered, nothing falls over, and a score lies between 0 and 100.
    #[test]
    fn arbitrary_answers(status in 100u16..600, body: Vec<u8>, score in "-?[0-9]{1,4}(\\.[0-9]{1,6})?(e-?[0-9])?") {
        let said = answer(status, &body, String::new());
        prop_assert!(said.is_err());
        let text = format!(r#"{{"id": "x", "risk_score": {score}}}"#);
        if let Ok(scored) = answer(200, text.as_bytes(), String::new()) {
            prop_assert!(scored.score <= comptoir_domain::FraudScore::from(100));
        }
    }
}
