use super::*;
use crate::http::Reach;
use crate::payment::contract::{self, Client, Subject, request};
use crate::payment::{Decline, DisputeState};
use comptoir_simulators::paypal_standard::Judge;
use comptoir_simulators::shell::{Running, Trouble};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

struct Bench {
    running: Running<Judge>,
    gateway: Standard,
}

impl Bench {
    fn new() -> Self {
        let running = Running::start(Judge::default());
        let gateway = gateway(&running.url, false);
        Self { running, gateway }
    }

    fn posted(&self, fields: &[(&str, &str)]) -> Callback {
        let body = self.running.with(|judge| judge.post(fields));
        Callback { body, ..Callback::default() }
    }
}

fn gateway(address: &str, live: bool) -> Standard {
    let given = [
        ("business", "Billing@hosting.example"),
        ("receivers", "eu@hosting.example, uk@hosting.example"),
        ("address", address),
    ];
    let given = BTreeMap::from(given.map(|(name, value)| (name.to_string(), json!(value))));
    let reach = Reach { limit: Duration::from_millis(1_500), local: true };
    let site = Site { live, callback_url: "https://shop.example/v1/gateway-callbacks".into(), reach };
    Standard::new(&site, &Values::new(&given)).unwrap()
}

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

/// A notification as PayPal writes it, with some fields changed.
fn paid<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("payment_date", "05:00:00 Mar 31, 2026 PDT"),
        ("txn_type", "web_accept"),
        ("receiver_email", "uk@hosting.example"),
        ("business", "uk@hosting.example"),
        ("txn_id", "8XY1"),
        ("payment_status", "Completed"),
        ("mc_gross", "33.00"),
        ("mc_currency", "EUR"),
        ("mc_fee", "1.30"),
        ("invoice", "txn_1"),
        ("test_ipn", "1"),
        ("payer_email", "anna@example.org"),
        ("first_name", "Ann\u{e4}"),
        ("charset", "windows-1252"),
    ];
    usual
        .into_iter()
        .map(|(name, value)| (name, changed.iter().find(|(of, _)| *of == name).map_or(value, |it| it.1)))
        .collect()
}

