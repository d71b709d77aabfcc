//! Certificates that are sold: providers and what plans sell of theirs (CAT-13), and plans that become add-ons of hosting
//! (CAT-10).

use crate::api::orders::{corner, shopper, wish};
use crate::api::subscription_changes::eur;
use crate::support::world::Seller;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// A provider.
pub fn furnish(owner: &Actor) {
    provider(owner, "First");
}

fn provider(owner: &Actor, name: &str) -> String {
    owner.post("/v1/certificate-providers", json!({"name": name, "kind": "fake"})).expect(201).text("/id")
}

/// What a matrix of foreign ids needs: a certificate plan that sells something.
pub fn prepare(seller: &mut Seller) {
    let plan = certificate(&seller.owner, json!({}));
    sells(&seller.owner, &plan, &seller.ids["crt"], json!([{"product_type": "domain_validated", "terms": [1]}]))
        .expect(200);
    seller.ids.insert("pla".into(), plan);
}

/// A certificate for 30.00 a year and 3.00 a month.
fn certificate(owner: &Actor, more: Value) -> String {
    let price = |cycle: &str, amount: &str| json!({"cycle": cycle, "currency": "EUR", "recurring": eur(amount), "setup": eur("1.00")});
    let mut plan = json!({"code": "tls", "name": "Certificate", "kind": "certificate", "prices": [price("1-month", "3.00"), price("1-year", "30.00")]});
    plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.post("/v1/plans", plan).expect(201).text("/id")
}

fn sells(owner: &Actor, plan: &str, provider: &str, products: Value) -> Answer {
    let body = json!({"provider_id": provider, "products": products}).to_string();
    owner.send(
        "PUT",
        &format!("/v1/plans/{plan}/certificate"),
        &[("content-type", "application/json")],
        Some(body.as_bytes()),
    )
}

fn convert(owner: &Actor, plan: &str, more: Value) -> Answer {
    let group = owner.get("/v1/add-on-groups").expect(200).text("/data/0/id");
    let mut body = json!({"add_on_group_id": group});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.post(&format!("/v1/plans/{plan}/convert-to-add-on"), body)
}

fn starter(owner: &Actor) -> String {
    wish(owner, "x.example", "Lyon")["cart"]["items"][0]["plan_id"].as_str().unwrap().into()
}

