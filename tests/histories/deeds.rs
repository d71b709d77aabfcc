//! What a client does, or what is done to it, by chance. A deed asks the API as it would be asked by anyone; that it may be
//! refused is part of a history.

use super::offer::{COUPONS, CURRENCIES, CYCLES, Offer, money, with};
use crate::support::chance::Chance;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};
use std::cell::Cell;

/// A client among others, and who acts for it.
pub struct Person<'a> {
    pub owner: &'a Actor,
    pub offer: &'a Offer,
    pub client: &'a str,
    /// Whom it may give something to.
    pub neighbour: &'a str,
    /// Makes the keys of its calls different.
    pub calls: &'a Cell<u32>,
}

type Deed = fn(&Person, &mut Chance) -> Option<Answer>;

/// What is done, and how often among so many.
pub const DEEDS: &[(&str, u64, Deed)] = &[
    ("order", 6, order),
    ("change the plan", 9, change_plan),
    ("go up and down on one day", 3, up_and_down),
    ("add an add-on", 5, add),
    ("alter an item", 5, alter),
    ("remove an item", 3, remove),
    ("cancel", 3, cancel),
    ("keep what was to end", 2, keep),
    ("withdraw a change", 4, withdraw),
    ("pay", 14, pay),
    ("get credit", 2, credit),
    ("get a credit note", 3, credit_note),
    ("have a debt written off", 1, write_off),
    ("pay ahead", 2, generate),
    ("get a one-off invoice", 2, one_off),
    ("use credit", 1, use_credit),
    ("rest or go on", 2, rest),
    ("move to other prices", 5, move_price),
    ("go to the neighbour", 2, transfer),
];

/// One deed by chance; its name and what came of it, if there was anything to do it to.
pub fn one(person: &Person, chance: &mut Chance) -> (&'static str, Option<Answer>) {
    let mut at = chance.below(DEEDS.iter().map(|(_, weight, _)| weight).sum());
    let drawn = DEEDS.iter().find(|(_, weight, _)| {
        let here = at < *weight;
        at = at.saturating_sub(*weight);
        here
    });
    let (name, _, deed) = drawn.unwrap();
    (name, deed(person, chance))
}

/// An amount in the currency of a contract or a document.
fn amount(of: &Value, amount: String) -> Value {
    money(of["currency"].clone(), amount)
}

const WAYS: &[&str] = &["now_with_credit", "now_with_credit", "now_without_credit", "end_of_cycle"];

fn way(chance: &mut Chance) -> Value {
    json!({"way": chance.one(WAYS), "invoice_now": chance.perhaps(50)})
}

impl Person<'_> {
    fn call(&self, path: &str, body: Value) -> Answer {
        self.calls.set(self.calls.get() + 1);
        self.owner.post_once(path, &format!("{}-{}", self.client, self.calls.get()), body)
    }

    fn all(&self, path: &str) -> Vec<Value> {
        let list = self.owner.get(&format!("{path}client_id={}&limit=100", self.client)).expect(200).json();
        let mut all = list["data"].as_array().unwrap().clone();
        // documents of one run have no order that two towns share: what they are about has
        let about = |one: &Value| {
            [&one["lines"][0]["period"]["from"], &one["currency"], &one["gross"]["amount"]].map(Value::to_string)
        };
        all.sort_by_key(|one| (about(one), one["id"].as_str().unwrap().to_string()));
        all
    }

    /// A subscription that has not ended.
    fn contract(&self, chance: &mut Chance) -> Option<Value> {
        let alive = |one: &Value| !["cancelled", "completed", "transferred"].contains(&one["status"].as_str().unwrap());
        let all: Vec<_> = self.all("/v1/subscriptions?").into_iter().filter(alive).collect();
        chance.one(&all).cloned()
    }

    fn act(&self, contract: &Value, what: &str, body: Value) -> Answer {
        self.call(&format!("/v1/subscriptions/{}/{what}", contract["id"].as_str().unwrap()), body)
    }

    /// An item that still runs.
    fn item(&self, contract: &Value, chance: &mut Chance, kind: Option<&str>) -> Option<String> {
        let items = contract["items"].as_array().unwrap();
        let fits = |item: &&Value| item["to_on"].is_null() && kind.is_none_or(|kind| item["kind"] == kind);
        let items: Vec<_> = items.iter().filter(fits).collect();
        chance.one(&items).map(|item| item["id"].as_str().unwrap().to_string())
    }

    fn debts(&self) -> Vec<Value> {
        self.all("/v1/invoices?kind=invoice&status=due,overdue,partly_paid&")
    }
}

