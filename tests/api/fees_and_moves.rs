//! What a contract owes once is charged once (SUB-05, CAT-07), and prices that were agreed outlast a cancellation that is taken
//! back (SUB-04, CAT-16). The world begins on 5 January 2026, and the cycle that runs has 31 days.

use crate::api::invoices::first_client;
use crate::api::orders::corner;
use crate::api::price_moves::{dearer, nets, states, words};
use crate::api::subscription_changes::{Ladder, act, eur, item_of, sound};
use crate::stories::billing::{GOOD, buy, care};
use crate::support::Actor;
use crate::support::story::Story;
use serde_json::{Value, json};

/// Forty-five days are free, up to 19 February; beginning costs 5.00. A plan above costs 20.00, and 3.00 to come up to. One is
/// sold; the ids of the plan above and of the subscription.
fn on_trial(owner: &Actor) -> (String, String) {
    let price = |recurring: &str, once: Value| {
        let mut price = json!({"cycle": "1-month", "currency": "EUR", "recurring": eur(recurring)});
        price.as_object_mut().unwrap().extend(once.as_object().unwrap().clone());
        json!([price])
    };
    let high =
        care(owner, json!({"code": "high", "name": "High", "prices": price("20.00", json!({"upgrade": eur("3.00")}))}));
    let low = care(
        owner,
        json!({"code": "low", "name": "Low", "trial_days": 45, "prices": price("10.00", json!({"setup": eur("5.00")})), "upgrade_to": [high]}),
    );
    let cart = json!({"items": [{"plan_id": low, "cycle": "1-month"}]});
    let order = json!({"client_id": first_client(owner), "order": {"store_id": corner(owner)["id"], "gateway": "transfer", "cart": cart}});
    let sold = owner.post_once("/v1/orders", "trial", order).expect(201);
    assert_eq!((sold.text("/gross/amount"), sold.text("/state")), ("0.00".into(), "done".into()));
    (high, sold.text("/subscription_ids/0"))
}

/// Kind, first day and net of what was charged for a subscription, by day.
fn charged(owner: &Actor, subscription: &str) -> Vec<(String, String, String)> {
    let list = owner.get(&format!("/v1/invoices?client_id={}&limit=100", first_client(owner))).expect(200).json();
    let mut found = Vec::new();
    for row in list["data"].as_array().unwrap() {
        let invoice = owner.get(&format!("/v1/invoices/{}", row["id"].as_str().unwrap())).expect(200).json();
        for line in invoice["lines"].as_array().unwrap().iter().filter(|line| line["subscription_id"] == subscription) {
            let text = |value: &Value| value.as_str().unwrap().to_string();
            found.push((text(&line["period"]["from"]), text(&line["kind"]), text(&line["net"]["amount"])));
        }
    }
    found.sort();
    found
}

fn lines(all: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    all.iter().map(|(day, kind, net)| ((*day).into(), (*kind).into(), (*net).into())).collect()
}

