mod notices;

use super::*;
use crate::error::{Kind, Retry};
use crate::http::Reach;
use crate::payment::contract::{self, CallbackFeed, Client, Subject, Trouble, request};
use crate::payment::{Begun, Callback, CaptureRequest, Card, ClientAction, Outcome, Presence, RefundRequest, Take};
use comptoir_domain::Money;
use comptoir_simulators::redsys::{self as theirs, seal};
use comptoir_simulators::shell::{self, Running};
use map::Way;
use std::collections::BTreeMap;
use std::time::Duration;

const VERSIONS: [&str; 2] = [seal::V1, seal::V2];

struct Bench {
    there: Running<theirs::Redsys>,
    gateway: Redsys,
}

fn site() -> Site {
    let reach = Reach { limit: Duration::from_millis(400), local: true };
    Site { live: false, callback_url: "https://shop.example/v1/gateway-callbacks/7".into(), reach }
}

impl Bench {
    fn new(version: &'static str) -> Self {
        let there = Running::start(theirs::Redsys { version, ..theirs::Redsys::default() });
        let gateway = Self::at(&there.url, &[("signature", version)]);
        Self { there, gateway }
    }

    fn at(url: &str, more: &[(&str, &str)]) -> Redsys {
        let given = [
            ("merchant", "999008881"),
            ("terminal", "1"),
            ("key", "sq7HjrUOBfKmC576ILgskD5srU870gJ7"),
            ("address", url),
            ("cards", "true"),
        ];
        let pairs = given.iter().chain(more).map(|(name, value)| (name.to_string(), (*value).into()));
        Redsys::new(&site(), &Values::new(&pairs.collect::<BTreeMap<_, serde_json::Value>>())).unwrap()
    }

    /// The issuer says that next, and leaves the operation in that state.
    fn next(&self, response: &'static str, state: &'static str) {
        self.there.with(|there| there.next = Some((response, state)));
    }

    async fn start(&self, reference: &str, source: PaymentSource) -> Result<Payment> {
        self.gateway.start(&request(reference, "12.10", "EUR", source)).await
    }

    async fn token(&self) -> PaymentSource {
        let asked = PaymentRequest { save: true, ..request("first", "12.10", "EUR", card(theirs::CARD)) };
        PaymentSource::Saved(self.gateway.start(&asked).await.unwrap().saved.unwrap().token.into())
    }

    /// What the last call but queries has asked.
    fn asked(&self) -> serde_json::Value {
        let calls = self.there.asked();
        let last = calls.iter().rev().find(|asked| asked.path == REST).unwrap();
        let three: serde_json::Value = serde_json::from_slice(&last.body).unwrap();
        let version = three["Ds_SignatureVersion"].as_str().unwrap();
        seal::unpack(version, three["Ds_MerchantParameters"].as_str().unwrap()).unwrap()
    }
}

fn card(number: &str) -> PaymentSource {
    PaymentSource::Card(plain_card(number))
}

fn plain_card(number: &str) -> Card {
    let (expiry_month, expiry_year, holder) = (12, 2030, "Anna Ünal".into());
    Card { number: number.into(), expiry_month, expiry_year, code: theirs::CVV.into(), holder }
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

struct AtPage<'a>(&'a Running<theirs::Redsys>);

#[async_trait]
impl Client for AtPage<'_> {
    async fn confirm(&self, action: &ClientAction, agreed: bool, _: Instant) -> Vec<Callback> {
        assert_eq!(action.redirect_to, format!("{}/sis/realizarPago", self.0.url));
        let (to, body) = self.0.with(|there| there.visit(&action.fields, agreed)).unwrap();
        assert_eq!(to, "https://shop.example/v1/gateway-callbacks/7");
        vec![posted(body)]
    }
}

fn bring(there: &Running<theirs::Redsys>, trouble: Trouble) {
    there.trouble(match trouble {
        Trouble::LostBefore => shell::Trouble::LostBefore,
        Trouble::LostAfter => shell::Trouble::LostAfter,
        Trouble::FailedAfter => shell::Trouble::FailedAfter,
    });
}

