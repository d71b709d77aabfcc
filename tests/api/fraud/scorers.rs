//! Scorers: asked by an event, once; and no order is lost when they are down.

use super::{
    advance, ask_fake, ask_minfraud, check, order, place, rules, set_scorer, standing, state, switch_on, todos,
};
use crate::api::services::mails;
use crate::support::house::House;
use crate::support::{Actor, World};
use chrono::TimeDelta;
use comptoir_simulators::shell::Trouble;
use serde_json::{Value, json};

/// Checks that were decided, by the record.
fn decisions(owner: &Actor) -> usize {
    owner.get("/v1/activities?kind=fraud_check.decided").expect(200).json()["data"].as_array().unwrap().len()
}

fn invoice_paid(owner: &Actor, client: &str, key: &str) {
    let line = json!({"description": "Work", "quantity": "1", "unit_price": "10.00"});
    let invoice = json!({"client_id": client, "currency": "EUR", "lines": [line]});
    let id = owner.post("/v1/invoices", invoice).expect(201).text("/id");
    owner.act(&format!("/v1/invoices/{id}/issue")).expect(200);
    owner.post_once(&format!("/v1/invoices/{id}/payments"), key, json!({"method": "transfer"})).expect(201);
}

/// Someone new orders while the scorer plays dead.
fn with_silence(world: &World, on_failure: &str) -> (String, String) {
    let owner = world.owner("north");
    switch_on(&owner, json!({ "on_failure": on_failure }));
    ask_fake(&owner);
    let order = order(&owner, "down");
    House::built_in(world).work();
    (state(&owner, &order), standing(&owner, &order).0)
}

