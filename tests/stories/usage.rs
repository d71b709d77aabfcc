//! Use above the limit: charged to the unit, once, however late it is told; noticed; shut and opened again.

use super::billing::{GOOD, buy_item, email, invoices};
use crate::api::subscription_changes::act;
use crate::api::usage::{record, report};
use crate::api::verify::verify;
use crate::support::story::Story;
use crate::support::{Actor, World};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MB: u64 = 1_000_000;

/// A plan with 5000 MB of traffic a month, at 10.00, invoiced on the day it renews.
fn web(owner: &Actor, more: Value) -> String {
    let mut properties = json!({"disk_space": 1000 * MB, "traffic": 5000 * MB});
    properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let plan = json!({"code": "web", "name": "Web", "kind": "hosting", "lead_days": 0, "properties": properties,
        "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "10.00", "currency": "EUR"}}]});
    let id = owner.post("/v1/plans", plan).expect(201).text("/id");
    owner
        .patch(&format!("/v1/plans/{id}"), json!({"store_ids": [crate::api::orders::corner(owner)["id"]]}))
        .expect(200);
    owner.act(&format!("/v1/plans/{id}/activate")).expect(200);
    id
}

/// The same, and each begun 1000 MB of traffic above that cost 0.50.
fn charged(owner: &Actor) -> String {
    let plan = web(owner, json!({"overuse_policy": "allow"}));
    let price = json!({"resource": "traffic", "currency": "EUR", "unit_size": 1000 * MB, "unit_price": "0.50"});
    owner.post(&format!("/v1/plans/{plan}/overuse-prices"), price).expect(201);
    plan
}

/// Tim buys it on 5 January: his months begin on the 5th.
fn tim(owner: &Actor, plan: &str) -> (String, String) {
    let item = json!({"plan_id": plan, "cycle": "1-month", "domain": {"name": "tim.example", "option": "use_own"}});
    buy_item(owner, item, "Tim", GOOD, None)
}

/// Traffic of a day, in MB, told now.
#[track_caller]
fn sent(world: &World, subscription: &str, day: &str, megabytes: u64) -> Value {
    let told = record(&format!("{day}-{megabytes}"), subscription, "traffic", day, megabytes * MB);
    report(&world.owner("north"), &[told]).expect(200).json()
}

/// Days, units and net of a line.
type Line<T> = (T, T, T);

/// Issued on, lines of overuse, gross.
type Billed = (String, Vec<Line<String>>, String);

/// What is on each invoice of a client.
fn billed(owner: &Actor, client: &str) -> Vec<Billed> {
    let list = owner
        .get(&format!("/v1/invoices?client_id={client}&kind=invoice&limit=100&sort=created_at"))
        .expect(200)
        .json();
    let mut ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let one = |id: &&str| {
        let invoice = owner.get(&format!("/v1/invoices/{id}")).expect(200).json();
        let lines = invoice["lines"].as_array().unwrap().iter().filter(|line| line["kind"] == "overuse");
        let overuse = lines.map(|line| {
            assert_eq!(line["unit_price"], "0.5");
            let days = format!("{}..{}", text(&line["period"]["from"]), text(&line["period"]["to"]));
            (days, text(&line["quantity"]), text(&line["net"]["amount"]))
        });
        (text(&invoice["issued_on"]), overuse.collect(), text(&invoice["gross"]["amount"]))
    };
    ids.iter().map(one).collect()
}

fn want(rows: &[(&str, &[Line<&str>], &str)]) -> Vec<Billed> {
    let line = |(days, units, net): &Line<&str>| (days.to_string(), units.to_string(), net.to_string());
    rows.iter()
        .map(|(on, lines, gross)| (on.to_string(), lines.iter().map(line).collect(), gross.to_string()))
        .collect()
}

fn status(world: &World, subscription: &str) -> String {
    super::dunning::status(&world.owner("north"), subscription)
}

both! {
    /// 5001 of 5000 MB are one begun unit, 6001 are two, 5000 none, 7500 three.
    fn charged_once_however_late_it_is_told(world) {
        let owner = world.owner("north");
        let (client, subscription) = tim(&owner, &charged(&owner));
        let story = Story::of(world);
        story.until("2026-01-20");
        sent(world, &subscription, "2026-01-10", 3000);
        assert_eq!(sent(world, &subscription, "2026-01-20", 2001)["new"], 1);
        assert_eq!(sent(world, &subscription, "2026-01-20", 2001)["new"], 0);
        story.until("2026-02-10");
        // the month is on the invoice of the next one; what is told late is on one of its own
        assert_eq!(sent(world, &subscription, "2026-01-25", 1000)["new"], 1);
        story.until("2026-02-11");
        story.run(EventKind::ProcessInvoices);
        sent(world, &subscription, "2026-02-08", 5000);
        story.until("2026-03-10");
        sent(world, &subscription, "2026-03-09", 7500);
        story.until("2026-04-10");
        assert_eq!(billed(&world.owner("north"), &client), want(&[
            ("2026-01-05", &[], "10.00"),
            ("2026-02-05", &[("2026-01-05..2026-02-05", "1", "0.50")], "10.50"),
            ("2026-02-11", &[("2026-01-05..2026-02-05", "1", "0.50")], "0.50"),
            ("2026-03-05", &[], "10.00"),
            ("2026-04-05", &[("2026-03-05..2026-04-05", "3", "1.50")], "11.50"),
        ]));
        let first = world.owner("north").get(&format!("/v1/invoices?client_id={client}&kind=invoice&sort=created_at")).text("/data/1/id");
        let line = world.owner("north").get(&format!("/v1/invoices/{first}")).text("/lines/1/description");
        assert_eq!(line, "tim.example: trafic au-delà de la limite, unités de 1 Go, 2026-01-05 – 2026-02-04");
        // it ends on the 10th; what was used until then is charged when the month is over
        sent(world, &subscription, "2026-04-08", 5500);
        world.owner("north").post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "now"})).expect(200);
        story.until("2026-05-20");
        let owner = world.owner("north");
        assert_eq!(billed(&owner, &client)[5..], want(&[("2026-05-05", &[("2026-04-05..2026-04-10", "1", "0.50")], "0.50")]));
        assert_eq!(story.troubles(), [""; 0]);
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
        crate::api::invoices::books_balance(&owner);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// The house sleeps from January to March and makes in one run what it would have made day by day.
    fn a_late_run_charges_what_daily_ones_would(world) {
        let owner = world.owner("north");
        let plan = charged(&owner);
        let (client, subscription) = tim(&owner, &plan);
        let story = Story::of(world);
        story.until("2026-01-20");
        sent(world, &subscription, "2026-01-10", 5001);
        story.sleep_until("2026-02-10");
        sent(world, &subscription, "2026-01-25", 1000);
        story.sleep_until("2026-03-06");
        // a dearer price, announced since, is for months that begin later
        let dearer = json!({"resource": "traffic", "currency": "EUR", "unit_size": MB, "unit_price": "9"});
        world.owner("north").post(&format!("/v1/plans/{plan}/overuse-prices"), dearer).expect(201);
        let announced = world.owner("north").post("/v1/events/preview", json!({"kind": "process_invoices"})).expect(200).json();
        assert_eq!((&announced["count"], &announced["amounts"][0]["amount"]), (&json!(3), &json!("21.00")));
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 3, "parked": 0}));
        assert_eq!(billed(&world.owner("north"), &client)[1..], want(&[
            ("2026-03-06", &[("2026-01-05..2026-02-05", "1", "0.50")], "10.50"),
            ("2026-03-06", &[], "10.00"),
            ("2026-03-06", &[("2026-01-05..2026-02-05", "1", "0.50")], "0.50"),
        ]));
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Six units were charged, with 20 % of tax: 3.00 and 10.00 are 13.00, and 15.60 with tax. Then the panel says that it was
    /// none: nothing is charged, a person has to give back. When the plan gives less later, months that are over stay as
    /// they were.
    fn what_was_charged_stays(world) {
        let owner = world.owner("north");
        let plan = charged(&owner);
        let policy = owner.post("/v1/tax-policies", json!({"name": "Taxed"})).expect(201).text("/id");
        let rule = json!({"tax_policy_id": policy, "name": "VAT", "location": {"area": "FR"}, "rate": {"percent": "20"}, "stage": "on_price"});
        owner.post("/v1/tax-rules", rule).expect(201);
        owner.patch(&format!("/v1/plans/{plan}"), json!({"tax_policy_id": policy})).expect(200);
        let (client, subscription) = tim(&owner, &plan);
        let story = Story::of(world);
        story.until("2026-01-20");
        let told = sent(world, &subscription, "2026-01-10", 11_000)["records"][0]["id"].clone();
        story.until("2026-02-06");
        let mut less = record("less", &subscription, "traffic", "2026-01-10", 0);
        less["replaces"] = told;
        report(&world.owner("north"), &[less]).expect(200);
        let todos = world.owner("north").get("/v1/todos?kind=overuse_corrected&state=open").expect(200).json();
        assert_eq!((todos["data"].as_array().unwrap().len(), &todos["data"][0]["subject_id"]), (1, &json!(subscription)));
        let owner = world.owner("north");
        owner.patch(&format!("/v1/plans/{plan}"), json!({"properties": {"traffic": 0}})).expect(200);
        story.until("2026-02-20");
        assert_eq!(billed(&world.owner("north"), &client)[1..], want(&[
            ("2026-02-05", &[("2026-01-05..2026-02-05", "6", "3.00")], "15.60"),
        ]));
        let seen = world.owner("north").get(&format!("/v1/subscriptions/{subscription}/usage?on=2026-01-10")).expect(200).json();
        let traffic = seen["resources"].as_array().unwrap().iter().find(|one| one["resource"] == "traffic").unwrap().clone();
        assert_eq!((&traffic["limit"], &traffic["charge"]["invoiced_units"], &traffic["charge"]["units"]), (&json!(5000 * MB), &json!(6), &json!(0)));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Soft quota at 4000 MB, limit at 5000, shut above; open again when less was used than was said, and in a new month.
    fn noticed_shut_and_opened_again(world) {
        let owner = world.owner("north");
        let settings = json!({"usage": {"limit": {"seller": true, "client": true, "addresses": ["watch@desk.example"]}}});
        owner.send("PUT", "/v1/settings", &[("content-type", "application/json"), ("if-match", "*")], Some(settings.to_string().as_bytes())).expect(200);
        let plan = web(&owner, json!({"overuse_policy": "block", "suspend_on_overuse": true, "notify_traffic_at": 4000 * MB}));
        let (client, subscription) = tim(&owner, &plan);
        let story = Story::of(world);
        let told = |to: &str| {
            let mut subjects = story.mails(to);
            subjects.retain(|subject| subject.contains("utilisés") || subject.contains("used"));
            subjects.sort();
            subjects.into_iter().map(|subject| subject.replace('\u{a0}', " ")).collect::<Vec<_>>()
        };
        story.until("2026-01-10");
        sent(world, &subscription, "2026-01-10", 4000);
        let announced = world.owner("north").post("/v1/events/preview", json!({"kind": "process_usage"})).expect(200).json();
        let piece = &announced["items"][0];
        assert_eq!((&announced["count"], &piece["action"], &piece["subject_id"]), (&json!(1), &json!("notify"), &json!(subscription)));
        story.until("2026-01-15");
        let soft = "tim.example : 4 Go utilisés sur 5 Go (trafic)";
        assert_eq!((told(&email("Tim")), told("watch@desk.example").len()), (vec![soft.to_string()], 0));
        sent(world, &subscription, "2026-01-15", 1000);
        story.until("2026-01-20");
        let limit = "tim.example : 5 Go utilisés sur 5 Go (trafic)";
        assert_eq!(told(&email("Tim")), [soft, limit]);
        assert_eq!((told("watch@desk.example"), told("hello@north.example")), (vec![limit.to_string()], vec![limit.to_string()]));
        assert_eq!(status(world, &subscription), "active");
        let last = sent(world, &subscription, "2026-01-20", 1)["records"][0]["id"].clone();
        story.until("2026-01-21");
        assert_eq!(status(world, &subscription), "suspended");
        // it was not so much after all
        let mut less = record("less", &subscription, "traffic", "2026-01-20", 0);
        less["replaces"] = last;
        report(&world.owner("north"), &[less]).expect(200);
        story.until("2026-01-22");
        assert_eq!(status(world, &subscription), "active");
        sent(world, &subscription, "2026-01-22", 1);
        story.until("2026-02-04");
        assert_eq!(status(world, &subscription), "suspended");
        // each notice once in a month, and a new month begins with nothing
        assert_eq!(told(&email("Tim")), [soft, limit]);
        story.until("2026-02-05");
        assert_eq!(status(world, &subscription), "active");
        let owner = world.owner("north");
        let noticed = owner.get("/v1/activities?kind=subscription.overuse_noticed").expect(200).json();
        assert_eq!(noticed["data"].as_array().unwrap().len(), 2);
        // nothing is charged for overuse where there is no price for it
        assert!(billed(&owner, &client).iter().all(|(_, overuse, _)| overuse.is_empty()));
        assert_eq!(invoices(&owner, &client).len(), 2);
        assert_eq!(story.troubles(), [""; 0]);
    }

    /// From 5000 MB to 100,000 MB on 15 January, charged from 5 February on: 50,000 MB are within what is delivered. 51,001 more
    /// make 101,001: two begun units above it, 1.00 beside the 30.00 of the new plan.
    fn the_limit_is_that_of_what_is_delivered(world) {
        let owner = world.owner("north");
        let plan = charged(&owner);
        let big = json!({"code": "wide", "name": "Wide", "kind": "hosting", "lead_days": 0, "store_ids": [crate::api::orders::corner(&owner)["id"]],
            "properties": {"disk_space": 1000 * MB, "traffic": 100_000 * MB, "overuse_policy": "allow"},
            "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "30.00", "currency": "EUR"}}]});
        let big = owner.post("/v1/plans", big).expect(201).text("/id");
        owner.act(&format!("/v1/plans/{big}/activate")).expect(200);
        let price = json!({"resource": "traffic", "currency": "EUR", "unit_size": 1000 * MB, "unit_price": "0.50"});
        owner.post(&format!("/v1/plans/{big}/overuse-prices"), price).expect(201);
        owner.patch(&format!("/v1/plans/{plan}"), json!({"upgrade_to": [big]})).expect(200);
        let (client, subscription) = tim(&owner, &plan);
        let story = Story::of(world);
        story.until("2026-01-15");
        act(&world.owner("north"), &subscription, "change-plan", &json!({"plan_id": big, "way": "now_without_credit"})).expect(200);
        story.until("2026-01-20");
        sent(world, &subscription, "2026-01-20", 50_000);
        let traffic = |day: &str| {
            let seen = world.owner("north").get(&format!("/v1/subscriptions/{subscription}/usage?on={day}")).expect(200).json();
            seen["resources"].as_array().unwrap().iter().find(|one| one["resource"] == "traffic").unwrap().clone()
        };
        let seen = traffic("2026-01-20");
        assert_eq!((&seen["limit"], &seen["charge"]["units"]), (&json!(100_000 * MB), &json!(0)));
        story.until("2026-01-25");
        sent(world, &subscription, "2026-01-25", 51_001);
        story.until("2026-02-06");
        assert_eq!(billed(&world.owner("north"), &client), want(&[
            ("2026-01-05", &[], "10.00"),
            ("2026-02-05", &[("2026-01-05..2026-02-05", "2", "1.00")], "31.00"),
        ]));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }
}
