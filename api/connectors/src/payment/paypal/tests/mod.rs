mod disputes;
mod looks;
mod tables;

use super::*;
use crate::http::Reach;
use crate::payment::contract::{self, CallbackFeed, Client, Subject, Trouble, request};
use crate::payment::{
    Callback, ClientAction, Kept, MethodKind, Outcome, PaymentEvent, Presence, Reference, RefundRequest, Take,
};
use comptoir_domain::Money;
use comptoir_simulators::paypal::{PayPal as Simulator, Wallet};
use comptoir_simulators::shell::{self, Running};
use std::collections::BTreeMap;
use std::time::Duration;

const SECRET: &str = "s3cret-of-the-app";
// app:s3cret-of-the-app
const CREDENTIALS: &str = "Basic YXBwOnMzY3JldC1vZi10aGUtYXBw";

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

struct Bench {
    running: Running<Simulator>,
    gateway: PayPal,
}

impl Bench {
    fn new() -> Self {
        Self::with_secret(SECRET)
    }

    fn with_secret(secret: &str) -> Self {
        Self::set_up(secret, &[])
    }

    fn set_up(secret: &str, more: &[(&str, &str)]) -> Self {
        let running = Running::start(Simulator::new(CREDENTIALS, "WH-9", noon().seconds()));
        let given = [
            ("client_id", "app"),
            ("client_secret", secret),
            ("webhook_id", "WH-9"),
            ("brand_name", "Sunny"),
            ("address", &running.url),
        ];
        let given = given.iter().chain(more).map(|(name, value)| (name.to_string(), json!(value)));
        let given = given.collect::<BTreeMap<_, _>>();
        let reach = Reach { limit: Duration::from_millis(1_500), local: true };
        let site = Site { live: false, callback_url: "https://shop.example/v1/gateway-callbacks".into(), reach };
        let gateway = PayPal::new(&site, &Values::new(&given)).unwrap();
        Self { running, gateway }
    }

    /// A method that PayPal has kept before.
    fn kept(&self, wallet: Wallet) -> PaymentSource {
        let id = self.running.with(|paypal| paypal.kept(wallet));
        PaymentSource::Saved(format!("paypal/{id}").into())
    }

    fn posts(&self) -> Vec<Callback> {
        let posted = self.running.with(Simulator::posts);
        posted.into_iter().map(|it| Callback { query: String::new(), headers: it.headers, body: it.body }).collect()
    }

    async fn told(&self) -> Vec<PaymentEvent> {
        let mut events = Vec::new();
        for callback in self.posts() {
            events.extend(self.gateway.verify(&callback, noon()).await.unwrap());
        }
        events
    }

    /// The client at the page, with a wallet.
    fn visit(&self, payment: &Payment, wallet: Wallet) {
        self.running.with(|paypal| paypal.visit(&page(payment), Some(wallet)));
    }

    async fn at_page(&self, reference: &str, change: impl FnOnce(&mut PaymentRequest)) -> (PaymentRequest, Payment) {
        let mut asked = request(reference, "33.00", "EUR", PaymentSource::HostedPage);
        change(&mut asked);
        let begun = self.gateway.start(&asked).await.unwrap();
        (asked, begun)
    }
}

fn page(payment: &Payment) -> String {
    match &payment.outcome {
        Outcome::ActionNeeded(action) => action.redirect_to.clone(),
        other => panic!("{other:?}"),
    }
}

