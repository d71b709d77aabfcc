//! Sixty-four at once: billing runs, payments and changes of plans, for the same few clients at the same moment. Nothing is
//! charged or paid twice, and nobody hears of a deadlock.

use super::Town;
use super::deeds::{self, Person};
use crate::support::Backend;
use crate::support::chance::{Chance, tell};
use crate::support::story::Story;
use chrono::Days;
use comptoir_domain::events::EventKind;
use serde_json::json;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread;

/// How many act at the same moment.
const AT_ONCE: usize = 64;
/// For so many clients.
const CLIENTS: usize = 6;
/// So many times, with a month in between.
const ROUNDS: usize = 3;

/// A contract that runs and a debt for everyone, so that there is something to change and to pay.
fn furnish(town: &Town) {
    let (owner, offer) = (town.world.owner("north"), town.offer.as_ref().unwrap());
    for (client, ..) in &town.people {
        let cart = json!({"items": [{"plan_id": offer.plans[0], "cycle": "1-month"}]});
        let order = json!({"store_id": offer.stores[0], "gateway": "transfer", "cart": cart});
        let order = json!({"client_id": client, "order": order});
        let placed = owner.post_once("/v1/orders", &format!("{client}-first"), order).expect(201);
        let paid = format!("/v1/invoices/{}/payments", placed.text("/invoice_id"));
        owner.post_once(&paid, &format!("{client}-paid"), json!({"method": "cash"})).expect(201);
        let line = json!({"description": "Moving", "quantity": "1", "unit_price": "45.33"});
        let debt = json!({"client_id": client, "currency": "EUR", "lines": [line]});
        let debt = owner.post("/v1/invoices", debt).expect(201).text("/id");
        owner.act(&format!("/v1/invoices/{debt}/issue")).expect(200);
    }
}

fn at_once(backend: Backend) {
    let mut chance = Chance::same();
    let mut town = Town::settle(backend, CLIENTS, &mut chance);
    furnish(&town);
    town.act();
    let story = Story::of(&town.world);
    let clients: Vec<String> = town.people.iter().map(|(client, ..)| client.clone()).collect();
    let mut done: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        town.today = town.today + Days::new(24);
        story.sleep_until(&town.today.to_string());
        let (owner, offer, barrier) = (town.world.owner("north"), town.offer.as_ref().unwrap(), Barrier::new(AT_ONCE));
        let act = |n: usize, mut chance: Chance| {
            // keys of its own in each round and each hand
            let calls = Cell::new(u32::try_from((round * AT_ONCE + n) * 100).unwrap());
            let person =
                Person { owner: &owner, offer, client: &clients[n % CLIENTS], neighbour: &clients[0], calls: &calls };
            barrier.wait();
            let (deed, answer) = match n % 3 {
                0 => {
                    assert_eq!(story.run(EventKind::ProcessInvoices)["parked"], 0);
                    return "a billing run".to_string();
                }
                1 => ("pay", deeds::pay(&person, &mut chance)),
                _ => ("change the plan", deeds::change_plan(&person, &mut chance)),
            };
            let Some(answer) = answer else { return format!("{deed}: nothing to do") };
            assert!(answer.status < 500, "{deed}: {}", answer.text);
            let code = answer.json()["code"].as_str().unwrap_or("done").to_string();
            format!("{deed}: {code}")
        };
        let ended: Vec<String> = thread::scope(|scope| {
            let hands: Vec<_> = (0..AT_ONCE).map(|n| (n, chance.fork())).collect();
            let act = &act;
            let hands: Vec<_> = hands.into_iter().map(|(n, chance)| scope.spawn(move || act(n, chance))).collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).collect()
        });
        ended.into_iter().for_each(|ending| *done.entry(ending).or_default() += 1);
        story.run(EventKind::ProcessInvoices);
        town.sound();
        assert_eq!(story.troubles(), [""; 0]);
        town.verified();
    }
    tell(&format!("{done:#?}"));
    assert!(done.contains_key("pay: done") && done.contains_key("change the plan: done"), "{done:?}");
}

#[test]
fn sixty_four_at_once_on_sqlite() {
    at_once(Backend::Sqlite);
}

#[test]
fn sixty_four_at_once_on_postgres() {
    at_once(Backend::Postgres);
}