#[tokio::test]
async fn passes_the_contract_with_both_signatures() {
    for version in VERSIONS {
        let bench = Bench::new(version);
        let trouble = |trouble| bring(&bench.there, trouble);
        let client = AtPage(&bench.there);
        let subject = Subject {
            declined: Some(card("4548810000000003")),
            page: Some(&client),
            ..Subject::new(&bench.gateway, card(theirs::CARD)).troubled(&trouble)
        };
        contract::payment_gateway(&subject).await;
    }
}

/// The bank answers the next day: the same operation, finished, and a notice of it.
#[async_trait]
impl CallbackFeed for Running<theirs::Redsys> {
    async fn post(&self, _: Instant) -> Vec<Callback> {
        self.with(|there| {
            let last = there.operations.last_mut().unwrap();
            (last.response, last.state) = ("0000".into(), "F");
            let last = last.clone();
            vec![posted(there.notification(&last).1)]
        })
    }
}

#[tokio::test]
async fn what_is_decided_later_passes_the_contract() {
    let bench = Bench::new(seal::V1);
    bench.next("9998", "P");
    let feed: &dyn CallbackFeed = &bench.there;
    let later = Some((card(theirs::CARD), feed));
    contract::payment_gateway(&Subject { later, ..Subject::page_only(&bench.gateway) }).await;
}

/// The page: four digits first, 4 to 12 characters; and the two ways of a payment never meet.
#[test]
fn order_numbers_have_their_form_and_can_be_made_again() {
    let mut seen = std::collections::BTreeSet::new();
    for at in 0..5000 {
        let reference = crate::payment::Reference::new(format!("txn_{at:026}")).unwrap();
        for way in [Way::Direct, Way::Page] {
            let order = map::order(&reference, way);
            assert_eq!(order.len(), 12);
            assert!(
                order[..4].bytes().all(|it| it.is_ascii_digit()) && order.bytes().all(|it| it.is_ascii_alphanumeric())
            );
            assert_eq!(order, map::order(&reference, way));
            assert!(seen.insert(order));
        }
    }
}

/// The table of parameters on the page, and the rule for a charge of a stored card without its owner.
#[tokio::test]
async fn a_stored_card_is_charged_as_the_page_says() {
    let bench = Bench::new(seal::V1);
    let token = bench.token().await;
    let first = bench.asked();
    assert_eq!(
        (first["DS_MERCHANT_IDENTIFIER"].as_str(), first["DS_MERCHANT_COF_INI"].as_str()),
        (Some("REQUIRED"), Some("S"))
    );
    assert_eq!(
        (first["DS_MERCHANT_EXPIRYDATE"].as_str(), first["DS_MERCHANT_AMOUNT"].as_str()),
        (Some("3012"), Some("1210"))
    );
    let alone = PaymentRequest { presence: Presence::Nobody, ..request("renewal", "12.10", "EUR", token.clone()) };
    assert!(bench.gateway.start(&alone).await.unwrap().is_taken());
    let asked = bench.asked();
    for (name, value) in [
        ("TRANSACTIONTYPE", "0"),
        ("CURRENCY", "978"),
        ("IDENTIFIER", &format!("{:040x}", 1)),
        ("DIRECTPAYMENT", "true"),
        ("COF_INI", "N"),
        ("COF_TYPE", "R"),
        ("COF_TXNID", "999000000000001"),
        ("EXCEP_SCA", "MIT"),
    ] {
        assert_eq!(asked[format!("DS_MERCHANT_{name}")], value, "{name}");
    }
    bench.start("at-the-shop", token).await.unwrap();
    assert_eq!(
        (&bench.asked()["DS_MERCHANT_COF_TYPE"], bench.asked().get("DS_MERCHANT_EXCEP_SCA")),
        (&"C".into(), None)
    );
}

