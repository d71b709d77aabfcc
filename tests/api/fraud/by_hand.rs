//! Decisions of people, and what the scorer is told of them.

use super::rules::{sound, with_coupon};
use super::{advance, ask_minfraud, check, decide, order, place, standing, state, switch_on, todos};
use crate::api::payments::{card, taken};
use crate::api::services::{mails, pay};
use crate::support::Actor;
use crate::support::house::House;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use comptoir_simulators::minfraud::MinFraud;
use comptoir_simulators::shell::{Running, Trouble};
use serde_json::json;

fn tags(service: &Running<MinFraud>) -> Vec<String> {
    service.with(|service| service.reported.iter().map(|reported| reported.tag.clone()).collect())
}

/// An order that is held by the scorer.
fn held(world: &crate::support::World, owner: &Actor, name: &str) -> (String, String) {
    let placed = place(owner, name, "transfer");
    House::built_in(world).work();
    let order = placed.text("/order/id");
    assert_eq!(standing(owner, &order).0, "held");
    (order, placed.text("/order/invoice_id"))
}

both! {
    fn accepted_it_goes_on_and_the_scorer_is_told(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        let (order, invoice) = held(world, &owner, "score-45");
        let decided = decide(&owner, &order, "accept", "Called back.").expect(200).json();
        assert_eq!((&decided["state"], &decided["decided_by"], &decided["reason"]), (&json!("accepted"), &json!("administrator"), &json!("Called back.")));
        assert_eq!((state(&owner, &order), todos(&owner, "fraud_suspected")), ("waiting_for_payment".into(), 0));
        assert_eq!(mails(&owner, "order_validation", "score-45@new.example"), 1);
        // told twice is told once
        service.trouble_for("not_fraud", Trouble::DownBefore);
        let house = House::built_in(world);
        house.work();
        assert_eq!(tags(&service), Vec::<String>::new());
        advance(world, chrono::TimeDelta::hours(1));
        house.work();
        house.work();
        assert_eq!(tags(&service), ["not_fraud"]);
        let owner = world.owner("north");
        decide(&owner, &order, "decline", "").refused(409, "wrong_state");
        pay(&owner, &invoice);
        assert_eq!(state(&owner, &order), "provisioning");
    }

    fn declined_it_is_refused_and_the_scorer_is_told(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        let (order, _) = held(world, &owner, "score-45");
        decide(&owner, &order, "decline", "A stolen card.").expect(200);
        assert_eq!((state(&owner, &order), standing(&owner, &order).0, todos(&owner, "fraud_suspected")), ("fraud".into(), "declined".into(), 0));
        House::built_in(world).work();
        assert_eq!(tags(&service), ["suspected_fraud"]);
        decide(&owner, &order, "decline", "").refused(409, "wrong_state");
        // she calls, and it was her own
        decide(&owner, &order, "accept", "").expect(200);
        House::built_in(world).work();
        assert_eq!(tags(&service), ["suspected_fraud", "not_fraud"]);
    }

    /// What the bank takes back in the end is told, too.
    fn a_lost_dispute_is_told(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        let placed = place(&owner, "score-5", "fake");
        House::built_in(world).work();
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        let pay = format!("/v1/me/invoices/{}/pay", placed.text("/order/invoice_id"));
        let payment = nora.post_once(&pay, "pay", card("4242424242424242")).expect(200).text("/id");
        let wish = json!({"reason": "A letter of the bank"});
        let dispute = owner.post_once(&format!("/v1/transactions/{payment}/disputes"), "letter", wish).expect(201).text("/id");
        House::built_in(world).work();
        assert_eq!(tags(&service), Vec::<String>::new());
        owner.post(&format!("/v1/disputes/{dispute}/decide"), json!({"state": "lost"})).expect(200);
        House::built_in(world).work();
        assert_eq!(tags(&service), ["chargeback"]);
    }

    /// By the rules or by a person: what was refused is accepted after all, is paid and is set up, with the price and the coupon
    /// that it had. The client has heard both.
    fn a_refused_order_is_accepted_after_all(world) {
        let owner = world.owner("north");
        owner.post("/v1/coupons", json!({"name": "Last", "code": "LAST", "value": {"percent": "50"}, "max_uses": 1})).expect(201);
        switch_on(&owner, json!({"weights": {"new_client": 61}}));
        let placed = with_coupon(&owner, "Nora");
        let (order, subscription) = (placed.text("/order/id"), placed.text("/order/subscription_ids/0"));
        let status = || owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).text("/status");
        assert_eq!((state(&owner, &order), status()), ("fraud".into(), "fraudulent".into()));
        decide(&owner, &order, "accept", "She called.").expect(200);
        assert_eq!((state(&owner, &order), status()), ("waiting_for_payment".into(), "pending".into()));
        assert_eq!(mails(&owner, "order_validation", "nora@new.example"), 2);
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        nora.post_once(&format!("/v1/me/invoices/{}/pay", placed.text("/order/invoice_id")), "pay", card("4242424242424242")).expect(200);
        assert_eq!((state(&owner, &order), taken(world, "EUR")), ("provisioning".into(), 750));
        sound(world);
    }

    /// Not any more when its time is over, and not for someone who may not buy.
    fn some_orders_do_not_come_back(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 61}}));
        let placed = place(&owner, "Nora", "fake");
        let (order, client) = (placed.text("/order/id"), placed.text("/order/client_id"));
        owner.post(&format!("/v1/clients/{client}/mark_fraudulent"), json!({})).expect(200);
        let refused = decide(&owner, &order, "accept", "").refused(409, "wrong_state");
        assert!(refused.text("/detail").contains("activate the client first"), "{}", refused.json());
        owner.post(&format!("/v1/clients/{client}/activate"), json!({})).expect(200);
        let story = Story::of(world);
        story.sleep_until("2026-01-09");
        story.run(EventKind::ExpireOrders);
        let owner = world.owner("north");
        let refused = decide(&owner, &order, "accept", "").refused(409, "wrong_state");
        assert!(refused.text("/detail").contains("POST /v1/orders"), "{}", refused.json());
        assert_eq!((state(&owner, &order), standing(&owner, &order).0), ("fraud".into(), "declined".into()));
    }

    /// Money that came while it was looked at sets it going once it is accepted.
    fn paid_while_it_was_held(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 30}}));
        let placed = place(&owner, "Nora", "transfer");
        let order = placed.text("/order/id");
        let payments = format!("/v1/invoices/{}/payments", placed.text("/order/invoice_id"));
        owner.post_once(&payments, "came", json!({"method": "transfer"})).expect(201);
        assert_eq!(state(&owner, &order), "waiting_for_validation");
        decide(&owner, &order, "accept", "").expect(200);
        assert_eq!(state(&owner, &order), "provisioning");
    }

    /// Refused, his money is there until it is given back; accepted after all, it pays what he ordered.
    fn refused_with_the_money_there(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 30}}));
        let placed = place(&owner, "Nora", "transfer");
        let (order, invoice) = (placed.text("/order/id"), placed.text("/order/invoice_id"));
        owner.post_once(&format!("/v1/invoices/{invoice}/payments"), "came", json!({"method": "transfer"})).expect(201);
        decide(&owner, &order, "decline", "").expect(200);
        assert_eq!((state(&owner, &order), owner.get(&format!("/v1/invoices/{invoice}")).text("/status")), ("fraud".into(), "paid".into()));
        sound(world);
        decide(&owner, &order, "accept", "").expect(200);
        assert_eq!(state(&owner, &order), "provisioning");
        sound(world);
    }

    /// A person does not have to wait for the scorer, whose answer changes nothing any more.
    fn faster_than_the_scorer(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        let order = order(&owner, "score-75");
        decide(&owner, &order, "accept", "A friend.").expect(200);
        assert_eq!(state(&owner, &order), "waiting_for_payment");
        House::built_in(world).work();
        assert_eq!((state(&owner, &order), standing(&owner, &order).0), ("waiting_for_payment".into(), "accepted".into()));
        assert_eq!((service.asked().len(), tags(&service).len()), (0, 0));
    }

    /// Whoever accepts or cancels the order has decided.
    fn the_order_decides_too(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 30}}));
        let (one, other) = (order(&owner, "Nora"), order(&owner, "Olga"));
        owner.act(&format!("/v1/orders/{one}/accept")).expect(200);
        owner.act(&format!("/v1/orders/{other}/cancel")).expect(200);
        assert_eq!((state(&owner, &one), standing(&owner, &one).0), ("waiting_for_payment".into(), "accepted".into()));
        assert_eq!((state(&owner, &other), standing(&owner, &other).0), ("cancelled".into(), "dropped".into()));
        assert_eq!((todos(&owner, "fraud_suspected"), check(&owner, &one)["decided_by"].clone()), (0, json!("administrator")));
    }

    fn a_reason_has_an_end(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 30}}));
        let order = order(&owner, "Nora");
        decide(&owner, &order, "accept", &"x".repeat(401)).refused(422, "validation_failed").names("/reason");
    }

    /// Whoever may only look cannot decide.
    fn not_everybody_decides(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 30}}));
        let order = order(&owner, "Nora");
        let key = owner.post("/v1/api-keys", json!({"name": "Desk", "permissions": ["orders:read"]})).expect(201);
        let desk = owner.with_token(key.text("/secret"));
        decide(&desk, &order, "accept", "").refused(403, "forbidden");
        desk.get("/v1/fraud-entries").refused(403, "forbidden");
        assert_eq!(standing(&desk, &order).0, "held");
    }
}
