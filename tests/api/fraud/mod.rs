//! The fraud check of orders (CLI-16): rules, lists, scorers, decisions by hand, and what is never done before one.
//!
//! Someone new without a telephone shows two signs: 2 points for being new and 3 for the telephone.

mod by_hand;
mod cards;
mod lists;
mod privacy;
mod rules;
mod scorers;
mod shoppers;
mod stops;

use crate::api::orders::{order_of, shopper, wish};
use crate::stories::provisioning::put;
use crate::support::world::Seller;
use crate::support::{Actor, Answer, World};
use comptoir_simulators::minfraud::{ACCOUNT, KEY, MinFraud};
use comptoir_simulators::shell::Running;
use serde_json::{Value, json};

/// Switches the check on, with these changes of the policy.
pub fn switch_on(owner: &Actor, changes: Value) {
    let mut policy = json!({"is_on": true});
    policy.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    put(owner, &json!({ "fraud": policy })).expect(200);
}

pub fn set_scorer(owner: &Actor, scorer: Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    owner.send("PUT", "/v1/fraud-scorer", &headers, Some(scorer.to_string().as_bytes()))
}

/// The fake scorer is asked.
pub fn ask_fake(owner: &Actor) {
    set_scorer(owner, json!({"connector": "fake"})).expect(201);
}

/// The simulated service is asked.
pub fn ask_minfraud(owner: &Actor, service: &str) -> Running<MinFraud> {
    let running = Running::start(MinFraud::default());
    let settings = json!({"account_id": ACCOUNT, "license_key": KEY, "service": service, "address": running.url});
    set_scorer(owner, json!({"connector": "minfraud", "settings": settings})).expect(201);
    running
}

/// Someone new orders the starter plan, 15.00 with its set-up; the name is the first part of the mail address.
pub fn place(owner: &Actor, name: &str, gateway: &str) -> Answer {
    let domain = format!("{}.example", name.replace(['.', '_'], "-"));
    let quote = shopper(owner).post("/v1/store/quotes", wish(owner, &domain, "Lyon")).expect(200);
    let order = order_of(name, &quote.text("/token"), gateway);
    shopper(owner).post_once("/v1/store/orders", name, order).expect(201)
}

/// The same; the order.
pub fn order(owner: &Actor, name: &str) -> String {
    place(owner, name, "fake").text("/order/id")
}

pub fn state(owner: &Actor, order: &str) -> String {
    owner.get(&format!("/v1/orders/{order}")).expect(200).text("/state")
}

pub fn check(owner: &Actor, order: &str) -> Value {
    owner.get(&format!("/v1/orders/{order}/fraud-check")).expect(200).json()
}

/// The state and the score of the check of an order.
pub fn standing(owner: &Actor, order: &str) -> (String, String) {
    let check = check(owner, order);
    (check["state"].as_str().unwrap().into(), check["score"].as_str().unwrap().into())
}

pub fn rules(owner: &Actor, order: &str) -> Vec<String> {
    let check = check(owner, order);
    let word = |finding: &Value| finding["rule"].as_str().unwrap().to_string();
    check["findings"].as_array().unwrap().iter().map(word).collect()
}

/// Open to-dos of a kind.
pub fn todos(owner: &Actor, kind: &str) -> usize {
    owner.get(&format!("/v1/todos?state=open&kind={kind}")).expect(200).json()["data"].as_array().unwrap().len()
}

pub fn decide(owner: &Actor, order: &str, what: &str, reason: &str) -> Answer {
    let id = check(owner, order)["id"].as_str().unwrap().to_string();
    owner.post(&format!("/v1/fraud-checks/{id}/{what}"), json!({ "reason": reason }))
}

/// Moves both clocks.
pub fn advance(world: &World, by: chrono::TimeDelta) {
    for clock in [&world.server.business, &world.server.machine] {
        clock.advance_to(clock.now().plus(by));
    }
}

/// Whether an operation needs something that is prepared here.
pub fn concerns(path: &str) -> bool {
    ["/v1/fraud-checks/", "/v1/fraud-entries/", "/v1/fraud-scorer"].iter().any(|start| path.starts_with(start))
        || path.ends_with("/fraud-check")
}

/// An order of the first client that is held, an entry and a scorer.
pub fn prepare(seller: &mut Seller, operation: &str) {
    let owner = &seller.owner;
    if operation != "set_fraud_scorer" {
        ask_fake(owner);
    }
    let entry = json!({"list": "deny", "kind": "country", "value": "BV"});
    seller.ids.insert("fre".into(), owner.post("/v1/fraud-entries", entry).expect(201).text("/id"));
    switch_on(owner, json!({"hold_from": "0", "weights": {"new_client": 61}, "decline_above": "100"}));
    let order = order(owner, "Matrix");
    let id = check(owner, &order)["id"].as_str().unwrap().to_string();
    seller.ids.insert("frc".into(), id);
    seller.ids.insert("ord".into(), order);
}
