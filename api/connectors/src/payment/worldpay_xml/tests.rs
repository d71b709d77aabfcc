use super::*;
use crate::http::Reach;
use crate::payment::contract::{self, Client, Subject, request};
use crate::payment::{Callback, CaptureRequest, Card, DisputeState, Presence, Reference, RefundRequest};
use comptoir_simulators::shell::{Running, Trouble};
use comptoir_simulators::worldpay_xml as simulator;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const VISA: &str = "4444333322221111";

struct Bench {
    service: Running<simulator::WorldpayXml>,
    gateway: Arc<dyn PaymentGateway>,
}

fn gateway(address: &str, password: &str) -> Arc<dyn PaymentGateway> {
    let reach = Reach { limit: Duration::from_millis(400), local: true };
    let site = Site { live: false, callback_url: String::new(), reach };
    let values = BTreeMap::from([
        ("merchant".to_string(), json!(simulator::MERCHANT)),
        ("user".into(), json!(simulator::USER)),
        ("password".into(), json!(password)),
        ("address".into(), json!(address)),
    ]);
    build(&site, &Values::new(&values)).unwrap()
}

fn bench(is_quick: bool) -> Bench {
    let service = Running::start(simulator::WorldpayXml::default());
    service.with(|service| service.is_quick = is_quick);
    let gateway = gateway(&service.url, simulator::PASSWORD);
    Bench { service, gateway }
}

fn card_of(holder: &str) -> PaymentSource {
    PaymentSource::Card(Card {
        number: VISA.into(),
        expiry_month: 7,
        expiry_year: 2030,
        code: "987".into(),
        holder: holder.into(),
    })
}

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

