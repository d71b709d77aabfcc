//! The payment queue (PAY-04, PAY-05): its settings, what it would charge, and running it by hand, now, later and twice at once.

use crate::api::invoices::{books_balance, get};
use crate::api::payments::taken;
use crate::stories::billing::{GOOD, buy, care};
use crate::support::house::House;
use crate::support::story::Story;
use crate::support::{Actor, World};
use comptoir_domain::Instant;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// More than any card of the fake pays: it says that the account does not cover it.
const TOO_MUCH: &str = "9900.01";

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// An invoice for a client, issued on 5 January and due on the 15th.
fn owing(owner: &Actor, client: &str, price: &str) -> String {
    let lines = json!([{"description": "Work", "quantity": "1", "unit_price": price}]);
    let wish = json!({"client_id": client, "currency": "EUR", "lines": lines});
    let id = owner.post("/v1/invoices", wish).expect(201).text("/id");
    assert_eq!(owner.act(&format!("/v1/invoices/{id}/issue")).expect(200).text("/due_on"), "2026-01-15");
    id
}

/// Amounts and states of the charges of an invoice, oldest first.
fn charges(owner: &Actor, invoice: &str) -> Vec<(String, String)> {
    let list = owner.get(&format!("/v1/transactions?invoice_id={invoice}&sort=created_at")).expect(200).json();
    let word = |value: &Value| value.as_str().unwrap().to_string();
    list["data"].as_array().unwrap().iter().map(|row| (word(&row["amount"]["amount"]), word(&row["state"]))).collect()
}

fn states(owner: &Actor, invoice: &str) -> Vec<String> {
    charges(owner, invoice).into_iter().map(|(_, state)| state).collect()
}

/// Asks for a run; its operation.
#[track_caller]
fn ask(owner: &Actor, key: &str, body: Value) -> String {
    owner.post_once("/v1/payment-queue/run", key, body).expect(202).text("/id")
}

fn operation(owner: &Actor, id: &str) -> Value {
    owner.get(&format!("/v1/operations/{id}")).expect(200).json()
}

/// A run now: what came of it.
#[track_caller]
fn run(world: &World, owner: &Actor, key: &str, body: Value) -> Value {
    let id = ask(owner, key, body);
    House::built_in(world).work();
    let done = operation(owner, &id);
    assert_eq!((&done["kind"], &done["state"]), (&json!("run_payment_queue"), &json!("succeeded")), "{done}");
    done["result"].clone()
}

fn told(approved: u64, authorised: u64, refused: u64) -> Value {
    json!({"checked": 0, "approved": approved, "authorised": authorised, "refused": refused, "undecided": 0})
}

fn settle(owner: &Actor, collection: Value) {
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    let body = json!({"collection": collection}).to_string();
    owner.send("PUT", "/v1/settings", &headers, Some(body.as_bytes())).expect(200);
}

/// Somebody who pays by a card that is kept.
fn payer(owner: &Actor, plan: &str, name: &str) -> String {
    buy(owner, plan, name, GOOD, None).0
}

fn later(world: &World, instant: &str) {
    let at: Instant = instant.parse().unwrap();
    world.server.business.advance_to(at);
    world.server.machine.advance_to(at);
}