fn money(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

#[async_trait]
impl Client for Bench {
    async fn confirm(&self, action: &ClientAction, agreed: bool, at: Instant) -> Vec<Callback> {
        self.posts();
        self.running.with(|paypal| {
            paypal.now = at.seconds();
            paypal.visit(&action.redirect_to, agreed.then_some(Wallet::Pays));
        });
        self.posts()
    }
}

#[async_trait]
impl CallbackFeed for Bench {
    async fn post(&self, at: Instant) -> Vec<Callback> {
        self.posts();
        self.running.with(|paypal| {
            paypal.now = at.seconds();
            paypal.settle(true);
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
        declined: Some(bench.kept(Wallet::Declines)),
        later: Some((bench.kept(Wallet::Later), &bench)),
        page: Some(&bench),
        ..Subject::new(&bench.gateway, bench.kept(Wallet::Pays))
    };
    contract::payment_gateway(&subject.troubled(&trouble)).await;
}

/// The client comes back before any event does: asking takes what he has agreed to, once.
#[tokio::test]
async fn what_was_agreed_to_is_taken_by_whoever_asks_first() {
    let bench = Bench::new();
    let (asked, begun) = bench.at_page("page", |_| {}).await;
    let known = asked.begun(begun.gateway_id.clone());
    assert_eq!(bench.gateway.fetch(&known, noon()).await.unwrap().outcome, begun.outcome);
    bench.visit(&begun, Wallet::Pays);
    assert_eq!(bench.gateway.fetch(&known, noon()).await.unwrap().outcome, Outcome::Approved);
    let events = bench.told().await;
    assert_eq!(events.len(), 2); // agreed, and taken
    for event in events {
        assert_eq!((event.payment.outcome, event.payment.amount), (Outcome::Approved, money("33.00")));
    }
    let steps = bench.running.asked().into_iter().filter(|call| call.path.ends_with("/capture")).count();
    assert_eq!(steps, 1);
}

/// The answer to the taking is lost: nothing is left open, because asking again finds out.
#[tokio::test]
async fn a_lost_step_is_taken_up_again() {
    let bench = Bench::new();
    for (reference, trouble) in [("before", shell::Trouble::LostBefore), ("after", shell::Trouble::LostAfter)] {
        let (asked, begun) = bench.at_page(reference, |_| {}).await;
        let known = asked.begun(begun.gateway_id.clone());
        bench.visit(&begun, Wallet::Pays);
        bench.running.trouble(shell::Trouble::Slow(0));
        bench.running.trouble(trouble);
        assert_eq!(bench.gateway.fetch(&known, noon()).await.unwrap_err().kind, Kind::Unavailable);
        assert_eq!(bench.gateway.fetch(&known, noon()).await.unwrap().outcome, Outcome::Approved);
    }
}

/// A bank refuses the wallet: the client is sent back to choose another one.
#[tokio::test]
async fn who_is_refused_at_the_page_may_choose_again() {
    let bench = Bench::new();
    let (asked, begun) = bench.at_page("page", |_| {}).await;
    bench.visit(&begun, Wallet::Declines);
    let known = asked.begun(begun.gateway_id.clone());
    assert_eq!(page(&bench.gateway.fetch(&known, noon()).await.unwrap()), page(&begun));
    bench.visit(&begun, Wallet::Pays);
    assert_eq!(bench.gateway.fetch(&known, noon()).await.unwrap().outcome, Outcome::Approved);
}

/// Kept with a payment, charged without the client, forgotten.
#[tokio::test]
async fn a_wallet_is_kept_with_a_payment_and_charged_alone() {
    let bench = Bench::new();
    let (asked, begun) = bench.at_page("page", |asked| asked.save = true).await;
    bench.visit(&begun, Wallet::Pays);
    let paid = bench.gateway.fetch(&asked.begun(begun.gateway_id), noon()).await.unwrap();
    let kept = paid.saved.unwrap();
    assert_eq!((kept.label.as_str(), kept.expires), ("paypal anna@example.org", None));
    let source = PaymentSource::Saved(kept.token.clone().into());
    for (presence, initiator, pace) in [
        (Presence::Client, "CUSTOMER", "ONE_TIME"),
        (Presence::Desk, "MERCHANT", "UNSCHEDULED"),
        (Presence::Nobody, "MERCHANT", "RECURRING"),
    ] {
        let charged = request(&format!("{presence:?}"), "80.00", "EUR", source.clone());
        let paid = bench.gateway.start(&PaymentRequest { presence, ..charged }).await.unwrap();
        assert_eq!(paid.outcome, Outcome::Approved);
        let sent = bench.running.asked().into_iter().rfind(|call| call.path == "/v2/checkout/orders").unwrap();
        let sent: Value = serde_json::from_slice(&sent.body).unwrap();
        let said = json!({"payment_initiator": initiator, "payment_type": pace, "usage": "SUBSEQUENT"});
        assert_eq!(sent["payment_source"]["paypal"]["stored_credential"], said);
    }
    bench.gateway.forget(&kept.token.clone().into(), noon()).await.unwrap();
    bench.gateway.forget(&kept.token.into(), noon()).await.unwrap();
    let gone = PaymentRequest { presence: Presence::Nobody, ..request("gone", "80.00", "EUR", source) };
    assert_eq!(bench.gateway.start(&gone).await.unwrap_err().kind, Kind::NotFound);
}

/// Without a payment: what the client has agreed to at PayPal's page is kept once, whatever is lost on the way.
#[tokio::test]
async fn an_agreement_is_kept() {
    let bench = Bench::new();
    let Kept::ActionNeeded { handle, action } =
        bench.gateway.keep(&contract::keep("k", PaymentSource::HostedPage)).await.unwrap()
    else {
        panic!("nobody was asked")
    };
    let sent: Value = serde_json::from_slice(&bench.running.asked().pop().unwrap().body).unwrap();
    let back = "https://shop.example/account/";
    let context =
        json!({"return_url": back, "cancel_url": back, "brand_name": "Sunny", "shipping_preference": "NO_SHIPPING"});
    let wallet = json!({"usage_type": "MERCHANT", "customer_type": "CONSUMER", "experience_context": context});
    assert_eq!(sent, json!({"payment_source": {"paypal": wallet}}));
    bench.running.with(|paypal| paypal.visit(&action.redirect_to, Some(Wallet::Pays)));
    let handle = handle.into();
    let first = contract::saved(bench.gateway.finish(&handle, noon()).await.unwrap());
    assert_eq!((first.label.as_str(), first.kind), ("paypal anna@example.org", MethodKind::Agreement));
    let kept = |paypal: &mut Simulator| paypal.vault.len();
    assert_eq!(
        (contract::saved(bench.gateway.finish(&handle, noon()).await.unwrap()), bench.running.with(kept)),
        (first.clone(), 1)
    );
    let source = PaymentSource::Saved(first.token.into());
    assert!(bench.gateway.start(&request("r", "5.00", "EUR", source)).await.unwrap().is_taken());
    let odd = bench.gateway.finish(&"../orders".into(), noon()).await;
    assert_eq!(odd.unwrap_err().kind, Kind::InvalidRequest);
    let odd = bench.gateway.forget(&"paypal/../orders".into(), noon()).await;
    assert_eq!(odd.unwrap_err().kind, Kind::InvalidRequest);
}

/// Keys are forgotten after some hours; the invoice number is not.
#[tokio::test]
async fn one_reference_is_paid_once_even_when_the_key_is_forgotten() {
    let bench = Bench::new();
    let asked = request("once", "20.00", "EUR", bench.kept(Wallet::Pays));
    let paid = bench.gateway.start(&asked).await.unwrap();
    bench.running.with(Simulator::forget_keys);
    let again = bench.gateway.start(&asked).await.unwrap_err();
    assert_eq!((again.kind, again.code.as_ref()), (Kind::Conflict, "DUPLICATE_INVOICE_ID"));
    let back = RefundRequest {
        reference: Reference::new("back").unwrap(),
        payment: asked.begun(paid.gateway_id),
        amount: money("15.00"),
        at: noon(),
    };
    let first = bench.gateway.refund(&back).await.unwrap();
    bench.running.with(Simulator::forget_keys);
    assert_eq!(bench.gateway.refund(&back).await.unwrap().gateway_id, first.gateway_id);
}

/// Reserved at the page; the events of what follows lead to the same order, refunds by way of what they give back.
#[tokio::test]
async fn every_event_leads_to_its_order() {
    let bench = Bench::new();
    let (asked, begun) = bench.at_page("page", |asked| asked.take = Take::Reserve).await;
    bench.visit(&begun, Wallet::Pays);
    let known = asked.begun(begun.gateway_id.clone());
    assert_eq!(bench.gateway.fetch(&known, noon()).await.unwrap().outcome, Outcome::Authorised);
    let take = super::super::CaptureRequest { payment: known.clone(), amount: money("30.00"), at: noon() };
    bench.gateway.capture(&take).await.unwrap();
    let reference = Reference::new("back").unwrap();
    let back = RefundRequest { reference, payment: known, amount: money("10.00"), at: noon() };
    bench.gateway.refund(&back).await.unwrap();
    let events = bench.told().await;
    assert_eq!(events.len(), 4);
    for event in events {
        assert_eq!((&event.payment.gateway_id, &event.payment.outcome), (&begun.gateway_id, &Outcome::Captured));
        assert_eq!((event.payment.amount, event.payment.refunded), (money("30.00"), money("10.00")));
    }
}

/// Taken, but what came of it could not be read: nobody knows, until it is asked for again.
#[tokio::test]
async fn what_was_taken_and_not_read_is_left_open() {
    let bench = Bench::new();
    let asked = PaymentRequest { take: Take::Reserve, ..request("r", "50.00", "EUR", bench.kept(Wallet::Pays)) };
    let held = bench.gateway.start(&asked).await.unwrap();
    let take =
        super::super::CaptureRequest { payment: asked.begun(held.gateway_id), amount: money("50.00"), at: noon() };
    // the order, what it has reserved, the taking, and the order again
    (0..3).for_each(|_| bench.running.trouble(shell::Trouble::Slow(0)));
    bench.running.trouble(shell::Trouble::LostBefore);
    assert_eq!(bench.gateway.capture(&take).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(bench.gateway.capture(&take).await.unwrap().outcome, Outcome::Captured);
}

/// A bank debit that does not arrive.
#[tokio::test]
async fn what_is_pending_may_be_declined_later() {
    let bench = Bench::new();
    let asked = request("later", "70.00", "EUR", bench.kept(Wallet::Later));
    let begun = bench.gateway.start(&asked).await.unwrap();
    assert_eq!(begun.outcome, Outcome::Pending { instructions: None });
    bench.running.with(|paypal| paypal.settle(false));
    let told = bench.told().await.pop().unwrap();
    assert!(matches!(told.payment.outcome, Outcome::Declined(_)), "{told:?}");
}

/// Whatever PayPal says that was taken is what is told, and of which payment.
#[tokio::test]
async fn another_amount_is_noticed() {
    let bench = Bench::new();
    let asked = request("paid", "50.00", "EUR", bench.kept(Wallet::Pays));
    let paid = bench.gateway.start(&asked).await.unwrap();
    let id = paid.gateway_id.clone().unwrap();
    bench.running.with(|paypal| {
        let unit = &mut paypal.orders.get_mut(&id).unwrap()["purchase_units"][0];
        unit["payments"]["captures"][0]["amount"]["value"] = json!("49.99");
    });
    let found = bench.gateway.fetch(&asked.begun(paid.gateway_id), noon()).await.unwrap();
    assert_eq!(found.agrees_with(asked.amount).unwrap_err().code, "amount_differs");
    let stranger = request("other", "50.00", "EUR", PaymentSource::HostedPage).begun(Some(id));
    assert_eq!(bench.gateway.fetch(&stranger, noon()).await.unwrap_err().code, "reference_differs");
}

/// What surely did nothing, and what nobody knows. A token that is good no more is replaced once.
#[tokio::test]
async fn failures_are_told_apart() {
    let bench = Bench::new();
    let asked = request("a", "5.00", "EUR", bench.kept(Wallet::Pays));
    bench.running.trouble(shell::Trouble::DownBefore);
    assert_eq!(bench.gateway.start(&asked).await.unwrap_err().kind, Kind::Unavailable); // no token yet
    bench.gateway.probe(noon()).await.unwrap();
    bench.running.trouble(shell::Trouble::FailedAfter);
    assert_eq!(bench.gateway.start(&asked).await.unwrap_err().kind, Kind::Unknown);
    bench.running.with(Simulator::revoke_tokens);
    assert!(bench.gateway.start(&asked).await.unwrap().is_taken());
    assert_eq!(bench.running.with(|paypal| paypal.orders.len()), 1);
    let stranger = Bench::with_secret("wrong");
    let refused = stranger.gateway.start(&request("b", "5.00", "EUR", PaymentSource::HostedPage)).await;
    assert_eq!(refused.unwrap_err().kind, Kind::Auth);
}

/// Neither answers nor errors show a secret, nor the token that stands for it.
#[tokio::test]
async fn secrets_stay_secret() {
    let bench = Bench::new();
    let mut seen = String::new();
    for (reference, wallet) in [("a", Wallet::Pays), ("b", Wallet::Declines), ("c", Wallet::Later)] {
        let asked = request(reference, "5.00", "EUR", bench.kept(wallet));
        seen += &format!("{:?}", bench.gateway.start(&asked).await);
    }
    let stranger = Bench::with_secret("wr0ng-s3cret");
    seen += &format!("{:?} {:?}", stranger.gateway.probe(noon()).await, bench.gateway.calls.token.lock().unwrap());
    for secret in ["s3cret", "wr0ng", "YXBw"] {
        assert!(!seen.contains(secret), "{secret}: {seen}");
    }
}
