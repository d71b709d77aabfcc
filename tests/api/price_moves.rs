//! Subscriptions that move to another version of their prices (CAT-16). The world begins on 5 January 2026; a month costs
//! 10.00, and 12.00 by the new price; renewals come ten days ahead.

use crate::api::subscription_changes::{Ladder, act, charged, documents, eur, item_of, rows, sound};
use crate::stories::billing::{GOOD, buy, buy_item};
use crate::support::Actor;
use crate::support::house::House;
use crate::support::story::Story;
use serde_json::{Value, json};

/// Another price of a plan from a day on: 12.00 a month, 120.00 a year.
pub fn dearer(owner: &Actor, plan: &str, from: &str) {
    for (cycle, amount) in [("1-month", "12.00"), ("1-year", "120.00")] {
        let price = json!({"cycle": cycle, "currency": "EUR", "recurring": eur(amount), "valid_from": from});
        owner.post(&format!("/v1/plans/{plan}/prices"), price).expect(201);
    }
}

pub fn states(owner: &Actor, subscription: &str) -> Vec<(String, String)> {
    let list = owner.get(&format!("/v1/subscriptions/{subscription}/changes")).expect(200).json();
    let mut rows = list["data"].as_array().unwrap().clone();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    rows.iter().map(|row| (row["kind"].as_str().unwrap().into(), row["state"].as_str().unwrap().into())).collect()
}

pub fn words(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(one, other)| ((*one).into(), (*other).into())).collect()
}

/// What the documents of a client come to, oldest first.
pub fn nets(owner: &Actor, client: &str) -> Vec<String> {
    documents(owner, client).into_iter().map(|row| row.2).collect()
}