both! {
    /// Of theirs and ours the higher one counts: below 10 it goes on, up to 60 it waits, above it is refused.
    fn the_score_decides(world) {
        let owner = world.owner("north");
        // all of them come from this machine
        switch_on(&owner, json!({"orders_of_address": 100}));
        ask_fake(&owner);
        let names = ["score-9.99", "score-10", "score-60", "score-60.01", "reject", "review"];
        let orders = names.map(|name| order(&owner, name));
        for order in &orders {
            assert_eq!((state(&owner, order), standing(&owner, order).0), ("new".into(), "waiting".into()));
        }
        House::built_in(world).work();
        let seen: Vec<_> = orders.iter().map(|order| (state(&owner, order), standing(&owner, order))).collect();
        let want = [
            ("waiting_for_payment", "accepted", "9.99"),
            ("waiting_for_validation", "held", "10"),
            ("waiting_for_validation", "held", "60"),
            ("fraud", "declined", "60.01"),
            ("fraud", "declined", "5"),
            ("waiting_for_validation", "held", "5"),
        ];
        assert_eq!(seen, want.map(|(order, check, score)| (order.to_string(), (check.to_string(), score.to_string()))));
        // who was kept waiting is told how it went on, unless a person has to say so
        let told = names.map(|name| mails(&owner, "order_validation", &format!("{name}@new.example")));
        assert_eq!(told, [1, 0, 0, 1, 1, 0]);
        assert_eq!(todos(&owner, "fraud_suspected"), 3);
    }

    /// 5 of ours and 7 of theirs.
    fn scores_can_be_added(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"combination": "sum"}));
        ask_fake(&owner);
        let order = order(&owner, "score-7");
        House::built_in(world).work();
        assert_eq!((state(&owner, &order), standing(&owner, &order)), ("waiting_for_validation".into(), ("held".into(), "12".into())));
    }

    /// What Insights finds out is weighed like what was known: 40 for the exit of Tor, and the card of another country.
    fn minfraud_is_asked(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "insights");
        let order = order(&owner, "tor");
        House::built_in(world).work();
        assert_eq!(rules(&owner, &order), ["card_abroad", "new_client", "anonymous_proxy", "missing_phone", "scorer"]);
        let check = check(&owner, &order);
        // 20 + 2 + 40 + 3
        assert_eq!((&check["score"], &check["scored"]["connector"], &check["scored"]["is_anonymous"]), (&json!("65"), &json!("minfraud"), &json!(true)));
        assert_eq!((state(&owner, &order), check["scored"]["request_digest"].as_str().unwrap().len()), ("fraud".into(), 64));
        let sent = service.with(|service| service.scored.clone());
        assert_eq!((sent.len(), &sent[0]["event"]["transaction_id"]), (1, &json!(order)));
        assert_eq!((&sent[0]["order"], &sent[0]["email"]["address"]), (&json!({"amount": 15, "currency": "EUR"}), &json!("tor@new.example")));
        // nothing that it was sent was unknown to it or did not fit
        assert_eq!(check["scored"]["warnings"], json!([]));
    }

    fn a_silent_scorer_holds(world) {
        assert_eq!(with_silence(world, "hold"), ("waiting_for_validation".into(), "held".into()));
        let owner = world.owner("north");
        assert_eq!(todos(&owner, "fraud_scorer"), 1);
        // once it answers again, nobody has to look
        let order = order(&owner, "score-1");
        House::built_in(world).work();
        assert_eq!((state(&owner, &order), todos(&owner, "fraud_scorer")), ("waiting_for_payment".into(), 0));
    }

    fn a_silent_scorer_holds_who_is_new(world) {
        assert_eq!(with_silence(world, "hold_new"), ("waiting_for_validation".into(), "held".into()));
    }

    fn a_silent_scorer_leaves_it_to_the_rules(world) {
        assert_eq!(with_silence(world, "rules"), ("waiting_for_payment".into(), "accepted".into()));
    }

    /// Down twice in a row, it is asked twice and no more; the address of this machine is not wanted there and left out.
    fn no_order_is_lost_when_minfraud_is_down(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        service.trouble(Trouble::DownBefore);
        service.trouble(Trouble::DownBefore);
        let held = order(&owner, "anna");
        House::built_in(world).work();
        assert_eq!((state(&owner, &held), standing(&owner, &held).0), ("waiting_for_validation".into(), "held".into()));
        assert_eq!((service.asked().len(), *rules(&owner, &held).last().unwrap()== "scorer_silent"), (2, true));
        service.trouble(Trouble::DownBefore);
        let passed = order(&owner, "berta");
        House::built_in(world).work();
        assert_eq!((state(&owner, &passed), service.with(|service| service.scored.len())), ("waiting_for_payment".into(), 1));
    }

    /// Two houses at work on one queue, the same work again, and ProcessSync behind it: one question, one decision.
    fn nothing_is_asked_or_decided_twice(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        let order = order(&owner, "score-75");
        let (one, other) = (House::built_in(world), House::built_in(world));
        std::thread::scope(|scope| {
            scope.spawn(|| one.work());
            scope.spawn(|| other.work());
        });
        advance(world, TimeDelta::minutes(10));
        let owner = world.owner("north");
        owner.post("/v1/events/run", json!({"kind": "process_sync"})).expect(201);
        one.work();
        assert_eq!((state(&owner, &order), service.with(|service| service.scored.len()), decisions(&owner)), ("fraud".into(), 1, 1));
    }

    /// Its event is called off: ProcessSync asks once five minutes have gone by.
    fn a_lost_event_loses_no_order(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        ask_fake(&owner);
        let order = order(&owner, "score-5");
        let event = owner.get("/v1/events?kind=screen_order").expect(200).text("/data/0/id");
        owner.act(&format!("/v1/events/{event}/cancel")).expect(200);
        let house = House::built_in(world);
        let sync = |owner: &Actor| {
            owner.post("/v1/events/run", json!({"kind": "process_sync"})).expect(201);
            house.work();
        };
        sync(&owner);
        assert_eq!(state(&owner, &order), "new");
        advance(world, TimeDelta::minutes(6));
        let owner = world.owner("north");
        let seen = owner.post("/v1/events/preview", json!({"kind": "process_sync"})).expect(200).json();
        assert!(seen["items"].as_array().unwrap().iter().any(|item| item["action"] == "screen_order"), "{seen}");
        sync(&owner);
        assert_eq!(state(&owner, &order), "waiting_for_payment");
    }

    /// Three invoices paid before: nobody is asked, and the rules alone decide.
    fn known_clients_are_not_told_to_others(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        let placed = place(&owner, "score-75", "transfer");
        House::built_in(world).work();
        let client = placed.text("/order/client_id");
        (1..=3).for_each(|at| invoice_paid(&owner, &client, &format!("paid-{at}")));
        let known = world.stranger.with_token(placed.text("/tokens/access_token"));
        let quote = crate::api::orders::shopper(&owner).post("/v1/store/quotes", crate::api::orders::wish(&owner, "known.example", "Lyon")).expect(200);
        let wanted = json!({"quote_token": quote.text("/token"), "gateway": "transfer", "accept_terms": true});
        let order = known.post_once("/v1/me/orders", "known", wanted).expect(201).text("/id");
        assert_eq!((state(&owner, &order), rules(&owner, &order)), ("waiting_for_payment".into(), vec!["known_client".into(), "missing_phone".into()]));
        House::built_in(world).work();
        assert_eq!(service.with(|service| service.scored.len()), 1);
    }

    /// Whoever is to be asked is gone before he was: the order is decided as if he had not answered.
    fn a_scorer_that_is_taken_away_leaves_nothing_behind(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({"on_failure": "rules"}));
        ask_fake(&owner);
        let order = order(&owner, "score-75");
        owner.send("DELETE", "/v1/fraud-scorer", &[("if-match", "*")], None).expect(204);
        owner.get("/v1/fraud-scorer").refused(404, "not_found");
        House::built_in(world).work();
        assert_eq!(state(&owner, &order), "waiting_for_payment");
    }

    /// Less than a hundred questions are left: a person is told, and so of a purse that is empty.
    fn an_empty_purse_is_told(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        service.with(|service| service.queries_remaining = 1);
        order(&owner, "anna");
        House::built_in(world).work();
        assert_eq!(todos(&owner, "fraud_scorer"), 1);
        order(&owner, "berta");
        House::built_in(world).work();
        let todos = owner.get("/v1/todos?state=open&kind=fraud_scorer").expect(200).json();
        let titles: Vec<_> = todos["data"].as_array().unwrap().iter().map(|todo| todo["title"].as_str().unwrap()).collect();
        assert!(titles.iter().any(|title| title.contains("INSUFFICIENT_FUNDS")), "{titles:?}");
    }

    fn what_is_set_up_is_tried_out(world) {
        let owner = world.owner("north");
        owner.act("/v1/fraud-scorer/test").refused(404, "not_found");
        let service = ask_minfraud(&owner, "score");
        let tried = owner.act("/v1/fraud-scorer/test").expect(200).json();
        assert_eq!((&tried["works"], &tried["queries_remaining"]), (&json!(true), &json!(999)));
        let wrong = json!({"account_id": "100001", "license_key": "wrong", "address": service.url});
        set_scorer(&owner, json!({"connector": "minfraud", "settings": wrong})).expect(200);
        let tried = owner.act("/v1/fraud-scorer/test").expect(200).json();
        assert_eq!((&tried["works"], &tried["code"]), (&json!(false), &json!("AUTHORIZATION_INVALID")));
    }

    /// What can be set up is listed with what it wants, and what does not fit is named.
    fn what_does_not_fit_is_named(world) {
        let owner = world.owner("north");
        let all = owner.get("/v1/connectors").expect(200).json();
        let names: Vec<_> = all["fraud"].as_array().unwrap().iter().map(|one| one["connector"].as_str().unwrap()).collect();
        assert_eq!(names, ["minfraud", "fake"]);
        set_scorer(&owner, json!({"connector": "tea-leaves"})).refused(422, "validation_failed").names("/connector");
        let wrong = json!({"connector": "minfraud", "settings": {"account_id": 7, "service": "guess"}});
        set_scorer(&owner, wrong).refused(422, "validation_failed")
            .names("/settings/account_id").names("/settings/license_key").names("/settings/service");
        let key: Value = json!({"account_id": "1", "license_key": "k", "address": "no address"});
        set_scorer(&owner, json!({"connector": "minfraud", "settings": key})).refused(422, "validation_failed").names("/settings/address");
    }
}
