//! Renewals: to the day and to the cent, once, whatever breaks down.

use crate::api::orders::shopper;
use crate::support::story::Story;
use crate::support::world::PASSWORD;
use crate::support::{Actor, World};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

pub const GOOD: &str = "4242424242424242";

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// A plan that needs no panel, 10.00 a month, in the corner shop; its id.
pub fn care(owner: &Actor, more: Value) -> String {
    let mut plan = json!({"code": "care", "name": "Care", "kind": "generic",
        "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": eur("10.00")}]});
    plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let id = owner.post("/v1/plans", plan).expect(201).text("/id");
    let stores = owner.get("/v1/stores").json();
    let corner =
        stores["data"].as_array().unwrap().iter().find(|store| store["code"] == "corner").unwrap()["id"].clone();
    owner.patch(&format!("/v1/plans/{id}"), json!({"store_ids": [corner]})).expect(200);
    owner.act(&format!("/v1/plans/{id}/activate")).expect(200);
    id
}

/// Someone new buys the plan with a card that is kept; the ids of the client and the subscription.
pub fn buy(owner: &Actor, plan: &str, name: &str, card: &str, coupon: Option<&str>) -> (String, String) {
    buy_item(owner, json!({"plan_id": plan, "cycle": "1-month"}), name, card, coupon)
}