both! {
    /// 10.00 + 3.10 until 5 February, 12.00 + 3.50 from then on; what is announced for later is not taken before.
    fn plan_and_add_ons_move_with_the_next_cycle(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let item = json!({"plan_id": ladder.care, "cycle": "1-month", "add_on_ids": [ladder.add_on]});
        let (client, subscription) = buy_item(&owner, item, "Moa", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-15");
        let calls = json!({"cycle": "1-month", "currency": "EUR", "recurring": eur("3.50")});
        owner.post(&format!("/v1/add-ons/{}/prices", ladder.add_on), calls).expect(201);
        let later = json!({"cycle": "1-month", "currency": "EUR", "recurring": eur("99.00"), "valid_from": "2026-02-01"});
        owner.post(&format!("/v1/plans/{}/prices", ladder.care), later).expect(201);
        let preview = owner.post(&format!("/v1/subscriptions/{subscription}/move-price/preview"), json!({})).expect(200);
        assert_eq!((preview.text("/billed_from"), preview.text("/invoices/0/totals/net/amount")), ("2026-02-05".into(), "15.50".into()));
        assert_eq!((preview.json()["credits"].clone(), states(&owner, &subscription).len()), (json!([]), 0), "it writes nothing");
        act(&owner, &subscription, "move-price", &json!({"reason": "dearer"})).expect(200);
        let at = |day: &str| charged(&owner, &subscription, day).into_iter().map(|item| item.1).collect::<Vec<_>>();
        assert_eq!((at("2026-02-04"), at("2026-02-05")), (vec!["10".into(), "3.1".into()], vec!["12".to_string(), "3.5".into()]));
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "waiting")]));
        story.until("2026-01-27");
        let owner = world.owner("north");
        assert_eq!(documents(&owner, &client)[1..], rows(&[("invoice", "2026-02-05..2026-03-05", "15.50", "15.50")]));
        sound(world);
        story.until("2026-03-01");
        let owner = world.owner("north");
        assert_eq!(nets(&owner, &client), ["13.10", "15.50", "15.50"]);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "done")]));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// February is out at 10.00 and stays so; March is the first at 12.00. Withdrawn, March costs 10.00, and a change of plan
    /// from then on charges its 20.00 alone.
    fn what_is_invoiced_stays_and_a_withdrawn_move_leaves_nothing(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Ria", GOOD, None);
        let story = Story::of(world);
        story.until("2026-01-28");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-28");
        let made = owner.post(&format!("/v1/subscriptions/{subscription}/move-price/preview"), json!({})).expect(200);
        assert_eq!((made.text("/billed_from"), made.text("/invoices/0/totals/net/amount")), ("2026-03-05".into(), "12.00".into()));
        act(&owner, &subscription, "move-price", &json!({})).expect(200);
        act(&owner, &subscription, "move-price", &json!({"reason": "again"})).expect(409);
        let change = owner.get(&format!("/v1/subscriptions/{subscription}/changes")).text("/data/0/id");
        act(&owner, &subscription, &format!("changes/{change}/withdraw"), &json!({})).expect(200);
        act(&owner, &subscription, "move-price", &json!({"from": "2026-03-06"})).expect(200);
        let change = owner.get(&format!("/v1/subscriptions/{subscription}/changes?limit=1")).text("/data/0/id");
        assert_eq!(charged(&owner, &subscription, "2026-03-05")[0].1, "10", "not before the day that was asked for");
        act(&owner, &subscription, &format!("changes/{change}/withdraw"), &json!({})).expect(200);
        story.until("2026-02-10");
        let owner = world.owner("north");
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.plus, "way": "end_of_cycle", "without_fee": true})).expect(200);
        story.until("2026-03-01");
        assert_eq!(nets(&world.owner("north"), &client), ["10.00", "10.00", "20.00"]);
        sound(world);
    }

    /// Up to Plus on 15 January while the move waits for 5 February: 6.77 back, 13.55 charged, then 20.00 a month.
    fn a_change_of_plan_supersedes_a_move(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let item = json!({"plan_id": ladder.care, "cycle": "1-month", "add_on_ids": [ladder.add_on]});
        let (client, subscription) = buy_item(&owner, item, "Pia", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-15");
        act(&owner, &subscription, "move-price", &json!({})).expect(200);
        let item = item_of(&owner, &subscription, "Calls");
        act(&owner, &subscription, &format!("items/{item}/change"), &json!({"quantity": "2", "way": "end_of_cycle"})).expect(409);
        let up = json!({"plan_id": ladder.plus, "way": "now_with_credit", "invoice_now": true, "without_fee": true});
        act(&owner, &subscription, "change-plan", &up).expect(200);
        story.until("2026-03-01");
        let owner = world.owner("north");
        // the add-on goes on at 3.10
        assert_eq!(nets(&owner, &client), ["13.10", "-6.77", "13.55", "23.10", "23.10"]);
        assert_eq!(states(&owner, &subscription), words(&[("price_moved", "superseded"), ("plan", "done")]));
        sound(world);
    }

    /// Cancelled and kept while the move waits: February costs 12.00 once.
    fn a_kept_subscription_moves_all_the_same(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Kit", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-15");
        act(&owner, &subscription, "move-price", &json!({})).expect(200);
        owner.post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        owner.act(&format!("/v1/subscriptions/{subscription}/keep")).expect(200);
        story.until("2026-02-07");
        assert_eq!(nets(&world.owner("north"), &client), ["10.00", "12.00"]);
        sound(world);
    }

    /// 7.50 was agreed from February on: it stays, unless that is asked for.
    fn what_was_agreed_stays(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Gil", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-15");
        let item = item_of(&owner, &subscription, "Care");
        act(&owner, &subscription, &format!("items/{item}/change"), &json!({"price": eur("7.50"), "way": "end_of_cycle"})).expect(200);
        story.until("2026-02-10");
        let owner = world.owner("north");
        act(&owner, &subscription, "move-price", &json!({})).expect(422).names("/include_agreed");
        act(&owner, &subscription, "move-price", &json!({"include_agreed": true})).expect(200);
        story.until("2026-03-01");
        assert_eq!(nets(&world.owner("north"), &client), ["10.00", "7.50", "12.00"]);
        sound(world);
    }

    /// Three monthly ones, 30.00 to 36.00; a yearly one, 100.00 to 120.00, not before 5 January 2027; one that is to end stays.
    fn all_subscriptions_of_a_plan_move(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let monthly = ["Ann", "Ben", "Cid"].map(|name| buy(&owner, &ladder.care, name, GOOD, None));
        let year = json!({"plan_id": ladder.care, "cycle": "1-year"});
        let (_, yearly) = buy_item(&owner, year, "Dee", GOOD, None);
        let (_, ending) = buy(&owner, &ladder.care, "Eve", GOOD, None);
        let (_, other) = buy(&owner, &ladder.plus, "Flo", GOOD, None);
        owner.post(&format!("/v1/subscriptions/{ending}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        let old = owner.get(&format!("/v1/plans/{}/prices?cycle=1-month", ladder.care)).expect(200).text("/data/0/id");
        dearer(&owner, &ladder.care, "2026-01-15");
        let path = format!("/v1/plans/{}/move-subscriptions", ladder.care);
        let preview = |body: Value| world.owner("north").post(&format!("{path}/preview"), body).expect(200).json();
        let all = preview(json!({}));
        assert_eq!(all["totals"], json!([
            {"cycle": "1-month", "subscriptions": 3, "before": eur("30.00"), "after": eur("36.00")},
            {"cycle": "1-year", "subscriptions": 1, "before": eur("100.00"), "after": eur("120.00")},
        ]));
        assert_eq!((&all["staying"], &all["stays"]), (&json!({"not_active": 1}), &json!([{"subscription_id": ending, "reason": "not_active"}])));
        let first = &all["moves"][0];
        assert_eq!((&first["subscription_id"], &first["first_day"], &first["items"][0]["after"]), (&json!(monthly[0].1), &json!("2026-02-05"), &json!("12")));
        let last = &all["moves"][3];
        assert_eq!((&last["subscription_id"], &last["first_day"], &last["before"]), (&json!(yearly), &json!("2027-01-05"), &eur("100.00")));
        let chosen = |body: Value| preview(body)["moves"].as_array().unwrap().len();
        assert_eq!(chosen(json!({"cycle": "1-year"})), 1);
        assert_eq!(chosen(json!({"price_id": old})), 3);
        assert_eq!(chosen(json!({"subscription_ids": [monthly[1].1, yearly]})), 2);
        for (body, pointer) in [
            (json!({"subscription_ids": [monthly[0].1, other]}), "/subscription_ids/1"),
            (json!({"subscription_ids": []}), "/subscription_ids"),
            (json!({"from": "2026-01-14"}), "/from"),
            (json!({"reason": "x".repeat(501)}), "/reason"),
        ] {
            owner.post(&path, body.clone()).expect(422).names(pointer);
            owner.post(&format!("{path}/preview"), body).expect(422).names(pointer);
        }
        let asked = owner.post(&path, json!({"reason": "prices of 2026"})).expect(202).text("/id");
        House::built_in(world).work();
        let done = owner.get(&format!("/v1/operations/{asked}")).expect(200).json();
        assert_eq!((&done["state"], &done["done"], &done["total"]), (&json!("succeeded"), &json!(5), &json!(5)), "{done}");
        assert_eq!(done["result"], json!({"moved": 4, "stayed": {"not_active": 1}}));
        // asked for again, nothing moves twice
        assert_eq!(preview(json!({}))["staying"], json!({"not_active": 1, "under_change": 4}));
        sound(world);
        story.until("2026-02-07");
        let owner = world.owner("north");
        for (client, _) in &monthly {
            assert_eq!(nets(&owner, client), ["10.00", "12.00"]);
        }
        assert_eq!(preview(json!({}))["staying"], json!({"same_price": 3, "under_change": 1}));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// A draft of February at 10.00 has charged nothing yet: it goes, and February costs 12.00. The preview says so before.
    fn drafts_are_made_anew(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (client, subscription) = buy(&owner, &ladder.care, "Dov", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-15");
        owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 1})).expect(200);
        assert_eq!(nets(&owner, &client), ["10.00", "10.00"]);
        let preview = owner.post(&format!("/v1/subscriptions/{subscription}/move-price/preview"), json!({})).expect(200);
        assert_eq!(preview.text("/billed_from"), "2026-02-05");
        let all = owner.post(&format!("/v1/plans/{}/move-subscriptions/preview", ladder.care), json!({})).expect(200);
        assert_eq!(all.text("/moves/0/first_day"), "2026-02-05");
        owner.post(&format!("/v1/plans/{}/move-subscriptions", ladder.care), json!({})).expect(202);
        House::built_in(world).work();
        assert_eq!(nets(&world.owner("north"), &client), ["10.00"]);
        story.until("2026-01-27");
        assert_eq!(nets(&world.owner("north"), &client), ["10.00", "12.00"]);
        sound(world);
    }

    fn wrong_moves_are_refused(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (_, subscription) = buy(&owner, &ladder.care, "Nix", GOOD, None);
        let path = format!("/v1/subscriptions/{subscription}/move-price");
        owner.post_once(&path, "same", json!({})).refused(409, "wrong_state");
        owner.post_once(&path, "no-price", json!({"priced_on": "2025-12-31"})).expect(422).names("/priced_on");
        owner.post_once(&path, "past", json!({"from": "2026-01-04"})).expect(422).names("/from");
        owner.post_once(&path, "words", json!({"reason": "x".repeat(501)})).expect(422).names("/reason");
        owner.post_once(&path, "shape", json!({"to": "2026-02-01"})).expect(422);
        owner.post(&path, json!({})).expect(400);
        assert_eq!(states(&owner, &subscription), []);
        let south = world.owner("south");
        south.post_once(&path, "foreign", json!({})).expect(404);
    }
}
