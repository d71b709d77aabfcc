use super::*;
use crate::error::Kind;
use crate::payment::contract::{self, CallbackFeed, Client, Subject, request};
use crate::payment::{Begun, Card, ClientAction, DisputeState, Outcome, PaymentSource};
use chrono::TimeDelta;
use comptoir_domain::Money;

fn settings() -> Settings {
    Settings {
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
        page: "https://shop.example/fake".into(),
        latency: Duration::ZERO,
        callback_delay: TimeDelta::seconds(30),
    }
}

fn card(behaviour: Behaviour) -> PaymentSource {
    let number = MAGIC.iter().find(|row| row.behaviour == behaviour).unwrap().card;
    plain_card(number)
}

fn plain_card(number: &str) -> PaymentSource {
    PaymentSource::Card(Card {
        number: number.into(),
        expiry_month: 12,
        expiry_year: 2030,
        code: "987".into(),
        holder: "Anna Ünal".into(),
    })
}

struct Bench {
    folder: tempfile::TempDir,
    gateway: FakeGateway,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let gateway = FakeGateway::open(&folder.path().join("fake.jsonl"), settings()).unwrap();
        Self { folder, gateway }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("fake.jsonl")
    }

    async fn start(&self, reference: &str, behaviour: Behaviour) -> Result<Payment> {
        self.gateway.start(&request(reference, "12.10", "EUR", card(behaviour))).await
    }
}

#[async_trait]
impl CallbackFeed for FakeGateway {
    async fn post(&self, at: Instant) -> Vec<Callback> {
        self.pending_callbacks(at).await.unwrap().into_iter().map(|outgoing| outgoing.callback).collect()
    }
}

#[async_trait]
impl Client for FakeGateway {
    async fn confirm(&self, action: &ClientAction, agreed: bool, at: Instant) -> Vec<Callback> {
        let id = action.redirect_to.rsplit('=').next().unwrap();
        FakeGateway::confirm(self, id, agreed, at).await.unwrap();
        self.post(at).await
    }
}

fn begun(reference: &str) -> Begun {
    request(reference, "12.10", "EUR", PaymentSource::HostedPage).begun(None)
}

fn noon() -> Instant {
    "2026-03-31T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn passes_the_contract() {
    let bench = Bench::new();
    for (later, prefix) in [(Behaviour::Later, "one"), (Behaviour::LaterTwice, "two")] {
        let path = bench.folder.path().join(prefix);
        let gateway = FakeGateway::open(&path, settings()).unwrap();
        let subject = Subject {
            declined: Some(card(Behaviour::DeclineHard)),
            lost_before: Some(card(Behaviour::LostBefore)),
            lost_after: Some(card(Behaviour::LostAfter)),
            later: Some((card(later), &gateway)),
            page: Some(&gateway),
            confirmed: Some(card(Behaviour::ActionToKeep)),
            ..Subject::new(&gateway, card(Behaviour::Approve))
        };
        contract::payment_gateway(&subject).await;
    }
}

#[tokio::test]
async fn every_behaviour_answers_as_the_table_says() {
    let bench = Bench::new();
    let hard = |payment: &Payment| match &payment.outcome {
        Outcome::Declined(decline) => decline.hard,
        other => panic!("{other:?}"),
    };
    assert!(bench.start("a", Behaviour::Approve).await.unwrap().is_taken());
    assert!(!hard(&bench.start("b", Behaviour::DeclineSoft).await.unwrap()));
    assert!(hard(&bench.start("c", Behaviour::DeclineHard).await.unwrap()));
    assert!(matches!(bench.start("d", Behaviour::Error).await.unwrap().outcome, Outcome::Error { .. }));
    assert_eq!(bench.start("e", Behaviour::Outage).await.unwrap_err().kind, Kind::Unavailable);
    let stranger = plain_card("5555555555554444");
    assert!(hard(&bench.gateway.start(&request("f", "1.00", "EUR", stranger)).await.unwrap()));
}

#[tokio::test]
async fn an_amount_chooses_where_there_is_no_magic_card() {
    let bench = Bench::new();
    let declined = bench.gateway.start(&request("a", "9900.02", "EUR", PaymentSource::HostedPage)).await.unwrap();
    assert!(matches!(declined.outcome, Outcome::Declined(_)));
    let yen = bench.gateway.start(&request("b", "990001", "JPY", card(Behaviour::Approve))).await.unwrap();
    assert!(matches!(yen.outcome, Outcome::Declined(_)));
}

