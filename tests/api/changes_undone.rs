//! Changes that are taken back, follow each other or meet time that is paid elsewhere (SUB-01, SUB-04 to SUB-06, CAT-16):
//! everything is charged once. The world begins on 5 January 2026, and the cycle that runs has 31 days.

use crate::api::invoices::first_client;
use crate::api::orders::corner;
use crate::api::price_moves::{dearer, nets, states, words};
use crate::api::subscription_changes::{Ladder, act, eur, item_of, sound};
use crate::stories::billing::{GOOD, buy, buy_item, care};
use crate::stories::dunning::status;
use crate::support::Actor;
use crate::support::story::Story;
use serde_json::{Value, json};

/// Takes back the change that was asked for last.
fn withdraw(owner: &Actor, subscription: &str) {
    let changes = owner.get(&format!("/v1/subscriptions/{subscription}/changes")).expect(200).json();
    let ids = changes["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap());
    let last = ids.max().unwrap();
    act(owner, subscription, &format!("changes/{last}/withdraw"), &json!({})).expect(200);
}

/// Imports a contract over 10.00 a month that begins here with its next renewal.
fn import(owner: &Actor, plan: &str, next_renewal_on: &str) -> String {
    let import = json!({"client_id": first_client(owner), "store_id": corner(owner)["id"], "gateway": "transfer",
        "item": {"plan_id": plan, "cycle": "1-month"}, "next_renewal_on": next_renewal_on});
    owner.post("/v1/subscriptions/import", import).expect(201).text("/id")
}

/// The documents of a subscription of the first client: net amounts of the lines.
fn lines(owner: &Actor, subscription: &str) -> Vec<Value> {
    let list = owner.get(&format!("/v1/invoices?client_id={}&limit=100", first_client(owner))).expect(200).json();
    let mut found = Vec::new();
    for row in list["data"].as_array().unwrap() {
        let invoice = owner.get(&format!("/v1/invoices/{}", row["id"].as_str().unwrap())).expect(200).json();
        let own = invoice["lines"].as_array().unwrap().iter().filter(|line| line["subscription_id"] == subscription);
        found.extend(own.map(|line| json!([line["period"]["from"], line["period"]["to"], line["net"]["amount"]])));
    }
    found
}

both! {
    /// 12.00 from March on was agreed before a change to Care Plus took its place, which is taken back: 10.00 for February,
    /// and 12.00 from March on.
    fn what_a_withdrawn_change_had_superseded_waits_again(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Mia", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-15");
        act(&owner, &subscription, "move-price", &json!({"from": "2026-03-01"})).expect(200);
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.plus, "way": "end_of_cycle"})).expect(200);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "superseded"), ("plan", "waiting")]));
        withdraw(&owner, &subscription);
        assert_eq!(states(&owner, &subscription)[..2], words(&[("price_moved", "waiting"), ("plan", "withdrawn")]));
        story.until("2026-04-01");
        let owner = world.owner("north");
        assert_eq!(nets(&owner, &client), ["10.00", "10.00", "12.00", "12.00"]);
        assert_eq!(states(&owner, &subscription)[0], words(&[("price_moved", "done")])[0]);
        sound(world);
    }

    /// The add-on of 3.10 goes with January; the cancellation that is taken back does not bring it back.
    fn who_stays_does_not_get_back_what_was_removed(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let item = json!({"plan_id": ladder.care, "cycle": "1-month", "add_on_ids": [ladder.add_on]});
        let (client, subscription) = buy_item(&owner, item, "Kit", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-10");
        let owner = world.owner("north");
        let calls = item_of(&owner, &subscription, "Calls");
        act(&owner, &subscription, &format!("items/{calls}/remove"), &json!({"way": "end_of_cycle"})).expect(200);
        act(&owner, &subscription, "cancel", &json!({"when": "end_of_cycle"})).expect(200);
        owner.act(&format!("/v1/subscriptions/{subscription}/keep")).expect(200);
        story.until("2026-03-01");
        assert_eq!(nets(&world.owner("north"), &client), ["13.10", "10.00", "10.00"]);
        sound(world);
    }

    /// A fifth off for three cycles. On the 15th an add-on comes and is doubled before anything is invoiced: 6.20 × 21 / 31 ×
    /// 80 % = 3.36. February and March are the other two: 16.20 × 80 % = 12.96.
    fn two_changes_before_a_run_give_one_cycle_again(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        crate::api::discounts::make(&owner, "Thrice", "20", &ladder.care, json!({"cycles": 3}));
        let (client, subscription) = buy(&owner, &ladder.care, "Two", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        act(&owner, &subscription, "add-ons", &json!({"add_on_id": ladder.add_on, "way": "now_with_credit"})).expect(200);
        let calls = item_of(&owner, &subscription, "Calls");
        let twice = json!({"quantity": "2", "way": "now_with_credit"});
        act(&owner, &subscription, &format!("items/{calls}/change"), &twice).expect(200);
        story.until("2026-03-30");
        assert_eq!(nets(&world.owner("north"), &client), ["8.00", "3.36", "12.96", "12.96", "16.20"]);
        sound(world);
    }

    /// Up on the 15th for a fee of 3.00, and at 18.00 in place of 20.00 before that is invoiced: 10.00 × 21 / 31 = 6.77 come
    /// back, 18.00 × 21 / 31 = 12.19 and the fee are charged.
    fn a_fee_is_owed_until_it_is_charged(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Fay", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.plus, "way": "now_with_credit"})).expect(200);
        let plan = item_of(&owner, &subscription, "Care Plus");
        let price = json!({"price": eur("18.00"), "way": "now_with_credit"});
        act(&owner, &subscription, &format!("items/{plan}/change"), &price).expect(200);
        story.until("2026-01-30");
        assert_eq!(nets(&world.owner("north"), &client), ["10.00", "-6.77", "15.19", "18.00"]);
        sound(world);
    }

    /// Two months were agreed. A change to a yearly plan without an end is taken back: it ends after two months all the same.
    fn a_withdrawn_change_leaves_the_number_of_cycles(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let plan = care(&owner, json!({"code": "two", "cycle_limit": 2, "upgrade_to": [ladder.max]}));
        let (client, subscription) = buy(&owner, &plan, "Lim", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        let yearly = json!({"plan_id": ladder.max, "cycle": "1-year", "way": "end_of_cycle"});
        act(&owner, &subscription, "change-plan", &yearly).expect(200);
        withdraw(&owner, &subscription);
        story.until("2026-04-01");
        let owner = world.owner("north");
        assert_eq!(nets(&owner, &client), ["10.00", "10.00"]);
        assert_eq!(status(&owner, &subscription), "completed");
        sound(world);
    }

    /// Paid elsewhere up to 20 February, which is no end of a month counted from its first day: nothing before is charged
    /// here, whatever is changed.
    fn what_is_paid_elsewhere_is_not_charged_by_a_change(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let subscription = import(&owner, &ladder.care, "2026-02-20");
        act(&owner, &subscription, "cancel", &json!({"when": "end_of_cycle"})).expect(200);
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).text("/ends_on"), "2026-02-20");
        owner.act(&format!("/v1/subscriptions/{subscription}/keep")).expect(200);
        let now = json!({"plan_id": ladder.plus, "way": "now_with_credit"});
        let refused = act(&owner, &subscription, "change-plan", &now).expect(409);
        assert!(refused.text("/detail").contains("2026-02-20"), "{}", refused.text);
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.plus, "way": "end_of_cycle", "without_fee": true})).expect(200);
        Story::of(world).until("2026-02-25");
        let owner = world.owner("north");
        assert_eq!(lines(&owner, &subscription), [json!(["2026-02-20", "2026-03-20", "20.00"])]);
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).text("/plan_id"), ladder.plus);
        sound(world);
    }

    /// 6.20 off 13.10: 4.73 of it off Care, 1.47 off the add-on. Doubled on the 15th, 1.63 × 21 / 31 = 1.10 come back; of the
    /// coupon's 6.20 × 21 / 31 = 4.20 Care keeps 3.20, so that 1.00 comes off 4.20.
    fn a_fixed_coupon_is_there_once_for_all_items(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let coupon = json!({"name": "Six", "code": "SIX", "value": {"fixed": eur("6.20")}});
        owner.post("/v1/coupons", coupon).expect(201);
        let item = json!({"plan_id": ladder.care, "cycle": "1-month", "add_on_ids": [ladder.add_on]});
        let (client, subscription) = buy_item(&owner, item, "Fix", GOOD, Some("SIX"));
        let (whole, alone) = buy(&owner, &ladder.care, "Sol", GOOD, Some("SIX"));
        Story::of(world).sleep_until("2026-01-15");
        let owner = world.owner("north");
        let calls = item_of(&owner, &subscription, "Calls");
        let twice = json!({"quantity": "2", "way": "now_with_credit", "invoice_now": true});
        act(&owner, &subscription, &format!("items/{calls}/change"), &twice).expect(200);
        // Care alone has all of it already: the add-on of 21 days costs 2.10
        let more = json!({"add_on_id": ladder.add_on, "way": "now_with_credit", "invoice_now": true});
        act(&owner, &alone, "add-ons", &more).expect(200);
        Story::of(world).until("2026-01-30");
        let owner = world.owner("north");
        assert_eq!(nets(&owner, &client), ["6.90", "-1.10", "3.20", "10.00"]);
        assert_eq!(nets(&owner, &whole), ["3.80", "2.10", "6.90"]);
        sound(world);
    }

    /// It renews on the day of the import: 10.00, without what it costs to begin.
    fn what_is_imported_has_begun_already(world) {
        let owner = world.owner("north");
        let prices = json!([{"cycle": "1-month", "currency": "EUR", "recurring": eur("10.00"), "setup": eur("5.00")}]);
        let plan = care(&owner, json!({"prices": prices}));
        let subscription = import(&owner, &plan, "2026-01-05");
        Story::of(world).until("2026-01-07");
        assert_eq!(lines(&world.owner("north"), &subscription), [json!(["2026-01-05", "2026-02-05", "10.00"])]);
        sound(world);
    }
}
