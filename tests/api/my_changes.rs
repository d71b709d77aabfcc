//! What clients change about their subscriptions themselves (SUB-06): add-ons, in the way that the seller has settled, and
//! what they take back. The world begins on 5 January 2026, and the cycle that runs has 31 days.

use crate::api::subscription_changes::{Ladder, act, charged, documents, item_of, rows, sound};
use crate::stories::billing::{GOOD, buy, email};
use crate::stories::provisioning::put;
use crate::support::story::Story;
use crate::support::world::{PASSWORD, Seller};
use crate::support::{Actor, Answer, World};
use serde_json::{Value, json};

/// The first client asks for a change of plan that waits.
pub fn asks_for(seller: &Seller, ladder: &Ladder, subscription: &str) {
    let policy = json!({"clients_may": true, "way": "end_of_cycle"});
    let policies = json!({"change_policies": {"upgrade": policy, "downgrade": policy}});
    seller.owner.patch(&format!("/v1/plans/{}", ladder.care), policies).expect(200);
    mine(&seller.client, subscription, "change-plan", &json!({"plan_id": ladder.plus})).expect(200);
}

fn sign_in(world: &World, name: &str) -> Actor {
    world.stranger.sign_in("client", "north", &email(name), PASSWORD)
}

fn mine(client: &Actor, subscription: &str, what: &str, body: &Value) -> Answer {
    client.post_once(&format!("/v1/me/subscriptions/{subscription}/{what}"), &format!("{what}-{body}"), body.clone())
}

/// Kind, state and whether the client made it, the earliest first.
fn changes(client: &Actor, subscription: &str) -> Vec<(String, String, bool)> {
    let list = client.get(&format!("/v1/me/subscriptions/{subscription}/changes")).expect(200).json();
    let mut found = list["data"].as_array().unwrap().clone();
    found.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    let text = |value: &Value| value.as_str().unwrap().to_string();
    found.iter().map(|row| (text(&row["kind"]), text(&row["state"]), row["is_by_client"] == true)).collect()
}

fn last_change(client: &Actor, subscription: &str) -> String {
    let list = client.get(&format!("/v1/me/subscriptions/{subscription}/changes")).expect(200).json();
    list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_string()).max().unwrap()
}

