mod desk;
mod disputes;
mod keeping;
mod tables;

use super::*;
use crate::http::Reach;
use crate::payment::contract::{self, CallbackFeed, Client, Subject, Trouble, request};
use crate::payment::{Callback, ClientAction, Decline, Outcome, Presence, Reference, RefundRequest, Take};
use comptoir_domain::Money;
use comptoir_simulators::shell::{self, Running};
use comptoir_simulators::stripe::{CARDS, Posted, Stripe as Simulator};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const KEY: &str = "sk_test_51Comptoir";
const SECRET: &str = "whsec_51Comptoir";

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

struct Bench {
    running: Running<Simulator>,
    gateway: Stripe,
}

impl Bench {
    fn new() -> Self {
        Self::with_key(KEY)
    }

    fn with_key(key: &str) -> Self {
        Self::set_up(key, false)
    }

    fn set_up(key: &str, moto: bool) -> Self {
        let running = Running::start(Simulator::new(KEY, SECRET, noon().seconds()));
        let given = BTreeMap::from([
            ("secret_key".to_string(), json!(key)),
            ("publishable_key".into(), json!("pk_test_1")),
            ("webhook_secret".into(), json!(SECRET)),
            ("address".into(), json!(running.url)),
            ("moto".into(), json!(moto)),
        ]);
        let gateway = Stripe::new(&site(false), &Values::new(&given)).unwrap();
        Self { running, gateway }
    }

    /// What Stripe's fields make of a number.
    fn token(&self, number: &str) -> PaymentSource {
        PaymentSource::Token(self.running.with(|stripe| stripe.token(number)).into())
    }

    async fn pay(&self, reference: &str, number: &str) -> Payment {
        self.gateway.start(&request(reference, "12.10", "EUR", self.token(number))).await.unwrap()
    }

    fn posts(&self) -> Vec<Callback> {
        self.running.with(Simulator::posts).into_iter().map(callback).collect()
    }

    async fn told(&self) -> Vec<super::super::PaymentEvent> {
        let mut events = Vec::new();
        for callback in self.posts() {
            events.extend(self.gateway.verify(&callback, noon()).await.unwrap());
        }
        events
    }
}

fn site(live: bool) -> Site {
    let reach = Reach { limit: Duration::from_millis(1_500), local: true };
    Site { live, callback_url: "https://shop.example/v1/gateway-callbacks".into(), reach }
}

fn callback(posted: Posted) -> Callback {
    Callback { query: String::new(), headers: posted.headers, body: posted.body }
}

fn ready_made(token: &str) -> PaymentSource {
    PaymentSource::Token(token.into())
}