both! {
    /// A card with less on it than the older invoice comes to, and more than the younger. With smaller amounts the older fails
    /// and the younger is charged; without, the older fails and that is all, for the rest of the day.
    fn the_card_of_the_guide(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let mut all = Vec::new();
        for (name, smaller, approved) in [("Ada", true, 1), ("Bea", false, 0)] {
            let client = payer(&owner, &plan, name);
            let (older, younger) = (owing(&owner, &client, TOO_MUCH), owing(&owner, &client, "10.00"));
            let body = json!({"client_ids": [client], "only_when_due": false, "smaller_amounts": smaller});
            assert_eq!(run(world, &owner, name, body), told(approved, 0, 1));
            assert_eq!((states(&owner, &older), states(&owner, &younger).len()), (vec!["declined".into()], usize::try_from(approved).unwrap()));
            all.push((older, younger));
        }
        assert_eq!(get(&owner, &all[0].1)["status"], "paid");
        // by itself, a day before they are due
        settle(&owner, json!({"smaller_amounts": false}));
        let (older, younger) = &all[1];
        let story = Story::of(world);
        story.sleep_until("2026-01-14");
        for refused in [2, 0] {
            // both clients' older ones, a second time
            assert_eq!(story.run(EventKind::ProcessPaymentQueue), told(0, 0, refused));
            let owner = world.owner("north");
            assert_eq!((states(&owner, older).len(), charges(&owner, younger)), (2, vec![]));
        }
        // on the next day the older one waits for its third try
        story.sleep_until("2026-01-15");
        assert_eq!(story.run(EventKind::ProcessPaymentQueue), told(1, 0, 0));
        let owner = world.owner("north");
        assert_eq!((states(&owner, older).len(), charges(&owner, younger)), (2, vec![("10.00".into(), "approved".into())]));
        books_balance(&owner);
    }

    fn what_would_be_charged(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (cid, dan) = (payer(&owner, &plan, "Cid"), payer(&owner, &plan, "Dan"));
        let invoices = [owing(&owner, &cid, "30.00"), owing(&owner, &cid, "20.00"), owing(&owner, &dan, "15.00")];
        let preview = |body: Value| owner.post("/v1/payment-queue/preview", body).expect(200).json();
        let seen = preview(json!({"client_ids": [cid], "only_when_due": false}));
        assert_eq!((&seen["count"], &seen["amounts"]), (&json!(2), &json!([eur("50.00")])));
        let first = &seen["charges"][0];
        assert_eq!((&first["invoice_id"], &first["client_id"], &first["amount"], &first["reason"], &first["gateway"], &first["due_on"]),
            (&json!(invoices[0]), &json!(cid), &eur("30.00"), &json!("new"), &json!("fake"), &json!("2026-01-15")));
        assert_eq!(first["payment_method"], "fake •••• 4242");
        assert_eq!(preview(json!({"only_when_due": false, "at_most": 1}))["count"], 1);
        assert_eq!(preview(json!({"only_when_due": false, "at_most": 3}))["count"], 3);
        assert_eq!(preview(json!({"only_when_due": false, "reasons": ["declined", "errored"]}))["count"], 0);
        // due on the 15th
        for (body, count) in [(json!({}), 0), (json!({"due_by": "2026-01-14"}), 0), (json!({"due_by": "2026-01-15"}), 3)] {
            assert_eq!(preview(body)["count"], count);
        }
        let (south, alice) = (world.owner("south"), world.contact("north"));
        let before = world.database.digest();
        for (body, place) in [
            (json!({"reasons": []}), "/reasons"),
            (json!({"reasons": ["new", "new"]}), "/reasons/1"),
            (json!({"due_by": "2026-01-15", "only_when_due": false}), "/due_by"),
            (json!({"at_most": 1_000_001}), "/at_most"),
            (json!({"client_ids": []}), "/client_ids"),
            (json!({"client_ids": [cid, cid]}), "/client_ids/1"),
            (json!({"run_at": "2026-01-05T08:59:59Z"}), "/run_at"),
            (json!({"run_at": "2027-02-01T00:00:00Z"}), "/run_at"),
        ] {
            owner.post("/v1/payment-queue/preview", body.clone()).refused(422, "validation_failed").names(place);
            owner.post_once("/v1/payment-queue/run", place, body).refused(422, "validation_failed").names(place);
        }
        owner.post("/v1/payment-queue/run", json!({})).refused(400, "idempotency_key_required");
        south.post_once("/v1/payment-queue/run", "theirs", json!({"client_ids": [cid]})).refused(404, "not_found");
        alice.post_once("/v1/payment-queue/run", "mine", json!({})).refused(401, "wrong_audience");
        assert!(world.database.digest() == before, "something was written");
    }

    /// The queue as it stands, page by page: three invoices on the day before they are due.
    fn what_waits(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (cid, dan) = (payer(&owner, &plan, "Cid"), payer(&owner, &plan, "Dan"));
        let invoices = [owing(&owner, &cid, "30.00"), owing(&owner, &dan, "15.00"), owing(&owner, &cid, "20.00")];
        assert_eq!(owner.get("/v1/payment-queue").expect(200).json()["data"], json!([]));
        later(world, "2026-01-14T09:00:00Z");
        let owner = world.owner("north");
        let pages = |query: &str| {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = owner.get(&format!("/v1/payment-queue?limit=1{query}{cursor}")).expect(200).json();
                seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["invoice_id"].as_str().unwrap().to_string()));
                let Some(next) = page["next_cursor"].as_str() else { return seen };
                cursor = format!("&cursor={next}");
            }
        };
        assert_eq!(pages("&sort=created_at"), invoices);
        assert_eq!(pages(""), invoices.iter().rev().cloned().collect::<Vec<_>>());
        assert_eq!(pages(&format!("&client_id={dan}")), invoices[1..2]);
        world.owner("south").get(&format!("/v1/payment-queue?client_id={dan}")).refused(404, "not_found");
        assert_eq!(Story::of(world).run(EventKind::ProcessPaymentQueue), told(3, 0, 0));
        assert_eq!(world.owner("north").get("/v1/payment-queue").expect(200).json()["data"], json!([]));
    }

    /// Two runs wait; a third clears them away, a fourth does not. When their time has come, one invoice is charged once.
    fn at_a_time(world) {
        let owner = world.owner("north");
        let client = payer(&owner, &care(&owner, json!({})), "Eve");
        let invoice = owing(&owner, &client, "10.00");
        let at = |hour: &str, clear: bool| json!({"only_when_due": false, "run_at": format!("2026-01-05T{hour}:00:00Z"), "clear_first": clear});
        let early = [ask(&owner, "1", at("18", true)), ask(&owner, "2", at("19", false))];
        assert_eq!(ask(&owner, "2", at("19", false)), early[1]);
        House::built_in(world).work();
        assert!(early.iter().all(|id| operation(&owner, id)["state"] == "queued"));
        let waiting = owner.get("/v1/events?kind=run_payment_queue&state=queued").expect(200).json();
        assert_eq!((waiting["data"].as_array().unwrap().len(), &waiting["data"][0]["run_at"]), (2, &json!("2026-01-05T19:00:00Z")));
        let late = [ask(&owner, "3", at("20", true)), ask(&owner, "4", at("21", false))];
        for id in &early {
            let gone = operation(&owner, id);
            assert_eq!((&gone["state"], &gone["error"]), (&json!("failed"), &json!("called off")));
        }
        assert_eq!(charges(&owner, &invoice), []);
        later(world, "2026-01-05T21:00:00Z");
        House::built_in(world).work();
        let owner = world.owner("north");
        // whichever of the two is quicker
        let approved = late.map(|id| operation(&owner, &id)["result"]["approved"].as_u64().unwrap());
        assert_eq!(approved.iter().sum::<u64>(), 1);
        assert_eq!(states(&owner, &invoice), ["approved"]);
    }

    /// Nine clients with two invoices each; three runs by hand and two by themselves, all at the same moment.
    fn many_runs_charge_once(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let clients: Vec<_> = ["Fay", "Gil", "Hal", "Ida", "Jon", "Kai", "Lea", "Mia", "Ned"].map(|name| payer(&owner, &plan, name)).into();
        let invoices: Vec<_> = clients.iter().flat_map(|client| [owing(&owner, client, "7.00"), owing(&owner, client, "5.00")]).collect();
        later(world, "2026-01-14T09:00:00Z");
        let owner = world.owner("north");
        let before = taken(world, "EUR");
        let asked: Vec<_> = ["1", "2", "3"].iter().map(|key| ask(&owner, key, json!({"clear_first": false}))).collect();
        std::thread::scope(|all| {
            for _ in 0..3 {
                all.spawn(|| House::built_in(world).work());
            }
            for _ in 0..2 {
                all.spawn(|| Story::of(world).run(EventKind::ProcessPaymentQueue));
            }
        });
        House::built_in(world).work();
        assert!(asked.iter().all(|id| operation(&owner, id)["state"] == "succeeded"));
        for invoice in &invoices {
            assert_eq!(states(&owner, invoice), ["approved"]);
        }
        // 9 × 12.00
        assert_eq!(taken(world, "EUR") - before, 10_800);
        let ids: BTreeSet<_> = invoices.iter().map(|invoice| get(&owner, invoice)["status"].clone().to_string()).collect();
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), [json!("paid").to_string()]);
        books_balance(&owner);
    }

    /// 4.00 of credit for an invoice of 10.00: 6.00 are reserved, and taken by a person.
    fn credit_first_then_reserved(world) {
        let owner = world.owner("north");
        let client = payer(&owner, &care(&owner, json!({})), "Oda");
        let invoice = owing(&owner, &client, "10.00");
        owner.post(&format!("/v1/clients/{client}/credits"), json!({"amount": eur("4.00"), "reason": "Sorry"})).expect(201);
        let body = || json!({"client_ids": [client], "due_by": "2026-01-31", "action": "authorise"});
        assert_eq!(run(world, &owner, "1", body()), told(0, 1, 0));
        assert_eq!(charges(&owner, &invoice), [("6.00".to_string(), "authorised".to_string())]);
        assert_eq!(get(&owner, &invoice)["open"]["amount"], "6.00");
        // what is reserved is under way
        assert_eq!(run(world, &owner, "2", body()), told(0, 0, 0));
        let reserved = owner.get(&format!("/v1/transactions?invoice_id={invoice}")).text("/data/0/id");
        owner.post_once(&format!("/v1/transactions/{reserved}/capture"), "take", json!({})).expect(200);
        assert_eq!(get(&owner, &invoice)["status"], "paid");
        books_balance(&owner);
    }

    /// Nothing new; then whatever its day; then only what was declined, of which the recurring run keeps the pauses and a person
    /// does not.
    fn as_the_seller_has_settled(world) {
        let owner = world.owner("north");
        let client = payer(&owner, &care(&owner, json!({})), "Pia");
        let (high, low) = (owing(&owner, &client, TOO_MUCH), owing(&owner, &client, "10.00"));
        let story = Story::of(world);
        settle(&owner, json!({"process_new": false, "only_when_due": false}));
        assert_eq!(story.run(EventKind::ProcessPaymentQueue), told(0, 0, 0));
        settle(&owner, json!({"only_when_due": false}));
        assert_eq!(story.run(EventKind::ProcessPaymentQueue), told(1, 0, 1));
        assert_eq!((states(&owner, &high), states(&owner, &low)), (vec!["declined".into()], vec!["approved".into()]));
        assert_eq!(story.run(EventKind::ProcessPaymentQueue), told(0, 0, 0));
        let again = |reasons: Value| json!({"only_when_due": false, "reasons": reasons});
        assert_eq!(run(world, &owner, "1", again(json!(["new", "errored"]))), told(0, 0, 0));
        assert_eq!(run(world, &owner, "2", again(json!(["declined"]))), told(0, 0, 1));
        story.sleep_until("2026-01-20");
        settle(&world.owner("north"), json!({"retry_declined": false}));
        assert_eq!(story.run(EventKind::ProcessPaymentQueue), told(0, 0, 0));
        settle(&world.owner("north"), json!({"retry_errored": false}));
        assert_eq!(story.run(EventKind::ProcessPaymentQueue), told(0, 0, 1));
    }

    /// A subscription is shared by two cards. Where several methods are switched off, the default one pays all.
    fn one_method_for_all(world) {
        let owner = world.owner("north");
        let (client, subscription) = buy(&owner, &care(&owner, json!({})), "Quin", GOOD, None);
        let first = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).text("/data/0/id");
        let card = json!({"gateway": "fake", "card": {"number": "4000000000000127", "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Quin"}});
        let second = owner.post_once("/v1/payment-methods", "second", json!({"client_id": client, "method": card})).expect(201).text("/id");
        let halves = json!({"methods": [{"payment_method_id": first, "share": "50"}, {"payment_method_id": second, "share": "50"}]});
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        owner.send("PUT", &format!("/v1/subscriptions/{subscription}/payment-methods"), &headers, Some(halves.to_string().as_bytes())).expect(200);
        let story = Story::of(world);
        story.sleep_until("2026-01-26");
        story.run(EventKind::ProcessInvoices);
        story.sleep_until("2026-02-04");
        let queue = |owner: &Actor| {
            let list = owner.get(&format!("/v1/payment-queue?client_id={client}")).expect(200).json();
            list["data"].as_array().unwrap().iter().map(|row| (row["payment_method_id"].clone(), row["amount"]["amount"].clone())).collect::<Vec<_>>()
        };
        assert_eq!(queue(&world.owner("north")), [(json!(first), json!("5.00")), (json!(second), json!("5.00"))]);
        settle(&world.owner("north"), json!({"several_methods": false}));
        assert_eq!(queue(&world.owner("north")), [(json!(second), json!("10.00"))]);
    }
}
