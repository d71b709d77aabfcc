//! What the rules of the house decide in the order's own transaction.

use super::{advance, ask_fake, check, decide, order, place, rules, standing, state, switch_on, todos};
use crate::api::orders::{order_of, shopper, wish};
use crate::api::services::mails;
use crate::api::verify::verify;
use crate::stories::provisioning::put;
use crate::support::house::House;
use crate::support::story::Story;
use crate::support::{Actor, Answer, World};
use comptoir_domain::events::EventKind;
use serde_json::json;
use std::collections::BTreeMap;

pub fn sound(world: &World) {
    assert_eq!(verify(world, "north").0, BTreeMap::new());
}

/// Someone new orders with the coupon, which makes 7.50 of 15.00.
pub fn with_coupon(owner: &Actor, name: &str) -> Answer {
    let mut wanted = wish(owner, "last.example", "Lyon");
    wanted["cart"]["coupon"] = json!("last");
    let quote = shopper(owner).post("/v1/store/quotes", wanted).expect(200);
    shopper(owner).post_once("/v1/store/orders", name, order_of(name, &quote.text("/token"), "fake")).expect(201)
}

/// Someone else takes an order for the first client.
pub fn by_phone(owner: &Actor, domain: &str, key: &str) -> String {
    let client = crate::api::invoices::first_client(owner);
    let cart = wish(owner, domain, "Village")["cart"].clone();
    let store = crate::api::orders::corner(owner)["id"].clone();
    let wanted = json!({"client_id": client, "order": {"store_id": store, "gateway": "transfer", "cart": cart}});
    owner.post_once("/v1/orders", key, wanted).expect(201).text("/id")
}

