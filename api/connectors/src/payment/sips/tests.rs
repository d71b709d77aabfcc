use super::*;
use crate::error::Retry;
use crate::http::Reach;
use crate::payment::contract::{self, CallbackFeed, Client, Subject, Trouble, request};
use crate::payment::{Begun, Callback, CaptureRequest, Card, ClientAction, Presence, RefundRequest, Take};
use base64::{Engine, prelude::BASE64_STANDARD};
use comptoir_domain::Money;
use comptoir_simulators::shell::{self, Running};
use comptoir_simulators::sips::{self as theirs, seal as their_seal};
use std::collections::BTreeMap;
use std::time::Duration;

const ALGORITHMS: [&str; 2] = [their_seal::HMAC, their_seal::SHA];

struct Bench {
    there: Running<theirs::Sips>,
    gateway: Sips,
}

impl Bench {
    fn new(algorithm: &'static str) -> Self {
        let there = Running::start(theirs::Sips { algorithm, ..theirs::Sips::default() });
        let gateway = Self::at(&there.url, false, &[("seal", algorithm)]);
        Self { there, gateway }
    }

    fn at(url: &str, live: bool, more: &[(&str, &str)]) -> Sips {
        let given = [
            ("merchant", "002001000000001"),
            ("key", "002001000000001_KEY1"),
            ("key_version", "1"),
            ("address", url),
            ("office", url),
            ("cards", "true"),
        ];
        let pairs = given.iter().chain(more).map(|(name, value)| (name.to_string(), (*value).into()));
        let values = Values::new(&pairs.collect::<BTreeMap<_, serde_json::Value>>());
        let reach = Reach { limit: Duration::from_millis(400), local: true };
        let callback_url = "https://shop.example/v1/gateway-callbacks/7".into();
        Sips::new(&Site { live, callback_url, reach }, &values).unwrap()
    }

    async fn start(&self, reference: &str, source: PaymentSource) -> Result<Payment> {
        self.gateway.start(&request(reference, "12.10", "EUR", source)).await
    }

    /// The last call of an operation.
    fn asked(&self, operation: &str) -> serde_json::Value {
        let calls = self.there.asked();
        let last = calls.iter().rev().find(|asked| asked.path.ends_with(operation)).unwrap();
        serde_json::from_slice(&last.body).unwrap()
    }
}

fn card(number: &str) -> PaymentSource {
    PaymentSource::Card(Card {
        number: number.into(),
        expiry_month: 12,
        expiry_year: 2030,
        code: "987".into(),
        holder: "Anna Ünal".into(),
    })
}

/// A card of the simulation: its last two digits are the response code.
fn coded(code: &str) -> PaymentSource {
    card(&format!("41000000000000{code}"))
}

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

fn euro(amount: &str) -> Money {
    Money::parse(amount, Currency::EUR).unwrap()
}

fn begun(reference: &str) -> Begun {
    request(reference, "12.10", "EUR", PaymentSource::HostedPage).begun(None)
}

fn posted(body: String) -> Callback {
    Callback { body: body.into_bytes(), ..Callback::default() }
}

struct AtPage<'a>(&'a Running<theirs::Sips>);

#[async_trait]
impl Client for AtPage<'_> {
    async fn confirm(&self, action: &ClientAction, agreed: bool, _: Instant) -> Vec<Callback> {
        assert_eq!(action.redirect_to, format!("{}/paymentInit", self.0.url));
        let number = if agreed { theirs::CARD } else { "4100000000000017" };
        let (to, body) = self.0.with(|there| there.visit(&action.fields, number)).unwrap();
        assert_eq!(to, "https://shop.example/v1/gateway-callbacks/7");
        vec![posted(body)]
    }
}

#[tokio::test]
async fn passes_the_contract_with_both_seals() {
    for algorithm in ALGORITHMS {
        let bench = Bench::new(algorithm);
        let trouble = |trouble| {
            bench.there.trouble(match trouble {
                Trouble::LostBefore => shell::Trouble::LostBefore,
                Trouble::LostAfter => shell::Trouble::LostAfter,
                Trouble::FailedAfter => shell::Trouble::FailedAfter,
            });
        };
        let client = AtPage(&bench.there);
        let subject = Subject {
            declined: Some(coded("05")),
            page: Some(&client),
            ..Subject::new(&bench.gateway, card(theirs::CARD)).troubled(&trouble)
        };
        contract::payment_gateway(&subject).await;
    }
}

/// The bank answers the next day.
#[async_trait]
impl CallbackFeed for Running<theirs::Sips> {
    async fn post(&self, _: Instant) -> Vec<Callback> {
        self.with(|there| {
            let open = there.payments.values_mut().find(|payment| payment.status == "TO_AUTHORIZE").unwrap();
            (open.code, open.status) = ("00".into(), "TO_CAPTURE");
            let done = open.clone();
            vec![posted(there.notice(&done))]
        })
    }
}