#[tokio::test]
async fn later_decisions_come_when_they_are_due_and_until_they_are_taken() {
    let bench = Bench::new();
    bench.start("yes", Behaviour::Later).await.unwrap();
    bench.start("no", Behaviour::LaterDecline).await.unwrap();
    bench.start("twice", Behaviour::LaterTwice).await.unwrap();
    bench.start("never", Behaviour::Never).await.unwrap();
    let early = noon().plus(TimeDelta::seconds(29));
    assert_eq!(bench.gateway.pending_callbacks(early).await.unwrap(), vec![]);
    let due = noon().plus(TimeDelta::seconds(30));
    let mut seen = Vec::new();
    for outgoing in bench.gateway.pending_callbacks(due).await.unwrap() {
        let event = bench.gateway.verify(&outgoing.callback, due).await.unwrap().unwrap();
        assert_eq!(event.at, due);
        seen.push((event.payment.reference.to_string(), event.payment.is_taken()));
    }
    seen.sort();
    let want = [("no", false), ("twice", true), ("twice", true), ("yes", true)];
    assert_eq!(seen, want.map(|(name, taken)| (name.to_string(), taken)));
    let again = bench.gateway.pending_callbacks(due).await.unwrap();
    assert_eq!(again.len(), 4);
    for outgoing in &again {
        bench.gateway.delivered(&outgoing.event).await.unwrap();
    }
    assert_eq!(bench.gateway.pending_callbacks(due).await.unwrap(), vec![]);
    let much_later = noon().plus(TimeDelta::days(400));
    let never = bench.gateway.fetch(&begun("never"), much_later).await.unwrap();
    assert_eq!(never.outcome, Outcome::Pending { instructions: None });
}

#[tokio::test]
async fn the_client_confirms_on_a_page_once() {
    let bench = Bench::new();
    for (reference, agreed) in [("yes", true), ("no", false)] {
        let started = bench.start(reference, Behaviour::Action).await.unwrap();
        let id = started.gateway_id.unwrap();
        let Outcome::ActionNeeded(action) = started.outcome else { panic!("no action") };
        assert_eq!(action.redirect_to, format!("https://shop.example/fake?payment={id}"));
        assert_eq!(bench.gateway.confirm(&id, agreed, noon()).await.unwrap().as_str(), reference);
        bench.gateway.confirm(&id, !agreed, noon()).await.unwrap();
        let now = bench.gateway.fetch(&begun(reference), noon()).await.unwrap();
        assert_eq!(now.is_taken(), agreed);
    }
    assert_eq!(bench.gateway.pending_callbacks(noon()).await.unwrap().len(), 2);
    assert_eq!(bench.gateway.confirm("fake_99", true, noon()).await.unwrap_err().kind, Kind::NotFound);
}

#[tokio::test]
async fn a_saved_card_works_without_the_client() {
    let bench = Bench::new();
    let asked = PaymentRequest { save: true, ..request("first", "5.00", "EUR", card(Behaviour::Approve)) };
    let saved = bench.gateway.start(&asked).await.unwrap().saved.unwrap();
    assert_eq!((saved.label.as_str(), saved.expires), ("fake •••• 4242", Some((12, 2030))));
    let renewal = PaymentSource::Saved(saved.token.into());
    assert!(bench.gateway.start(&request("second", "5.00", "EUR", renewal)).await.unwrap().is_taken());
}

/// What the client has confirmed is in the book; a second click changes nothing, and without a way back nobody is sent there.
#[tokio::test]
async fn what_is_confirmed_is_kept_once() {
    let bench = Bench::new();
    let asked = contract::keep("k1", card(Behaviour::ActionToKeep));
    let Kept::ActionNeeded { handle, action } = bench.gateway.keep(&asked).await.unwrap() else { panic!("kept") };
    assert_eq!(action.redirect_to, format!("https://shop.example/fake?payment={handle}"));
    let page = bench.gateway.at_page(&handle).await.unwrap();
    let back = "https://shop.example/account/".to_string();
    assert_eq!(page, AtPage { amount: None, waits: true, return_to: back });
    assert_eq!(bench.gateway.confirm(&handle, true, noon()).await.unwrap(), asked.reference);
    bench.gateway.confirm(&handle, false, noon()).await.unwrap();
    let reopened = FakeGateway::open(&bench.path(), settings()).unwrap();
    let saved = contract::saved(reopened.finish(&handle.into(), noon()).await.unwrap());
    assert_eq!((saved.label.as_str(), saved.expires), ("fake •••• 0135", Some((12, 2030))));
    // a payment that follows has a name of its own
    assert_eq!(bench.start("next", Behaviour::Approve).await.unwrap().gateway_id.unwrap(), "fake_2");
    let nowhere = KeepRequest { return_to: String::new(), ..contract::keep("k2", card(Behaviour::ActionToKeep)) };
    assert_eq!(bench.gateway.keep(&nowhere).await.unwrap_err().kind, Kind::Declined);
}