pub fn order(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let add_ons: &[&String] = if chance.perhaps(40) { &[&person.offer.add_on] } else { &[] };
    let item = json!({"plan_id": chance.one(&person.offer.plans), "cycle": chance.one(CYCLES), "add_on_ids": add_ons});
    let coupon = if chance.perhaps(40) { chance.one(COUPONS) } else { None };
    let store = &person.offer.stores[usize::from(chance.perhaps(35))];
    let order = json!({"store_id": store, "gateway": "transfer", "cart": {"items": [item], "coupon": coupon}});
    let placed = person.call("/v1/orders", json!({"client_id": person.client, "order": order}));
    // most pay at once what is due at once
    if placed.status == 201 && placed.json()["invoice_id"].is_string() && chance.perhaps(85) {
        let path = format!("/v1/invoices/{}/payments", placed.text("/invoice_id"));
        person.call(&path, json!({"method": "transfer", "reference": "first"}));
    }
    Some(placed)
}

pub fn change_plan(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    let mut wanted = with(way(chance), &json!({"plan_id": chance.one(&person.offer.plans)}));
    if chance.perhaps(35) {
        wanted["cycle"] = json!(chance.one(CYCLES));
    }
    if chance.perhaps(15) {
        wanted["price"] = amount(&contract, format!("{}.{:02}", chance.below(60), chance.below(100)));
    }
    Some(person.act(&contract, "change-plan", wanted))
}

/// Up and at once down again, without fees and coupons in between: it comes to nothing but cents of rounding.
fn up_and_down(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    let to =
        |plan: &Value| json!({"plan_id": plan, "way": "now_with_credit", "invoice_now": true, "without_fee": true});
    let up = person.act(&contract, "change-plan", to(&json!(person.offer.plans[2])));
    if up.status == 200 {
        return Some(person.act(&contract, "change-plan", to(&contract["plan_id"])));
    }
    Some(up)
}

fn add(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    let quantity = (1 + chance.below(4)).to_string();
    Some(person.act(
        &contract,
        "add-ons",
        with(way(chance), &json!({"add_on_id": person.offer.add_on, "quantity": quantity})),
    ))
}

fn alter(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    let of_plan = chance.perhaps(40);
    let item = person.item(&contract, chance, Some(if of_plan { "plan" } else { "add_on" }))?;
    let what = match of_plan {
        true => json!({"price": amount(&contract, format!("{}.{:02}", 5 + chance.below(40), chance.below(100)))}),
        false => json!({"quantity": (1 + chance.below(5)).to_string()}),
    };
    Some(person.act(&contract, &format!("items/{item}/change"), with(way(chance), &what)))
}

fn remove(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    let item = person.item(&contract, chance, None)?;
    Some(person.act(&contract, &format!("items/{item}/remove"), json!({"way": chance.one(WAYS)})))
}

fn cancel(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    let now = chance.perhaps(40);
    let wanted = json!({"when": if now { "now" } else { "end_of_cycle" }, "reason": "by chance"});
    let refund = if now && chance.perhaps(60) { json!({"refund": "credit"}) } else { json!({}) };
    Some(person.act(&contract, "cancel", with(wanted, &refund)))
}