#[async_trait]
impl Client for Bench {
    async fn confirm(&self, action: &ClientAction, agreed: bool, _: Instant) -> Vec<Callback> {
        assert_eq!(action.redirect_to, "https://www.sandbox.paypal.com/cgi-bin/webscr");
        let fields: BTreeMap<_, _> =
            action.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!((fields["cmd"], fields["business"]), ("_xclick", "Billing@hosting.example"));
        let copied = [
            ("invoice", fields["invoice"]),
            ("mc_gross", fields["amount"]),
            ("mc_currency", fields["currency_code"]),
            ("receiver_email", fields["business"]),
        ];
        if agreed { vec![self.posted(&paid(&copied))] } else { Vec::new() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_the_contract() {
    let bench = Bench::new();
    contract::payment_gateway(&Subject { page: Some(&bench), ..Subject::page_only(&bench.gateway) }).await;
}

#[tokio::test]
async fn statuses_are_outcomes_as_the_page_says() {
    let bench = Bench::new();
    let declined = |code: &str| {
        Outcome::Declined(Decline {
            hard: false,
            code: code.into(),
            message: "PayPal or the bank has refused it".into(),
        })
    };
    let pending = Outcome::Pending { instructions: None };
    let table = [
        ("Completed", Some(Outcome::Approved)),
        ("Processed", Some(Outcome::Approved)),
        ("Canceled_Reversal", Some(Outcome::Approved)),
        ("Pending", Some(pending.clone())),
        ("In-Progress", Some(pending)),
        ("Denied", Some(declined("Denied"))),
        ("Failed", Some(declined("Failed"))),
        ("Expired", Some(declined("Expired"))),
        ("Voided", Some(Outcome::Voided)),
        ("Refunded", None),
        ("Partially-Refunded", None),
        ("Reversed", Some(Outcome::Approved)),
        ("A-New-Word", None),
    ];
    for (status, want) in table {
        let event = bench.gateway.verify(&bench.posted(&paid(&[("payment_status", status)])), noon()).await.unwrap();
        assert_eq!(event.map(|event| event.payment.outcome), want, "{status}");
    }
}

/// The date is California's, the raw answer has nothing of the client.
#[tokio::test]
async fn what_is_told_is_what_was_paid() {
    let bench = Bench::new();
    let event = bench.gateway.verify(&bench.posted(&paid(&[])), noon()).await.unwrap().unwrap();
    assert_eq!((event.id.as_str(), event.at), ("8XY1-Completed", noon()));
    assert_eq!((event.payment.reference.as_str(), event.payment.gateway_id.as_deref()), ("txn_1", Some("8XY1")));
    assert_eq!(event.payment.amount.to_string(), "33.00 EUR");
    assert!(!event.payment.raw.contains("anna") && event.payment.raw.contains("1.30"));
    let winter = bench.posted(&paid(&[("payment_date", "04:00:00 Jan 31, 2026 PST")]));
    assert_eq!(bench.gateway.verify(&winter, noon()).await.unwrap().unwrap().at.to_string(), "2026-01-31T12:00:00Z");
    for (name, value) in [("txn_type", "subscr_payment"), ("invoice", "not ours")] {
        assert_eq!(bench.gateway.verify(&bench.posted(&paid(&[(name, value)])), noon()).await.unwrap(), None, "{name}");
    }
}

/// A reversal names the payment above it, an amount below zero, and no kind; a cancelled one brings the money back.
#[tokio::test]
async fn what_a_payer_takes_back_is_told() {
    let bench = Bench::new();
    for (status, gross, state, refunded) in
        [("Reversed", "-33.00", DisputeState::Lost, "33.00"), ("Canceled_Reversal", "33.00", DisputeState::Won, "0.00")]
    {
        let mut fields = paid(&[("payment_status", status), ("mc_gross", gross), ("txn_type", ""), ("txn_id", "9XY2")]);
        fields.extend([("parent_txn_id", "8XY1"), ("case_id", "PP-001"), ("reason_code", "chargeback")]);
        let event = bench.gateway.verify(&bench.posted(&fields), noon()).await.unwrap().unwrap();
        let told = event.dispute.unwrap();
        assert_eq!((told.id.as_str(), told.state, told.reason.as_str()), ("PP-001", state, "chargeback"));
        assert_eq!((told.amount.to_string(), told.answer_by), ("33.00 EUR".to_string(), None));
        assert_eq!((event.payment.gateway_id.as_deref(), event.payment.amount), (Some("8XY1"), told.amount));
        assert_eq!(event.payment.refunded.decimal().to_string(), refunded);
    }
    let refund = paid(&[("payment_status", "Refunded"), ("mc_gross", "-33.00"), ("txn_type", "")]);
    assert_eq!(bench.gateway.verify(&bench.posted(&refund), noon()).await.unwrap(), None);
}

/// PayPal has sent it, but the money is somebody else's, or no money at all.
#[tokio::test]
async fn a_genuine_notification_may_be_a_trick() {
    let bench = Bench::new();
    let elsewhere = bench.posted(&paid(&[("receiver_email", "thief@example.org"), ("business", "thief@example.org")]));
    assert_eq!(bench.gateway.verify(&elsewhere, noon()).await.unwrap_err().kind, Kind::Auth);
    let live = gateway(&bench.running.url, true);
    assert_eq!(live.verify(&bench.posted(&paid(&[])), noon()).await.unwrap_err().kind, Kind::Auth);
    let real = bench.posted(&paid(&[("test_ipn", "")]));
    assert!(live.verify(&real, noon()).await.unwrap().is_some());
    assert_eq!(bench.gateway.verify(&real, noon()).await.unwrap_err().kind, Kind::Auth);
}

/// Without an answer it is neither taken nor thrown away: PayPal sends it again.
#[tokio::test]
async fn what_cannot_be_verified_waits() {
    let bench = Bench::new();
    let callback = bench.posted(&paid(&[]));
    for trouble in [Trouble::DownBefore, Trouble::FailedAfter, Trouble::LostBefore] {
        bench.running.trouble(trouble);
        assert_eq!(bench.gateway.verify(&callback, noon()).await.unwrap_err().kind, Kind::Unavailable);
    }
    let never = Callback { body: b"payment_status=Completed&invoice=txn_1".to_vec(), ..Callback::default() };
    assert_eq!(bench.gateway.verify(&never, noon()).await.unwrap_err().kind, Kind::Auth);
}

/// Name, picture, logo and every address that may be paid (PAY-01).
#[tokio::test]
async fn the_form_shows_what_was_settled() {
    let form = |more: &[(&str, &str)]| {
        let given = [("business", "billing@hosting.example")].into_iter().chain(more.iter().copied());
        let given = given.map(|(name, value)| (name.to_string(), json!(value))).collect();
        let reach = Reach { limit: Duration::from_millis(1_500), local: true };
        let site = Site { live: false, callback_url: "https://shop.example/v1/gateway-callbacks".into(), reach };
        let asked = request("r", "5.00", "EUR", PaymentSource::HostedPage);
        let fields = Standard::new(&site, &Values::new(&given)).unwrap().form(&asked).unwrap();
        fields.into_iter().collect::<BTreeMap<_, _>>()
    };
    let plain = form(&[]);
    assert_eq!(plain["item_name"], "Hosting, April");
    assert!(!plain.contains_key("image_url") && !plain.contains_key("cpp_logo_image"));
    let (image, logo) = ("https://hosting.example/shop.png", "https://hosting.example/logo.png");
    let dressed = form(&[("item_name", "Web hosting"), ("image_url", image), ("logo_url", logo)]);
    for (name, value) in [("item_name", "Web hosting"), ("image_url", image), ("cpp_logo_image", logo)] {
        assert_eq!(dressed[name], value, "{name}");
    }
    // the main address, whatever its case, and the others; the page above refuses anybody else's
    let bench = Bench::new();
    for address in ["billing@HOSTING.example", "eu@hosting.example", "uk@hosting.example"] {
        let told = bench.posted(&paid(&[("receiver_email", address), ("business", address)]));
        assert!(bench.gateway.verify(&told, noon()).await.unwrap().is_some(), "{address}");
    }
}

#[tokio::test]
async fn nothing_is_reserved_here() {
    let bench = Bench::new();
    let asked = PaymentRequest { take: Take::Reserve, ..request("r", "5.00", "EUR", PaymentSource::HostedPage) };
    assert_eq!(bench.gateway.start(&asked).await.unwrap_err().kind, Kind::InvalidRequest);
}
