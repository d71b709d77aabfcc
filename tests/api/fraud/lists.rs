//! Who is never checked and who is always refused.

use super::{ask_minfraud, order, place, rules, standing, state, switch_on};
use crate::support::Actor;
use serde_json::json;

fn enter(owner: &Actor, list: &str, kind: &str, value: &str) -> crate::support::Answer {
    owner.post("/v1/fraud-entries", json!({"list": list, "kind": kind, "value": value, "note": "a test"}))
}

both! {
    fn entries_are_kept_in_one_spelling(world) {
        let owner = world.owner("north");
        for (kind, typed, kept) in [
            ("mail", "Nora@New.example", "nora@new.example"),
            ("mail_domain", "@New.Example", "new.example"),
            ("address", "192.0.2.9/24", "192.0.2.0/24"),
            ("country", "FR", "FR"),
            ("bin", "411111", "411111"),
            ("phone", "0033 1 23 45 67 89", "+33123456789"),
        ] {
            let made = enter(&owner, "deny", kind, typed).expect(201).json();
            assert_eq!((&made["value"], &made["created_by"]), (&json!(kept), &json!("Owner")), "{kind}");
            // a thing is on one list
            enter(&owner, "allow", kind, typed).expect(409).names("/value");
        }
        enter(&owner, "deny", "address", "192.0.2").refused(422, "validation_failed").names("/value");
        let list = owner.get("/v1/fraud-entries?kind=bin&list=deny").expect(200);
        assert_eq!((list.text("/data/0/value"), list.json()["data"].as_array().unwrap().len()), ("411111".into(), 1));
        owner.delete(&format!("/v1/fraud-entries/{}", list.text("/data/0/id"))).expect(204);
        assert_eq!(owner.get("/v1/fraud-entries?kind=bin").expect(200).json()["data"], json!([]));
    }

    /// Nobody is asked about those on a list, and whoever is allowed is accepted though his country is denied.
    fn lists_decide_before_anything_else(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        enter(&owner, "deny", "country", "FR").expect(201);
        enter(&owner, "allow", "mail", "nora@new.example").expect(201);
        let (nora, olga) = (order(&owner, "Nora"), order(&owner, "Olga"));
        assert_eq!((state(&owner, &nora), rules(&owner, &nora)[0].clone()), ("waiting_for_payment".into(), "allowed".into()));
        assert_eq!((state(&owner, &olga), rules(&owner, &olga)[0].clone()), ("fraud".into(), "denied".into()));
        assert_eq!(standing(&owner, &olga).0, "declined");
        crate::support::house::House::built_in(world).work();
        assert_eq!(service.asked().len(), 0);
    }

    fn each_kind_is_met(world) {
        let owner = world.owner("north");
        // all of them come from this machine
        switch_on(&owner, json!({"orders_of_address": 100}));
        for (at, (kind, value)) in [("mail", "n0@new.example"), ("mail_domain", "new.example"), ("address", "127.0.0.0/8"), ("country", "FR")].iter().enumerate() {
            let entry = enter(&owner, "deny", kind, value).expect(201).text("/id");
            let refused = order(&owner, &format!("n{at}"));
            assert_eq!(state(&owner, &refused), "fraud", "{kind}");
            owner.delete(&format!("/v1/fraud-entries/{entry}")).expect(204);
            let passed = order(&owner, &format!("m{at}"));
            assert_eq!(state(&owner, &passed), "waiting_for_payment", "{kind}");
        }
    }

    /// Cards are entered when the order stands, so they are looked at when it is paid.
    fn cards_are_looked_at_when_they_are_entered(world) {
        let owner = world.owner("north");
        let placed = place(&owner, "Nora", "fake");
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        let path = format!("/v1/me/invoices/{}/pay", placed.text("/order/invoice_id"));
        let entry = enter(&owner, "deny", "bin", "424242").expect(201).text("/id");
        switch_on(&owner, json!({}));
        let card = crate::api::payments::card("4242424242424242");
        let refused = nora.post_once(&path, "one", card.clone()).refused(402, "payment_declined");
        assert!(!refused.text("/detail").contains("4242"), "{}", refused.json());
        assert_eq!(owner.get(&format!("/v1/transactions?invoice_id={}", placed.text("/order/invoice_id"))).expect(200).json()["data"], json!([]));
        owner.delete(&format!("/v1/fraud-entries/{entry}")).expect(204);
        nora.post_once(&path, "two", card).expect(200);
    }
}
