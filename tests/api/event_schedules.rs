//! When recurring work is done (EVT-02): seen by all, changed by the provider, followed by every worker at once.

use crate::api::sandboxes::{house, ready, sign_in};
use crate::api::services::paid;
use crate::api::verify::verify;
use crate::support::server::{MASTER, settings};
use crate::support::story::Story;
use crate::support::{Actor, World};
use comptoir_app::events::schedule::{Scheduler, queue_slots};
use comptoir_app::{AppState, Clock, Settings};
use comptoir_db::Store;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn schedule(owner: &Actor, kind: &str) -> Value {
    owner.get(&format!("/v1/event-schedules/{kind}")).expect(200).json()
}

fn change(owner: &Actor, kind: &str, patch: Value) -> crate::support::Answer {
    owner.patch(&format!("/v1/event-schedules/{kind}"), patch)
}

/// The days and times at which a kind was queued for the house, in order.
fn runs(provider: &Actor, kind: &str) -> Vec<String> {
    let list = provider.get(&format!("/v1/events?kind={kind}&sort=run_at&limit=100")).expect(200).json();
    let all = list["data"].as_array().unwrap().iter().filter(|event| event["for_all_sellers"] == true);
    all.map(|event| event["run_at"].as_str().unwrap().to_string()).collect()
}

