use super::*;
use crate::http::Reach;
use crate::payment::contract::{self, Subject, request};
use crate::payment::{CaptureRequest, Card, Decline, Outcome, Presence, Reference, RefundRequest, Take};
use base64::{Engine, prelude::BASE64_STANDARD};
use comptoir_domain::Money;
use comptoir_simulators::fiserv::{self as simulator, API_KEY, API_SECRET, MERCHANT, TERMINAL};
use comptoir_simulators::shell::{Running, Trouble};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const VISA: &str = "4788250000028291";
const POOR: &str = "4012000033330026";
const STOLEN: &str = "4788250000028299";

struct Bench {
    service: Running<simulator::Fiserv>,
    gateway: Arc<dyn PaymentGateway>,
}

fn gateway(address: &str, secret: &str) -> Arc<dyn PaymentGateway> {
    let reach = Reach { limit: Duration::from_millis(400), local: true };
    let site = Site { live: false, callback_url: String::new(), reach };
    let values = BTreeMap::from([
        ("api_key".to_string(), json!(API_KEY)),
        ("api_secret".into(), json!(secret)),
        ("merchant".into(), json!(MERCHANT)),
        ("terminal".into(), json!(TERMINAL)),
        ("address".into(), json!(address)),
    ]);
    build(&site, &Values::new(&values)).unwrap()
}

fn bench() -> Bench {
    let service = Running::start(simulator::Fiserv::default());
    let gateway = gateway(&service.url, API_SECRET);
    Bench { service, gateway }
}

fn card(number: &str) -> PaymentSource {
    PaymentSource::Card(Card {
        number: number.into(),
        expiry_month: 7,
        expiry_year: 2030,
        code: "987".into(),
        holder: "Anna Ünal".into(),
    })
}

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

fn dollars(amount: &str) -> Money {
    Money::parse(amount, "USD".parse().unwrap()).unwrap()
}

fn pay(reference: &str, amount: &str) -> PaymentRequest {
    request(reference, amount, "USD", card(VISA))
}

fn back(of: &PaymentRequest, reference: &str, amount: &str) -> RefundRequest {
    let reference = Reference::new(reference).unwrap();
    RefundRequest { reference, payment: of.begun(None), amount: dollars(amount), at: noon() }
}

/// After so many questions that go well.
fn after(service: &Running<simulator::Fiserv>, questions: usize, trouble: Trouble) {
    (0..questions).for_each(|_| service.trouble(Trouble::Slow(0)));
    service.trouble(trouble);
}

#[tokio::test]
async fn passes_the_contract() {
    let bench = bench();
    let trouble = |trouble| {
        let trouble = match trouble {
            contract::Trouble::LostBefore => Trouble::LostBefore,
            contract::Trouble::LostAfter => Trouble::LostAfter,
            contract::Trouble::FailedAfter => Trouble::FailedAfter,
        };
        after(&bench.service, 1, trouble);
    };
    let subject = Subject {
        declined: Some(card(POOR)),
        currency: "USD",
        ..Subject::new(&*bench.gateway, card(VISA)).troubled(&trouble)
    };
    contract::payment_gateway(&subject).await;
}

