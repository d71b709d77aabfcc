//! Where a card is from: what a payment shows afterwards, and what is known of a card that is stored.

use super::rules::sound;
use super::{ask_minfraud, check, decide, order, place, rules, standing, state, switch_on, todos};
use crate::api::invoices::first_client;
use crate::api::payments::card;
use crate::stories::provisioning::put;
use crate::support::house::House;
use crate::support::{Actor, Answer, World};
use serde_json::{Value, json};

/// The one card of which the fake says where it is from: Great Britain. Buyers are in France.
const BRITISH: &str = "4000008260000000";

/// 2 points for being new, 3 for the telephone, 40 for the card.
fn abroad() -> Value {
    json!({"weights": {"card_abroad": 40}, "hold_from": "40", "decline_above": "90"})
}

fn pay(world: &World, placed: &Answer, number: &str) -> Value {
    let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
    let path = format!("/v1/me/invoices/{}/pay", placed.text("/order/invoice_id"));
    nora.post_once(&path, "pay", card(number)).expect(200).json()
}

fn set_up(owner: &Actor, placed: &Answer) -> String {
    owner.get(&format!("/v1/subscriptions/{}", placed.text("/order/subscription_ids/0"))).expect(200).text("/status")
}

both! {
    /// The rules had let the order go when nobody knew the card. The money is there, so a person decides before anything is set up.
    fn a_card_from_abroad_holds_what_it_has_paid(world) {
        let owner = world.owner("north");
        switch_on(&owner, abroad());
        let placed = place(&owner, "Nora", "fake");
        let order = placed.text("/order/id");
        assert_eq!((state(&owner, &order), standing(&owner, &order)), ("waiting_for_payment".into(), ("accepted".into(), "5".into())));
        let paid = pay(world, &placed, BRITISH);
        assert_eq!((&paid["state"], &paid["card_country"]), (&json!("approved"), &json!("GB")));
        assert_eq!((state(&owner, &order), standing(&owner, &order)), ("waiting_for_validation".into(), ("held".into(), "45".into())));
        // the payment itself has not made her a client who has paid before
        assert_eq!(rules(&owner, &order), ["card_abroad", "new_client", "missing_phone"]);
        let held = check(&owner, &order);
        assert_eq!((&held["decided_by"], &held["decided_at"]), (&json!(null), &json!(null)));
        House::built_in(world).work();
        assert_eq!(set_up(&owner, &placed), "pending");
        let todo = owner.get("/v1/todos?state=open&kind=fraud_suspected").expect(200);
        assert_eq!(todo.text("/data/0/subject_id"), order);
        assert!(todo.text("/data/0/detail").contains("POST /v1/transactions/{id}/refund"), "{}", todo.text("/data/0/detail"));
        // accepted once, it goes on and is not brought up again
        decide(&owner, &order, "accept", "She lives there.").expect(200);
        assert_eq!((state(&owner, &order), todos(&owner, "fraud_suspected")), ("provisioning".into(), 0));
        House::built_in(world).work();
        assert_eq!(set_up(&owner, &placed), "active");
        sound(world);
    }

    /// Declined by a person, it is refused as others are, and the money goes back.
    fn what_was_paid_and_declined_is_given_back(world) {
        let owner = world.owner("north");
        switch_on(&owner, abroad());
        let placed = place(&owner, "Nora", "fake");
        let order = placed.text("/order/id");
        let payment = pay(world, &placed, BRITISH)["id"].as_str().unwrap().to_string();
        decide(&owner, &order, "decline", "").expect(200);
        assert_eq!((state(&owner, &order), set_up(&owner, &placed)), ("fraud".into(), "fraudulent".into()));
        owner.post_once(&format!("/v1/transactions/{payment}/refund"), "back", json!({"credit_note": {"extent": "whole"}, "reason": "A fraud."})).expect(200);
        House::built_in(world).work();
        assert_eq!(state(&owner, &order), "fraud");
        sound(world);
    }

    /// Neither does a country on the list of those denied refuse what is paid: the points for it do not matter then.
    fn a_denied_country_is_a_persons_to_decide_once_it_has_paid(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        owner.post("/v1/fraud-entries", json!({"list": "deny", "kind": "country", "value": "GB"})).expect(201);
        let placed = place(&owner, "Nora", "fake");
        pay(world, &placed, BRITISH);
        let order = placed.text("/order/id");
        assert_eq!((state(&owner, &order), standing(&owner, &order).0), ("waiting_for_validation".into(), "held".into()));
        assert_eq!(rules(&owner, &order)[0], "denied");
    }

    /// A card that says nothing, a check that is switched off, and an order that a person has accepted go on.
    fn nothing_else_is_held(world) {
        let owner = world.owner("north");
        let off = place(&owner, "Olga", "fake");
        pay(world, &off, BRITISH);
        assert_eq!(state(&owner, &off.text("/order/id")), "provisioning");
        switch_on(&owner, abroad());
        let silent = place(&owner, "Nora", "fake");
        pay(world, &silent, "4242424242424242");
        assert_eq!((state(&owner, &silent.text("/order/id")), standing(&owner, &silent.text("/order/id")).1), ("provisioning".into(), "5".into()));
        let mut policy = abroad();
        policy["is_on"] = json!(true);
        put(&owner, &json!({"fraud": policy, "provisioning": {"require": ["order_validated"], "mode": "automatic"}})).expect(200);
        let looked_at = place(&owner, "Anna", "fake");
        let order = looked_at.text("/order/id");
        assert_eq!(state(&owner, &order), "waiting_for_validation");
        owner.act(&format!("/v1/orders/{order}/accept")).expect(200);
        pay(world, &looked_at, BRITISH);
        assert_eq!((state(&owner, &order), check(&owner, &order)["decided_by"].clone()), ("provisioning".into(), json!("administrator")));
    }

    /// What a client has stored is known before he pays: to the rules, and to the scorer.
    fn a_stored_card_is_known_at_once(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"check_taken_orders": true, "known_after": null, "weights": {"card_abroad": 20}}));
        let service = ask_minfraud(&owner, "score");
        let client = first_client(&owner);
        let kept = owner.post_once("/v1/payment-methods", "keep", json!({"client_id": client, "method": card(BRITISH)})).expect(201).json();
        assert_eq!(kept["card_country"], json!("GB"));
        let order = super::rules::by_phone(&owner, "second.example", "second");
        assert!(rules(&owner, &order).contains(&"card_abroad".to_string()), "{:?}", rules(&owner, &order));
        House::built_in(world).work();
        assert_eq!(service.with(|service| service.scored[0]["credit_card"].clone()), json!({"country": "GB"}));
        let unknown = self::order(&owner, "Nora");
        House::built_in(world).work();
        assert!(!rules(&owner, &unknown).contains(&"card_abroad".to_string()));
    }
}