#[tokio::test]
async fn what_is_decided_later_passes_the_contract() {
    let bench = Bench::new(their_seal::HMAC);
    let feed: &dyn CallbackFeed = &bench.there;
    let later = Some((coded("60"), feed));
    contract::payment_gateway(&Subject { later, ..Subject::page_only(&bench.gateway) }).await;
}

/// The table of fields: what is said, and how long and of which letters it is (the simulator refuses anything else).
#[tokio::test]
async fn fields_are_those_of_the_page() {
    let bench = Bench::new(their_seal::HMAC);
    let asked = PaymentRequest {
        save: true,
        ..request("txn_0123456789abcdefghijklmnop", "12.10", "EUR", PaymentSource::HostedPage)
    };
    let Outcome::ActionNeeded(action) = bench.gateway.start(&asked).await.unwrap().outcome else { panic!() };
    let form: BTreeMap<_, _> = action.fields.into_iter().collect();
    let data = String::from_utf8(BASE64_STANDARD.decode(&form["Data"]).unwrap()).unwrap();
    let said: BTreeMap<_, _> = data.split('|').map(|pair| pair.split_once('=').unwrap()).collect();
    for (name, value) in [
        ("amount", "1210"),
        ("currencyCode", "978"),
        ("captureMode", "AUTHOR_CAPTURE"),
        ("normalReturnUrl", "https://shop.example/invoices/7"),
        ("automaticResponseUrl", "https://shop.example/v1/gateway-callbacks/7"),
        ("customerContact.email", "anna@example.org"),
        ("customerLanguage", "de"),
        ("customerId", "cli7"),
        ("orderId", "txn0123456789abcdefghijklmnop"),
        ("returnContext", "txn_0123456789abcdefghijklmnop"),
        ("paymentPattern", "RECURRING_1"),
    ] {
        assert_eq!(said[name], value, "{name}");
    }
    let reference = said["transactionReference"];
    assert!(reference.len() <= 35 && reference.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert!(said["merchantWalletId"].len() <= 21);
    assert_eq!((form["SealAlgorithm"].as_str(), form["Encode"].as_str()), ("HMAC-SHA-256", "base64"));
    assert_eq!(form["Seal"], their_seal::of(their_seal::HMAC, "002001000000001_KEY1", &form["Data"]));
}

#[tokio::test]
async fn a_card_of_the_wallet_is_charged_again() {
    let bench = Bench::new(their_seal::HMAC);
    let page = PaymentRequest { save: true, ..request("first", "12.10", "EUR", PaymentSource::HostedPage) };
    let Outcome::ActionNeeded(action) = bench.gateway.start(&page).await.unwrap().outcome else { panic!() };
    let told = AtPage(&bench.there).confirm(&action, true, noon()).await;
    let saved = bench.gateway.verify(&told[0], noon()).await.unwrap().unwrap().payment.saved.unwrap();
    assert_eq!((saved.label.as_str(), saved.expires), ("visa •••• 00", Some((12, 2030))));
    let token = PaymentSource::Saved(saved.token.into());
    let alone = PaymentRequest { presence: Presence::Nobody, ..request("renewal", "12.10", "EUR", token.clone()) };
    assert!(bench.gateway.start(&alone).await.unwrap().is_taken());
    let asked = bench.asked("walletOrder");
    assert_eq!((&asked["paymentPattern"], &asked["interfaceVersion"]), (&"RECURRING_N".into(), &"IR_WS_2.20".into()));
    // who is there, by which way it has come, and whether it is one of many
    for (presence, channel, pattern) in [
        (Presence::Client, "INTERNET", "ONE_SHOT"),
        (Presence::Desk, "MOTO", "ONE_SHOT"),
        (Presence::Nobody, "INTERNET", "RECURRING_N"),
    ] {
        let charged = request(&format!("{presence:?}-kept"), "12.10", "EUR", token.clone());
        bench.gateway.start(&PaymentRequest { presence, ..charged }).await.unwrap();
        let asked = bench.asked("walletOrder");
        assert_eq!((&asked["orderChannel"], &asked["paymentPattern"]), (&channel.into(), &pattern.into()));
    }
}

/// Who types a card says by which way the order has come.
#[tokio::test]
async fn cards_by_telephone_are_named_so() {
    let bench = Bench::new(their_seal::HMAC);
    for (presence, channel) in [(Presence::Client, "INTERNET"), (Presence::Desk, "MOTO")] {
        let typed = request(&format!("{presence:?}"), "12.10", "EUR", card(theirs::CARD));
        assert!(bench.gateway.start(&PaymentRequest { presence, ..typed }).await.unwrap().is_taken());
        assert_eq!(bench.asked("cardOrder")["orderChannel"], channel);
    }
}

/// The table of response codes, by the cards of the simulation.
#[tokio::test]
async fn answers_become_outcomes() {
    let bench = Bench::new(their_seal::HMAC);
    let pending = Outcome::Pending { instructions: None };
    for (code, hard) in
        [("05", Some(false)), ("11", Some(true)), ("51", Some(false)), ("54", Some(true)), ("60", None), ("62", None)]
    {
        let name = format!("c{code}");
        let payment = bench.start(&name, coded(code)).await.unwrap();
        match hard {
            Some(hard) => {
                assert!(matches!(payment.outcome, Outcome::Declined(decline) if decline.hard == hard), "{code}")
            }
            None => assert_eq!(payment.outcome, pending),
        }
        let found = bench.gateway.fetch(&begun(&name), noon()).await.unwrap();
        assert_eq!(matches!(found.outcome, Outcome::Declined(_)), hard.is_some(), "{code}");
    }
    for (code, kind) in [("03", Kind::Auth), ("12", Kind::InvalidRequest), ("90", Kind::Unknown), ("99", Kind::Unknown)]
    {
        assert_eq!(bench.start(&format!("c{code}"), coded(code)).await.unwrap_err().kind, kind, "{code}");
    }
}

/// The rule of the page: before it is taken it is called off, afterwards given back.
#[tokio::test]
async fn giving_back_follows_where_the_payment_stands() {
    let bench = Bench::new(their_seal::HMAC);
    let paid = bench.start("paid", card(theirs::CARD)).await.unwrap();
    let back = |amount| RefundRequest {
        reference: Reference::new("back").unwrap(),
        payment: Begun { gateway_id: paid.gateway_id.clone(), ..begun("paid") },
        amount: euro(amount),
        at: noon(),
    };
    bench.gateway.refund(&back("2.10")).await.unwrap();
    assert_eq!(bench.asked("cancel")["operationAmount"], "210");
    bench.there.with(theirs::Sips::take);
    bench.gateway.refund(&back("3.00")).await.unwrap();
    assert_eq!(bench.asked("refund")["operationAmount"], "300");
    let found = bench.gateway.fetch(&begun("paid"), noon()).await.unwrap();
    assert_eq!((found.amount, found.refunded, found.outcome), (euro("12.10"), euro("5.10"), Outcome::Approved));
    assert_eq!(bench.gateway.refund(&back("7.01")).await.unwrap_err().kind, Kind::Declined);
    bench.gateway.refund(&back("7.00")).await.unwrap();
    assert_eq!(bench.gateway.fetch(&begun("paid"), noon()).await.unwrap().refunded, euro("12.10"));
    assert_eq!(bench.gateway.refund(&back("0.01")).await.unwrap_err().kind, Kind::Declined);
}

#[tokio::test]
async fn a_lost_validation_is_found() {
    let bench = Bench::new(their_seal::HMAC);
    let asked = PaymentRequest { take: Take::Reserve, ..request("held", "12.10", "EUR", card(theirs::CARD)) };
    let held = bench.gateway.start(&asked).await.unwrap();
    let capture = CaptureRequest { payment: asked.begun(held.gateway_id), amount: euro("10.00"), at: noon() };
    bench.there.trouble_for("operationAmount", shell::Trouble::LostAfter);
    assert_eq!(bench.gateway.capture(&capture).await.unwrap_err().kind, Kind::Unknown);
    let taken = bench.gateway.capture(&capture).await.unwrap();
    assert_eq!((taken.outcome, taken.amount), (Outcome::Captured, euro("10.00")));
}

#[tokio::test]
async fn another_amount_is_what_sips_said() {
    let bench = Bench::new(their_seal::HMAC);
    bench.there.with(|there| there.skew = 1);
    let payment = bench.start("more", card(theirs::CARD)).await.unwrap();
    assert_eq!(payment.agrees_with(euro("12.10")).unwrap_err().code, "amount_differs");
    let held = bench.there.with(|there| there.payments.values().next().unwrap().clone());
    let body = bench.there.with(|there| there.notice(&held));
    let event = bench.gateway.verify(&posted(body), noon()).await.unwrap().unwrap();
    assert_eq!((event.payment.amount, event.at), (euro("12.11"), noon()));
}

/// What cannot be believed may have been done; who was not understood has done nothing. On the live service every answer is sealed.
#[tokio::test]
async fn unknown_and_refused_are_two_things() {
    let bench = Bench::new(their_seal::HMAC);
    bench.there.with(|there| there.forge = true);
    let error = bench.start("forged", card(theirs::CARD)).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Unknown, Retry::CheckFirst));
    assert!(bench.start("forged", card(theirs::CARD)).await.unwrap().is_taken());
    bench.there.trouble(shell::Trouble::DownBefore);
    assert_eq!(bench.start("down", card(theirs::CARD)).await.unwrap_err().kind, Kind::Unknown);
    bench.there.trouble(shell::Trouble::LostAfter);
    assert_eq!(bench.gateway.fetch(&begun("forged"), noon()).await.unwrap_err().kind, Kind::Unavailable);
    let nobody = Bench::at("http://127.0.0.1:9", false, &[]);
    let asked = request("nobody", "12.10", "EUR", card(theirs::CARD));
    assert_eq!(nobody.start(&asked).await.unwrap_err().kind, Kind::Unavailable);
    bench.there.with(|there| there.sealed = false);
    assert!(bench.start("unsealed", card(theirs::CARD)).await.unwrap().is_taken());
    let live = Bench::at(&bench.there.url, true, &[]);
    let asked = request("live", "12.10", "EUR", card(theirs::CARD));
    assert_eq!(live.start(&asked).await.unwrap_err().kind, Kind::Unknown);
}