both! {
    /// On 15 January 21 of 31 days are left: 3.10 × 21 / 31 = 2.10. A second one the same day gives that back and charges
    /// 6.20 × 21 / 31 = 4.20. Fewer, and none, wait for 5 February.
    fn an_add_on_is_taken_doubled_and_given_up(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (id, subscription) = buy(&owner, &ladder.care, "Mia", GOOD, None);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let (owner, mia) = (world.owner("north"), sign_in(world, "Mia"));
        let wanted = json!({"add_on_id": ladder.add_on});
        let before = world.database.digest();
        let preview = mia.post(&format!("/v1/me/subscriptions/{subscription}/add-ons/preview"), wanted.clone()).expect(200);
        assert_eq!((preview.text("/way"), preview.text("/invoices/0/totals/net/amount")), ("now_with_credit".into(), "2.10".into()));
        assert_eq!(world.database.digest(), before);
        mia.post(&format!("/v1/me/subscriptions/{subscription}/add-ons"), wanted.clone()).refused(400, "idempotency_key_required");
        mine(&mia, &subscription, "add-ons", &wanted).expect(200);
        assert_eq!(documents(&owner, &id).last().unwrap(), &rows(&[("invoice", "2026-01-15..2026-02-05", "2.10", "2.10")])[0]);
        mine(&mia, &subscription, "add-ons", &json!({"add_on_id": ladder.add_on, "quantity": 2})).refused(422, "validation_failed").names("/add_on_id");
        let item = item_of(&owner, &subscription, "Calls");
        let at = |item: &str, what: &str| format!("items/{item}/{what}");
        mine(&mia, &subscription, &at(&item, "change"), &json!({"quantity": 1})).refused(422, "validation_failed").names("/quantity");
        mine(&mia, &subscription, &at(&item, "change"), &json!({"quantity": 0})).refused(422, "validation_failed").names("/quantity");
        mine(&mia, &subscription, &at(&item, "change"), &json!({"quantity": 1, "price": null})).refused(422, "invalid_body").names("/price");
        mine(&mia, &subscription, &at(&item, "change"), &json!({"quantity": 2})).expect(200);
        let nets: Vec<_> = documents(&owner, &id).into_iter().map(|row| row.2).collect();
        assert_eq!(nets[1..].iter().map(String::as_str).collect::<Vec<_>>(), ["2.10", "-2.10", "4.20"]);
        // the plan is no add-on
        let plan = item_of(&owner, &subscription, "Care");
        mine(&mia, &subscription, &at(&plan, "remove"), &json!({})).refused(409, "wrong_state");
        let item = item_of(&owner, &subscription, "Calls");
        let less = mia.post(&format!("/v1/me/subscriptions/{subscription}/{}/preview", at(&item, "change")), json!({"quantity": 1})).expect(200);
        assert_eq!((less.text("/way"), less.text("/billed_from")), ("end_of_cycle".into(), "2026-02-05".into()));
        let gone = mia.post(&format!("/v1/me/subscriptions/{subscription}/{}/preview", at(&item, "remove")), json!({})).expect(200);
        assert_eq!((gone.text("/way"), gone.text("/billed_from")), ("end_of_cycle".into(), "2026-02-05".into()));
        mine(&mia, &subscription, &at(&item, "remove"), &json!({})).expect(200);
        let names = |day: &str| charged(&owner, &subscription, day).into_iter().map(|item| item.0).collect::<Vec<_>>();
        assert_eq!((names("2026-02-04").len(), names("2026-02-05")), (2, vec!["Care".to_string()]));
        // what waits is in the way of another change until it is taken back
        mine(&mia, &subscription, "change-plan", &json!({"plan_id": ladder.plus})).refused(409, "wrong_state");
        mine(&mia, &subscription, &format!("changes/{}/withdraw", last_change(&mia, &subscription)), &json!({})).expect(200);
        assert_eq!(names("2026-02-05").len(), 2);
        let last: Vec<_> = changes(&mia, &subscription).into_iter().rev().take(2).collect();
        assert_eq!(last[1], ("item_removed".into(), "withdrawn".into(), true));
        sound(world);
    }

    fn only_ones_own_and_only_what_the_seller_leaves_to_clients(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (_, subscription) = buy(&owner, &ladder.care, "Mia", GOOD, None);
        buy(&owner, &ladder.care, "Eve", GOOD, None);
        let (mia, eve) = (sign_in(world, "Mia"), sign_in(world, "Eve"));
        let wanted = json!({"add_on_id": ladder.add_on});
        let before = world.database.digest();
        for what in ["add-ons", "add-ons/preview"] {
            eve.post_once(&format!("/v1/me/subscriptions/{subscription}/{what}"), what, wanted.clone()).refused(404, "not_found");
        }
        eve.get(&format!("/v1/me/subscriptions/{subscription}/changes")).refused(404, "not_found");
        let foreign = world.seller("south").ids["ado"].clone();
        mine(&mia, &subscription, "add-ons", &json!({"add_on_id": foreign})).refused(404, "not_found");
        assert_eq!(world.database.digest()["subscription_items"], before["subscription_items"]);
        // upwards the seller does it himself, downwards clients may, and without a credit
        let mut settings = owner.get("/v1/settings").expect(200).json();
        settings["changes"] = json!({"upgrade": {"clients_may": false, "way": "now_with_credit"}, "downgrade": {"clients_may": true, "way": "now_without_credit"}});
        put(&owner, &settings).expect(200);
        mine(&mia, &subscription, "add-ons", &wanted).refused(403, "forbidden");
        act(&owner, &subscription, "add-ons", &json!({"add_on_id": ladder.add_on, "quantity": "3", "way": "now_with_credit"})).expect(200);
        let item = item_of(&owner, &subscription, "Calls");
        mine(&mia, &subscription, &format!("items/{item}/change"), &json!({"quantity": 4})).refused(403, "forbidden");
        mine(&eve, &subscription, &format!("items/{item}/change"), &json!({"quantity": 2})).refused(404, "not_found");
        mine(&eve, &subscription, &format!("items/{item}/remove"), &json!({})).refused(404, "not_found");
        // there is no price for a cycle that is half paid, so fewer wait for the next one; what goes goes at once
        let fewer = mia.post(&format!("/v1/me/subscriptions/{subscription}/items/{item}/change/preview"), json!({"quantity": 2})).expect(200);
        assert_eq!(fewer.text("/way"), "end_of_cycle");
        let gone = mia.post(&format!("/v1/me/subscriptions/{subscription}/items/{item}/remove/preview"), json!({})).expect(200);
        assert_eq!((gone.text("/way"), gone.json()["credits"].clone()), ("now_without_credit".into(), json!([])));
        // a plan has a policy of its own
        let policy = json!({"clients_may": true, "way": "end_of_cycle"});
        owner.patch(&format!("/v1/plans/{}", ladder.care), json!({"change_policies": {"upgrade": policy, "downgrade": policy}})).expect(200);
        mine(&mia, &subscription, &format!("items/{item}/change"), &json!({"quantity": 5})).expect(200);
        assert_eq!(changes(&mia, &subscription).last().unwrap(), &("item_changed".to_string(), "waiting".to_string(), true));
        mine(&eve, &subscription, &format!("changes/{}/withdraw", last_change(&mia, &subscription)), &json!({})).refused(404, "not_found");
        mine(&mia, &subscription, &format!("changes/{}/withdraw", last_change(&mia, &subscription)), &json!({})).expect(200);
        // what the seller has agreed is the seller's to take back
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.plus, "way": "end_of_cycle"})).expect(200);
        mine(&mia, &subscription, &format!("changes/{}/withdraw", last_change(&mia, &subscription)), &json!({"again": 1})).refused(403, "forbidden");
        assert_eq!(changes(&mia, &subscription).last().unwrap(), &("plan".to_string(), "waiting".to_string(), false));
        sound(world);
    }
}
