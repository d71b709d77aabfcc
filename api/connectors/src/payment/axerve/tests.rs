use super::*;
use crate::error::Retry;
use crate::http::Reach;
use crate::payment::contract::{self, Client, Subject, Trouble, request};
use crate::payment::{Begun, Callback, CaptureRequest, Card, ClientAction, Presence};
use comptoir_domain::Money;
use comptoir_simulators::axerve as theirs;
use comptoir_simulators::shell::{self, Running};
use std::collections::BTreeMap;
use std::time::Duration;

struct Bench {
    there: Running<theirs::Axerve>,
    gateway: Axerve,
}

impl Bench {
    fn new(deferred: bool) -> Self {
        let mut shop = theirs::Axerve::default();
        shop.deferred = deferred;
        let there = Running::start(shop);
        let gateway = Self::at(&there.url, &[("deferred", if deferred { "true" } else { "false" })]);
        Self { there, gateway }
    }

    fn at(url: &str, more: &[(&str, &str)]) -> Axerve {
        let given = [("shop", "GESPAY65987"), ("key", "a-key=="), ("address", url), ("cards", "true")];
        let pairs = given.iter().chain(more).map(|(name, value)| (name.to_string(), (*value).into()));
        let values = Values::new(&pairs.collect::<BTreeMap<_, serde_json::Value>>());
        let reach = Reach { limit: Duration::from_millis(400), local: true };
        Axerve::new(&Site { live: false, callback_url: String::new(), reach }, &values).unwrap()
    }

    async fn start(&self, reference: &str, source: PaymentSource) -> Result<Payment> {
        self.gateway.start(&request(reference, "12.10", "EUR", source)).await
    }

    fn next(&self, code: &'static str) {
        self.there.with(|there| there.next = Some(code));
    }
}

fn card(number: &str) -> PaymentSource {
    PaymentSource::Card(Card {
        number: number.into(),
        expiry_month: 5,
        expiry_year: 2027,
        code: "987".into(),
        holder: "Anna Ünal".into(),
    })
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

fn called(query: String) -> Callback {
    Callback { query, ..Callback::default() }
}

struct AtPage<'a>(&'a Running<theirs::Axerve>);

#[async_trait]
impl Client for AtPage<'_> {
    async fn confirm(&self, action: &ClientAction, agreed: bool, _: Instant) -> Vec<Callback> {
        assert!(action.fields.is_empty());
        let code = if agreed { "0" } else { "1143" };
        vec![called(self.0.with(|there| there.visit(&action.redirect_to, code)).unwrap())]
    }
}

#[tokio::test]
async fn passes_the_contract_where_money_is_taken_at_once() {
    let bench = Bench::new(false);
    let trouble = |trouble| {
        bench.there.trouble_for(
            "callPagamS2S",
            match trouble {
                Trouble::LostBefore => shell::Trouble::LostBefore,
                Trouble::LostAfter => shell::Trouble::LostAfter,
                Trouble::FailedAfter => shell::Trouble::FailedAfter,
            },
        );
    };
    let client = AtPage(&bench.there);
    let subject = Subject {
        declined: Some(card("5412388800004012")),
        page: Some(&client),
        ..Subject::new(&bench.gateway, card(theirs::CARD)).troubled(&trouble)
    };
    contract::payment_gateway(&subject).await;
    let names: Vec<String> = bench.there.with(|there| there.payments.iter().map(|it| it.name.clone()).collect());
    let mut once = names.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), names.len(), "a name was used twice: {names:?}");
}

#[tokio::test]
async fn passes_the_contract_where_money_is_reserved_first() {
    let bench = Bench::new(true);
    let subject = Subject::new(&bench.gateway, card(theirs::CARD));
    contract::payment_gateway(&subject).await;
}

