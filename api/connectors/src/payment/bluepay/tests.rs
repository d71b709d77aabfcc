use super::*;
use crate::http::Reach;
use crate::payment::contract::{self, Subject, request};
use crate::payment::{
    Callback, CaptureRequest, Card, Decline, PaymentSource, Presence, Reference, RefundRequest, Take,
};
use comptoir_simulators::bluepay::{self as simulator, ACCOUNT, SECRET};
use comptoir_simulators::shell::{Running, Trouble};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const VISA: &str = "4111111111111111";
const STAMPED: &str = "trans_id trans_status trans_type amount order_id";

struct Bench {
    service: Running<simulator::BluePay>,
    gateway: Arc<dyn PaymentGateway>,
}

fn gateway(address: &str, live: bool, secret: &str, hash_type: &str) -> Arc<dyn PaymentGateway> {
    let reach = Reach { limit: Duration::from_millis(400), local: true };
    let site = Site { live, callback_url: String::new(), reach };
    let values = BTreeMap::from([
        ("account".to_string(), json!(ACCOUNT)),
        ("secret_key".into(), json!(secret)),
        ("hash_type".into(), json!(hash_type)),
        ("address".into(), json!(address)),
    ]);
    build(&site, &Values::new(&values)).unwrap()
}

fn bench() -> Bench {
    let service = Running::start(simulator::BluePay::default());
    let gateway = gateway(&service.url, true, SECRET, "HMAC_SHA512");
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

/// A charge begins with a question.
fn second(service: &Running<simulator::BluePay>, trouble: Trouble) {
    service.trouble(Trouble::Slow(0));
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
        second(&bench.service, trouble);
    };
    let subject = Subject {
        declined: Some(card("4000000000000002")),
        currency: "USD",
        ..Subject::new(&*bench.gateway, card(VISA)).troubled(&trouble)
    };
    contract::payment_gateway(&subject).await;
}

/// The page's vectors, the last by the seal of the older interface.
#[test]
fn seals_as_the_page_says() {
    let (secret, values) = ("SECRETKEY".into(), "100000000001SALE3.00TEST");
    let hmac = "9901b9f763f98ccdfa0fd6fadc57db4107bf2244c2c48b9adb07c4cf8727261b80ab42f4105bf178a86b68dbb3742ebad7c375f77435298bd9f1cfd232822f31";
    assert_eq!(seal::seal("HMAC_SHA512", &secret, values).unwrap(), hmac);
    let sha = "5fdd43194c054c1b89c84314b98c7fedf4ef0b45e69e8e8d970f74072976649c";
    assert_eq!(seal::seal("SHA256", &secret, values).unwrap(), sha);
    let legacy = ["100000000001", "SALE", "3.00", "", "John", "4111111111111111"].concat();
    assert_eq!(seal::seal("MD5", &secret, &legacy).unwrap(), "5bf65e9597204b5a5d38d5532289b4a2");
    assert!(seal::fits(sha, &sha.to_uppercase()) && !seal::fits(sha, ""));
}

/// The address of whoever types for a client is not the client's.
#[tokio::test]
async fn the_address_is_that_of_a_client_who_is_there() {
    let bench = bench();
    for (presence, amount, address) in [
        (Presence::Client, "5.00", Some("192.0.2.7")),
        (Presence::Desk, "7.00", None),
        (Presence::Nobody, "9.00", None),
    ] {
        let asked = PaymentRequest { presence, ..pay(&format!("{presence:?}"), amount) };
        bench.gateway.start(&asked).await.unwrap();
        let sent = bench.service.asked().into_iter().rfind(|asked| asked.path.ends_with("/bp10emu")).unwrap();
        assert_eq!(sent.form().get("REMOTE_IP"), address, "{presence:?}");
    }
}

#[tokio::test]
async fn every_way_to_seal_is_understood() {
    let bench = bench();
    for hash_type in seal::KINDS {
        let gateway = gateway(&bench.service.url, true, SECRET, hash_type);
        gateway.probe(noon()).await.unwrap();
        assert!(gateway.start(&pay(&format!("r-{hash_type}"), "5.00")).await.unwrap().is_taken());
    }
}

