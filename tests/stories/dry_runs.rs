//! Dry runs (EVT-06): what is announced is what the run then does, and announcing it changes nothing anywhere.

use super::billing::{GOOD, buy, care, corrupt, invoices};
use super::dunning::{debtor, status};
use crate::api::services::paid;
use crate::support::database::run;
use crate::support::house::{Gated, House, fake};
use crate::support::site::Site;
use crate::support::story::Story;
use crate::support::{Actor, Backend, World};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

/// What a seller's dry run says. Every row of every table and the bank's book stay as they were.
#[track_caller]
fn announced_to(world: &World, seller: &str, kind: &str, as_of: Option<&str>) -> Value {
    let owner = world.owner(seller);
    let book = || std::fs::read(&world.server.fake_book).unwrap();
    let before = (world.database.digest(), book());
    let seen = owner.post("/v1/events/preview", json!({"kind": kind, "as_of": as_of})).expect(200).json();
    assert_eq!((world.database.digest(), book()), before, "a dry run has written something");
    assert_eq!(seen["count"], json!(seen["items"].as_array().unwrap().len()));
    seen
}

#[track_caller]
fn announced(world: &World, kind: &str, as_of: Option<&str>) -> Value {
    announced_to(world, "north", kind, as_of)
}

/// Actions and what they are about.
fn pieces(seen: &Value) -> BTreeSet<(String, String)> {
    let text = |piece: &Value, name: &str| piece[name].as_str().unwrap().to_string();
    seen["items"].as_array().unwrap().iter().map(|piece| (text(piece, "action"), text(piece, "subject_id"))).collect()
}

fn set(pieces: &[(&str, &String)]) -> BTreeSet<(String, String)> {
    pieces.iter().map(|(action, subject)| (action.to_string(), subject.to_string())).collect()
}

/// What has happened at north's since the clock stands where it stands, in the words of a dry run.
fn done(world: &World) -> BTreeSet<(String, String)> {
    let owner = world.owner("north");
    let now = world.server.business.now();
    let facts = owner.get(&format!("/v1/activities?limit=100&happened_at_gte={now}")).expect(200).json();
    let word = |fact: &Value| {
        let holds = fact["payload"]["holds"].as_array().map(|holds| holds.contains(&json!("overdue")));
        let step = fact["payload"]["step"].as_str().unwrap_or_default();
        match (fact["kind"].as_str().unwrap(), holds) {
            ("invoice.dunned", _) if step.starts_with("remind") => Some("remind"),
            ("subscription.holds_changed", Some(true)) => Some("suspend"),
            ("subscription.holds_changed", Some(false)) => Some("let_back_in"),
            ("subscription.cancelled", _) => Some("cancel"),
            ("subscription.completed", _) => Some("complete"),
            ("order.cancelled", _) => Some("expire"),
            _ => None,
        }
    };
    let facts = facts["data"].as_array().unwrap();
    facts.iter().filter_map(|fact| Some((word(fact)?.into(), fact["subject_id"].as_str().unwrap().into()))).collect()
}

/// An invoice without what only issuing gives it: who pays, by when, for what, how much.
fn content(of: &Value) -> Value {
    let line = |line: &Value| {
        let names = [
            "subscription_id",
            "kind",
            "description",
            "period",
            "quantity",
            "unit_price",
            "share",
            "discount",
            "net",
            "tax",
            "gross",
        ];
        names.map(|name| line[name].clone())
    };
    let lines: Vec<_> = of["lines"].as_array().unwrap().iter().map(line).collect();
    let taxes: Vec<_> =
        of["taxes"].as_array().unwrap().iter().map(|tax| json!([tax["name"], tax["base"], tax["amount"]])).collect();
    let sums = if of["totals"].is_null() { of } else { &of["totals"] };
    let sums = ["net", "discount", "tax", "gross"].map(|name| sums[name].clone());
    json!({"client": of["client_id"], "due_on": of["due_on"], "lines": lines, "taxes": taxes, "sums": sums})
}

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// A plan of 10.00 a month with 20 % of tax on it.
fn taxed_plan(owner: &Actor) -> String {
    let policy = owner.post("/v1/tax-policies", json!({"name": "Taxed"})).expect(201).text("/id");
    let rule = json!({"tax_policy_id": policy, "name": "VAT", "location": {"area": "FR"}, "rate": {"percent": "20"}, "stage": "on_price"});
    owner.post("/v1/tax-rules", rule).expect(201);
    care(owner, json!({"tax_policy_id": policy}))
}

