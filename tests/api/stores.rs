//! Stores: every seller begins with one, and one is always the default.

use crate::api::invoices::first_client;
use crate::stories::billing::care;
use crate::support::Actor;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn wish(code: &str) -> Value {
    json!({"code": code, "name": "Shop", "kind": "client", "currency": "EUR", "locales": ["fr-FR", "en"], "price_basis": "gross",
        "gateways": ["transfer", "fake"], "domain_options": ["register", "use_own"]})
}

fn defaults(owner: &Actor) -> Vec<String> {
    let list = owner.get("/v1/stores").expect(200).json();
    let marked = list["data"].as_array().unwrap().iter().filter(|store| store["is_default"] == true);
    marked.map(|store| store["code"].as_str().unwrap().to_string()).collect()
}

both! {
    /// ORD-02: a default store exists, in American English and dollars; TAX-04: VAT numbers are asked for by sellers of
    /// the European Union (north is French, the provider American).
    fn every_seller_begins_with_one(world) {
        let mut keys = BTreeSet::new();
        for (code, vat) in [("provider", false), ("north", true), ("south", true)] {
            let list = world.owner(code).get("/v1/stores").expect(200).json();
            let marked: Vec<_> = list["data"].as_array().unwrap().iter().filter(|store| store["is_default"] == true).collect();
            assert_eq!(marked.len(), 1);
            let store = marked[0];
            assert_eq!((&store["currency"], &store["locales"], &store["is_default"]), (&json!("USD"), &json!(["en-US"]), &json!(true)));
            assert_eq!(store["require_vat_number"], vat, "{code}");
            let key = store["publishable_key"].as_str().unwrap().to_string();
            assert!(key.starts_with("pk_") && key.len() == 35, "{key}");
            keys.insert(key);
        }
        assert_eq!(keys.len(), 3);
    }

    fn created_with_what_is_usual(world) {
        let owner = world.owner("north");
        let made = owner.post("/v1/stores", wish("shop")).expect(201);
        let store = made.json();
        assert_eq!(owner.get(made.header("location").unwrap()).expect(200).json(), store);
        let usual = json!({"is_default": false, "is_open": true, "require_vat_number": true, "terms": {}, "theme": "light", "landing": "column"});
        for (name, value) in usual.as_object().unwrap() {
            assert_eq!(&store[name], value, "{name}");
        }
        let mut lax = wish("lax");
        lax["require_vat_number"] = json!(false);
        assert_eq!(owner.post("/v1/stores", lax).expect(201).json()["require_vat_number"], false);
        assert_eq!(world.owner("provider").post("/v1/stores", wish("shop")).expect(201).json()["require_vat_number"], false);
        owner.post("/v1/stores", wish("shop")).refused(409, "already_exists").names("/code");
    }

    fn everything_wrong_is_named_at_once(world) {
        let owner = world.owner("north");
        let before = world.database.digest();
        let mut wrong = wish("Shop 1");
        wrong["name"] = json!("");
        wrong["locales"] = json!([]);
        wrong["gateways"] = json!(["fake", "fake"]);
        wrong["domain_options"] = json!(["use_own", "use_own"]);
        wrong["terms"] = json!({"de": "AGB"});
        let answer = owner.post("/v1/stores", wrong).refused(422, "validation_failed");
        for place in ["/code", "/name", "/locales", "/gateways/1", "/domain_options/1", "/terms/de"] {
            answer.clone().names(place);
        }
        for (field, value) in [("gateways", json!(["In cash"])), ("theme", json!("neon")), ("landing", json!("grid")), ("currency", json!("XXX")), ("terms", json!({"deutsch": "AGB"}))] {
            let mut wrong = wish("shop");
            wrong[field] = value;
            owner.post("/v1/stores", wrong).refused(422, "invalid_body");
        }
        let mut elsewhere = wish("shop");
        elsewhere["gateways"] = json!(["transfer", "cash"]);
        owner.post("/v1/stores", elsewhere).refused(422, "validation_failed").names("/gateways/1");
        let mut deep = wish("deep");
        deep["kind"] = json!("reseller");
        owner.post("/v1/stores", deep.clone()).refused(422, "validation_failed").names("/kind");
        assert_eq!(world.database.digest(), before);
        world.owner("provider").post("/v1/stores", deep).expect(201);
    }

    fn the_currency_stays(world) {
        let owner = world.owner("north");
        let path = format!("/v1/stores/{}", owner.post("/v1/stores", wish("shop")).expect(201).text("/id"));
        let before = world.database.digest();
        for (field, value) in [("currency", "USD"), ("code", "other"), ("kind", "reseller"), ("publishable_key", "pk_mine")] {
            owner.patch(&path, json!({field: value})).refused(422, "invalid_body").names(&format!("/{field}"));
        }
        assert_eq!(world.database.digest(), before);
    }

    fn a_patch_changes_what_it_names(world) {
        let owner = world.owner("north");
        let made = owner.post("/v1/stores", wish("shop")).expect(201);
        let path = format!("/v1/stores/{}", made.text("/id"));
        let patch = json!({"name": "Boutique", "theme": "dark", "landing": "row", "is_open": false, "gateways": ["cheque"], "terms": {"fr-FR": "Payez.", "en": "Pay."}});
        let mut want = made.json();
        for (name, value) in patch.as_object().unwrap() {
            want[name] = value.clone();
        }
        assert_eq!(owner.patch(&path, patch).expect(200).json(), want);
        // the terms of one language can be changed and removed without the others
        let terms = owner.patch(&path, json!({"terms": {"en": null, "fr-FR": "Payez vite."}})).expect(200).json()["terms"].clone();
        assert_eq!(terms, json!({"fr-FR": "Payez vite."}));
        owner.patch(&path, json!({"locales": ["en"]})).refused(422, "validation_failed").names("/terms/fr-FR");
        owner.patch(&path, json!({"locales": []})).refused(422, "validation_failed").names("/locales");
        assert_eq!(owner.patch(&path, json!({"locales": ["en", "fr-FR"]})).expect(200).json()["locales"], json!(["en", "fr-FR"]));
    }

    fn one_store_is_the_default(world) {
        let owner = world.owner("north");
        let second = owner.post("/v1/stores", wish("shop")).expect(201).text("/id");
        assert_eq!(defaults(&owner), ["default"]);
        for _ in 0..2 {
            assert_eq!(owner.act(&format!("/v1/stores/{second}/make-default")).expect(200).json()["is_default"], true);
            assert_eq!(defaults(&owner), ["shop"]);
        }
        // the other sellers' mark has not moved
        assert_eq!(defaults(&world.owner("south")), ["default"]);
    }

    fn two_who_choose_at_once_leave_one_default(world) {
        let owner = world.owner("north");
        let ids: Vec<_> = (0..4).map(|at| owner.post("/v1/stores", wish(&format!("shop-{at}"))).expect(201).text("/id")).collect();
        std::thread::scope(|threads| {
            for id in ids.iter().cycle().take(16) {
                let owner = &owner;
                threads.spawn(move || owner.act(&format!("/v1/stores/{id}/make-default")).expect(200));
            }
        });
        assert_eq!(defaults(&owner).len(), 1);
    }

    /// 12.00 with 20 % of tax inside would renew at 14.40 if the price were a net one.
    fn what_its_prices_include_stays_while_someone_pays_them(world) {
        let owner = world.owner("north");
        let store = owner.post("/v1/stores", wish("shop")).expect(201).text("/id");
        let path = format!("/v1/stores/{store}");
        for basis in ["net", "gross"] {
            assert_eq!(owner.patch(&path, json!({"price_basis": basis})).expect(200).text("/price_basis"), basis);
        }
        let plan = care(&owner, json!({"prices": [{"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "12.00", "currency": "EUR"}}]}));
        owner.patch(&format!("/v1/plans/{plan}"), json!({"store_ids": [store]})).expect(200);
        let cart = json!({"items": [{"plan_id": plan, "cycle": "1-month"}]});
        let order = json!({"client_id": first_client(&owner), "order": {"store_id": store, "gateway": "transfer", "cart": cart}});
        let order = owner.post_once("/v1/orders", "gross", order).expect(201).text("/id");
        owner.patch(&path, json!({"price_basis": "net"})).refused(409, "in_use").names("/price_basis");
        // what stays as it is hinders nothing
        owner.patch(&path, json!({"price_basis": "gross", "name": "Boutique"})).expect(200);
        owner.act(&format!("/v1/orders/{order}/cancel")).expect(200);
        owner.patch(&path, json!({"price_basis": "net"})).expect(200);
    }
}