#[tokio::test]
async fn wrong_credentials_are_found_by_the_test() {
    let bench = Bench::new(their_seal::HMAC);
    for wrong in [("key", "another"), ("key_version", "2"), ("merchant", "002001000000002")] {
        // the answer is sealed with a key that we do not have
        bench.there.with(|there| there.sealed = false);
        let gateway = Bench::at(&bench.there.url, false, &[wrong]);
        assert_eq!(gateway.probe(noon()).await.unwrap_err().kind, Kind::Auth, "{wrong:?}");
    }
    let dollars = request("usd", "12.10", "USD", card(theirs::CARD));
    assert_eq!(bench.gateway.start(&dollars).await.unwrap_err().kind, Kind::InvalidRequest);
    let without = Bench::at(&bench.there.url, false, &[("cards", "false")]);
    assert_eq!((without.entries(), without.vault().is_none()), (&[Entry::Page][..], true));
}

#[tokio::test]
async fn a_client_at_the_page_is_waited_for_and_others_are_nothing() {
    let bench = Bench::new(their_seal::HMAC);
    let out = bench.start("out", PaymentSource::HostedPage).await.unwrap();
    let sent = Begun { gateway_id: out.gateway_id, ..begun("out") };
    let pending = Outcome::Pending { instructions: None };
    assert_eq!(bench.gateway.fetch(&sent, noon()).await.unwrap().outcome, pending);
    assert_eq!(bench.gateway.fetch(&begun("out"), noon()).await.unwrap_err().kind, Kind::NotFound);
    let Outcome::ActionNeeded(action) = out.outcome else { panic!() };
    let told = AtPage(&bench.there).confirm(&action, true, noon()).await;
    assert!(bench.gateway.verify(&told[0], noon()).await.unwrap().is_some());
    assert_eq!(bench.there.with(|there| there.visit(&action.fields, theirs::CARD)), Err("94"));
    let mut held = bench.there.with(|there| there.payments.values().next().unwrap().clone());
    // plain, as older shops are told
    held.fields.remove("responseEncoding");
    let plain = bench.there.with(|there| there.notice(&held));
    assert!(bench.gateway.verify(&posted(plain), noon()).await.unwrap().is_some());
    for context in ["", "another", "not a reference!"] {
        held.fields.insert("returnContext".into(), context.into());
        let body = bench.there.with(|there| there.notice(&held));
        assert_eq!(bench.gateway.verify(&posted(body), noon()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn no_secret_shows() {
    let bench = Bench::new(their_seal::HMAC);
    let asked = PaymentRequest { save: true, ..request("secret", "12.10", "EUR", card(theirs::CARD)) };
    let payment = bench.gateway.start(&asked).await.unwrap();
    let token = payment.saved.unwrap().token;
    let (wallet, _) = token.split_once(':').unwrap();
    let found = bench.gateway.fetch(&begun("secret"), noon()).await.unwrap();
    let refused = bench.gateway.keep(&contract::keep("refused", coded("14"))).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Declined);
    let shown = [payment.raw, found.raw, format!("{refused:?} {:?} {asked:?}", bench.gateway.account)];
    for secret in [theirs::CARD, "4100000000000014", "4100####", "_KEY1", wallet, "\"987\""] {
        assert!(shown.iter().all(|text| !text.contains(secret)), "{secret} in {shown:?}");
    }
    assert!(shown[0].contains("\"responseCode\":\"00\"") && shown[1].contains("TO_CAPTURE"));
}
