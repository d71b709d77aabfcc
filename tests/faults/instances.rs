//! Two houses on one database do the same work at the same moment: it is done once.

use super::books::{agree, bank, faults, told};
use super::population::settle_in;
use crate::support::World;
use crate::support::house::{House, block_on};
use crate::support::story::Story;
use comptoir_app::AppState;
use comptoir_app::events::enqueue::{Task, row};
use comptoir_app::kernel::clock::fresh;
use comptoir_domain::EventId;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::sync::Arc;

/// One run of a kind, in one of the houses.
async fn run(state: Arc<AppState>, kind: EventKind) -> Value {
    let key = format!("instances:{}", fresh::<EventId>());
    let task = Task { kind, unique_key: key, subject_id: String::new(), payload: json!({}), run_at: None };
    let event = row(None, task, state.now());
    state.handlers.run(&state, &event).await.unwrap()
}

/// All houses at once; the sum of what they count under a name.
fn all_at_once(houses: &[House], kind: EventKind, name: &str) -> u64 {
    block_on(async {
        let runs: Vec<_> = houses.iter().map(|house| tokio::spawn(run(Arc::clone(&house.state), kind))).collect();
        let mut sum = 0;
        for run in runs {
            sum += run.await.unwrap()[name].as_u64().unwrap();
        }
        sum
    })
}

fn count(told: &[String], what: &str) -> u64 {
    told.iter().filter(|word| word.starts_with(what)).count().try_into().unwrap()
}

both! {
    /// Thirty clients; renewals are invoiced, then charged, by three houses at once, on two days. Each period stands on
    /// one invoice, each invoice is charged once a day, and the bank agrees with the books.
    fn each_period_once_each_charge_once(world) {
        settle_in(world, &["2026-01-29", "2026-01-30", "2026-01-31"], 30);
        let story = Story::of(world);
        story.sleep_until("2026-03-20");
        let houses: Vec<House> = (0..3).map(|_| House::with(world, |settings| settings, None)).collect();
        let before = told(&world.database);
        let invoiced = all_at_once(&houses, EventKind::ProcessInvoices, "invoices");
        let after = told(&world.database);
        assert_eq!(count(&after, "document") - count(&before, "document"), invoiced);
        assert!(invoiced >= 30, "{invoiced}");
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
        assert_eq!(faults(&world.database), [""; 0]);

        for day in ["2026-03-30", "2026-03-31"] {
            story.sleep_until(day);
            let before = told(&world.database);
            let approved = all_at_once(&houses, EventKind::ProcessPaymentQueue, "approved");
            let after = told(&world.database);
            assert_eq!(count(&after, "payment") - count(&before, "payment"), approved + declined(&after) - declined(&before));
            // once more on the same day: nothing is left to do
            let again = story.run(EventKind::ProcessPaymentQueue);
            assert_eq!(again, json!({"checked": 0, "approved": 0, "authorised": 0, "refused": 0, "undecided": 0}));
            agree(&after, &told(&world.database), "once more on the same day");
        }
        // three cards are good once only, each has as many invoices as its client has contracts; two days, two tries
        let now = told(&world.database);
        let dry = now.iter().filter(|word| word.starts_with("document") && word.contains("| issued") && !word.ends_with("| 0"));
        let dry: Vec<_> = dry.filter(|word| is_dry(world, word)).collect();
        assert!(!dry.is_empty());
        assert_eq!(declined(&now), 2 * u64::try_from(dry.len()).unwrap(), "{dry:#?}");
        assert_eq!(bank(&world.server.fake_book), [paid(&now)]);
        assert_eq!(faults(&world.database), [""; 0]);
    }
}

fn declined(told: &[String]) -> u64 {
    let all = told.iter().filter(|word| word.starts_with("payment") && word.contains("| declined |"));
    all.count().try_into().unwrap()
}

/// Whether an open document belongs to someone whose card is good once only.
fn is_dry(world: &World, document: &str) -> bool {
    let mut words = document.trim_start_matches("document: ").split(" | ");
    let (seller, number) = (words.next().unwrap(), words.next().unwrap());
    let owner = world.owner(seller);
    let client = owner.get(&format!("/v1/clients?number={number}")).expect(200).json()["data"][0].clone();
    client["company"].as_str().unwrap_or_default().ends_with('7')
}

/// What the books say that the bank took.
fn paid(told: &[String]) -> String {
    let taken: Vec<i64> = told
        .iter()
        .filter(|word| word.starts_with("payment") && word.contains("| approved | fake |"))
        .map(|word| word.rsplit(" | ").next().unwrap().parse().unwrap())
        .collect();
    let sum: i64 = taken.iter().sum();
    format!("{} payments, {}.{:02} EUR taken, 0.00 EUR back", taken.len(), sum / 100, sum % 100)
}