both! {
    /// Of the cycle from 5 February on 14 of 28 days are left: 10.00 × 14 / 28 = 5.00.
    fn a_trial_that_ends_is_followed_by_the_fee(world) {
        let owner = world.owner("north");
        let (_, subscription) = on_trial(&owner);
        Story::of(world).until("2026-02-24");
        let want = [("2026-02-19", "recurring", "5.00"), ("2026-02-19", "setup", "5.00"), ("2026-03-05", "recurring", "10.00")];
        assert_eq!(charged(&world.owner("north"), &subscription), lines(&want));
    }

    /// Changed on 10 January: 20.00 × 14 / 28 = 10.00, the 5.00 of the beginning and the 3.00 for coming up, once.
    fn a_plan_that_is_changed_within_the_trial_still_costs_its_beginning(world) {
        let owner = world.owner("north");
        let (high, subscription) = on_trial(&owner);
        let story = Story::of(world);
        story.until("2026-01-10");
        act(&world.owner("north"), &subscription, "change-plan", &json!({"plan_id": high, "way": "now_with_credit"})).expect(200);
        story.until("2026-02-24");
        let want = [("2026-02-19", "fee", "3.00"), ("2026-02-19", "recurring", "10.00"), ("2026-02-19", "setup", "5.00"), ("2026-03-05", "recurring", "20.00")];
        assert_eq!(charged(&world.owner("north"), &subscription), lines(&want));
        sound(world);
    }

    /// Up by two steps on 10 January, for 3.00 and for 4.00: 40.00 × 14 / 28 = 20.00, the 5.00 of the beginning and 7.00.
    fn two_changes_on_a_day_of_the_trial_cost_their_fees(world) {
        let owner = world.owner("north");
        let (high, subscription) = on_trial(&owner);
        let price = json!([{"cycle": "1-month", "currency": "EUR", "recurring": eur("40.00"), "upgrade": eur("4.00")}]);
        let top = care(&owner, json!({"code": "top", "name": "Top", "prices": price}));
        owner.patch(&format!("/v1/plans/{high}"), json!({"upgrade_to": [top]})).expect(200);
        let story = Story::of(world);
        story.until("2026-01-10");
        for plan in [high, top] {
            act(&world.owner("north"), &subscription, "change-plan", &json!({"plan_id": plan, "way": "now_with_credit"})).expect(200);
        }
        story.until("2026-02-24");
        let want = [("2026-02-19", "fee", "7.00"), ("2026-02-19", "recurring", "20.00"), ("2026-02-19", "setup", "5.00"), ("2026-03-05", "recurring", "40.00")];
        assert_eq!(charged(&world.owner("north"), &subscription), lines(&want));
        sound(world);
    }

    /// Another price from the next cycle on: what runs until then pays the fee by itself, and what follows does not pay it again.
    fn what_follows_a_paid_part_of_the_trials_cycle_has_no_fee(world) {
        let owner = world.owner("north");
        let (_, subscription) = on_trial(&owner);
        let story = Story::of(world);
        story.until("2026-02-06");
        let owner = world.owner("north");
        let item = item_of(&owner, &subscription, "Low");
        act(&owner, &subscription, &format!("items/{item}/change"), &json!({"price": eur("12.00"), "way": "end_of_cycle"})).expect(200);
        story.until("2026-02-24");
        let want = [("2026-02-19", "recurring", "5.00"), ("2026-02-19", "setup", "5.00"), ("2026-03-05", "recurring", "12.00")];
        assert_eq!(charged(&world.owner("north"), &subscription), lines(&want));
        sound(world);
    }

    /// Twice edited within the trial: 5.00 once, and 14.00 × 14 / 28 = 7.00.
    fn edited_twice_within_the_trial_the_fee_is_one(world) {
        let owner = world.owner("north");
        let (_, subscription) = on_trial(&owner);
        let story = Story::of(world);
        for (day, price) in [("2026-01-08", "12.00"), ("2026-01-12", "14.00")] {
            story.until(day);
            let owner = world.owner("north");
            let item = item_of(&owner, &subscription, "Low");
            act(&owner, &subscription, &format!("items/{item}/change"), &json!({"price": eur(price), "way": "now_with_credit"})).expect(200);
        }
        story.until("2026-02-20");
        let want = [("2026-02-19", "recurring", "7.00"), ("2026-02-19", "setup", "5.00")];
        assert_eq!(charged(&world.owner("north"), &subscription), lines(&want));
        sound(world);
    }

    /// 12.00 from 5 March on was agreed. February is out when the contract is cancelled to its 5th, and given back; who stays
    /// pays it again, and the new price from March on.
    fn a_price_that_was_agreed_outlasts_a_cancellation(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Mia", GOOD, None);
        let story = Story::of(world);
        story.until("2026-01-15");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-15");
        act(&owner, &subscription, "move-price", &json!({"from": "2026-03-01"})).expect(200);
        story.until("2026-01-27");
        let owner = world.owner("north");
        owner.post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "superseded")]));
        owner.act(&format!("/v1/subscriptions/{subscription}/keep")).expect(200);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "waiting")]));
        story.until("2026-04-01");
        let owner = world.owner("north");
        assert_eq!(nets(&owner, &client), ["10.00", "10.00", "-10.00", "10.00", "12.00", "12.00"]);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "done")]));
        sound(world);
    }

    /// The move to come begins on the very day to which the contract was cancelled: 5 March, which is out already.
    fn a_price_that_begins_with_the_end_comes_too(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Mia", GOOD, None);
        let story = Story::of(world);
        story.until("2026-01-15");
        dearer(&world.owner("north"), &ladder.care, "2026-01-15");
        act(&world.owner("north"), &subscription, "move-price", &json!({"from": "2026-03-01"})).expect(200);
        story.until("2026-02-24");
        let owner = world.owner("north");
        assert_eq!(nets(&owner, &client), ["10.00", "10.00", "12.00"]);
        owner.post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        owner.act(&format!("/v1/subscriptions/{subscription}/keep")).expect(200);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "waiting")]));
        story.until("2026-04-01");
        let owner = world.owner("north");
        assert_eq!(nets(&owner, &client), ["10.00", "10.00", "12.00", "-12.00", "12.00", "12.00"]);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "done")]));
        sound(world);
    }

    fn a_default_plan_is_one_no_longer(world) {
        let north = world.seller("north");
        let (owner, plan) = (&north.owner, &north.ids["pla"]);
        let at = |what: &str| format!("/v1/plans/{plan}/{what}");
        assert_eq!(owner.act(&at("make-default")).expect(200).json()["is_default"], true);
        let custom = json!({"client_id": first_client(owner), "store_id": corner(owner)["id"], "name": "Rack", "cycle": "1-month", "gateway": "transfer"});
        let promised = |owner: &Actor| owner.post("/v1/subscriptions/custom", custom.clone()).expect(201).json()["hosting_properties"].clone();
        assert!(promised(owner)["disk_space"].is_number());
        for _ in 0..2 {
            assert_eq!(owner.act(&at("unset-default")).expect(200).json()["is_default"], false);
        }
        assert_eq!(promised(owner), json!(null));
        let facts = owner.get("/v1/activities?kind=plan.unset_default").expect(200).json();
        assert_eq!(facts["data"].as_array().unwrap().len(), 1);
        world.owner("south").act(&at("unset-default")).refused(404, "not_found");
    }
}
