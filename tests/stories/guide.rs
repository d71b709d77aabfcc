//! The guide's Alice and Bob ("Configurer le mode de facturation"), eighteen years later: what they buy, which invoices they
//! get and when, while their cards are charged.

use super::billing::{GOOD, care, email};
use super::provisioning::put;
use crate::api::invoices::books_balance;
use crate::api::orders::shopper;
use crate::api::verify::verify;
use crate::support::story::Story;
use crate::support::world::PASSWORD;
use crate::support::{Actor, World};
use chrono::NaiveDate;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn plan(owner: &Actor, code: &str, cycle: &str, amount: &str, more: Value) -> String {
    let price = json!({"cycle": cycle, "currency": "EUR", "recurring": {"amount": amount, "currency": "EUR"}});
    let mut plan = json!({"code": code, "name": code, "prices": [price]});
    plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    care(owner, plan)
}

/// The guide's three: hosting for oneself and for a business by the month, and a name by the year, which keeps its dates.
struct Shelf {
    personal: Value,
    business: Value,
    name: Value,
}

impl Shelf {
    fn new(owner: &Actor) -> Self {
        let item = |plan: String, cycle: &str| json!({"plan_id": plan, "cycle": cycle});
        Self {
            personal: item(plan(owner, "personal", "1-month", "9.00", json!({})), "1-month"),
            business: item(plan(owner, "business", "1-month", "19.00", json!({})), "1-month"),
            name: item(plan(owner, "name", "1-year", "12.00", json!({"lead_days": 30, "prorates": false})), "1-year"),
        }
    }
}

/// Someone new orders and pays by a card that is kept; the client.
fn come(owner: &Actor, name: &str, items: Value) -> String {
    let buyer = json!({"country": "FR", "city": "Lyon"});
    let quote = shopper(owner).post("/v1/store/quotes", json!({"cart": {"items": items}, "buyer": buyer})).expect(200);
    let contact = json!({"first_name": name, "last_name": "Guide", "email": email(name), "password": PASSWORD});
    let address = json!({"line1": "", "city": "Lyon", "postal_code": "69001", "country": "FR"});
    let order = json!({"quote_token": quote.text("/token"), "gateway": "fake", "accept_terms": true,
        "client": {"kind": "person", "address": address, "contact": contact}});
    let placed = shopper(owner).post_once("/v1/store/orders", &format!("{name}-comes"), order).expect(201);
    let card = json!({"number": GOOD, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": name});
    let pay = json!({"gateway": "fake", "save": true, "card": card});
    let invoice = placed.text("/order/invoice_id");
    owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("{name}-pays"), pay).expect(200);
    placed.text("/order/client_id")
}

/// The same client, signed in, orders once more and pays with the card that was kept.
fn come_again(world: &World, name: &str, client: &str, items: Value) {
    let owner = world.owner("north");
    let me = world.stranger.sign_in("client", "north", &email(name), PASSWORD);
    let cart = json!({"cart": {"items": items}, "buyer": {"country": "FR", "city": "Lyon"}});
    let quote = shopper(&owner).post("/v1/store/quotes", cart).expect(200);
    let order = json!({"quote_token": quote.text("/token"), "gateway": "fake", "accept_terms": true});
    let placed = me.post_once("/v1/me/orders", &format!("{name}-again"), order).expect(201);
    let method = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).text("/data/0/id");
    let pay = json!({"gateway": "fake", "payment_method_id": method});
    let invoice = placed.text("/invoice_id");
    owner.post_once(&format!("/v1/invoices/{invoice}/pay"), &format!("{name}-pays-again"), pay).expect(200);
}

/// The invoices of some days: issued, due, and what each line charges for which days.
fn told(owner: &Actor, client: &str, from: &str, to: &str) -> Vec<(String, String, Vec<String>)> {
    let list = format!("/v1/invoices?client_id={client}&kind=invoice&limit=100&issued_on_gte={from}&issued_on_lt={to}");
    let mut ids: Vec<String> = owner.get(&list).expect(200).json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invoice| invoice["id"].as_str().unwrap().to_string())
        .collect();
    ids.sort();
    let line = |line: &Value| {
        let [from, to] = ["from", "to"].map(|end| line["period"][end].as_str().unwrap());
        format!("{} {from}..{to}", line["net"]["amount"].as_str().unwrap())
    };
    let one = |id: &String| {
        let invoice = owner.get(&format!("/v1/invoices/{id}")).expect(200);
        let lines = invoice.json()["lines"].as_array().unwrap().iter().map(line).collect();
        (invoice.text("/issued_on"), invoice.text("/due_on"), lines)
    };
    ids.iter().map(one).collect()
}

fn want(invoices: &[(&str, &str, &[&str])]) -> Vec<(String, String, Vec<String>)> {
    let one = |(issued, due, lines): &(&str, &str, &[&str])| {
        (issued.to_string(), due.to_string(), lines.iter().map(ToString::to_string).collect())
    };
    invoices.iter().map(one).collect()
}