#[tokio::test]
async fn wrong_credentials_are_noticed_and_not_shown() {
    let bench = bench();
    let error = gateway(&bench.service.url, true, "wrong", "HMAC_SHA512").probe(noon()).await.unwrap_err();
    assert_eq!((error.kind, error.to_string().contains("wrong")), (Kind::Auth, false));
}

/// In test mode whole dollars decide.
#[tokio::test]
async fn odd_dollars_are_approved_and_even_ones_declined() {
    let bench = bench();
    let test = gateway(&bench.service.url, false, SECRET, "HMAC_SHA512");
    for (amount, taken) in [("3.00", true), ("3.50", true), ("4.00", false), ("4.99", false)] {
        let reference = format!("r{}", amount.replace('.', "-"));
        assert_eq!(test.start(&pay(&reference, amount)).await.unwrap().is_taken(), taken, "{amount}");
    }
}

#[tokio::test]
async fn declines_are_hard_or_soft() {
    let bench = bench();
    for (number, wanted) in [("4000000000000002", false), ("4000000000000069", true)] {
        let answer = bench.gateway.start(&request(number, "5.00", "USD", card(number))).await.unwrap();
        let Outcome::Declined(Decline { hard, .. }) = answer.outcome else { panic!("{answer:?}") };
        assert_eq!(hard, wanted);
    }
}

#[test]
fn answers_are_those_of_the_page() {
    let of = |query: &str| map::verdict(&Told::read(query.as_bytes()));
    assert_eq!(of("Result=APPROVED&RRNO=7"), Verdict::Done("7".into()));
    assert_eq!(of("Result=APPROVED&RRNO=7&MESSAGE=DUPLICATE"), Verdict::Twice);
    assert!(matches!(of("Result=DECLINED"), Verdict::Declined(_)));
    for (query, kind) in [
        ("Result=ERROR&MESSAGE=SECURITY+ERROR", Kind::Auth),
        ("Result=ERROR", Kind::InvalidRequest),
        ("Result=MISSING&MESSAGE=AMOUNT", Kind::InvalidRequest),
        ("", Kind::Unknown),
        ("Result=APPROVED", Kind::Unknown),
    ] {
        let Verdict::Failed(error) = of(query) else { panic!("{query}") };
        assert_eq!(error.kind, kind, "{query}");
    }
}

#[tokio::test]
async fn another_amount_than_asked_is_noticed() {
    let bench = bench();
    bench.service.with(|service| service.takes_instead = Some("12.11"));
    let asked = pay("r1", "12.10");
    let answer = bench.gateway.start(&asked).await.unwrap();
    assert_eq!(answer.agrees_with(asked.amount).unwrap_err().kind, Kind::Conflict);
}

/// Both ask first and find nothing, and only one charge is made.
#[tokio::test]
async fn two_calls_at_once_are_one_payment() {
    let bench = bench();
    let asked = pay("r1", "12.10");
    let (one, other) = tokio::join!(bench.gateway.start(&asked), bench.gateway.start(&asked));
    // the second is called a duplicate, and did nothing
    let later =
        |answer: Result<Payment>| answer.map_or_else(|error| error.kind == Kind::Unavailable, |paid| paid.is_taken());
    assert!(later(one) && later(other));
    assert_eq!(bench.service.with(|service| service.sum("SALE").0), 1);
}