/// A charge of what is stored that the client has asked for at the telephone: none of a series, and nobody to be asked.
#[tokio::test]
async fn a_stored_card_is_charged_at_the_desk() {
    let bench = Bench::new(seal::V1);
    let source = bench.token().await;
    let asked = PaymentRequest { presence: Presence::Desk, ..request("desk", "12.10", "EUR", source) };
    assert!(bench.gateway.start(&asked).await.unwrap().is_taken());
    let sent = bench.asked();
    for (name, value) in [("DIRECTPAYMENT", "true"), ("COF_INI", "N"), ("COF_TYPE", "C"), ("EXCEP_SCA", "MIT")] {
        assert_eq!(sent[format!("DS_MERCHANT_{name}")], value, "{name}");
    }
}

#[tokio::test]
async fn a_bank_that_wants_the_client_sends_it_to_the_page() {
    for version in VERSIONS {
        let bench = Bench::new(version);
        let token = bench.token().await;
        bench.next("0195", "F");
        let asked = PaymentRequest { presence: Presence::Nobody, ..request("sca", "12.10", "EUR", token) };
        let begun = bench.gateway.start(&asked).await.unwrap();
        let Outcome::ActionNeeded(action) = &begun.outcome else { panic!("{begun:?}") };
        // asked again, and asked about, it is the same
        for again in [bench.gateway.start(&asked).await, bench.gateway.fetch(&asked.begun(None), noon()).await] {
            assert!(matches!(again.unwrap().outcome, Outcome::ActionNeeded(_)));
        }
        let told = AtPage(&bench.there).confirm(action, true, noon()).await;
        let event = bench.gateway.verify(&told[0], noon()).await.unwrap().unwrap();
        assert!(event.payment.is_taken() && event.payment.reference == asked.reference);
        assert_eq!((event.at, event.payment.gateway_id), (noon(), begun.gateway_id));
        assert!(bench.gateway.fetch(&asked.begun(None), noon()).await.unwrap().is_taken());
    }
}

#[tokio::test]
async fn a_form_that_is_out_waits() {
    let bench = Bench::new(seal::V1);
    let asked = request("out", "12.10", "EUR", PaymentSource::HostedPage);
    let out = bench.gateway.start(&asked).await.unwrap();
    let found = bench.gateway.fetch(&asked.begun(out.gateway_id), noon()).await.unwrap();
    assert_eq!(found.outcome, Outcome::Pending { instructions: None });
    let Outcome::ActionNeeded(action) = out.outcome else { panic!() };
    bench.there.with(|there| there.visit(&action.fields, true)).unwrap();
    let second = bench.there.with(|there| there.visit(&action.fields, true));
    assert_eq!(second, Err("SIS0051"));
}

#[tokio::test]
async fn answers_become_outcomes() {
    let bench = Bench::new(seal::V1);
    let hard = |payment: Payment| match payment.outcome {
        Outcome::Declined(decline) => Some(decline.hard),
        _ => None,
    };
    for (at, (response, want)) in
        [("0116", Some(false)), ("0208", Some(true)), ("9915", Some(false)), ("0912", None)].iter().enumerate()
    {
        bench.next(response, "F");
        let answer = bench.start(&format!("a{at}"), card(theirs::CARD)).await.unwrap();
        assert_eq!(matches!(answer.outcome, Outcome::Error { .. }), want.is_none());
        assert_eq!(hard(answer), *want, "{response}");
    }
    assert_eq!(hard(bench.start("b", card("4548812049400005")).await.unwrap()), Some(true));
    // the bank has not answered: pending, and so it stays when asked
    bench.next("9998", "P");
    let pending = Outcome::Pending { instructions: None };
    assert_eq!(bench.start("c", card(theirs::CARD)).await.unwrap().outcome, pending);
    assert_eq!(bench.gateway.fetch(&begun("c"), noon()).await.unwrap().outcome, pending);
    bench.there.with(|there| there.operations.last_mut().unwrap().response = "0000".into());
    assert_eq!(bench.gateway.fetch(&begun("c"), noon()).await.unwrap().outcome, pending);
    bench.there.with(|there| there.operations.last_mut().unwrap().state = "F");
    assert!(bench.gateway.fetch(&begun("c"), noon()).await.unwrap().is_taken());
}