/// The account reserves, and taking it is a second call: when that one is lost, the payment is reserved, and beginning it again
/// takes it, once.
#[tokio::test]
async fn a_lost_settlement_is_made_up_for() {
    for (trouble, found) in [
        (shell::Trouble::LostBefore, Outcome::Authorised),
        (shell::Trouble::LostAfter, Outcome::Captured),
        (shell::Trouble::FailedAfter, Outcome::Captured),
    ] {
        let bench = Bench::new(true);
        bench.there.trouble_for("callSettleS2S", trouble);
        let error = bench.start("lost", card(theirs::CARD)).await.unwrap_err();
        assert_eq!((error.kind, error.retry), (Kind::Unknown, Retry::CheckFirst));
        assert_eq!(bench.gateway.fetch(&begun("lost"), noon()).await.unwrap().outcome, found);
        assert!(bench.start("lost", card(theirs::CARD)).await.unwrap().is_taken());
        let events = bench.there.with(|there| there.payments.iter().map(|it| it.events.clone()).collect::<Vec<_>>());
        assert_eq!(events, [[("AUT", 1210), ("MOV", 1210)]]);
    }
}

/// The table of arguments: amounts with a point, the bank's numbers of currencies and languages, no forbidden letter (the
/// simulator refuses them), and the exemption for a charge without the client.
#[tokio::test]
async fn arguments_are_those_of_the_page() {
    let bench = Bench::new(false);
    let kept = PaymentRequest { save: true, ..request("first", "12.10", "EUR", card(theirs::CARD)) };
    let saved = bench.gateway.start(&kept).await.unwrap().saved.unwrap();
    assert_eq!((saved.label.as_str(), saved.expires), ("card •••• 2026", Some((5, 2027))));
    let token = PaymentSource::Saved(saved.token.clone().into());
    let alone = PaymentRequest { presence: Presence::Nobody, ..request("renewal", "1210", "JPY", token) };
    bench.gateway.start(&alone).await.unwrap();
    let last = bench.there.asked().pop().unwrap().text();
    for part in [
        "<shopLogin>GESPAY65987</shopLogin><uicCode>71</uicCode><amount>1210</amount>",
        "<shopTransactionId>renewal</shopTransactionId>",
        "<buyerName>Anna_Ünal</buyerName><buyerEmail>anna@example.org</buyerEmail><languageId>5</languageId>",
        &format!("<tokenValue>{}</tokenValue><apikey>a-key==</apikey>", saved.token),
        "<transDetails><threeDsContainer><exemption>FORCE</exemption></threeDsContainer></transDetails>",
    ] {
        assert!(last.contains(part), "{part} in {last}");
    }
    assert!(!last.contains("cardNumber") && !last.contains("cvv"));
    // an exemption is asked for where nobody can be asked, and only there
    for (presence, is_exempt) in [(Presence::Client, false), (Presence::Desk, true)] {
        let typed = request(&format!("{presence:?}"), "12.10", "EUR", card(theirs::CARD));
        bench.gateway.start(&PaymentRequest { presence, ..typed }).await.unwrap();
        assert_eq!(bench.there.asked().pop().unwrap().text().contains("<exemption>FORCE</exemption>"), is_exempt);
    }
}

#[tokio::test]
async fn a_bank_that_wants_the_client_sends_it_to_the_page() {
    let bench = Bench::new(false);
    bench.next("8006");
    let asked = request("sca", "12.10", "EUR", card(theirs::CARD));
    let first = bench.gateway.start(&asked).await.unwrap();
    assert!(matches!(first.outcome, Outcome::ActionNeeded(_)));
    for again in [bench.gateway.start(&asked).await, bench.gateway.fetch(&begun("sca"), noon()).await] {
        assert!(matches!(again.unwrap().outcome, Outcome::ActionNeeded(_)));
    }
    let Outcome::ActionNeeded(action) = first.outcome else { panic!() };
    let told = AtPage(&bench.there).confirm(&action, true, noon()).await;
    let event = bench.gateway.verify(&told[0], noon()).await.unwrap().unwrap();
    assert_eq!((event.payment.is_taken(), event.payment.reference.as_str()), (true, "sca"));
    assert!(bench.gateway.fetch(&begun("sca"), noon()).await.unwrap().is_taken());
}

#[tokio::test]
async fn a_client_at_the_page_is_waited_for() {
    let bench = Bench::new(false);
    let out = bench.start("out", PaymentSource::HostedPage).await.unwrap();
    let Outcome::ActionNeeded(action) = &out.outcome else { panic!() };
    assert!(action.redirect_to.starts_with(&format!("{}/pagam/pagam.aspx?a=GESPAY65987&b=", bench.there.url)));
    let sent = Begun { gateway_id: out.gateway_id, ..begun("out") };
    let pending = Outcome::Pending { instructions: None };
    assert_eq!(bench.gateway.fetch(&sent, noon()).await.unwrap().outcome, pending);
    assert_eq!(bench.gateway.callbacks().unwrap().thanks(), "<html></html>");
}