both! {
    fn switched_off_nothing_changes(world) {
        let owner = world.owner("north");
        ask_fake(&owner);
        let order = order(&owner, "reject");
        assert_eq!(state(&owner, &order), "waiting_for_payment");
        owner.get(&format!("/v1/orders/{order}/fraud-check")).refused(404, "not_found");
        assert_eq!(owner.get("/v1/fraud-checks").expect(200).json()["data"], json!([]));
        assert_eq!(owner.get("/v1/settings").expect(200).json()["fraud"]["is_on"], false);
    }

    /// What waits to be accepted is released by hand as far as the settings allow.
    fn switched_off_orders_are_released(world) {
        let owner = world.owner("north");
        put(&owner, &json!({"provisioning": {"require": ["order_validated"], "mode": "manual"}})).expect(200);
        let order = order(&owner, "Nora");
        assert_eq!(state(&owner, &order), "waiting_for_validation");
        let release = format!("/v1/orders/{order}/release");
        owner.act(&release).refused(409, "wrong_state");
        put(&owner, &json!({"provisioning": {"require": [], "mode": "manual"}})).expect(200);
        owner.act(&release).expect(200);
    }

    fn what_shows_little_goes_on_at_once(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let order = order(&owner, "Nora");
        assert_eq!((state(&owner, &order), standing(&owner, &order)), ("waiting_for_payment".into(), ("accepted".into(), "5".into())));
        assert_eq!(rules(&owner, &order), ["new_client", "missing_phone"]);
        let check = check(&owner, &order);
        assert_eq!((&check["decided_by"], &check["decided_by_name"], &check["scored"]), (&json!("system"), &json!("Comptoir"), &json!(null)));
        assert_eq!((&check["ip"], &check["email"], &check["rules_score"]), (&json!("127.0.0.1"), &json!("nora@new.example"), &json!("5")));
        assert_eq!((todos(&owner, "fraud_suspected"), mails(&owner, "order_validation", "nora@new.example")), (0, 0));
        sound(world);
    }

    /// 30 for being new and 3 for the telephone.
    fn what_shows_more_waits_for_a_person(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 30}}));
        let order = order(&owner, "Nora");
        assert_eq!((state(&owner, &order), standing(&owner, &order)), ("waiting_for_validation".into(), ("held".into(), "33".into())));
        let todo = owner.get("/v1/todos?state=open&kind=fraud_suspected").expect(200);
        assert_eq!(todo.text("/data/0/subject_id"), order);
        assert!(todo.text("/data/0/title").ends_with("may be a fraud: 33 of 100"), "{}", todo.text("/data/0/title"));
        let list = owner.get("/v1/fraud-checks?state=held").expect(200);
        assert_eq!((list.text("/data/0/order_id"), list.json()["data"].as_array().unwrap().len()), (order, 1));
        assert_eq!(owner.get("/v1/fraud-checks?state=accepted").expect(200).json()["data"], json!([]));
        sound(world);
    }

    /// Refused: its subscription is marked, and the client hears of it, but not why. Its draft and its coupon are kept as long as
    /// for anyone who does not pay, which is three days.
    fn what_shows_too_much_is_refused(world) {
        let owner = world.owner("north");
        owner.post("/v1/coupons", json!({"name": "Last", "code": "LAST", "value": {"percent": "50"}, "max_uses": 1})).expect(201);
        switch_on(&owner, json!({"weights": {"new_client": 61}}));
        let placed = with_coupon(&owner, "Nora");
        let order = placed.text("/order/id");
        assert_eq!((state(&owner, &order), standing(&owner, &order)), ("fraud".into(), ("declined".into(), "64".into())));
        let subscription = owner.get(&format!("/v1/subscriptions/{}", placed.text("/order/subscription_ids/0"))).expect(200);
        assert_eq!(subscription.text("/status"), "fraudulent");
        assert_eq!(mails(&owner, "order_validation", "nora@new.example"), 1);
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        let told = [
            placed.json(),
            nora.get(&format!("/v1/me/orders/{order}")).expect(200).json(),
            nora.get("/v1/me/subscriptions").expect(200).json(),
            owner.get("/v1/mails?kind=order_validation").expect(200).json(),
        ];
        assert!(told.iter().all(|told| !told.to_string().contains("fraud")), "{told:?}");
        assert_eq!((&told[1]["state"], &told[2]["data"][0]["status"]), (&json!("cancelled"), &json!("cancelled")));
        let draft = format!("/v1/invoices/{}", placed.text("/order/invoice_id"));
        assert_eq!(owner.get(&draft).expect(200).text("/status"), "draft");
        sound(world);
        let story = Story::of(world);
        story.sleep_until("2026-01-09");
        story.run(EventKind::ExpireOrders);
        let owner = world.owner("north");
        owner.get(&draft).refused(404, "not_found");
        assert_eq!((state(&owner, &order), standing(&owner, &order).0), ("fraud".into(), "declined".into()));
        assert_eq!(story.run(EventKind::ExpireOrders)["expired"], 0);
        switch_on(&owner, json!({"is_on": false}));
        assert_eq!(with_coupon(&owner, "Olga").text("/order/gross/amount"), "7.50");
        sound(world);
    }

    /// An order with a transfer is invoiced when it is placed; one that is checked, when it goes on. One that is held or refused
    /// has no number.
    fn nothing_is_invoiced_before(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let number = |placed: &Answer| {
            owner.get(&format!("/v1/invoices/{}", placed.text("/order/invoice_id"))).expect(200).json()["number"].clone()
        };
        assert!(number(&place(&owner, "Nora", "transfer")).is_string());
        switch_on(&owner, json!({"weights": {"new_client": 61}}));
        assert!(number(&place(&owner, "Olga", "transfer")).is_null());
        switch_on(&owner, json!({"weights": {"new_client": 30}}));
        let (held, other) = (place(&owner, "Paula", "transfer"), place(&owner, "Ruth", "transfer"));
        assert!(number(&held).is_null() && number(&other).is_null());
        decide(&owner, &held.text("/order/id"), "accept", "").expect(200);
        owner.act(&format!("/v1/orders/{}/accept", other.text("/order/id"))).expect(200);
        assert!(number(&held).is_string() && number(&other).is_string());
        sound(world);
    }

    /// With 15.00 to his credit a client has paid his order as soon as it goes on, and not before.
    fn credit_waits_too(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"hold_from": "0"}));
        let alice = world.contact("north");
        let client = crate::api::invoices::first_client(&owner);
        let gift = json!({"amount": {"amount": "15.00", "currency": "EUR"}, "reason": "a gift"});
        owner.post_once(&format!("/v1/clients/{client}/credits"), "gift", gift).expect(201);
        let quote = shopper(&owner).post("/v1/store/quotes", wish(&owner, "gift.example", "Village")).expect(200);
        let wanted = json!({"quote_token": quote.text("/token"), "gateway": "fake", "accept_terms": true});
        let placed = alice.post_once("/v1/me/orders", "gift", wanted).expect(201);
        alice.act(&format!("/v1/me/invoices/{}/apply-credit", placed.text("/invoice_id"))).refused(409, "conflict");
        assert_eq!(state(&owner, &placed.text("/id")), "waiting_for_validation");
        decide(&owner, &placed.text("/id"), "accept", "").expect(200);
        assert_eq!(state(&owner, &placed.text("/id")), "provisioning");
        sound(world);
    }

    /// Six orders in a day are more than five, and more than three with one mail address; a day later they are forgotten.
    fn many_orders_are_many_within_a_day(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"orders_of_client": 2}));
        let alice = world.contact("north");
        let again = |at: usize| {
            let quote = shopper(&owner).post("/v1/store/quotes", wish(&owner, &format!("a{at}.example"), "Village")).expect(200);
            let wanted = json!({"quote_token": quote.text("/token"), "gateway": "transfer", "accept_terms": true});
            alice.post_once("/v1/me/orders", &format!("a{at}"), wanted).expect(201).text("/id")
        };
        let orders: Vec<_> = (1..=3).map(again).collect();
        let many = |at: usize| rules(&owner, &orders[at]).contains(&"many_orders_of_client".to_string());
        assert_eq!([many(0), many(1), many(2)], [false, false, true]);
        assert_eq!(state(&owner, &orders[2]), "waiting_for_validation");
        advance(world, chrono::TimeDelta::hours(25));
        let (owner, alice) = (world.owner("north"), world.contact("north"));
        let quote = shopper(&owner).post("/v1/store/quotes", wish(&owner, "later.example", "Village")).expect(200);
        let wanted = json!({"quote_token": quote.text("/token"), "gateway": "transfer", "accept_terms": true});
        let later = alice.post_once("/v1/me/orders", "later", wanted).expect(201).text("/id");
        assert!(!rules(&owner, &later).contains(&"many_orders_of_client".to_string()));
    }

    /// What an administrator takes is checked only if that is settled, and his own address says nothing.
    fn orders_that_are_taken(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 61, "missing_phone": 61}}));
        let order = by_phone(&owner, "phone.example", "phone");
        assert_eq!(state(&owner, &order), "waiting_for_payment");
        owner.get(&format!("/v1/orders/{order}/fraud-check")).refused(404, "not_found");
        switch_on(&owner, json!({"check_taken_orders": true, "weights": {"new_client": 30, "missing_phone": 30}}));
        let order = by_phone(&owner, "tel.example", "tel");
        assert_eq!(state(&owner, &order), "waiting_for_validation");
        assert_eq!(check(&owner, &order)["ip"], json!(null));
        // the rules decide, not the administrator
        switch_on(&owner, json!({"check_taken_orders": true}));
        let order = by_phone(&owner, "fon.example", "fon");
        assert_eq!((state(&owner, &order), check(&owner, &order)["decided_by"].clone()), ("waiting_for_payment".into(), json!("system")));
    }

    /// A seller that looks at each order looks at those that the check accepts, too.
    fn an_accepted_order_may_wait_for_other_reasons(world) {
        let owner = world.owner("north");
        let settings = json!({"fraud": {"is_on": true}, "provisioning": {"require": ["order_validated", "paid"], "mode": "automatic"}});
        put(&owner, &settings).expect(200);
        let order = order(&owner, "Nora");
        assert_eq!((state(&owner, &order), standing(&owner, &order).0), ("waiting_for_validation".into(), "accepted".into()));
        assert_eq!((todos(&owner, "order_waits"), todos(&owner, "fraud_suspected")), (1, 0));
        owner.act(&format!("/v1/orders/{order}/accept")).expect(200);
        assert_eq!(state(&owner, &order), "waiting_for_payment");
    }

    /// Whoever is let back in gets back what he had, but a refused order only when it is accepted after all.
    fn a_refused_order_does_not_come_back_with_its_client(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"weights": {"new_client": 61}}));
        let placed = place(&owner, "Nora", "fake");
        let subscription = placed.text("/order/subscription_ids/0");
        let client = placed.text("/order/client_id");
        owner.post(&format!("/v1/clients/{client}/suspend"), json!({})).expect(200);
        owner.post(&format!("/v1/clients/{client}/activate"), json!({})).expect(200);
        House::built_in(world).work();
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).text("/status"), "fraudulent");
        assert_eq!(state(&owner, &placed.text("/order/id")), "fraud");
        owner.act(&format!("/v1/orders/{}/cancel", placed.text("/order/id"))).expect(200);
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).text("/status"), "cancelled");
        sound(world);
    }

    fn what_makes_no_sense_is_named(world) {
        let owner = world.owner("north");
        let policy = json!({"fraud": {"hold_from": "70", "decline_above": "60", "weights": {"scorer": 3}, "keep_days": 0}});
        put(&owner, &policy).refused(422, "validation_failed").names("/fraud/decline_above").names("/fraud/weights/scorer").names("/fraud/keep_days");
    }
}