fn money(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

fn page(payment: &Payment) -> String {
    match &payment.outcome {
        Outcome::ActionNeeded(action) => action.redirect_to.clone(),
        other => panic!("{other:?}"),
    }
}

fn declined(payment: &Payment) -> &Decline {
    match &payment.outcome {
        Outcome::Declined(decline) => decline,
        other => panic!("{other:?}"),
    }
}

#[async_trait]
impl Client for Bench {
    async fn confirm(&self, action: &ClientAction, agreed: bool, at: Instant) -> Vec<Callback> {
        self.running.with(|stripe| {
            stripe.now = at.seconds();
            stripe.visit(&action.redirect_to, agreed);
        });
        let mut posts = self.posts();
        posts.reverse(); // in any order
        posts
    }
}

#[async_trait]
impl CallbackFeed for Bench {
    async fn post(&self, at: Instant) -> Vec<Callback> {
        self.running.with(|stripe| {
            stripe.now = at.seconds();
            stripe.settle();
        });
        self.posts()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_the_contract() {
    let bench = Bench::new();
    let trouble = |trouble| {
        bench.running.trouble(match trouble {
            Trouble::LostBefore => shell::Trouble::LostBefore,
            Trouble::LostAfter => shell::Trouble::LostAfter,
            Trouble::FailedAfter => shell::Trouble::FailedAfter,
        });
    };
    let subject = Subject {
        declined: Some(ready_made("pm_card_visa_chargeDeclined")),
        later: Some((bench.token("DE89370400440532013000"), &bench)),
        page: Some(&bench),
        confirmed: Some(bench.token("4000002500003155")),
        ..Subject::new(&bench.gateway, ready_made("pm_card_visa"))
    };
    contract::payment_gateway(&subject.troubled(&trouble)).await;
}

/// The test cards of the page, and whether it says that they may be tried again.
#[tokio::test]
async fn refusals_are_hard_or_soft_as_the_page_says() {
    let bench = Bench::new();
    let table = [
        ("4000000000000002", "generic_decline", false),
        ("4000000000009995", "insufficient_funds", false),
        ("4000000000009987", "lost_card", true),
        ("4000000000009979", "stolen_card", true),
        ("4000000000000069", "expired_card", true),
        ("4000000000000127", "incorrect_cvc", false),
        ("4000000000000119", "processing_error", false),
        ("4000000000000341", "generic_decline", false),
    ];
    for (number, code, hard) in table {
        let answer = bench.pay(&format!("r{number}"), number).await;
        assert_eq!((declined(&answer).code.as_str(), declined(&answer).hard), (code, hard));
        assert_eq!(answer.amount, money("12.10"));
    }
    for number in ["4242424242424242", "5555555555554444", "378282246310005"] {
        assert_eq!(bench.pay(&format!("r{number}"), number).await.outcome, Outcome::Approved);
    }
}

/// A bank wants the client, who is not there: the same payment gets a page, and is paid there or not. One intent each.
#[tokio::test]
async fn a_bank_that_wants_the_client_gets_him() {
    let bench = Bench::new();
    let first = PaymentRequest { save: true, ..request("first", "5.00", "EUR", bench.token("4000002760003184")) };
    let begun = bench.gateway.start(&first).await.unwrap();
    assert_eq!((begun.saved.as_ref(), begun.amount), (None, money("5.00")));
    bench.running.with(|stripe| stripe.visit(&page(&begun), true));
    let kept = bench.gateway.fetch(&first.begun(begun.gateway_id), noon()).await.unwrap();
    assert_eq!(kept.outcome, Outcome::Approved);
    let token = kept.saved.unwrap().token;
    for (reference, agreed) in [("yes", true), ("no", false)] {
        let source = PaymentSource::Saved(token.clone().into());
        let alone = PaymentRequest { presence: Presence::Nobody, ..request(reference, "80.00", "EUR", source) };
        let asked = bench.gateway.start(&alone).await.unwrap();
        let again = bench.gateway.start(&alone).await.unwrap();
        assert_eq!(page(&asked), page(&again));
        bench.posts();
        bench.running.with(|stripe| stripe.visit(&page(&asked), agreed));
        let told = bench.told().await.pop().unwrap();
        assert_eq!((told.payment.reference, told.payment.gateway_id), (alone.reference, asked.gateway_id));
        match agreed {
            true => assert_eq!(told.payment.outcome, Outcome::Approved),
            false => assert!(matches!(told.payment.outcome, Outcome::Declined(Decline { hard: false, .. }))),
        }
    }
    let intents = bench.running.with(|stripe| stripe.objects.keys().filter(|id| id.starts_with("pi_")).count());
    assert_eq!(intents, 3);
}

/// A refused card at the hosted page is not the last word: the page stays open, and the client pays with another one.
#[tokio::test]
async fn at_the_page_another_card_may_be_tried() {
    let bench = Bench::new();
    let asked = PaymentRequest { save: true, ..request("page", "33.00", "EUR", PaymentSource::HostedPage) };
    let begun = bench.gateway.start(&asked).await.unwrap();
    let session = begun.gateway_id.clone().unwrap();
    bench.running.with(|stripe| stripe.pay_at_page(&session, "4000000000009995"));
    assert_eq!(bench.posts().len(), 1);
    let known = asked.begun(Some(session.clone()));
    assert_eq!(page(&bench.gateway.fetch(&known, noon()).await.unwrap()), page(&begun));
    bench.running.with(|stripe| stripe.pay_at_page(&session, "4242424242424242"));
    let events = bench.told().await;
    assert_eq!(events.len(), 2);
    for event in events {
        assert_eq!((event.payment.amount, event.payment.outcome), (money("33.00"), Outcome::Approved));
        assert_eq!(event.payment.saved.unwrap().label, "visa •••• 4242");
    }
    let paid = bench.gateway.fetch(&known, noon()).await.unwrap();
    assert!(paid.gateway_id.unwrap().starts_with("pi_"));
    let back =
        RefundRequest { reference: Reference::new("b").unwrap(), payment: known, amount: money("3.00"), at: noon() };
    bench.gateway.refund(&back).await.unwrap();
}

/// The event of a failed try, seen alone, says nothing.
#[tokio::test]
async fn a_failed_try_at_the_page_is_no_news() {
    let bench = Bench::new();
    let begun = bench.gateway.start(&request("page", "33.00", "EUR", PaymentSource::HostedPage)).await.unwrap();
    bench.running.with(|stripe| stripe.pay_at_page(&begun.gateway_id.unwrap(), "4000000000009995"));
    let posts = bench.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!(bench.gateway.verify(posts.first().unwrap(), noon()).await.unwrap(), None);
}

/// Reserved at the page; released before it is taken.
#[tokio::test]
async fn what_was_reserved_at_the_page_is_released() {
    let bench = Bench::new();
    let asked = PaymentRequest { take: Take::Reserve, ..request("page", "33.00", "EUR", PaymentSource::HostedPage) };
    let begun = bench.gateway.start(&asked).await.unwrap();
    let known = asked.begun(begun.gateway_id.clone());
    bench.running.with(|stripe| stripe.visit(&page(&begun), true));
    assert_eq!(bench.gateway.fetch(&known, noon()).await.unwrap().outcome, Outcome::Authorised);
    assert_eq!(bench.gateway.void(&known, noon()).await.unwrap().outcome, Outcome::Voided);
}

/// A page that its client has left is closed. Whoever was faster has paid.
#[tokio::test]
async fn a_page_is_closed_unless_it_was_paid_at() {
    let bench = Bench::new();
    for (reference, is_paid) in [("left", false), ("paid", true)] {
        let asked = request(reference, "33.00", "EUR", PaymentSource::HostedPage);
        let begun = bench.gateway.start(&asked).await.unwrap();
        let known = asked.begun(begun.gateway_id.clone());
        if is_paid {
            bench.running.with(|stripe| stripe.visit(&page(&begun), true));
            assert_eq!(bench.gateway.void(&known, noon()).await.unwrap_err().kind, Kind::Conflict);
            assert!(bench.gateway.fetch(&known, noon()).await.unwrap().is_taken());
        } else {
            assert_eq!(bench.gateway.void(&known, noon()).await.unwrap().outcome, Outcome::Voided);
            let status = |stripe: &mut Simulator| stripe.objects[&begun.gateway_id.clone().unwrap()]["status"].clone();
            assert_eq!(bench.running.with(status), "expired");
        }
    }
}

/// A lost payment is found by the search when it knows it, and by going through the list before; only after a while, in which a
/// straggler may arrive, it was never sent.
#[tokio::test]
async fn a_lost_payment_is_found_or_surely_is_not_there() {
    let bench = Bench::new();
    let asked = request("lost", "12.10", "EUR", ready_made("pm_card_visa"));
    let paid = bench.gateway.start(&asked).await.unwrap();
    for _ in 0..120 {
        bench.running.with(|stripe| stripe.objects.extend(other_payment(stripe.objects.len())));
    }
    let lost = asked.begun(None);
    for (later, calls) in [(0, 4), (61, 2)] {
        bench.running.with(|stripe| stripe.now = noon().seconds() + later);
        let before = bench.running.asked().len();
        assert_eq!(bench.gateway.fetch(&lost, noon()).await.unwrap().gateway_id, paid.gateway_id);
        // search, two pages of the list, the payment; or search and the payment
        assert_eq!(bench.running.asked().len() - before, calls);
    }
    let never = request("never", "12.10", "EUR", PaymentSource::HostedPage).begun(None);
    let after = |seconds| noon().plus(chrono::TimeDelta::seconds(seconds));
    for (at, kind) in [(119, Kind::Unavailable), (120, Kind::NotFound)] {
        assert_eq!(bench.gateway.fetch(&never, after(at)).await.unwrap_err().kind, kind);
    }
}

fn other_payment(number: usize) -> Option<(String, Value)> {
    let id = format!("pi_9{number:06}");
    let other = json!({
        "object": "payment_intent", "id": id, "status": "succeeded", "amount": 100, "amount_received": 100,
        "currency": "eur", "metadata": {}, "created": noon().seconds() + 3600,
    });
    Some((id, other))
}

/// Stripe forgets its keys after a day; what was given back is not given back twice.
#[tokio::test]
async fn a_refund_is_made_once_even_when_the_key_is_forgotten() {
    let bench = Bench::new();
    let asked = request("paid", "50.00", "EUR", ready_made("pm_card_visa"));
    let paid = bench.gateway.start(&asked).await.unwrap();
    let back = RefundRequest {
        reference: Reference::new("back").unwrap(),
        payment: asked.begun(paid.gateway_id),
        amount: money("20.00"),
        at: noon(),
    };
    let first = bench.gateway.refund(&back).await.unwrap();
    bench.running.with(Simulator::forget_keys);
    assert_eq!(bench.gateway.refund(&back).await.unwrap().gateway_id, first.gateway_id);
    let made = bench.running.with(|stripe| stripe.objects.keys().filter(|id| id.starts_with("re_")).count());
    assert_eq!(made, 1);
}

/// A refund that the bank sends back after all is told, and the payment is whole again.
#[tokio::test]
async fn a_refund_that_fails_later_is_no_refund() {
    let bench = Bench::new();
    let asked = request("paid", "50.00", "EUR", bench.token("4000000000005126"));
    let paid = bench.gateway.start(&asked).await.unwrap();
    let payment = asked.begun(paid.gateway_id);
    let reference = Reference::new("back").unwrap();
    let back = RefundRequest { reference, payment, amount: money("50.00"), at: noon() };
    bench.gateway.refund(&back).await.unwrap();
    bench.posts();
    bench.running.with(Simulator::settle);
    let told = bench.told().await;
    assert_eq!(told.first().unwrap().payment.refunded, money("0.00"));
    assert_eq!(bench.gateway.fetch_refund(&back).await.unwrap_err().kind, Kind::Declined);
}

/// Whatever the gateway says that was taken is what is told.
#[tokio::test]
async fn another_amount_is_noticed() {
    let bench = Bench::new();
    let asked = request("paid", "50.00", "EUR", ready_made("pm_card_visa"));
    let paid = bench.gateway.start(&asked).await.unwrap();
    let id = paid.gateway_id.clone().unwrap();
    bench.running.with(|stripe| stripe.tamper(&id, "amount_received", json!(4999)));
    let found = bench.gateway.fetch(&asked.begun(paid.gateway_id), noon()).await.unwrap();
    assert_eq!(found.agrees_with(asked.amount).unwrap_err().code, "amount_differs");
    let stranger = request("other", "50.00", "EUR", PaymentSource::HostedPage).begun(Some(id));
    assert_eq!(bench.gateway.fetch(&stranger, noon()).await.unwrap_err().code, "reference_differs");
}

/// It was begun before, and how it stands could not be read: nobody knows, until it is asked for again.
#[tokio::test]
async fn what_was_begun_and_not_read_is_left_open() {
    let bench = Bench::new();
    let asked = request("a", "5.00", "EUR", ready_made("pm_card_visa"));
    bench.gateway.start(&asked).await.unwrap();
    let other = PaymentRequest { description: "Hosting, May".into(), ..asked.clone() };
    for again in [&asked, &other] {
        // the call, and the first question after it
        bench.running.trouble(shell::Trouble::Slow(0));
        bench.running.trouble(shell::Trouble::DownBefore);
        bench.running.trouble(shell::Trouble::DownBefore);
        assert_eq!(bench.gateway.start(again).await.unwrap_err().kind, Kind::Unknown);
        drop(bench.gateway.probe(noon()).await);
        assert_eq!(bench.gateway.start(again).await.unwrap().outcome, Outcome::Approved);
    }
}

/// What surely did nothing, and what nobody knows.
#[tokio::test]
async fn failures_are_told_apart() {
    let bench = Bench::new();
    let asked = request("a", "5.00", "EUR", ready_made("pm_card_visa"));
    bench.running.trouble(shell::Trouble::DownBefore);
    assert_eq!(bench.gateway.start(&asked).await.unwrap_err().kind, Kind::Unknown);
    bench.running.trouble(shell::Trouble::DownBefore);
    assert_eq!(bench.gateway.probe(noon()).await.unwrap_err().kind, Kind::Unavailable);
    // the customer was asked for first, so no payment was
    bench.running.trouble(shell::Trouble::DownBefore);
    let keeping = PaymentRequest { save: true, ..asked };
    assert_eq!(bench.gateway.start(&keeping).await.unwrap_err().kind, Kind::Unavailable);
    let stranger = Bench::with_key("sk_test_wrong");
    assert_eq!(stranger.gateway.probe(noon()).await.unwrap_err().kind, Kind::Auth);
    let unknown = request("b", "5.00", "EUR", ready_made("pm_unknown"));
    assert_eq!(bench.gateway.start(&unknown).await.unwrap_err().kind, Kind::NotFound);
}

/// Neither answers nor errors nor what was sent shows a key, and no card number was ever in our hands.
#[tokio::test]
async fn secrets_stay_secret() {
    let bench = Bench::new();
    let mut seen = String::new();
    for (number, ..) in CARDS {
        let asked =
            PaymentRequest { save: true, ..request(&format!("r{}", seen.len()), "5.00", "EUR", bench.token(number)) };
        seen += &format!("{:?}", bench.gateway.start(&asked).await);
    }
    let stranger = Bench::with_key("sk_test_wrong");
    seen += &format!("{:?} {:?}", stranger.gateway.probe(noon()).await, bench.gateway.webhook_secret);
    for secret in [KEY, SECRET, "sk_test_wrong", "k3y"] {
        assert!(!seen.contains(secret), "{secret}");
    }
    for asked in bench.running.asked() {
        CARDS.iter().for_each(|(number, ..)| assert!(!asked.text().contains(number)));
    }
}