/// The table of results: OK, KO, and XX for a bank transfer, of which a second notice follows.
#[tokio::test]
async fn a_transfer_is_pending_and_then_told_again() {
    let bench = Bench::new(false);
    let later = theirs::Payment {
        name: "later.p".into(),
        number: "701".into(),
        amount: 1210,
        currency: "242".into(),
        result: "XX",
        code: "0".into(),
        ..theirs::Payment::default()
    };
    let done = theirs::Payment { result: "OK", ..later.clone() };
    let queries = bench.there.with(|there| [there.notice(&later), there.notice(&done)]);
    let mut ids = Vec::new();
    for (query, outcome) in queries.into_iter().zip([Outcome::Pending { instructions: None }, Outcome::Approved]) {
        let event = bench.gateway.verify(&called(query), noon()).await.unwrap().unwrap();
        assert_eq!((event.payment.outcome, event.payment.amount), (outcome, euro("12.10")));
        assert_eq!(event.payment.reference.as_str(), "later");
        ids.push(event.id);
    }
    assert_ne!(ids[0], ids[1]);
    let stranger = bench.there.with(|there| there.notice(&theirs::Payment { name: "order 7".into(), ..done }));
    assert_eq!(bench.gateway.verify(&called(stranger), noon()).await.unwrap(), None);
}

#[tokio::test]
async fn what_we_have_encrypted_ourselves_is_no_notice() {
    let bench = Bench::new(false);
    let Outcome::ActionNeeded(action) = bench.start("mine", PaymentSource::HostedPage).await.unwrap().outcome else {
        panic!()
    };
    let query = action.redirect_to.split_once('?').unwrap().1.to_string();
    assert_eq!(bench.gateway.verify(&called(query), noon()).await.unwrap_err().kind, Kind::Auth);
}

#[tokio::test]
async fn refusals_and_failures_are_told_apart() {
    let bench = Bench::new(false);
    for (code, want) in [("74", Some(false)), ("433", Some(true)), ("212", None)] {
        bench.next(code);
        let outcome = bench.start(&format!("r{code}"), card(theirs::CARD)).await.unwrap().outcome;
        let hard = match outcome {
            Outcome::Declined(decline) => Some(decline.hard),
            _ => None,
        };
        assert_eq!(hard, want, "{code}");
    }
    // a limit of the account (2002): refused under that name, and found so, also by notice
    bench.next("2002");
    assert!(matches!(bench.start("limit", card(theirs::CARD)).await.unwrap().outcome, Outcome::Declined(_)));
    let held = bench.there.with(|there| there.payments.last().cloned().unwrap());
    let query = bench.there.with(|there| there.notice(&held));
    let event = bench.gateway.verify(&called(query), noon()).await.unwrap().unwrap();
    assert!(matches!(event.payment.outcome, Outcome::Declined(_)));
    bench.next("9999");
    assert_eq!(bench.start("system", card(theirs::CARD)).await.unwrap_err().kind, Kind::Unknown);
    bench.there.trouble_for("callPagamS2S", shell::Trouble::DownBefore);
    assert_eq!(bench.start("down", card(theirs::CARD)).await.unwrap_err().kind, Kind::Unknown);
    // the question before it got no answer: nothing was begun
    bench.there.trouble_for("callReadTrxS2S", shell::Trouble::LostBefore);
    assert_eq!(bench.start("asked", card(theirs::CARD)).await.unwrap_err().kind, Kind::Unavailable);
    let nobody = Bench::at("http://127.0.0.1:9", &[]);
    let asked = request("nobody", "12.10", "EUR", card(theirs::CARD));
    assert_eq!(nobody.start(&asked).await.unwrap_err().kind, Kind::Unavailable);
    let reserve = PaymentRequest { take: Take::Reserve, ..request("no", "12.10", "EUR", card(theirs::CARD)) };
    assert_eq!(bench.gateway.start(&reserve).await.unwrap_err().kind, Kind::InvalidRequest);
    let hyphens = request("a--b", "12.10", "EUR", card(theirs::CARD));
    assert_eq!(bench.gateway.start(&hyphens).await.unwrap_err().kind, Kind::InvalidRequest);
}