/// What is lost is given back in the book, too; what is won after that is here again.
#[tokio::test]
async fn disputes_are_told_and_kept_in_the_book() {
    let bench = Bench::new();
    let paid = bench.start("r1", Behaviour::Approve).await.unwrap();
    let (gateway, euro) = (&bench.gateway, paid.amount.currency());
    let at: Instant = "2026-03-31T12:00:00Z".parse().unwrap();
    for (state, refunded) in [(DisputeState::Opened, 0), (DisputeState::Lost, 1210), (DisputeState::Won, 0)] {
        gateway.dispute(&paid.reference, state, at).await.unwrap();
        let told = gateway.post(at).await;
        let event = gateway.verify(told.last().unwrap(), at).await.unwrap().unwrap();
        gateway.delivered(&event.id).await.unwrap();
        let dispute = event.dispute.unwrap();
        assert_eq!((dispute.state, dispute.amount), (state, paid.amount));
        assert_eq!(dispute.answer_by.is_some(), state == DisputeState::Opened);
        assert_eq!(event.payment.refunded.minor(), refunded);
        let reopened = FakeGateway::open(&bench.path(), settings()).unwrap();
        assert_eq!(reopened.totals().await.unwrap()[&euro].refunded.minor(), refunded);
    }
    let declined = bench.start("r2", Behaviour::DeclineHard).await.unwrap();
    let error = gateway.dispute(&declined.reference, DisputeState::Opened, at).await.unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
}

/// Two processes are two open books on one file: thirty attempts at each of five references are five charges.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_reference_from_everywhere_is_one_charge() {
    let bench = Bench::new();
    let other = FakeGateway::open(&bench.path(), settings()).unwrap();
    let mut running = tokio::task::JoinSet::new();
    for attempt in 0..150 {
        let gateway = if attempt % 2 == 0 { bench.gateway.clone() } else { other.clone() };
        let asked = request(&format!("r{}", attempt % 5), "7.00", "EUR", card(Behaviour::LostAfter));
        running.spawn(async move { drop(gateway.start(&asked).await) });
    }
    running.join_all().await;
    let reopened = FakeGateway::open(&bench.path(), settings()).unwrap();
    for gateway in [&bench.gateway, &other, &reopened] {
        let totals = gateway.totals().await.unwrap();
        let euro: Currency = "EUR".parse().unwrap();
        let want = Totals { payments: 5, taken: Money::from_minor(3500, euro), refunded: Money::zero(euro) };
        assert_eq!(totals, BTreeMap::from([(euro, want)]));
    }
}

#[tokio::test]
async fn the_book_keeps_no_card_number() {
    let bench = Bench::new();
    for row in MAGIC {
        let asked = PaymentRequest { save: true, ..request(row.card, "3.00", "EUR", plain_card(row.card)) };
        let masked = PaymentRequest { reference: Reference::new(format!("m{}", row.minor)).unwrap(), ..asked };
        drop(bench.gateway.start(&masked).await);
    }
    let book = std::fs::read_to_string(bench.path()).unwrap();
    assert!(book.lines().count() >= MAGIC.len() - 1, "{book}");
    for row in MAGIC {
        assert!(!book.contains(row.card));
    }
    assert!(!book.contains("987\"") && !book.contains("Anna"));
}

#[tokio::test(start_paused = true)]
async fn latency_is_as_configured() {
    let bench = Bench::new();
    let slow = Settings { latency: Duration::from_secs(9), ..settings() };
    let gateway = FakeGateway::open(&bench.path(), slow).unwrap();
    let began = tokio::time::Instant::now();
    gateway.start(&request("a", "1.00", "EUR", card(Behaviour::Approve))).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 9);
}
