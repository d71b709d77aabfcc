//! Charges at a gateway that fails at random, by a program that is killed (SIGKILL) and started again: in the end each invoice was
//! charged exactly once on the gateway's side, and our books have the same sum. `COMPTOIR_TEST_SEED` repeats the choices of a run.

use super::books::faults;
use crate::support::chance::Chance;
use crate::support::database::words;
use crate::support::site::Site;
use crate::support::{Actor, Backend, World};
use comptoir_domain::Instant;
use comptoir_simulators::shell::{Running, Trouble};
use comptoir_simulators::stripe::Stripe;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant as Clock};

/// How many clients there are, with ten invoices each.
fn clients() -> usize {
    if std::env::var("COMPTOIR_TEST_LONG").is_ok() { 200 } else { 20 }
}

const INVOICES: usize = 10;

/// How often the program is killed.
const KILLS: u64 = 8;

/// Each invoice is of 3.00.
const MINOR: i64 = 300;

/// What a gateway does wrong: mostly it fails, now and then it says nothing.
const TROUBLES: [Trouble; 6] = [
    Trouble::FailedAfter,
    Trouble::DownBefore,
    Trouble::Slow(60),
    Trouble::FailedAfter,
    Trouble::DownBefore,
    Trouble::LostAfter,
];

/// Clients with a card that Stripe keeps, one invoice that is paid, and others that are due on 15 January.
fn furnish(owner: &Actor, stripe: &str) {
    let settings = json!({"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1", "address": stripe});
    owner.post("/v1/gateways", json!({"connector": "stripe", "name": "Stripe", "settings": settings})).expect(201);
    // whatever fails is tried again the next day, as often as it takes
    let collection = json!({"collection": {"retry_after_days": [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}}).to_string();
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    owner.send("PUT", "/v1/settings", &headers, Some(collection.as_bytes())).expect(200);
    let lines = json!([{"description": "Work", "quantity": "1", "unit_price": "3.00"}]);
    for n in 0..clients() {
        let mut client = crate::support::world::client("north", &format!("Chaos {n}"), &format!("Chaos{n}"));
        client["contact"].as_object_mut().unwrap().remove("password");
        let client = owner.post("/v1/clients", client).expect(201).text("/id");
        for invoice in 0..INVOICES {
            let wish = json!({"client_id": client, "currency": "EUR", "lines": lines, "issue": true});
            let id = owner.post("/v1/invoices", wish).expect(201).text("/id");
            // the first is paid by the client, with a card that Stripe keeps
            if invoice == 0 {
                let pay = json!({"gateway": "stripe", "token": "pm_card_visa", "save": true});
                owner.post_once(&format!("/v1/invoices/{id}/pay"), &format!("card-{n}"), pay).expect(200);
            }
        }
    }
}

/// The payments that Stripe has taken: our references.
fn taken(stripe: &Running<Stripe>) -> Vec<(String, i64)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
    stripe.with(|stripe| {
        let intents =
            stripe.objects.values().filter(|it| it["object"] == "payment_intent" && it["status"] == "succeeded");
        intents.map(|it| (word(&it["metadata"]["reference"]), it["amount_received"].as_i64().unwrap())).collect()
    })
}

/// Makes trouble now and then until it is told to stop.
fn trouble(stripe: &Running<Stripe>, mut chance: Chance, over: &AtomicBool) {
    while !over.load(Ordering::Relaxed) {
        let at = usize::try_from(chance.below(u64::try_from(TROUBLES.len()).unwrap())).unwrap();
        stripe.trouble(TROUBLES[at]);
        sleep(Duration::from_millis(20) + chance.before(Duration::from_millis(120)));
    }
}

/// When the program begins a run of a day, by the clock that it shares with Stripe.
fn noon(day: &str) -> i64 {
    format!("{day}T12:00:00Z").parse::<Instant>().unwrap().seconds()
}