#[tokio::test]
async fn another_amount_is_what_redsys_said() {
    let bench = Bench::new(seal::V1);
    bench.there.with(|there| there.skew = 1);
    let payment = bench.start("more", card(theirs::CARD)).await.unwrap();
    assert_eq!(payment.amount, euro("12.11"));
    assert_eq!(payment.agrees_with(euro("12.10")).unwrap_err().code, "amount_differs");
    let operation = bench.there.with(|there| there.operations[0].clone());
    let (_, body) = bench.there.with(|there| there.notification(&operation));
    let event = bench.gateway.verify(&posted(body), noon()).await.unwrap().unwrap();
    assert_eq!(event.payment.amount, euro("12.11"));
}

/// What cannot be believed may have been done; who was not understood has done nothing.
#[tokio::test]
async fn unknown_and_refused_are_two_things() {
    let bench = Bench::new(seal::V1);
    bench.there.with(|there| there.forge = true);
    let error = bench.start("forged", card(theirs::CARD)).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Unknown, Retry::CheckFirst));
    assert!(bench.start("forged", card(theirs::CARD)).await.unwrap().is_taken());
    bench.there.trouble(shell::Trouble::DownBefore);
    assert_eq!(bench.start("down", card(theirs::CARD)).await.unwrap_err().kind, Kind::Unknown);
    assert_eq!(bench.gateway.fetch(&begun("down"), noon()).await.unwrap_err().kind, Kind::NotFound);
    let nobody = Bench::at("http://127.0.0.1:9", &[]);
    let asked = request("nobody", "12.10", "EUR", card(theirs::CARD));
    assert_eq!(nobody.start(&asked).await.unwrap_err().kind, Kind::Unavailable);
    // a question that gets no answer has changed nothing
    bench.there.trouble(shell::Trouble::LostAfter);
    assert_eq!(bench.gateway.fetch(&begun("forged"), noon()).await.unwrap_err().kind, Kind::Unavailable);
}

#[tokio::test]
async fn wrong_credentials_are_found_by_the_test() {
    let there = Running::start(theirs::Redsys::default());
    let key = [("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")];
    assert_eq!(Bench::at(&there.url, &key).probe(noon()).await.unwrap_err().kind, Kind::Auth);
    let error = Bench::at(&there.url, &key).start(&request("x", "12.10", "EUR", card(theirs::CARD))).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_ref()), (Kind::Auth, "SIS0042"));
    let version = Bench::at(&there.url, &[("signature", seal::V2)]);
    let error = version.start(&request("x", "12.10", "EUR", card(theirs::CARD))).await.unwrap_err();
    assert_eq!(error.kind, Kind::InvalidRequest);
}

/// EUR is what a terminal takes unless the bank has allowed more (BBVA: never more).
#[tokio::test]
async fn currencies_are_those_of_the_terminal() {
    let bench = Bench::new(seal::V1);
    let dollars = request("usd", "12.10", "USD", card(theirs::CARD));
    assert!(!bench.gateway.takes(dollars.amount.currency()));
    assert_eq!(bench.gateway.start(&dollars).await.unwrap_err().kind, Kind::InvalidRequest);
    let more = Bench::at(&bench.there.url, &[("currencies", "EUR, USD")]);
    assert_eq!(more.start(&dollars).await.unwrap().amount, dollars.amount);
    assert_eq!(bench.asked()["DS_MERCHANT_CURRENCY"], "840");
}