#[tokio::test]
async fn what_fails_before_it_is_sent_did_nothing() {
    let bench = bench();
    for trouble in [Trouble::DownBefore, Trouble::LostBefore] {
        bench.service.trouble(trouble);
        assert_eq!(bench.gateway.start(&pay("r1", "1.00")).await.unwrap_err().kind, Kind::Unavailable);
    }
    second(&bench.service, Trouble::DownBefore);
    assert_eq!(bench.gateway.start(&pay("r1", "1.00")).await.unwrap_err().kind, Kind::Unknown);
    let nobody = gateway("http://127.0.0.1:9", true, SECRET, "HMAC_SHA512");
    assert_eq!(nobody.start(&pay("r1", "1.00")).await.unwrap_err().kind, Kind::Unavailable);
    assert_eq!(bench.service.with(|service| service.sum("SALE")), (0, 0));
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
    for _ in 0..7 {
        bench.service.trouble(Trouble::Slow(0));
    }
    bench.service.trouble(Trouble::LostAfter);
    let third = back(&asked, "back-3", "10.00");
    assert_eq!(refunds.refund(&third).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(refunds.fetch_refund(&third).await.unwrap().amount, dollars("10.00"));
    refunds.refund(&third).await.unwrap();
    assert_eq!(bench.service.with(|service| service.sum("REFUND")), (3, 3000));
}

#[tokio::test]
async fn a_capture_that_was_lost_is_found_done() {
    let bench = bench();
    let asked = PaymentRequest { take: Take::Reserve, ..pay("r1", "60.00") };
    bench.gateway.start(&asked).await.unwrap();
    let capture = CaptureRequest { payment: asked.begun(None), amount: dollars("45.00"), at: noon() };
    let captures = bench.gateway.captures().unwrap();
    // asked for the payment, a capture and a release
    for _ in 0..3 {
        bench.service.trouble(Trouble::Slow(0));
    }
    bench.service.trouble(Trouble::LostAfter);
    assert_eq!(captures.capture(&capture).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(captures.capture(&capture).await.unwrap().amount, dollars("45.00"));
    assert_eq!(bench.service.with(|service| service.sum("CAPTURE")), (1, 4500));
}

async fn verify(bench: &Bench, body: Vec<u8>) -> Result<Option<crate::payment::PaymentEvent>> {
    let callback = Callback { body, ..Callback::default() };
    bench.gateway.callbacks().unwrap().verify(&callback, noon()).await
}

/// One byte changed, a stamp over too little, or another way to stamp: forged.
#[tokio::test]
async fn notifications_are_genuine_or_forged() {
    let bench = bench();
    bench.gateway.start(&pay("r1", "12.10")).await.unwrap();
    let notify = |kind: &str, stamped: &str| bench.service.with(|service| service.notify("r1", kind, stamped));
    let genuine = notify("HMAC_SHA512", STAMPED);
    let event = verify(&bench, genuine.clone()).await.unwrap().unwrap();
    assert_eq!((event.payment.reference.as_str(), event.payment.amount), ("r1", dollars("12.10")));
    assert_eq!(verify(&bench, genuine.clone()).await.unwrap().unwrap(), event);
    for at in 0..genuine.len() {
        let mut forged = genuine.clone();
        forged[at] ^= 1;
        match verify(&bench, forged).await {
            Ok(read) => assert_eq!(read.as_ref(), Some(&event)),
            Err(error) => assert_eq!(error.kind, Kind::Auth),
        }
    }
    for bad in [notify("HMAC_SHA512", "trans_id amount order_id"), notify("MD5", STAMPED), notify("HMAC_SHA512", "")] {
        assert_eq!(verify(&bench, bad).await.unwrap_err().kind, Kind::Auth);
    }
}

/// One about a refund tells how its payment stands.
#[tokio::test]
async fn a_notification_of_a_refund_is_about_its_payment() {
    let bench = bench();
    let asked = pay("r1", "50.00");
    bench.gateway.start(&asked).await.unwrap();
    bench.gateway.refunds().unwrap().refund(&back(&asked, "back", "20.00")).await.unwrap();
    let body = bench.service.with(|service| service.notify("r1.refund1", "HMAC_SHA512", STAMPED));
    let event = verify(&bench, body).await.unwrap().unwrap();
    assert_eq!((event.payment.reference.as_str(), event.payment.refunded), ("r1", dollars("20.00")));
}

#[tokio::test]
async fn nobody_else_learns_numbers_and_keys() {
    let bench = bench();
    let paid = bench.gateway.start(&PaymentRequest { save: true, ..pay("r1", "9.00") }).await.unwrap();
    let refused = bench.gateway.start(&request("r2", "9.00", "USD", card("4000000000000002"))).await.unwrap();
    for shown in [format!("{paid:?}"), format!("{refused:?}")] {
        for secret in [VISA, "4000000000000002", "987", SECRET] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
    let saved = paid.saved.unwrap();
    assert_eq!((saved.label.as_str(), saved.expires), ("visa •••• 1111", Some((7, 2030))));
}