/// Another instance of the house, by the world's clocks.
fn instance(world: &World, clocks: Option<(Clock, Clock)>) -> Arc<AppState> {
    let settings = Settings { fake_book: world.server.fake_book.clone(), ..settings() };
    let state = AppState::new(Store::open(&world.database.address, 4).unwrap(), &MASTER, settings).unwrap();
    let (business, machine) = clocks.unwrap_or((world.server.business.clone(), world.server.machine.clone()));
    Arc::new(state.with_clocks(business, machine))
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

both! {
    /// The world stands at nine in the morning of Monday 5 January: invoices are next made at a quarter past midnight.
    fn schedules_are_listed_and_resellers_see_their_own(world) {
        let (provider, north) = (world.owner("provider"), world.owner("north"));
        let invoices = schedule(&provider, "process_invoices");
        assert_eq!(
            (&invoices["pattern"], &invoices["default_pattern"], &invoices["is_on"], &invoices["is_handled"]),
            (&json!("0 15 0 * * *"), &json!("0 15 0 * * *"), &json!(true), &json!(true))
        );
        assert_eq!((&invoices["next_run_at"], &invoices["last_run_at"], &invoices["changed_at"]), (&json!("2026-01-06T00:15:00Z"), &json!(null), &json!(null)));
        let kinds = |owner: &Actor| -> Vec<String> {
            let list = owner.get("/v1/event-schedules").expect(200).json();
            list["schedules"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_string()).collect()
        };
        assert!(kinds(&provider).contains(&"purge_events".to_string()));
        assert!(!kinds(&north).contains(&"purge_events".to_string()) && kinds(&north).contains(&"process_invoices".to_string()));
        north.get("/v1/event-schedules/purge_events").refused(404, "not_found");
        // what is done for one object has no schedule, and what is no kind at all has none either
        for kind in ["screen_order", "make_coffee"] {
            provider.get(&format!("/v1/event-schedules/{kind}")).refused(404, "not_found");
        }
        // when something was done for a seller alone, only that one sees it
        let story = Story::of(world);
        story.until("2026-01-06");
        let provider = world.owner("provider");
        assert_eq!(schedule(&provider, "process_invoices")["last_run_at"], "2026-01-06T00:15:00Z");
    }

    /// What nobody does is said to be so, and is not taken for done.
    fn what_nobody_does_is_refused(world) {
        let provider = world.owner("provider");
        let unhandled = schedule(&provider, "process_domain_synchronization");
        assert_eq!((&unhandled["is_handled"], &unhandled["next_run_at"]), (&json!(false), &json!(null)));
        let before = world.database.digest();
        for path in ["/v1/events/run", "/v1/events/preview"] {
            provider.post(path, json!({"kind": "process_domain_synchronization"})).refused(422, "validation_failed").names("/kind");
        }
        assert_eq!(world.database.digest()["events"], before["events"]);
    }

    fn what_cannot_be_is_refused(world) {
        let (provider, north) = (world.owner("provider"), world.owner("north"));
        let before = world.database.digest();
        north.patch("/v1/event-schedules/process_invoices", json!({"pattern": "0 0 1 * * *"})).refused(403, "forbidden");
        for pattern in ["", "0 15 0 * *", "* * * * * *", "0 0 0 31 2 *", "every day", "0 0 25 * * *"] {
            change(&provider, "process_invoices", json!({"pattern": pattern})).refused(422, "validation_failed").names("/pattern");
        }
        // who has paid is let back in, whatever anyone thinks of it
        let both = json!({"pattern": "x", "is_on": false});
        change(&provider, "process_unsuspensions", both).refused(422, "validation_failed").names("/pattern").names("/is_on");
        // nor can it be put off for good
        change(&provider, "process_unsuspensions", json!({"pattern": "0 0 0 1 1 *"})).refused(422, "validation_failed").names("/pattern");
        change(&provider, "process_invoices", json!({"is_on": null})).refused(422, "invalid_body").names("/is_on");
        change(&provider, "process_invoices", json!({"hour": 3})).refused(422, "invalid_body").names("/hour");
        let body = json!({"pattern": "0 0 1 * * *"}).to_string();
        let headers = |tag: &'static str| [("content-type", "application/json"), ("if-match", tag)];
        provider.send("PATCH", "/v1/event-schedules/process_invoices", &headers("\"7\""), Some(body.as_bytes())).refused(412, "stale");
        let after = world.database.digest();
        assert_eq!((&after["event_schedules"], &after["events"]), (&before["event_schedules"], &before["events"]));
        provider.send("PATCH", "/v1/event-schedules/process_invoices", &headers("\"0\""), Some(body.as_bytes())).expect(200);
        provider.send("PATCH", "/v1/event-schedules/process_invoices", &headers("\"0\""), Some(body.as_bytes())).refused(412, "stale");
        let facts = provider.get("/v1/activities?kind=event_schedule.changed").json();
        assert_eq!(facts["data"].as_array().unwrap().len(), 1);
    }

    /// Usage is looked at five past midnight. At nine that becomes eleven; the run of this midnight, which nobody has queued
    /// yet, is not lost, the slot of yesterday at eleven is never made up for, and no slot comes twice whoever looks.
    fn a_change_loses_and_doubles_nothing(world) {
        let provider = world.owner("provider");
        let changed = change(&provider, "process_usage", json!({"pattern": "0 0 11 * * *"})).expect(200).json();
        assert_eq!((&changed["next_run_at"], &changed["changed_at"]), (&json!("2026-01-05T11:00:00Z"), &json!("2026-01-05T09:00:00Z")));
        let (a, b) = (instance(world, None), instance(world, None));
        let look = || block_on(async {
            let (a, b) = tokio::join!(queue_slots(&a), queue_slots(&b));
            (a.unwrap(), b.unwrap())
        });
        look();
        assert_eq!(runs(&provider, "process_usage"), ["2026-01-05T00:05:00Z"]);
        for (now, want) in [
            ("2026-01-05T11:00:00Z", vec!["2026-01-05T00:05:00Z", "2026-01-05T11:00:00Z"]),
            // the old time means nothing any more
            ("2026-01-06T00:06:00Z", vec!["2026-01-05T00:05:00Z", "2026-01-05T11:00:00Z"]),
        ] {
            world.server.business.advance_to(now.parse().unwrap());
            look();
            look();
            assert_eq!(runs(&provider, "process_usage"), want);
        }
        // back again at a time that has passed today: tomorrow
        change(&provider, "process_usage", json!({"pattern": null})).expect(200);
        look();
        assert_eq!(runs(&provider, "process_usage").len(), 2);
        world.server.business.advance_to("2026-01-07T00:05:00Z".parse().unwrap());
        look();
        assert_eq!(runs(&provider, "process_usage").last().unwrap(), "2026-01-07T00:05:00Z");
    }

    fn switched_off_nothing_comes_and_switched_on_nothing_is_made_up(world) {
        let provider = world.owner("provider");
        change(&provider, "process_usage", json!({"is_on": false})).expect(200);
        let off = schedule(&provider, "process_usage");
        assert_eq!((&off["is_on"], &off["next_run_at"]), (&json!(false), &json!(null)));
        let house = instance(world, None);
        world.server.business.advance_to("2026-01-08T12:00:00Z".parse().unwrap());
        block_on(queue_slots(&house)).unwrap();
        assert_eq!(runs(&provider, "process_usage"), ["2026-01-05T00:05:00Z"], "what was due before");
        // by hand it can be done all the same
        provider.post("/v1/events/run", json!({"kind": "process_usage"})).expect(201);
        let on = change(&provider, "process_usage", json!({"is_on": true})).expect(200).json();
        assert_eq!(on["next_run_at"], "2026-01-09T00:05:00Z");
        block_on(queue_slots(&house)).unwrap();
        assert_eq!(runs(&provider, "process_usage").len(), 2);
    }

    /// A running scheduler in another process than the one that answers rings at the new time, without a restart.
    fn running_timers_follow(world) {
        let provider = world.owner("provider");
        // real clocks: the timers of the library ring by them
        let house = instance(world, Some((Clock::System, Clock::System)));
        block_on(async {
            let timers = Scheduler::start(Arc::clone(&house)).await.unwrap();
            let soon = house.machine.now().plus(chrono::TimeDelta::seconds(4));
            let pattern = soon.utc().format("%-S %-M %-H * * *").to_string();
            let changing = provider.clone();
            let asked = pattern.clone();
            tokio::task::spawn_blocking(move || change(&changing, "purge_events", json!({"pattern": asked})).expect(200)).await.unwrap();
            house.rescheduled.notify_one();
            let wanted = format!("{}Z", soon.utc().format("%Y-%m-%dT%H:%M:%S"));
            let begun = Instant::now();
            loop {
                let asking = provider.clone();
                let found = tokio::task::spawn_blocking(move || runs(&asking, "purge_events")).await.unwrap();
                if found.contains(&wanted) {
                    assert_eq!(found.iter().filter(|at| **at == wanted).count(), 1);
                    break;
                }
                assert!(begun.elapsed() < Duration::from_secs(30), "{pattern}: {found:?}");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            timers.stop().await;
        });
    }

    /// Invoices on Mondays at six only: a rehearsal of two weeks from Monday 5 January on makes them on the 12th and the 19th.
    fn sandboxes_and_journeys_follow(world) {
        let provider = world.owner("provider");
        change(&provider, "process_invoices", json!({"pattern": "0 0 6 * * 1"})).expect(200);
        let house = house(world);
        let (id, stranger) = ready(&house, &world.owner("north"));
        let inside = sign_in(&stranger, "north");
        assert_eq!(schedule(&inside, "process_invoices")["pattern"], "0 0 6 * * 1");
        // a rehearsal may try another one; the live house does not hear of it
        change(&inside, "process_usage", json!({"is_on": false})).expect(200);
        assert_eq!(schedule(&provider, "process_usage")["is_on"], true);
        world.owner("north").post(&format!("/v1/sandboxes/{id}/advance"), json!({"days": 15})).expect(202);
        house.work();
        let inside = sign_in(&stranger, "north");
        assert_eq!(runs(&inside, "process_invoices"), ["2026-01-12T06:00:00Z", "2026-01-19T06:00:00Z"]);
        assert_eq!(runs(&inside, "process_usage"), ["2026-01-05T00:05:00Z"], "what was due before");
        // and so does the time that stories live through
        let story = Story::of(world);
        story.until("2026-01-13");
        assert_eq!(story.troubles(), [""; 0]);
        assert_eq!(runs(&world.owner("provider"), "process_invoices"), ["2026-01-05T00:15:00Z", "2026-01-12T06:00:00Z"]);
    }

    /// Invoices on Wednesdays only: what is to be invoiced ten days before 5 February, on Monday 26 January, is late when
    /// Wednesday the 28th has passed without a run.
    fn what_waits_for_a_rarer_run_is_not_late(world) {
        change(&world.owner("provider"), "process_invoices", json!({"pattern": "0 15 0 * * 3"})).expect(200);
        paid(&world.owner("north"), "Nora", "nora.example");
        let late = || verify(world, "north").0.remove("due").unwrap_or_default();
        let story = Story::of(world);
        story.until("2026-01-27");
        assert_eq!(late(), [""; 0]);
        story.sleep_until("2026-01-28");
        assert_eq!(late(), [""; 0], "it may still come today");
        story.sleep_until("2026-01-29");
        let late = late();
        assert!(late.len() == 1 && late[0].contains("was to be invoiced on 2026-01-26"), "{late:?}");
    }
}
