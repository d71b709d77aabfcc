//! Cards that expire (EVT-02, PAY-07): their owners are told once, a month ahead; a card that has expired and is still to
//! be charged is put before a person.

use super::billing::{buy, care, email};
use super::dunning::status;
use crate::support::Actor;
use crate::support::story::Story;
use serde_json::{Value, json};

fn card(number: &str, month: u8, year: u16) -> Value {
    json!({"number": number, "expiry_month": month, "expiry_year": year, "code": "123", "holder": "Cora"})
}

fn store(owner: &Actor, client: &str, key: &str, card: Value) -> Value {
    let body = json!({"client_id": client, "method": {"gateway": "fake", "card": card}});
    owner.post_once("/v1/payment-methods", key, body).expect(201).json()
}

fn told(story: &Story) -> usize {
    story.mails(&email("Cora")).iter().filter(|subject| subject.starts_with("Votre carte")).count()
}

fn todos(owner: &Actor, state: &str) -> Vec<Value> {
    let list = owner.get(&format!("/v1/todos?kind=card_expired&state={state}")).expect(200).json();
    list["data"].as_array().unwrap().clone()
}

const GOOD: &str = "4242424242424242";
const OTHER: &str = "4000000000000127";

both! {
    /// A card that is good through March 2026 ends on 1 April: a month before is 1 March, and the first Monday after that the
    /// second. On the Monday after it has ended, 6 April, a person hears that a subscription is paid with it.
    fn told_once_then_put_before_a_person_until_another_card_is_there(world) {
        let owner = world.owner("north");
        let (client, subscription) = buy(&owner, &care(&owner, json!({})), "Cora", GOOD, None);
        let kept = store(&owner, &client, "first", card(GOOD, 3, 2026));
        assert_eq!((&kept["expires_on"], &kept["is_default"]), (&json!("2026-04-01"), &json!(true)));
        let story = Story::of(world);
        story.until("2026-03-01");
        assert_eq!(told(&story), 0);
        let owner = world.owner("north");
        let seen = owner.post("/v1/events/preview", json!({"kind": "process_expired_credit_cards", "as_of": "2026-03-02"})).expect(200).json();
        assert_eq!((&seen["count"], &seen["items"][0]["action"], &seen["items"][0]["subject_id"]), (&json!(1), &json!("warn_of_card"), &kept["id"]));
        story.until("2026-03-02");
        assert_eq!(told(&story), 1);
        let mail = world.owner("north").get("/v1/mails?kind=card_expiry").expect(200).json();
        assert_eq!(mail["data"].as_array().unwrap().len(), 1);
        story.until("2026-04-05");
        let owner = world.owner("north");
        assert_eq!((told(&story), todos(&owner, "open").len(), status(&owner, &subscription).as_str()), (1, 0, "active"));
        story.until("2026-04-06");
        let owner = world.owner("north");
        let open = todos(&owner, "open");
        assert_eq!((told(&story), open.len(), &open[0]["subject_id"]), (1, 1, &json!(client)));
        assert!(open[0]["detail"].as_str().unwrap().contains("since 2026-04-01"), "{open:?}");
        // another card: nothing is left to be looked at, now and at the next run
        store(&owner, &client, "second", card(OTHER, 12, 2030));
        assert_eq!((todos(&owner, "open").len(), todos(&owner, "done").len()), (0, 1));
        story.until("2026-04-14");
        let owner = world.owner("north");
        assert_eq!((told(&story), todos(&owner, "open").len()), (1, 0));
        assert_eq!(story.troubles(), [""; 0]);
    }

    /// The same card renewed, to the end of May: that is another month, and another mail in May. Nobody writes to who has left.
    fn another_month_is_told_anew_and_who_is_gone_is_left_alone(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, _) = buy(&owner, &plan, "Cora", GOOD, None);
        let first = store(&owner, &client, "first", card(GOOD, 3, 2026));
        let (gone, _) = buy(&owner, &plan, "Gwen", GOOD, None);
        store(&owner, &gone, "gone", card(GOOD, 3, 2026));
        owner.post(&format!("/v1/clients/{gone}/cancel"), json!({"subscriptions": "now", "reason": "moves"})).expect(200);
        let story = Story::of(world);
        story.until("2026-03-09");
        let owner = world.owner("north");
        assert_eq!((told(&story), story.mails(&email("Gwen")).iter().filter(|subject| subject.starts_with("Votre carte")).count()), (1, 0));
        let renewed = store(&owner, &client, "renewed", card(GOOD, 5, 2026));
        assert_eq!((&renewed["id"], &renewed["expires_on"]), (&first["id"], &json!("2026-06-01")));
        story.until("2026-04-30");
        assert_eq!(told(&story), 1);
        story.until("2026-05-04");
        assert_eq!((told(&story), todos(&world.owner("north"), "open").len()), (2, 0));
    }

    /// Three quarters are paid with one card, a quarter with the default one: each that expires is put before a person.
    fn shares_pay_too(world) {
        let owner = world.owner("north");
        let (client, subscription) = buy(&owner, &care(&owner, json!({})), "Cora", GOOD, None);
        let named = store(&owner, &client, "named", card(OTHER, 2, 2026));
        let default = store(&owner, &client, "default", card(GOOD, 12, 2030));
        let shares = json!({"methods": [{"payment_method_id": named["id"], "share": "75"}, {"payment_method_id": default["id"], "share": "25"}]});
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        owner.send("PUT", &format!("/v1/subscriptions/{subscription}/payment-methods"), &headers, Some(shares.to_string().as_bytes())).expect(200);
        let story = Story::of(world);
        story.until("2026-03-02");
        let open = todos(&world.owner("north"), "open");
        assert_eq!((open.len(), told(&story)), (1, 1));
        assert!(open[0]["title"].as_str().unwrap().ends_with("0127"), "{open:?}");
    }
}