/// Lives until a day: what is due is invoiced and charged every day.
fn live(story: &Story, from: &str, to: &str) {
    let [from, to] = [from, to].map(|day| day.parse::<NaiveDate>().unwrap());
    for day in from.iter_days().skip(1).take_while(|day| *day <= to) {
        story.sleep_until(&day.to_string());
        assert_eq!(story.run(EventKind::ProcessInvoices)["parked"], 0);
        story.run(EventKind::ProcessPaymentQueue);
    }
}

fn ends_well(world: &World, client: &str) {
    let owner = world.owner("north");
    assert_eq!(
        owner.get(&format!("/v1/invoices?client_id={client}&status=overdue")).expect(200).json()["data"],
        json!([])
    );
    books_balance(&owner);
    assert_eq!(verify(world, "north").0, BTreeMap::new());
}

both! {
    /// Anniversary billing. On 15 June hosting and a name, on 20 August business hosting: the invoices of July, September and
    /// of the next May, when there are three. Thirty days before 15 June is 16 May, where the guide prints the 15th.
    fn alice(world) {
        Story::of(world).sleep_until("2026-06-15");
        let owner = world.owner("north");
        let shelf = Shelf::new(&owner);
        let client = come(&owner, "Alice", json!([shelf.personal, shelf.name]));
        let story = Story::of(world);
        live(&story, "2026-06-15", "2026-08-20");
        come_again(world, "Alice", &client, json!([shelf.business]));
        live(&story, "2026-08-20", "2027-06-14");
        let owner = world.owner("north");
        assert_eq!(told(&owner, &client, "2026-06-15", "2026-08-01"), want(&[
            ("2026-06-15", "2026-06-15", &["9.00 2026-06-15..2026-07-15", "12.00 2026-06-15..2027-06-15"]),
            ("2026-07-05", "2026-07-15", &["9.00 2026-07-15..2026-08-15"]),
        ]));
        assert_eq!(told(&owner, &client, "2026-08-20", "2026-10-01"), want(&[
            ("2026-08-20", "2026-08-20", &["19.00 2026-08-20..2026-09-20"]),
            ("2026-09-05", "2026-09-15", &["9.00 2026-09-15..2026-10-15"]),
            ("2026-09-10", "2026-09-20", &["19.00 2026-09-20..2026-10-20"]),
        ]));
        assert_eq!(told(&owner, &client, "2027-05-01", "2027-06-01"), want(&[
            ("2027-05-05", "2027-05-15", &["9.00 2027-05-15..2027-06-15"]),
            ("2027-05-10", "2027-05-20", &["19.00 2027-05-20..2027-06-20"]),
            ("2027-05-16", "2027-06-15", &["12.00 2027-06-15..2028-06-15"]),
        ]));
        // hosting twelve times more after the first, business ten times, the name once
        assert_eq!(told(&owner, &client, "2026-01-01", "2027-06-15").len(), 1 + 12 + 1 + 10 + 1);
        ends_well(world, &client);
    }

    /// Monthly billing with the threshold on the 15th: 15 June pays 16 of 30 days, 9.00 × 16 / 30 = 4.80, and July; 5 August
    /// pays 27 of 31 days, 19.00 × 27 / 31 = 16.55 (16.548…). From then on one invoice a month for both, and in May one for
    /// the name.
    fn bob(world) {
        Story::of(world).sleep_until("2026-06-15");
        let owner = world.owner("north");
        let rule = json!({"mode": "monthly", "threshold_day": 15, "first_month": "prorated"});
        put(&owner, &json!({"billing": {"rule": rule}})).expect(200);
        let shelf = Shelf::new(&owner);
        let client = come(&owner, "Bob", json!([shelf.personal, shelf.name]));
        let story = Story::of(world);
        live(&story, "2026-06-15", "2026-08-05");
        come_again(world, "Bob", &client, json!([shelf.business]));
        live(&story, "2026-08-05", "2027-06-10");
        let owner = world.owner("north");
        assert_eq!(told(&owner, &client, "2026-06-15", "2026-08-01"), want(&[
            ("2026-06-15", "2026-06-15", &["4.80 2026-06-15..2026-07-01", "9.00 2026-07-01..2026-08-01", "12.00 2026-06-15..2027-06-15"]),
            ("2026-07-22", "2026-08-01", &["9.00 2026-08-01..2026-09-01"]),
        ]));
        assert_eq!(told(&owner, &client, "2026-08-01", "2026-09-01"), want(&[
            ("2026-08-05", "2026-08-05", &["16.55 2026-08-05..2026-09-01"]),
            ("2026-08-22", "2026-09-01", &["9.00 2026-09-01..2026-10-01", "19.00 2026-09-01..2026-10-01"]),
        ]));
        assert_eq!(told(&owner, &client, "2027-04-15", "2027-06-01"), want(&[
            ("2027-04-21", "2027-05-01", &["9.00 2027-05-01..2027-06-01", "19.00 2027-05-01..2027-06-01"]),
            ("2027-05-16", "2027-06-15", &["12.00 2027-06-15..2028-06-15"]),
            ("2027-05-22", "2027-06-01", &["9.00 2027-06-01..2027-07-01", "19.00 2027-06-01..2027-07-01"]),
        ]));
        ends_well(world, &client);
    }
}