/// Pauses what runs, takes up again what was paused.
fn rest(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    let to = if contract["status"] == "inactive" { "active" } else { "inactive" };
    Some(person.act(&contract, "status", json!({"status": to, "reason": "by chance"})))
}

fn move_price(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    Some(person.act(&contract, "move-price", json!({"include_agreed": chance.perhaps(30)})))
}

fn transfer(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    Some(person.act(&contract, "transfer", json!({"client_id": person.neighbour, "reason": "by chance"})))
}

fn keep(person: &Person, _: &mut Chance) -> Option<Answer> {
    let ends = |one: &Value| !one["ends_on"].is_null() && one["status"] != "cancelled";
    let contract = person.all("/v1/subscriptions?").into_iter().find(ends)?;
    Some(person.act(&contract, "keep", json!({})))
}

fn withdraw(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let contract = person.contract(chance)?;
    let id = contract["id"].as_str().unwrap();
    let changes = person.owner.get(&format!("/v1/subscriptions/{id}/changes")).expect(200).json();
    let change = changes["data"].as_array().unwrap().iter().find(|change| change["state"] == "waiting")?.clone();
    Some(person.act(&contract, &format!("changes/{}/withdraw", change["id"].as_str().unwrap()), json!({})))
}

pub fn pay(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let debts = person.debts();
    let debt = debts.first()?;
    let path = format!("/v1/invoices/{}/payments", debt["id"].as_str().unwrap());
    let mut payment = json!({"method": "transfer", "reference": "by chance"});
    if chance.perhaps(30) {
        // a part, or more than there is to pay
        payment["amount"] = amount(debt, format!("{}.{:02}", chance.below(70), 1 + chance.below(99)));
    }
    Some(person.call(&path, payment))
}

fn credit(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let currency = *chance.one(&CURRENCIES)?;
    let amount = money(currency, format!("{}.{:02}", chance.below(20), 1 + chance.below(99)));
    Some(
        person
            .call(&format!("/v1/clients/{}/credits", person.client), json!({"amount": amount, "reason": "by chance"})),
    )
}

fn credit_note(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let invoices = person.all("/v1/invoices?kind=invoice&");
    let invoice = chance.one(&invoices)?;
    let id = invoice["id"].as_str().unwrap();
    let wanted = match chance.below(3) {
        0 => json!({"extent": "whole"}),
        1 => {
            json!({"extent": "amount", "amount": amount(invoice, format!("{}.{:02}", chance.below(9), 1 + chance.below(99)))})
        }
        _ => {
            let line = person.owner.get(&format!("/v1/invoices/{id}")).expect(200).text("/lines/0/id");
            json!({"extent": "lines", "lines": [{"line_id": line}]})
        }
    };
    Some(person.call(&format!("/v1/invoices/{id}/credit-notes"), wanted))
}

fn write_off(person: &Person, _: &mut Chance) -> Option<Answer> {
    let debts = person.debts();
    Some(person.owner.act(&format!("/v1/invoices/{}/write-off", debts.first()?["id"].as_str().unwrap())))
}

fn generate(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let wanted = json!({"client_ids": [person.client], "cycles": 1 + chance.below(2), "issue": chance.perhaps(70)});
    Some(person.call("/v1/invoices/generate", wanted))
}

fn one_off(person: &Person, chance: &mut Chance) -> Option<Answer> {
    let line = json!({"description": "Moving", "quantity": (1 + chance.below(3)).to_string(), "unit_price": "45.33"});
    Some(person.call("/v1/invoices", json!({"client_id": person.client, "currency": "EUR", "lines": [line]})))
}

fn use_credit(person: &Person, _: &mut Chance) -> Option<Answer> {
    let debts = person.debts();
    Some(person.call(&format!("/v1/invoices/{}/apply-credit", debts.first()?["id"].as_str().unwrap()), json!({})))
}