/// The same with whatever belongs to the item.
pub fn buy_item(owner: &Actor, item: Value, name: &str, card: &str, coupon: Option<&str>) -> (String, String) {
    let cart = json!({"items": [item], "coupon": coupon});
    let quote = shopper(owner)
        .post("/v1/store/quotes", json!({"cart": cart, "buyer": {"country": "FR", "city": "Lyon"}}))
        .expect(200);
    let contact = json!({"first_name": name, "last_name": "Story", "email": email(name), "password": PASSWORD});
    let order = json!({"quote_token": quote.text("/token"), "gateway": "fake", "accept_terms": true,
        "client": {"kind": "person", "address": {"line1": "", "city": "Lyon", "postal_code": "69001", "country": "FR"}, "contact": contact}});
    let placed = shopper(owner).post_once("/v1/store/orders", &format!("order-{name}"), order).expect(201);
    let invoice = placed.text("/order/invoice_id");
    let pay = json!({"gateway": "fake", "save": true,
        "card": {"number": card, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": name}});
    owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("pay-{name}"), pay).expect(200);
    let client = placed.text("/order/client_id");
    let subscription = owner.get(&format!("/v1/subscriptions?client_id={client}")).text("/data/0/id");
    (client, subscription)
}

pub fn email(name: &str) -> String {
    format!("{}@story.example", name.to_lowercase())
}

/// Issued on, first line's days, gross and status of a client's invoices, oldest first.
pub fn invoices(owner: &Actor, client: &str) -> Vec<(String, String, String, String)> {
    let list = owner.get(&format!("/v1/invoices?client_id={client}&kind=invoice&limit=100")).expect(200).json();
    let mut ids: Vec<String> =
        list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().into()).collect();
    ids.sort();
    let one = |id: &String| {
        let invoice = owner.get(&format!("/v1/invoices/{id}")).expect(200);
        let days = format!("{}..{}", invoice.text("/lines/0/period/from"), invoice.text("/lines/0/period/to"));
        (invoice.text("/issued_on"), days, invoice.text("/gross/amount"), invoice.text("/status"))
    };
    ids.iter().map(one).collect()
}

fn rows(rows: &[(&str, &str, &str, &str)]) -> Vec<(String, String, String, String)> {
    rows.iter()
        .map(|(on, days, gross, status)| ((*on).into(), (*days).into(), (*gross).into(), (*status).into()))
        .collect()
}

both! {
    /// Ordered on 31 January 2027: renewals follow month ends, and 29 February of 2028 is one of them. Invoices come ten
    /// days ahead; the kept card pays each the day before it is due.
    fn thirty_first_of_january_until_leap_day(world) {
        Story::of(world).sleep_until("2027-01-31");
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, _) = buy(&owner, &plan, "Jana", GOOD, None);
        let story = Story::of(world);
        story.until("2028-03-01");
        assert_eq!(story.troubles(), [""; 0]);
        let owner = world.owner("north");
        let all = invoices(&owner, &client);
        // the order, then one a month: 13 months to the one that begins on 29 February 2028, and March's is out on the 21st
        assert_eq!(all.len(), 14);
        assert_eq!(all[..4], rows(&[
            ("2027-01-31", "2027-01-31..2027-02-28", "10.00", "paid"),
            ("2027-02-18", "2027-02-28..2027-03-31", "10.00", "paid"),
            ("2027-03-21", "2027-03-31..2027-04-30", "10.00", "paid"),
            ("2027-04-20", "2027-04-30..2027-05-31", "10.00", "paid"),
        ]));
        assert_eq!(all[12..], rows(&[
            ("2028-01-21", "2028-01-31..2028-02-29", "10.00", "paid"),
            ("2028-02-19", "2028-02-29..2028-03-31", "10.00", "paid"),
        ]));
        // each period begins where the one before ends
        assert!(all.windows(2).all(|two| two[0].1.split("..").nth(1) == two[1].1.split("..").next()));
        crate::api::invoices::books_balance(&owner);
        // 14 invoices and 14 payments were announced
        let mails = story.mails(&email("Jana"));
        assert_eq!(mails.iter().filter(|subject| subject.starts_with("Facture")).count(), 14);
        assert_eq!(mails.iter().filter(|subject| subject.starts_with("Paiement")).count(), 14, "{mails:?}");
    }

    /// What a run finds does not depend on how often, or how late, it runs.
    fn a_late_run_makes_good_what_was_missed(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, _) = buy(&owner, &plan, "Lena", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-04-20");
        assert_eq!(story.run(EventKind::ProcessInvoices)["parked"], 0);
        assert_eq!(story.run(EventKind::ProcessInvoices), json!({"invoices": 0, "parked": 0}));
        let owner = world.owner("north");
        assert_eq!(invoices(&owner, &client)[1..], rows(&[
            ("2026-04-20", "2026-02-05..2026-03-05", "10.00", "due"),
            ("2026-04-20", "2026-03-05..2026-04-05", "10.00", "due"),
            ("2026-04-20", "2026-04-05..2026-05-05", "10.00", "due"),
        ]));
    }

    /// A coupon of 20 % for three cycles: the order and two renewals at 8.00, then 10.00.
    fn a_coupon_ends_when_it_was_to_end(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        owner.post("/v1/coupons", json!({"name": "Start", "code": "START", "value": {"percent": "20"}, "cycles": 3})).expect(201);
        let (client, _) = buy(&owner, &plan, "Cora", GOOD, Some("START"));
        Story::of(world).until("2026-05-06");
        let all = invoices(&world.owner("north"), &client);
        assert_eq!(all.iter().map(|row| row.2.as_str()).collect::<Vec<_>>(), ["8.00", "8.00", "8.00", "10.00", "10.00"]);
    }

    /// Renewals have what the group gives on the day they are invoiced: 10.00, then less 10 %, then less 25 % but no more
    /// than 20 %, then the member's own 5 %.
    fn renewals_follow_the_group(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, _) = buy(&owner, &plan, "Gila", GOOD, None);
        let group = owner.post("/v1/client-groups", json!({"name": "Kept", "guaranteed_discount": "10"})).expect(201).text("/id");
        owner.patch(&format!("/v1/clients/{client}"), json!({"group": {"client_group_id": group}})).expect(200);
        let story = Story::of(world);
        story.until("2026-02-01");
        let change = json!({"guaranteed_discount": "25", "maximum_discount": "20"});
        world.owner("north").patch(&format!("/v1/client-groups/{group}"), change).expect(200);
        story.until("2026-03-01");
        world.owner("north").patch(&format!("/v1/clients/{client}"), json!({"group": {"guaranteed_discount": "5"}})).expect(200);
        story.until("2026-04-01");
        let owner = world.owner("north");
        let all = invoices(&owner, &client);
        assert_eq!(all.iter().map(|row| row.2.as_str()).collect::<Vec<_>>(), ["10.00", "9.00", "8.00", "9.50"]);
        crate::api::invoices::books_balance(&owner);
    }

    /// Cancelled at the end of the cycle: nothing more is invoiced, and on the last day the subscription ends.
    fn a_subscription_ends_with_its_cycle(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, subscription) = buy(&owner, &plan, "Enno", GOOD, None);
        owner.post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        let story = Story::of(world);
        story.until("2026-02-04");
        assert_eq!(world.owner("north").get(&format!("/v1/subscriptions/{subscription}")).text("/status"), "active");
        story.until("2026-03-10");
        let owner = world.owner("north");
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).text("/status"), "cancelled");
        assert_eq!(invoices(&owner, &client).len(), 1);
    }

    /// Two cycles were agreed: two invoices, then completed.
    fn agreed_cycles_are_completed(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({"cycle_limit": 2}));
        let (client, subscription) = buy(&owner, &plan, "Zwei", GOOD, None);
        Story::of(world).until("2026-05-10");
        let owner = world.owner("north");
        assert_eq!(invoices(&owner, &client).len(), 2);
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).text("/status"), "completed");
    }

    /// Credit pays first, the card the rest: 10.00 − 4.00.
    fn credit_is_used_before_the_card(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, _) = buy(&owner, &plan, "Gerd", GOOD, None);
        owner.post(&format!("/v1/clients/{client}/credits"), json!({"amount": eur("4.00"), "reason": "sorry"})).expect(201);
        Story::of(world).until("2026-02-06");
        let owner = world.owner("north");
        assert_eq!(invoices(&owner, &client)[1].3, "paid");
        let payments = owner.get(&format!("/v1/transactions?client_id={client}")).json();
        let mut amounts: Vec<_> = payments["data"].as_array().unwrap().iter().map(|row| row["amount"]["amount"].clone()).collect();
        amounts.sort_by_key(Value::to_string);
        assert_eq!(amounts, [json!("10.00"), json!("6.00")]);
        crate::api::invoices::books_balance(&owner);
    }

    /// A client whose rows make no sense is put before a person; everyone else is billed.
    fn a_sick_client_keeps_nobody_from_being_billed(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let clients: Vec<_> = ["Ada", "Bea", "Cid"].iter().map(|name| buy(&owner, &plan, name, GOOD, None)).collect();
        corrupt(world, &clients[1].1);
        let story = Story::of(world);
        story.until("2026-01-30");
        let owner = world.owner("north");
        let counts: Vec<_> = clients.iter().map(|(client, _)| invoices(&owner, client).len()).collect();
        assert_eq!(counts, [2, 1, 2]);
        let todos = owner.get("/v1/todos?kind=billing_parked&state=open").json();
        assert_eq!(todos["data"].as_array().unwrap().len(), 1);
        assert_eq!(todos["data"][0]["subject_id"], json!(clients[1].0));
    }
}

/// Gives a subscription a lead time that cannot be.
pub fn corrupt(world: &World, subscription: &str) {
    use comptoir_db::schema::subscriptions as table;
    use diesel::prelude::*;
    let id: comptoir_domain::SubscriptionId = subscription.parse().unwrap();
    let row = table::table.filter(table::id.eq(id));
    diesel::update(row).set(table::lead_days.eq(-1)).execute(&mut world.database.connect()).unwrap();
}