/// The page's vector of Payeezy: the same code, but over other parts and in letters before it is in base 64.
#[test]
fn signs_as_the_page_says() {
    let parts: [&[u8]; 4] = [b"APIKEY1234567890", b"1700000000000", b"TOKEN", br#"{"a":1}"#];
    let code = ask::mac(&"APISECRET".into(), parts).unwrap();
    let wanted = "M2EyYTYyOTZhMTc3OGNiMzk0MjM0NTZjNWVkMmJkNzdiNWY2ZDUzZDhmZDM4OTAxYjgxNmUyMTU1YzJmMjA2ZA==";
    assert_eq!(BASE64_STANDARD.encode(data_encoding::HEXLOWER.encode(&code)), wanted);
}

#[tokio::test]
async fn wrong_credentials_and_clocks_are_noticed_and_not_shown() {
    let bench = bench();
    let error = gateway(&bench.service.url, "wrong").probe(noon()).await.unwrap_err();
    assert_eq!((error.kind, error.to_string().contains("wrong")), (Kind::Auth, false));
    let late = noon().plus(chrono::TimeDelta::minutes(6));
    assert_eq!(bench.gateway.probe(late).await.unwrap_err().kind, Kind::Auth);
}

/// 51 is short of funds, 43 a stolen card (ISO 8583).
#[tokio::test]
async fn declines_are_hard_or_soft() {
    let bench = bench();
    for (number, wanted, code) in [(POOR, false, "51"), (STOLEN, true, "43")] {
        let answer = bench.gateway.start(&request(number, "5.00", "USD", card(number))).await.unwrap();
        let Outcome::Declined(Decline { hard, code: said, .. }) = answer.outcome else { panic!("{answer:?}") };
        assert_eq!((hard, said.as_str()), (wanted, code));
    }
}

#[test]
fn states_are_those_of_the_page() {
    use map::Standing::{Declined, Released, Reserved, Taken, Waits};
    for (state, wanted) in [
        ("AUTHORIZED", Reserved),
        ("CAPTURED", Taken),
        ("SUCCEEDED", Taken),
        ("VOIDED", Released),
        ("DECLINED", Declined),
        ("FAILED", Declined),
        ("PENDING", Waits),
        ("SOMETHING_NEW", Waits),
        ("", Waits),
    ] {
        let reply: wire::Reply =
            serde_json::from_value(json!({"gatewayResponse": {"transactionState": state}})).unwrap();
        assert_eq!(map::standing(&reply), wanted, "{state}");
    }
}

/// Amounts are JSON numbers, and none of them is bent on the way.
#[test]
fn amounts_are_exact_numbers() {
    for (text, currency, number) in [
        ("12.10", "USD", "12.1"),
        ("0.29", "USD", "0.29"),
        ("1210", "JPY", "1210"),
        ("123456789.01", "EUR", "123456789.01"),
    ] {
        let money = Money::parse(text, currency.parse().unwrap()).unwrap();
        let sent = map::amount(money).unwrap();
        assert_eq!((sent.total.to_string().as_str(), map::money(&sent).unwrap()), (number, money));
    }
}

#[tokio::test]
async fn another_amount_than_asked_is_noticed() {
    let bench = bench();
    bench.service.with(|service| service.approves_instead = Some(1211));
    let asked = pay("r1", "12.10");
    let answer = bench.gateway.start(&asked).await.unwrap();
    assert_eq!(answer.amount, dollars("12.11"));
    assert_eq!(answer.agrees_with(asked.amount).unwrap_err().kind, Kind::Conflict);
}

/// Both ask first and find nothing, and only one charge is made.
#[tokio::test]
async fn two_calls_at_once_are_one_payment() {
    let bench = bench();
    let asked = pay("r1", "12.10");
    let (one, other) = tokio::join!(bench.gateway.start(&asked), bench.gateway.start(&asked));
    assert_eq!(one.unwrap().gateway_id, other.unwrap().gateway_id);
    assert_eq!(bench.service.with(|service| service.sum("CHARGE").0), 1);
}

#[tokio::test]
async fn what_fails_before_it_is_sent_did_nothing() {
    let bench = bench();
    for trouble in [Trouble::DownBefore, Trouble::LostBefore] {
        bench.service.trouble(trouble);
        assert_eq!(bench.gateway.start(&pay("r1", "1.00")).await.unwrap_err().kind, Kind::Unavailable);
    }
    after(&bench.service, 1, Trouble::DownBefore);
    assert_eq!(bench.gateway.start(&pay("r1", "1.00")).await.unwrap_err().kind, Kind::Unknown);
    let nobody = gateway("http://127.0.0.1:9", API_SECRET);
    assert_eq!(nobody.start(&pay("r1", "1.00")).await.unwrap_err().kind, Kind::Unavailable);
    let unfit = request("r1", "1.00", "USD", PaymentSource::Saved("no token".into()));
    assert_eq!(bench.gateway.start(&unfit).await.unwrap_err().kind, Kind::InvalidRequest);
    assert_eq!(bench.service.with(|service| service.sum("CHARGE")), (0, 0));
}

/// Refunds of one amount are told apart by their references, and a lost one is found.
#[tokio::test]
async fn refunds_are_told_apart() {
    let bench = bench();
    let asked = pay("r1", "50.00");
    bench.gateway.start(&asked).await.unwrap();
    let refunds = bench.gateway.refunds().unwrap();
    let mut ids = Vec::new();
    for reference in ["back-1", "back-2", "back-1"] {
        ids.push(refunds.refund(&back(&asked, reference, "10.00")).await.unwrap().gateway_id);
    }
    assert!(ids[0] == ids[2] && ids[0] != ids[1]);
    // asked for the payment, for each refund so far and for the next, twice
    after(&bench.service, 7, Trouble::LostAfter);
    let third = back(&asked, "back-3", "10.00");
    assert_eq!(refunds.refund(&third).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(refunds.fetch_refund(&third).await.unwrap().amount, dollars("10.00"));
    refunds.refund(&third).await.unwrap();
    assert_eq!(bench.service.with(|service| service.sum("REFUND")), (3, 30_000));
}

#[tokio::test]
async fn a_capture_that_was_lost_is_found_done() {
    let bench = bench();
    let asked = PaymentRequest { take: Take::Reserve, ..pay("r1", "60.00") };
    bench.gateway.start(&asked).await.unwrap();
    let capture = CaptureRequest { payment: asked.begun(None), amount: dollars("45.00"), at: noon() };
    let captures = bench.gateway.captures().unwrap();
    // asked for the payment, a capture and a release
    after(&bench.service, 3, Trouble::LostAfter);
    assert_eq!(captures.capture(&capture).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(captures.capture(&capture).await.unwrap().amount, dollars("45.00"));
    assert_eq!(bench.service.with(|service| service.sum("CAPTURE")), (1, 45_000));
}

#[tokio::test]
async fn nobody_else_learns_numbers_and_keys() {
    let bench = bench();
    let paid = bench.gateway.start(&PaymentRequest { save: true, ..pay("r1", "9.00") }).await.unwrap();
    let refused = bench.gateway.start(&request("r2", "9.00", "USD", card(STOLEN))).await.unwrap();
    for shown in [format!("{paid:?}"), format!("{refused:?}")] {
        for secret in [VISA, STOLEN, "\"987\"", API_SECRET] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
    let saved = paid.saved.unwrap();
    assert_eq!((saved.label.as_str(), saved.expires), ("card •••• 8291", Some((7, 2030))));
}

/// By which way an order has come.
#[tokio::test]
async fn orders_by_telephone_are_named_so() {
    let bench = bench();
    for (presence, origin) in [(Presence::Client, "ECOM"), (Presence::Desk, "MOTO")] {
        let asked = PaymentRequest { presence, ..pay(&format!("{presence:?}"), "9.00") };
        assert!(bench.gateway.start(&asked).await.unwrap().is_taken());
        let charge = bench.service.asked().into_iter().rfind(|asked| asked.path == CHARGES).unwrap();
        let sent: serde_json::Value = serde_json::from_slice(&charge.body).unwrap();
        assert_eq!(sent["transactionInteraction"], json!({"origin": origin}));
    }
}

/// The client is told from the one who is not there.
#[tokio::test]
async fn stored_credentials_say_who_begins() {
    let bench = bench();
    let first = bench.gateway.start(&PaymentRequest { save: true, ..pay("r1", "9.00") }).await.unwrap().saved.unwrap();
    let source = PaymentSource::Saved(first.token.into());
    let renewal = PaymentRequest { presence: Presence::Nobody, ..request("r2", "9.00", "USD", source) };
    bench.gateway.start(&renewal).await.unwrap();
    let charges: Vec<_> = bench.service.asked().into_iter().filter(|asked| asked.path == CHARGES).collect();
    let stored = |at: usize| {
        let body: serde_json::Value = serde_json::from_slice(&charges[at].body).unwrap();
        body["storedCredentials"].clone()
    };
    assert_eq!(stored(0), json!({"scheduled": false, "initiator": "CARD_HOLDER", "sequence": "FIRST"}));
    assert_eq!(stored(1), json!({"scheduled": true, "initiator": "MERCHANT", "sequence": "SUBSEQUENT"}));
}