/// Kills a run when so many more payments were taken, at the latest after some seconds; whether it was still at work.
fn kill(site: &Site, stripe: &Running<Stripe>, day: &str, more: usize) -> bool {
    stripe.with(|stripe| stripe.now = noon(day));
    let (wanted, began) = (taken(stripe).len() + more, Clock::now());
    let mut child = site.start(&["events", "run", "--kind", "process_payment_queue", "--as-of", day]);
    while taken(stripe).len() < wanted
        && began.elapsed() < Duration::from_secs(5)
        && child.try_wait().unwrap().is_none()
    {
        sleep(Duration::from_millis(2));
    }
    let was_at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    // calls that were on their way arrive before the quarter of an hour is over
    let mut calls = 0;
    while calls < stripe.asked().len() {
        calls = stripe.asked().len();
        sleep(Duration::from_millis(250));
    }
    site.let_leases_run_out();
    was_at_work
}

fn chaos(backend: Backend) {
    let world = World::open(backend);
    let mut stripe = Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds());
    stripe.search_lag = 0;
    let stripe = Running::start(stripe);
    furnish(&world.owner("north"), &stripe.url);
    let World { server, database, .. } = world;
    let book = server.fake_book.clone();
    let empty = tempfile::NamedTempFile::new().unwrap();
    if book.exists() {
        std::fs::copy(&book, empty.path()).unwrap();
    }
    drop(server);
    database.settle();
    let site = Site::copy(&database, empty.path())
        .with("COMPTOIR_LOCAL_GATEWAYS", "true")
        .with("COMPTOIR_CHARGES_AT_ONCE", "8");
    let all = clients() * INVOICES;
    let (mut chance, over, mut hits) = (Chance::new(), AtomicBool::new(false), 0);
    scope(|threads| {
        let troubles = chance.fork();
        threads.spawn(|| trouble(&stripe, troubles, &over));
        for _ in 0..KILLS {
            let more = usize::try_from(chance.below(u64::try_from(all / 6).unwrap())).unwrap();
            hits += usize::from(kill(&site, &stripe, "2026-01-15", more.max(1)));
        }
        over.store(true, Ordering::Relaxed);
    });
    stripe.calm();
    // the rest in peace: what nobody knows is asked for, what has failed is tried again
    for day in 15..=25 {
        let day = format!("2026-01-{day}");
        stripe.with(|stripe| stripe.now = noon(&day));
        site.run(&["events", "run", "--kind", "process_payment_queue", "--as-of", &day]);
        site.let_leases_run_out();
    }
    let took = taken(&stripe);
    println!("{hits} of {KILLS} killed at work; {} calls", stripe.asked().len());
    assert!(hits >= 3, "only {hits} were killed at work");
    assert_eq!(
        (took.len(), took.iter().map(|(_, minor)| minor).sum::<i64>()),
        (all, i64::try_from(all).unwrap() * MINOR)
    );
    let mut db = site.database.connect();
    let approved = "SELECT reference AS word FROM transactions WHERE gateway = 'stripe' AND state = 'approved'";
    let ours: BTreeSet<String> = words(&mut db, approved).into_iter().collect();
    assert_eq!(ours, took.into_iter().map(|(reference, _)| reference).collect::<BTreeSet<_>>());
    let open = "SELECT CAST(count(*) AS TEXT) AS word FROM transactions WHERE gateway = 'stripe' AND state IN ('new', 'unknown', 'pending')";
    assert_eq!(words(&mut db, open), ["0"]);
    let per_invoice = "SELECT CAST(count(*) AS TEXT) AS word FROM (SELECT invoice_id FROM transactions
        WHERE gateway = 'stripe' AND state = 'approved' GROUP BY invoice_id HAVING count(*) = 1) AS once";
    assert_eq!(words(&mut db, per_invoice), [all.to_string()]);
    // each payment is one posting, from what clients owe to what the gateway holds
    let booked = "SELECT CAST(sum(ledger_postings.amount_minor) AS TEXT) AS word FROM ledger_postings
        JOIN ledger_entries ON ledger_entries.id = ledger_postings.entry_id
        JOIN transactions ON transactions.reference = ledger_entries.subject_id
        WHERE ledger_entries.kind = 'payment_received' AND transactions.gateway = 'stripe'";
    assert_eq!(words(&mut db, booked), [(i64::try_from(all).unwrap() * MINOR).to_string()]);
    assert_eq!(faults(&site.database), [""; 0]);
}

#[test]
fn on_sqlite() {
    chaos(Backend::Sqlite);
}

#[test]
fn on_postgres() {
    chaos(Backend::Postgres);
}