#[tokio::test]
async fn without_cards_there_is_only_the_page() {
    let gateway = Bench::at("http://127.0.0.1:9", &[("cards", "false")]);
    assert_eq!(gateway.entries(), [Entry::Page]);
    assert!(gateway.vault().is_none());
    let error = gateway.start(&request("x", "12.10", "EUR", card(theirs::CARD))).await.unwrap_err();
    assert_eq!(error.kind, Kind::InvalidRequest);
}

/// Two references whose order numbers meet: the second is not taken for the first.
#[tokio::test]
async fn an_order_number_of_another_payment_is_a_contradiction() {
    let bench = Bench::new(seal::V1);
    bench.start("mine", card(theirs::CARD)).await.unwrap();
    bench.there.with(|there| {
        there.operations[0].order = map::order(&crate::payment::Reference::new("yours").unwrap(), Way::Direct);
        there.operations[0].amount += 1;
    });
    let error = bench.start("yours", card(theirs::CARD)).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (Kind::Conflict, Retry::Never));
    let fields =
        |data: &str| [("Ds_MerchantData".into(), data.into()), ("Ds_Order".into(), "0".into())].into_iter().collect();
    let told = map::payment(&crate::payment::Reference::new("yours").unwrap(), "0", &[fields("mine")]);
    assert_eq!(told.unwrap_err().code, "order_number");
}

#[tokio::test]
async fn no_secret_shows() {
    let bench = Bench::new(seal::V1);
    let asked = PaymentRequest { save: true, ..request("secret", "12.10", "EUR", card(theirs::CARD)) };
    let payment = bench.gateway.start(&asked).await.unwrap();
    let token = payment.saved.clone().unwrap().token;
    assert_eq!(payment.saved.unwrap().label, "card •••• 0004");
    let found = bench.gateway.fetch(&begun("secret"), noon()).await.unwrap();
    let kept = bench.gateway.keep(&contract::keep("kept", card(theirs::CARD))).await;
    let refused = bench.start("refused", card("4548812049400005")).await.unwrap();
    let error = Bench::at(&bench.there.url, &[("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]).probe(noon()).await;
    let shown = [payment.raw, found.raw, refused.raw, format!("{error:?} {:?} {asked:?}", bench.gateway.account)];
    let (identifier, network) = token.split_once(':').unwrap();
    for secret in [theirs::CARD, "4548812049400005", "sq7HjrUOBfKm", "AAAAAAAA", identifier, network, "\"123\""] {
        assert!(shown.iter().all(|text| !text.contains(secret)), "{secret} in {shown:?}");
    }
    assert!(shown[0].contains("0000") && kept.is_ok());
}

/// An operator takes a payment at the telephone; somebody at the shop does not.
#[tokio::test]
async fn cards_by_telephone_are_named_so() {
    let bench = Bench::new(seal::V1);
    let asked = PaymentRequest {
        presence: Presence::Desk,
        take: Take::Reserve,
        ..request("moto", "12.10", "EUR", card(theirs::CARD))
    };
    let held = bench.gateway.start(&asked).await.unwrap();
    assert_eq!(
        (&bench.asked()["DS_MERCHANT_DIRECTPAYMENT"], &bench.asked()["DS_MERCHANT_TRANSACTIONTYPE"]),
        (&"MOTO".into(), &"1".into())
    );
    // the answer to a confirmation gets lost: the same again is the same answer
    let capture = CaptureRequest { payment: asked.begun(held.gateway_id), amount: euro("10.00"), at: noon() };
    bench.there.trouble(shell::Trouble::LostAfter);
    assert_eq!(bench.gateway.capture(&capture).await.unwrap_err().kind, Kind::Unknown);
    let taken = bench.gateway.capture(&capture).await.unwrap();
    assert_eq!((taken.outcome, taken.amount), (Outcome::Captured, euro("10.00")));
    bench.start("at-shop", card(theirs::CARD)).await.unwrap();
    assert_eq!(bench.asked().get("DS_MERCHANT_DIRECTPAYMENT"), None);
}