both! {
    fn plans_sell_what_a_provider_issues(world) {
        let owner = world.owner("north");
        let first = world.seller_ids("north", "crt");
        let view = owner.get(&format!("/v1/certificate-providers/{first}")).expect(200).json();
        assert_eq!(view["products"][0], json!({"product_type": "domain_validated", "name": "Domain validated", "terms": [1, 2]}));
        let plan = certificate(&owner, json!({}));
        owner.get(&format!("/v1/plans/{plan}/certificate")).refused(404, "not_found");
        let refused = sells(&owner, &plan, &first, json!([{"product_type": "domain_validated", "terms": [1, 3]}, {"product_type": "quantum", "terms": [1]}]));
        refused.refused(422, "validation_failed").names("/products/0/terms/1").names("/products/1/product_type");
        sells(&owner, &plan, &first, json!([])).refused(422, "validation_failed").names("/products");
        sells(&owner, &starter(&owner), &first, json!([{"product_type": "wildcard", "terms": [1]}])).refused(409, "conflict");
        let products = json!([{"product_type": "domain_validated", "terms": [1, 2]}, {"product_type": "wildcard", "terms": [2]}]);
        sells(&owner, &plan, &first, products.clone()).expect(200);
        assert_eq!(owner.get(&format!("/v1/plans/{plan}/certificate")).expect(200).json(), json!({"provider_id": first, "products": products}));
        // a provider that plans sell of is not switched off
        let act = |id: &str, what: &str| owner.act(&format!("/v1/certificate-providers/{id}/{what}"));
        assert!(act(&first, "disable").refused(409, "in_use").text("/detail").contains("Certificate"));
        owner.delete(&format!("/v1/certificate-providers/{first}")).refused(409, "in_use");
        let second = provider(&owner, "Second");
        owner.post("/v1/certificate-providers", json!({"name": "Second", "kind": "fake"})).refused(409, "already_exists").names("/name");
        act(&second, "enable").refused(409, "wrong_state");
        act(&second, "disable").expect(200);
        sells(&owner, &plan, &second, products.clone()).refused(422, "validation_failed").names("/provider_id");
        assert_eq!(act(&second, "enable").expect(200).json()["is_enabled"], json!(true));
        sells(&owner, &plan, &second, products).expect(200);
        act(&first, "disable").expect(200);
        owner.delete(&format!("/v1/certificate-providers/{first}")).expect(204);
        // a draft goes with what it was to sell
        owner.delete(&format!("/v1/plans/{plan}")).expect(204);
        owner.delete(&format!("/v1/certificate-providers/{second}")).expect(204);
    }

    /// Name, taxes and prices come along; the plan is no longer sold alone, and stays for who has it.
    fn a_certificate_plan_becomes_an_add_on(world) {
        let owner = world.owner("north");
        convert(&owner, &starter(&owner), json!({})).refused(409, "conflict");
        let plan = certificate(&owner, json!({"tax_policy_id": world.seller_ids("north", "txp"), "description": "Locks.", "store_ids": [corner(&owner)["id"]]}));
        owner.act(&format!("/v1/plans/{plan}/activate")).expect(200);
        let dearer = json!({"cycle": "1-month", "currency": "EUR", "recurring": eur("4.00"), "valid_from": "2026-03-01"});
        owner.post(&format!("/v1/plans/{plan}/prices"), dearer).expect(201);
        convert(&owner, &plan, json!({"code": "disk-1"})).refused(409, "already_exists").names("/code");
        let made = convert(&owner, &plan, json!({})).expect(201).json();
        let facts = ["code", "name", "description", "state", "certificate_plan_id", "tax_policy_id"].map(|name| made[name].as_str().unwrap().to_string());
        assert_eq!(facts[..5], ["tls", "Certificate", "Locks.", "active", plan.as_str()]);
        assert_eq!(facts[5], world.seller_ids("north", "txp"));
        let prices: Vec<_> = made["prices"].as_array().unwrap().iter().map(|one| {
            [&one["cycle"], &one["recurring"]["amount"], &one["setup"]["amount"], &one["valid_from"]].map(|word| word.as_str().unwrap().to_string())
        }).collect();
        let want = [["1-month", "3.00", "1.00", "2026-01-05"], ["1-month", "4.00", "0.00", "2026-03-01"], ["1-year", "30.00", "1.00", "2026-01-05"]];
        assert_eq!(prices, want.map(|row| row.map(String::from)));
        assert_eq!(owner.get(&format!("/v1/plans/{plan}")).expect(200).text("/state"), "retired");
        convert(&owner, &plan, json!({"code": "again"})).refused(409, "conflict");
        owner.act(&format!("/v1/plans/{plan}/activate")).refused(409, "wrong_state");
        // a draft becomes a draft, and is there as long as the add-on
        let draft = certificate(&owner, json!({"code": "wild", "name": "Wild"}));
        let add_on = convert(&owner, &draft, json!({})).expect(201);
        assert_eq!(add_on.text("/state"), "draft");
        owner.delete(&format!("/v1/plans/{draft}")).refused(409, "in_use");
        owner.delete(&format!("/v1/add-ons/{}", add_on.text("/id"))).expect(204);
        owner.delete(&format!("/v1/plans/{draft}")).expect(204);
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", crate::support::world::PASSWORD);
        let group = world.seller_ids("north", "agr");
        clerk.post(&format!("/v1/plans/{plan}/convert-to-add-on"), json!({"add_on_group_id": group})).refused(403, "forbidden");
    }

    /// It is bought in one step with hosting, so it is missing nowhere: 10.00 and 5.00, 3.00 and 1.00 beside it.
    fn it_is_sold_wherever_its_hosting_plan_is(world) {
        let owner = world.owner("north");
        let hosting = starter(&owner);
        let path = format!("/v1/plans/{hosting}");
        let plan = certificate(&owner, json!({}));
        owner.act(&format!("/v1/plans/{plan}/activate")).expect(200);
        let add_on = convert(&owner, &plan, json!({})).expect(201).text("/id");
        // the hosting plan is sold in the corner shop, the certificate nowhere
        owner.patch(&path, json!({"add_on_ids": [add_on]})).refused(422, "validation_failed").names("/add_on_ids/0");
        let store = corner(&owner)["id"].clone();
        owner.patch(&format!("/v1/plans/{plan}"), json!({"store_ids": [store]})).expect(200);
        owner.patch(&path, json!({"add_on_ids": [add_on]})).expect(200);
        let mut both = wish(&owner, "locked.example", "Lyon");
        both["cart"]["items"][0]["add_on_ids"] = json!([add_on]);
        assert_eq!(shopper(&owner).post("/v1/store/quotes", both).expect(200).text("/totals/net/amount"), "19.00");
        // neither of them leaves the other behind
        owner.patch(&format!("/v1/plans/{plan}"), json!({"store_ids": []})).refused(422, "validation_failed").names("/store_ids");
        let other = owner.get("/v1/stores").expect(200).json()["data"].as_array().unwrap().iter().find(|row| row["id"] != store && row["kind"] == "client").unwrap()["id"].clone();
        owner.patch(&path, json!({"store_ids": [store, other]})).refused(422, "validation_failed").names("/store_ids");
        let price = |cycle: &str| json!({"cycle": cycle, "currency": "EUR", "recurring": eur("25.00")});
        owner.post(&format!("{path}/prices"), price("3-month")).refused(422, "validation_failed").names("/cycle");
        owner.post(&format!("/v1/add-ons/{add_on}/prices"), price("3-month")).expect(201);
        owner.post(&format!("{path}/prices"), price("3-month")).expect(201);
        // a new plan has to keep to it, too, and has to be hosting
        let mut new = crate::api::plans::plan("weekly");
        (new["add_on_ids"], new["store_ids"]) = (json!([add_on]), json!([store]));
        new["prices"].as_array_mut().unwrap().push(price("1-week"));
        owner.post("/v1/plans", new).refused(422, "validation_failed").names("/add_on_ids/0");
        let work = json!({"code": "work", "name": "Work", "kind": "generic", "add_on_ids": [add_on], "prices": [price("1-month")]});
        owner.post("/v1/plans", work).refused(422, "validation_failed").names("/add_on_ids/0");
    }
}