#[tokio::test]
async fn wrong_credentials_are_found_by_the_test() {
    let there = Running::start(theirs::Axerve::default());
    assert_eq!(Bench::at(&there.url, &[]).probe(noon()).await, Ok(()));
    for wrong in [("key", "another"), ("shop", "GESPAY1")] {
        assert_eq!(Bench::at(&there.url, &[wrong]).probe(noon()).await.unwrap_err().kind, Kind::Auth);
    }
    // the other namespace is another service
    let other = Bench::at(&there.url, &[("namespace", "https://ecomms2s.sella.it/")]);
    assert_eq!(other.probe(noon()).await.unwrap_err().kind, Kind::Unavailable);
}

#[tokio::test]
async fn another_amount_is_what_the_bank_said() {
    let bench = Bench::new(false);
    bench.there.with(|there| there.skew = 1);
    let payment = bench.start("more", card(theirs::CARD)).await.unwrap();
    assert_eq!(payment.amount, euro("12.11"));
    assert_eq!(bench.gateway.fetch(&begun("more"), noon()).await.unwrap().amount, euro("12.11"));
    let Outcome::ActionNeeded(action) = bench.start("page", PaymentSource::HostedPage).await.unwrap().outcome else {
        panic!()
    };
    let told = AtPage(&bench.there).confirm(&action, true, noon()).await;
    let event = bench.gateway.verify(&told[0], noon()).await.unwrap().unwrap();
    assert_eq!(event.payment.agrees_with(euro("12.10")).unwrap_err().code, "amount_differs");
}

#[tokio::test]
async fn a_part_is_taken_and_the_sum_is_told() {
    let bench = Bench::new(true);
    let asked = PaymentRequest { take: Take::Reserve, ..request("part", "12.10", "EUR", card(theirs::CARD)) };
    let held = bench.gateway.start(&asked).await.unwrap();
    let capture = CaptureRequest { payment: asked.begun(held.gateway_id), amount: euro("10.00"), at: noon() };
    bench.there.trouble_for("callSettleS2S", shell::Trouble::LostAfter);
    assert_eq!(bench.gateway.capture(&capture).await.unwrap_err().kind, Kind::Unknown);
    let taken = bench.gateway.capture(&capture).await.unwrap();
    assert_eq!((taken.outcome, taken.amount), (Outcome::Captured, euro("10.00")));
}

#[tokio::test]
async fn no_secret_shows() {
    let bench = Bench::new(false);
    let asked = PaymentRequest { save: true, ..request("secret", "12.10", "EUR", card(theirs::CARD)) };
    let payment = bench.gateway.start(&asked).await.unwrap();
    let token = payment.saved.unwrap().token;
    let found = bench.gateway.fetch(&begun("secret"), noon()).await.unwrap();
    let refused = bench.gateway.keep(&contract::keep("refused", card("5412388800004012"))).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Declined);
    let page = PaymentRequest { save: true, ..request("page", "12.10", "EUR", PaymentSource::HostedPage) };
    let Outcome::ActionNeeded(action) = bench.gateway.start(&page).await.unwrap().outcome else { panic!() };
    let told = AtPage(&bench.there).confirm(&action, true, noon()).await;
    let event = bench.gateway.verify(&told[0], noon()).await.unwrap().unwrap();
    assert_eq!(event.payment.saved.unwrap().label, "card •••• 2026");
    let wrong = Bench::at(&bench.there.url, &[("key", "another")]).probe(noon()).await;
    let shown = [
        payment.raw,
        found.raw,
        event.payment.raw,
        format!("{refused:?} {wrong:?} {:?} {asked:?}", bench.gateway.account),
    ];
    for secret in [theirs::CARD, "5412388800004012", "a-key==", "another", &token] {
        assert!(shown.iter().all(|text| !text.contains(secret)), "{secret} in {shown:?}");
    }
    assert!(shown[..3].iter().all(|raw| !raw.contains("987")));
    assert!(shown[0].contains("transactionresult=OK") && shown[1].contains("AUT:12.10"));
}