both! {
    /// Renewals of 5 February are invoiced on 26 January: 10.00 and 20 % are 12.00; with a fifth off, 8.00 and 1.60 are 9.60.
    fn invoices_to_the_cent(world) {
        let owner = world.owner("north");
        let plan = taxed_plan(&owner);
        owner.post("/v1/coupons", json!({"name": "Fifth", "code": "FIFTH", "value": {"percent": "20"}, "cycles": 3})).expect(201);
        let (anna, _) = buy(&owner, &plan, "Anna", GOOD, Some("FIFTH"));
        let (bert, _) = buy(&owner, &plan, "Bert", GOOD, None);
        let (cid, sick) = buy(&owner, &plan, "Cid", GOOD, None);
        corrupt(world, &sick);
        let story = Story::of(world);
        story.sleep_until("2026-01-25");
        assert_eq!(announced(world, "process_invoices", None)["count"], 0);
        assert_eq!(announced_to(world, "south", "process_invoices", Some("2026-01-26"))["count"], 0);
        let seen = announced(world, "process_invoices", Some("2026-01-26"));
        assert_eq!(pieces(&seen), set(&[("invoice", &anna), ("invoice", &bert), ("park", &cid)]));
        assert_eq!(seen["amounts"], json!([eur("21.60")]));
        let of = |client: &str| seen["items"].as_array().unwrap().iter().find(|piece| piece["subject_id"] == client).unwrap().clone();
        let (annas, berts) = (of(&anna), of(&bert));
        assert_eq!((&annas["amount"], &berts["amount"]), (&eur("9.60"), &eur("12.00")));
        let line = &annas["invoice"]["lines"][0];
        assert_eq!((&line["period"], &line["net"], &line["tax"]), (&json!({"from": "2026-02-05", "to": "2026-03-05"}), &eur("8.00"), &eur("1.60")));
        assert_eq!((&annas["invoice"]["due_on"], &annas["invoice"]["taxes"][0]["amount"]), (&json!("2026-02-05"), &eur("1.60")));
        assert!(of(&cid)["summary"].as_str().unwrap().contains("out of range"), "{seen}");

        story.sleep_until("2026-01-26");
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 2, "parked": 1}));
        let owner = world.owner("north");
        for (client, piece) in [(&anna, annas), (&bert, berts)] {
            let issued = owner.get(&format!("/v1/invoices?client_id={client}&sort=-created_at")).expect(200).text("/data/0/id");
            let issued = owner.get(&format!("/v1/invoices/{issued}")).expect(200).json();
            assert_eq!(content(&piece["invoice"]), content(&issued));
        }
        assert_eq!(announced(world, "process_invoices", None)["count"], 1, "only the sick one is left");
    }

    /// Three months at once, as a late run bills them: three lines, 30.00.
    fn what_a_late_run_would_bill(world) {
        let owner = world.owner("north");
        let (client, _) = buy(&owner, &care(&owner, json!({})), "Lena", GOOD, None);
        let seen = announced(world, "process_invoices", Some("2026-04-20"));
        assert_eq!((seen["count"].as_u64(), &seen["amounts"]), (Some(3), &json!([eur("30.00")])));
        let story = Story::of(world);
        story.sleep_until("2026-04-20");
        story.run(EventKind::ProcessInvoices);
        let periods = |seen: &Value| seen["items"].as_array().unwrap().iter().map(|piece| piece["invoice"]["lines"][0]["period"]["from"].as_str().unwrap().to_string()).collect::<Vec<_>>();
        let issued: Vec<_> = invoices(&world.owner("north"), &client)[1..].iter().map(|row| row.1[..10].to_string()).collect();
        assert_eq!(periods(&seen), issued);
    }

    /// By the default policy an invoice that is due on 5 February is charged on the 4th, reminded of on the 2nd, its
    /// subscription suspended on the 19th, and let back in once it is paid.
    fn charges_reminders_and_suspensions(world) {
        let (client, subscription, story) = debtor(world, "2026-02-01");
        let debt = world.owner("north").get(&format!("/v1/invoices?client_id={client}&status=due")).text("/data/0/id");
        let seen = announced(world, "process_suspensions", Some("2026-02-02"));
        assert!(pieces(&seen).contains(&("remind".into(), debt.clone())), "{seen}");
        story.sleep_until("2026-02-02");
        story.run(EventKind::ProcessSuspensions);
        assert_eq!(pieces(&seen), done(world));
        assert_eq!(announced(world, "process_suspensions", None)["count"], 0);

        story.until("2026-02-03");
        let seen = announced(world, "process_payment_queue", Some("2026-02-04"));
        assert_eq!((pieces(&seen), &seen["amounts"]), (set(&[("charge", &debt)]), &json!([eur("10.00")])));
        let charges = || world.owner("north").get(&format!("/v1/transactions?invoice_id={debt}")).json()["data"].as_array().unwrap().len();
        assert_eq!(charges(), 0);
        story.sleep_until("2026-02-04");
        assert_eq!(story.run(EventKind::ProcessPaymentQueue), json!({"checked": 0, "approved": 0, "authorised": 0, "refused": 1, "undecided": 0}));
        assert_eq!(charges(), 1);
        assert_eq!(announced(world, "process_payment_queue", None)["count"], 0);

        story.until("2026-02-18");
        let seen = announced(world, "process_suspensions", Some("2026-02-19"));
        assert!(pieces(&seen).contains(&("suspend".into(), subscription.clone())), "{seen}");
        story.sleep_until("2026-02-19");
        story.run(EventKind::ProcessSuspensions);
        assert_eq!(pieces(&seen), done(world));

        assert_eq!(announced(world, "process_unsuspensions", None)["count"], 0);
        let owner = world.owner("north");
        assert_eq!(status(&owner, &subscription), "suspended");
        owner.post_once(&format!("/v1/invoices/{debt}/payments"), "at-last", json!({"method": "cash"})).expect(201);
        let seen = announced(world, "process_unsuspensions", None);
        assert_eq!(pieces(&seen), set(&[("let_back_in", &subscription)]));
        assert!(seen["items"][0]["summary"].as_str().unwrap().ends_with("paid, then active"), "{seen}");
        story.sleep_until("2026-02-20");
        story.run(EventKind::ProcessUnsuspensions);
        assert_eq!((pieces(&seen), status(&world.owner("north"), &subscription)), (done(world), "active".into()));
    }

    /// 5 February and 60 days is 6 April.
    fn cancellations_of_what_stays_unpaid(world) {
        let (_, subscription, story) = debtor(world, "2026-04-05");
        let seen = announced(world, "process_suspensions", Some("2026-04-06"));
        assert!(pieces(&seen).contains(&("cancel".into(), subscription.clone())), "{seen}");
        story.sleep_until("2026-04-06");
        story.run(EventKind::ProcessSuspensions);
        assert_eq!(pieces(&seen), done(world));
    }

    /// One is cancelled to the end of its cycle, of the other a single cycle was agreed: both are over on 5 February.
    fn ends(world) {
        let owner = world.owner("north");
        let (_, leaving) = buy(&owner, &care(&owner, json!({})), "Enno", GOOD, None);
        let once = json!({"code": "once", "name": "Once", "cycle_limit": 1});
        let (_, agreed) = buy(&owner, &care(&owner, once), "Zwei", GOOD, None);
        owner.post(&format!("/v1/subscriptions/{leaving}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        let story = Story::of(world);
        story.until("2026-02-04");
        assert_eq!(announced(world, "process_cancellation", None)["count"], 0);
        let seen = announced(world, "process_cancellation", Some("2026-02-05"));
        assert_eq!(pieces(&seen), set(&[("cancel", &leaving), ("complete", &agreed)]));
        story.sleep_until("2026-02-05");
        assert_eq!(story.run(EventKind::ProcessCancellation), json!({"ended": 2}));
        assert_eq!(pieces(&seen), done(world));
    }

    /// The world's order of 5 January waits 72 hours: 15.00 with the set-up.
    fn orders_that_nobody_paid(world) {
        let order = world.owner("north").get("/v1/orders").expect(200).text("/data/0/id");
        assert_eq!(announced(world, "expire_orders", Some("2026-01-07"))["count"], 0);
        let seen = announced(world, "expire_orders", Some("2026-01-09"));
        assert_eq!((pieces(&seen), &seen["amounts"]), (set(&[("expire", &order)]), &json!([eur("15.00")])));
        let story = Story::of(world);
        story.sleep_until("2026-01-09");
        story.run(EventKind::ExpireOrders);
        assert!(done(world).is_superset(&pieces(&seen)));
        assert_eq!(announced(world, "expire_orders", None)["count"], 0);
    }

    /// A panel hears of it in the run only.
    fn services(world) {
        let owner = world.owner("north");
        let ordered = paid(&owner, "Sven", "sven.example");
        let seen = announced(world, "process_sync", None);
        assert_eq!(pieces(&seen), set(&[("provision", &ordered.service)]));
        assert_eq!(seen["items"][0]["summary"], "sven.example: is absent, should be active");
        let (_folder, panel) = fake();
        let gated = Gated::new(&panel);
        let house = House::with(world, |settings| settings, Some(gated.clone()));
        assert_eq!(gated.calls.load(Ordering::SeqCst), 0);
        assert_eq!(house.sync().settled, 1);
        // what stands is measured once a day
        assert_eq!(pieces(&announced(world, "process_sync", None)), set(&[("measure", &ordered.service)]));
        assert_eq!(gated.calls.load(Ordering::SeqCst), 1);
    }

    /// Old activities, old events, old answers: so many, and then so many are gone.
    fn what_is_tidied_away(world) {
        let story = Story::of(world);
        let provider = world.owner("provider");
        let house = provider.post("/v1/events/run", json!({"kind": "purge_events"})).expect(201).text("/id");
        provider.act(&format!("/v1/events/{house}/cancel")).expect(200);
        story.sleep_until("2026-03-10");
        let number = |seen: &Value| -> u64 {
            let count = |piece: &Value| piece["summary"].as_str().unwrap().split(' ').next().unwrap().parse::<u64>().unwrap();
            seen["items"].as_array().unwrap().iter().map(count).sum()
        };
        let keys = announced_to(world, "provider", "purge_idempotency_keys", None);
        assert!(number(&keys) > 0);
        assert_eq!(story.run(EventKind::PurgeIdempotencyKeys), json!({"purged": number(&keys)}));
        let events = announced_to(world, "provider", "purge_events", None);
        assert_eq!(number(&events), 1);
        assert_eq!(story.run(EventKind::PurgeEvents), json!({"purged": 1, "fraud_checks": 0}));
        world.owner("north").post("/v1/events/preview", json!({"kind": "purge_events"})).refused(403, "forbidden");

        // of the three sellers, each sees its own; a year and a day after their first day
        story.sleep_until("2027-01-06");
        let theirs = ["provider", "north", "south"].map(|seller| number(&announced_to(world, seller, "process_action_log", None)));
        assert!(theirs.iter().all(|count| *count > 0));
        assert_eq!(story.run(EventKind::ProcessActionLog)["moved"], json!(theirs.iter().sum::<u64>()));
    }

    /// What makes no sense is refused with its place.
    fn refusals(world) {
        let owner = world.owner("north");
        let refused = |wish: Value, place: &str| { owner.post("/v1/events/preview", wish).expect(422).names(place); };
        refused(json!({"kind": "screen_order"}), "/kind");
        refused(json!({"kind": "process_invoices", "as_of": "2026-01-04"}), "/as_of");
        refused(json!({"kind": "process_invoices", "as_of": "2027-01-07"}), "/as_of");
        refused(json!({"kind": "process_invoices", "limit": 0}), "/limit");
        refused(json!({"kind": "process_invoices", "limit": 1001}), "/limit");
        let buyers = ["Ada", "Bea", "Cid"];
        let plan = care(&owner, json!({}));
        buyers.iter().for_each(|name| drop(buy(&owner, &plan, name, GOOD, None)));
        let few = owner.post("/v1/events/preview", json!({"kind": "process_invoices", "as_of": "2026-01-26", "limit": 2})).expect(200).json();
        assert_eq!((few["count"].as_u64(), few["items"].as_array().unwrap().len(), &few["amounts"]), (Some(3), 2, &json!([eur("30.00")])));
    }
}

/// On the command line: the same for all sellers, and the same run without `--dry-run` then does it.
fn on_the_command_line(backend: Backend) {
    let world = World::open(backend);
    let owner = world.owner("north");
    let (client, _) = buy(&owner, &taxed_plan(&owner), "Anna", GOOD, None);
    let World { server, database, .. } = world;
    let book = tempfile::NamedTempFile::new().unwrap();
    std::fs::copy(&server.fake_book, book.path()).unwrap();
    drop(server);
    database.settle();
    let site = Site::copy(&database, book.path());
    let dry = ["events", "run", "--kind", "process_invoices", "--as-of", "2026-01-26", "--dry-run"];
    let before = site.database.digest();
    let output = site.command(&dry).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(site.database.digest(), before);
    for part in [
        "north Hosting (north)",
        &client,
        "12.00 EUR",
        "2026-02-05 to 2026-03-05",
        "1 things, 12.00 EUR; nothing was done",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("south Hosting"), "{said}");
    let invoices = |database: &crate::support::database::Database| {
        crate::support::database::words(&mut database.connect(), "SELECT CAST(count(*) AS TEXT) AS word FROM invoices")
    };
    let count = invoices(&site.database);
    site.run(&dry[..6]);
    assert_ne!(invoices(&site.database), count);
    let output = site.command(&dry).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("would do 0 things; nothing was done"));
    // a reseller that is suspended is left out, as in the run
    run(
        &mut site.database.connect(),
        "UPDATE subscriptions SET next_invoice_on = '2026-01-26'; UPDATE sellers SET status = 'suspended' WHERE code = 'north';",
    );
    let output = site.command(&dry).output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains("north Hosting"));
    let refused = site.command(&["events", "run", "--dry-run"]).output().unwrap();
    assert!(!refused.status.success() && String::from_utf8(refused.stderr).unwrap().contains("--kind"));
}

#[test]
fn on_the_command_line_on_sqlite() {
    on_the_command_line(Backend::Sqlite);
}

#[test]
fn on_the_command_line_on_postgres() {
    on_the_command_line(Backend::Postgres);
}
