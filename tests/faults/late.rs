//! What a run finds depends neither on how often it runs nor on how late.

use super::books::{agree, faults, told};
use super::population::settle_in;
use crate::support::story::Story;
use crate::support::{Backend, World};
use comptoir_domain::events::EventKind;
use serde_json::json;

/// The days of the daily runs.
fn days() -> Vec<String> {
    let first = "2026-02-01".parse::<chrono::NaiveDate>().unwrap();
    first.iter_days().take(75).map(|day| day.to_string()).collect()
}

/// What was charged: the lines, and which of them stand together, without the days of issue and what follows from them.
fn charged(world: &World) -> Vec<String> {
    let lines = told(&world.database).into_iter().filter(|word| word.starts_with("line"));
    let mut lines: Vec<_> = lines
        .map(|word| {
            let parts: Vec<_> = word.split(" | ").collect();
            // the last three name the document: issued on, due on, gross
            let (line, document) = parts.split_at(parts.len() - 3);
            format!("{} | {}", line.join(" | "), document[2])
        })
        .collect();
    lines.sort();
    lines
}

fn live(backend: Backend, run: impl Fn(&Story)) -> Vec<String> {
    let world = World::open(backend);
    settle_in(&world, &["2026-01-28", "2026-01-29", "2026-01-30", "2026-01-31"], 24);
    let story = Story::of(&world);
    run(&story);
    let after = told(&world.database);
    assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
    agree(&after, &told(&world.database), "the same run again");
    assert_eq!(faults(&world.database), [""; 0]);
    charged(&world)
}

/// Seventy-five daily runs, each twice, and one run on the last day: the same lines, periods and nets, and the same
/// lines together on one document of the same sum.
fn late_as_daily(backend: Backend) {
    let daily = live(backend, |story| {
        for day in days() {
            story.sleep_until(&day);
            story.run(EventKind::ProcessInvoices);
            assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}), "{day}");
        }
    });
    let late = live(backend, |story| {
        story.sleep_until(days().last().unwrap());
        story.run(EventKind::ProcessInvoices);
    });
    // 22 monthly contracts renew at least twice, 4 quarterly ones once
    assert!(daily.len() > 60, "{}", daily.len());
    agree(&daily, &late, "daily and late");
}

#[test]
fn on_sqlite() {
    late_as_daily(Backend::Sqlite);
}

#[test]
fn on_postgres() {
    late_as_daily(Backend::Postgres);
}