fn euros(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

fn pay(reference: &str, amount: &str) -> PaymentRequest {
    request(reference, amount, "EUR", card_of("Anna Ünal"))
}

#[async_trait]
impl Client for Bench {
    async fn confirm(&self, action: &ClientAction, agreed: bool, _: Instant) -> Vec<Callback> {
        assert!(action.fields.is_empty());
        let body = self.service.with(|service| service.pay(&action.redirect_to, agreed));
        vec![Callback { body, ..Callback::default() }]
    }
}

#[tokio::test]
async fn passes_the_contract() {
    let bench = bench(true);
    let trouble = |trouble| {
        bench.service.trouble(match trouble {
            contract::Trouble::LostBefore => Trouble::LostBefore,
            contract::Trouble::LostAfter => Trouble::LostAfter,
            contract::Trouble::FailedAfter => Trouble::FailedAfter,
        });
    };
    let subject = Subject {
        declined: Some(card_of("REFUSED")),
        page: Some(&bench),
        ..Subject::new(&*bench.gateway, card_of("Anna Ünal")).troubled(&trouble)
    };
    contract::payment_gateway(&subject).await;
}

#[tokio::test]
async fn wrong_credentials_are_noticed_and_not_shown() {
    let bench = bench(false);
    let error = gateway(&bench.service.url, "wrong").probe(noon()).await.unwrap_err();
    assert_eq!((error.kind, error.to_string().contains("wrong")), (Kind::Auth, false));
}

/// 51 is short of funds, 41 a lost card (ISO 8583); 7 is the page's code of payment details that will not do.
#[tokio::test]
async fn declines_are_hard_or_soft() {
    let bench = bench(false);
    let gone = request("gone", "1.00", "EUR", PaymentSource::Saved("5".into()));
    let of = |holder| request(holder, "12.10", "EUR", card_of(holder));
    let cases = [
        (of("REFUSED"), false, "5"),
        (of("REFUSED51"), false, "51"),
        (of("REFUSED41"), true, "41"),
        (of("3D"), false, "challenge_required"),
        (gone, true, "7"),
    ];
    for (asked, wanted, code) in cases {
        let answer = bench.gateway.start(&asked).await.unwrap();
        let Outcome::Declined(Decline { hard, code: said, .. }) = answer.outcome else { panic!("{answer:?}") };
        assert_eq!((hard, said.as_str()), (wanted, code));
    }
}

#[test]
fn events_are_those_of_the_page() {
    use map::Standing::{Declined, GivesBack, Keeps, Released, Reserved, Reversed, Taken, Waits};
    for (event, wanted) in [
        ("AUTHORISED", Reserved),
        ("SETTLED_BY_MERCHANT", Taken),
        ("SENT_FOR_AUTHORISATION", Waits),
        ("EXPIRED", Declined),
        ("CANCELLED", Released),
        ("REFUNDED", GivesBack),
        ("REFUND_FAILED", Keeps),
        ("CHARGED_BACK", Reversed),
        ("DISPUTE_EXPIRED", Reversed),
        ("SOMETHING_NEW", Waits),
    ] {
        assert_eq!(map::standing(event), wanted, "{event}");
    }
    for (code, kind) in [("1", Kind::Unknown), ("2", Kind::InvalidRequest), ("4", Kind::Auth), ("7", Kind::Declined)] {
        assert_eq!(map::error_kind(code, Kind::Unknown), kind, "{code}");
    }
}

/// Whole numbers with the point where the exponent says.
#[test]
fn amounts_have_an_exponent() {
    for (text, currency, value, exponent) in [
        ("12.10", "EUR", "1210", "2"),
        ("1210", "JPY", "1210", "0"),
        ("12.100", "KWD", "12100", "3"),
        ("0.05", "GBP", "5", "2"),
    ] {
        let money = Money::parse(text, currency.parse().unwrap()).unwrap();
        let sent = wire::message("M", map::amount(money)).unwrap();
        let sent = String::from_utf8(sent).unwrap();
        assert!(
            sent.contains(&format!(r#"value="{value}" currencyCode="{currency}" exponent="{exponent}""#)),
            "{sent}"
        );
        let document = wire::parse(&sent).unwrap();
        assert_eq!(map::money(first(document.root_element(), "amount").unwrap()).unwrap(), money);
    }
}

/// The code says what was asked, and the other way round.
#[test]
fn order_codes_hold_the_reference() {
    let reference = Reference::new("r".repeat(40)).unwrap();
    for take in [Take::Now, Take::Reserve] {
        let code = map::code(&reference, take);
        assert!(code.len() <= 64);
        assert_eq!(map::named(&code), Some((reference.clone(), take)));
    }
    assert_eq!(map::named("an order of others"), None);
}

/// Both ask first and find nothing, and only one charge is made.
#[tokio::test]
async fn two_calls_at_once_are_one_payment() {
    let bench = bench(false);
    let asked = pay("r1", "12.10");
    let (one, other) = tokio::join!(bench.gateway.start(&asked), bench.gateway.start(&asked));
    assert_eq!(one.unwrap().gateway_id, other.unwrap().gateway_id);
    assert_eq!(bench.service.with(|service| service.count()), 1);
}

#[tokio::test]
async fn another_amount_than_asked_is_noticed() {
    let bench = bench(false);
    bench.service.with(|service| service.takes_instead = Some(1211));
    let asked = pay("r1", "12.10");
    let answer = bench.gateway.start(&asked).await.unwrap();
    assert_eq!(answer.agrees_with(asked.amount).unwrap_err().kind, Kind::Conflict);
}

#[tokio::test]
async fn a_question_without_an_answer_did_nothing() {
    let bench = bench(false);
    let paid = bench.gateway.start(&pay("r1", "12.10")).await.unwrap();
    let lookup = bench.gateway.lookup().unwrap();
    let begun = pay("r1", "12.10").begun(paid.gateway_id);
    for trouble in [Trouble::LostAfter, Trouble::FailedAfter] {
        bench.service.trouble(trouble);
        assert_eq!(lookup.fetch(&begun, noon()).await.unwrap_err().kind, Kind::Unavailable);
    }
    bench.service.trouble(Trouble::DownBefore);
    assert_eq!(bench.gateway.start(&pay("r2", "12.10")).await.unwrap_err().kind, Kind::Unknown);
    let nobody = gateway("http://127.0.0.1:9", simulator::PASSWORD);
    assert_eq!(nobody.start(&pay("r3", "1.00")).await.unwrap_err().kind, Kind::Unavailable);
}

/// What is not captured yet can be let go as a whole, not in part.
#[tokio::test]
async fn before_it_is_captured_only_the_whole_goes_back() {
    let bench = bench(false);
    let asked = pay("r1", "50.00");
    let paid = bench.gateway.start(&asked).await.unwrap();
    assert_eq!(paid.outcome, Outcome::Approved);
    let refunds = bench.gateway.refunds().unwrap();
    let back = |amount| RefundRequest {
        reference: Reference::new("b").unwrap(),
        payment: asked.begun(paid.gateway_id.clone()),
        amount: euros(amount),
        at: noon(),
    };
    assert_eq!(refunds.refund(&back("20.00")).await.unwrap_err().kind, Kind::Declined);
    refunds.refund(&back("50.00")).await.unwrap();
    let found = bench.gateway.lookup().unwrap().fetch(&asked.begun(None), noon()).await.unwrap();
    assert_eq!((found.refunded, found.amount), (euros("50.00"), euros("50.00")));
    assert_eq!(refunds.refund(&back("50.00")).await.unwrap_err().kind, Kind::Declined);
}

/// A capture that has been received shows after a while.
#[tokio::test]
async fn a_capture_shows_later() {
    let bench = bench(false);
    let asked = PaymentRequest { take: Take::Reserve, ..pay("r1", "60.00") };
    let held = bench.gateway.start(&asked).await.unwrap();
    let capture = CaptureRequest { payment: asked.begun(held.gateway_id), amount: euros("60.00"), at: noon() };
    let captures = bench.gateway.captures().unwrap();
    let waits = captures.capture(&capture).await.unwrap();
    assert_eq!(waits.outcome, Outcome::Pending { instructions: None });
    bench.service.with(|service| service.set("r1.reserve", "CAPTURED"));
    assert_eq!(captures.capture(&capture).await.unwrap().outcome, Outcome::Captured);
}

/// Late, twice and in any order: what is asked counts, so all of them tell the last state.
#[tokio::test]
async fn notifications_tell_how_the_order_stands_now() {
    let bench = bench(false);
    bench.gateway.start(&pay("r1", "12.10")).await.unwrap();
    let early = bench.service.with(|service| service.notify("r1"));
    bench.service.with(|service| service.set("r1", "CHARGED_BACK"));
    let late = bench.service.with(|service| service.notify("r1"));
    let callbacks = bench.gateway.callbacks().unwrap();
    let mut events = Vec::new();
    for body in [late, early] {
        let event = callbacks.verify(&Callback { body, ..Callback::default() }, noon()).await.unwrap().unwrap();
        events.push((event.id, event.payment.refunded));
    }
    assert_eq!(events[0], events[1]);
    assert_eq!(events[0].1, euros("12.10"));
    assert_eq!(callbacks.thanks(), "[OK]");
}

/// Events of the page: the bank asks, has decided, has changed its mind. Each is told as an event of its own.
#[tokio::test]
async fn what_a_payer_disputes_is_told() {
    let bench = bench(true);
    let paid = bench.gateway.start(&pay("r1", "9.00")).await.unwrap();
    let callbacks = bench.gateway.callbacks().unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for (event, state, refunded) in [
        ("CAPTURED", None, "0.00"),
        ("INFORMATION_REQUESTED", Some(DisputeState::Opened), "0.00"),
        ("INFORMATION_SUPPLIED", Some(DisputeState::Opened), "0.00"),
        ("DISPUTE_SOMETHING", Some(DisputeState::Opened), "9.00"),
        ("CHARGED_BACK", Some(DisputeState::Lost), "9.00"),
        ("CHARGEBACK_REVERSED", Some(DisputeState::Won), "0.00"),
    ] {
        let body = bench.service.with(|service| {
            service.set("r1", event);
            service.notify("r1")
        });
        let told = callbacks.verify(&Callback { body, ..Callback::default() }, noon()).await.unwrap().unwrap();
        assert!(ids.insert(told.id) && told.payment.is_taken(), "{event}");
        assert_eq!(told.payment.refunded, euros(refunded), "{event}");
        let dispute = told.dispute.map(|dispute| (dispute.id, dispute.state, dispute.amount, dispute.status));
        assert_eq!(dispute, state.map(|state| ("r1".to_string(), state, paid.amount, event.to_string())));
    }
}

/// Who invents a notification learns nothing and changes nothing: the order is asked at the gateway.
#[tokio::test]
async fn an_invented_notification_is_about_nothing() {
    let bench = bench(false);
    let callbacks = bench.gateway.callbacks().unwrap();
    let invented = r#"<paymentService><notify><orderStatusEvent orderCode="r9"><payment><lastEvent>CAPTURED</lastEvent></payment></orderStatusEvent></notify></paymentService>"#;
    let callback = Callback { body: invented.into(), ..Callback::default() };
    assert_eq!(callbacks.verify(&callback, noon()).await, Ok(None));
    let strange = Callback { body: invented.replace("r9", "others:9").into_bytes(), ..Callback::default() };
    assert_eq!(callbacks.verify(&strange, noon()).await, Ok(None));
}

#[tokio::test]
async fn a_card_is_kept_with_a_payment() {
    let bench = bench(false);
    let kept = bench.gateway.start(&PaymentRequest { save: true, ..pay("r1", "9.00") }).await.unwrap().saved.unwrap();
    assert_eq!((kept.label.as_str(), kept.expires), ("visa •••• 1111", Some((7, 2030))));
    let source = PaymentSource::Saved(kept.token.into());
    let renewal = PaymentRequest { presence: Presence::Nobody, ..request("r2", "80.00", "EUR", source) };
    assert!(bench.gateway.start(&renewal).await.unwrap().is_taken());
    assert_eq!(bench.service.with(|service| service.count()), 2);
    let sent = bench.service.asked().last().unwrap().text();
    assert!(sent.contains(r#"<storedCredentials usage="USED" merchantInitiatedReason="RECURRING"/>"#), "{sent}");
}

/// Who is there is said by the session of a client, by the kind of interaction, and by whoever begins it where a card is stored.
#[tokio::test]
async fn each_order_says_who_is_there() {
    let bench = bench(false);
    let kept = bench.gateway.start(&PaymentRequest { save: true, ..pay("r1", "9.00") }).await.unwrap().saved.unwrap();
    let stored = || PaymentSource::Saved(kept.token.clone().into());
    let moto = r#"<dynamicInteractionType type="MOTO"/>"#;
    for (reference, presence, source, session, interaction, usage) in [
        ("r2", Presence::Client, card_of("Anna"), true, false, ""),
        ("r3", Presence::Desk, card_of("Anna"), false, true, ""),
        ("r4", Presence::Client, stored(), true, false, r#"usage="USED"/>"#),
        ("r5", Presence::Desk, stored(), false, false, r#"usage="USED" merchantInitiatedReason="UNSCHEDULED"/>"#),
        ("r6", Presence::Nobody, stored(), false, false, r#"usage="USED" merchantInitiatedReason="RECURRING"/>"#),
    ] {
        let asked = PaymentRequest { presence, ..request(reference, "9.00", "EUR", source) };
        assert!(bench.gateway.start(&asked).await.unwrap().is_taken());
        let sent = bench.service.asked().last().unwrap().text();
        assert_eq!((sent.contains("<session"), sent.contains(moto)), (session, interaction), "{sent}");
        assert!(sent.contains(usage) && sent.contains("storedCredentials") != usage.is_empty(), "{sent}");
    }
    // the bank would ask this client, but for the telephone
    let asked = PaymentRequest { presence: Presence::Desk, ..request("r7", "9.00", "EUR", card_of("3D")) };
    assert!(bench.gateway.start(&asked).await.unwrap().is_taken());
}

/// Names may hold what XML and its readers stumble over.
#[tokio::test]
async fn names_are_cut_and_escaped() {
    let bench = bench(false);
    let mut asked = pay("r1", "1.00");
    asked.description = "<&\"]]>\u{1}".repeat(30);
    asked.payer.first_name = "ü&".repeat(60);
    assert!(bench.gateway.start(&asked).await.unwrap().is_taken());
}

#[tokio::test]
async fn nobody_else_learns_numbers_and_passwords() {
    let bench = bench(false);
    let paid = bench.gateway.start(&PaymentRequest { save: true, ..pay("r1", "9.00") }).await.unwrap();
    let refused = bench.gateway.start(&request("r2", "9.00", "EUR", card_of("REFUSED"))).await.unwrap();
    for shown in [format!("{paid:?}"), format!("{refused:?}")] {
        for secret in [VISA, "987", simulator::PASSWORD] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

/// Entities of the document itself do not grow without end, and none from outside is read.
#[test]
fn entities_do_no_harm() {
    let bomb: String = (1..30).map(|at| format!(r#"<!ENTITY e{at} "&e{};&e{};">"#, at - 1, at - 1)).collect();
    let bomb = format!(r#"<!DOCTYPE x [<!ENTITY e0 "x">{bomb}]><x>&e29;</x>"#);
    assert!(wire::parse(&bomb).is_err());
    assert!(wire::parse(r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>"#).is_err());
}
