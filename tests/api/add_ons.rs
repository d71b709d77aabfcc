//! Add-ons and their groups: created with prices, changed, offered, retired, removed when nothing holds them.

use crate::support::Actor;
use serde_json::{Value, json};

/// A group with one add-on that is on sale: a gigabyte more, for 2.00 EUR a month.
pub fn furnish(owner: &Actor, _code: &str) {
    let group = group(owner, "Space");
    let id = owner.post("/v1/add-ons", add_on(&group, "disk-1")).expect(201).text("/id");
    owner.act(&format!("/v1/add-ons/{id}/activate")).expect(200);
}

/// A new group.
pub fn group(owner: &Actor, name: &str) -> String {
    owner.post("/v1/add-on-groups", json!({"name": name, "question": "More?"})).expect(201).text("/id")
}

/// A new draft.
pub fn draft(owner: &Actor) -> String {
    let group = owner.get("/v1/add-on-groups").text("/data/0/id");
    owner.post("/v1/add-ons", add_on(&group, "draft")).expect(201).text("/id")
}

/// An add-on that is ready to send.
pub fn add_on(group: &str, code: &str) -> Value {
    json!({"add_on_group_id": group, "code": code, "name": "1 GB more", "properties": {"disk_space": 1_000_000_000},
        "prices": [{"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "2.00", "currency": "EUR"}}]})
}

both! {
    fn created_with_prices_and_changed(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let made = owner.post("/v1/add-ons", add_on(&north.ids["agr"], "more")).expect(201);
        let view = made.json();
        assert_eq!((&view["state"], &view["tax_policy_id"], &view["position"]), (&json!("draft"), &Value::Null, &json!(0)));
        assert_eq!(view["prices"][0]["recurring"], json!({"amount": "2.00", "currency": "EUR"}));
        // what is not said costs nothing, from today on
        assert_eq!((&view["prices"][0]["setup"]["amount"], &view["prices"][0]["valid_from"]), (&json!("0.00"), &json!("2026-01-05")));
        let path = made.header("location").unwrap().to_string();
        let read = owner.get(&path).expect(200);
        assert_eq!((read.json(), read.header("etag")), (view, Some("\"1\"")));
        // a merge patch of the properties: null removes one, the others stay
        owner.patch(&path, json!({"properties": {"mailboxes": 3, "domains": "unlimited"}})).expect(200);
        let changed = owner.patch(&path, json!({"properties": {"mailboxes": null}, "description": "Plenty."})).expect(200).json();
        assert_eq!(changed["properties"], json!({"disk_space": 1_000_000_000, "domains": "unlimited"}));
        assert_eq!(changed["description"], "Plenty.");
        owner.patch(&path, json!({"properties": {"mailboxen": null}})).refused(422, "validation_failed").names("/properties/mailboxen");
    }

    fn faults_are_named_at_once(world) {
        let north = world.seller("north");
        let before = world.database.digest();
        let mut wrong = add_on(&north.ids["agr"], "More!");
        wrong["name"] = json!("");
        wrong["properties"] = json!({"disk_space": -1, "customers": 3});
        wrong["prices"][0]["recurring"] = json!({"amount": "-2.00", "currency": "USD"});
        wrong["prices"][0]["valid_from"] = json!("2026-01-04");
        let answer = north.owner.post("/v1/add-ons", wrong).refused(422, "validation_failed");
        for place in ["/code", "/name", "/properties/disk_space", "/properties/customers", "/prices/0/recurring", "/prices/0/valid_from"] {
            answer.clone().names(place);
        }
        north.owner.post("/v1/add-ons", add_on(&north.ids["agr"], "disk-1")).refused(409, "already_exists").names("/code");
        assert_eq!(world.database.digest(), before);
    }

    fn on_sale_with_a_price_only(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let mut free = add_on(&north.ids["agr"], "later");
        free["prices"] = json!([]);
        let id = owner.post("/v1/add-ons", free).expect(201).text("/id");
        let act = |action: &str| owner.act(&format!("/v1/add-ons/{id}/{action}"));
        act("activate").refused(409, "conflict");
        act("retire").refused(409, "wrong_state");
        let price = json!({"cycle": "1-year", "currency": "JPY", "recurring": {"amount": "1200", "currency": "JPY"}});
        owner.post(&format!("/v1/add-ons/{id}/prices"), price).expect(201);
        assert_eq!(act("activate").expect(200).text("/state"), "active");
        act("activate").refused(409, "wrong_state");
        assert_eq!(act("retire").expect(200).text("/state"), "retired");
        let found = |query: &str| owner.get(&format!("/v1/add-ons?{query}")).expect(200).json()["data"].as_array().unwrap().len();
        assert_eq!((found("state=retired"), found("state=active,retired"), found("state=draft")), (1, 2, 0));
        let empty = group(owner, "Empty");
        assert_eq!((found(&format!("add_on_group_id={}", north.ids["agr"])), found(&format!("add_on_group_id={empty}"))), (2, 0));
    }

    fn removed_when_nothing_holds_it(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        // on sale, and offered
        owner.delete(&format!("/v1/add-ons/{}", north.ids["ado"])).refused(409, "wrong_state");
        owner.delete(&format!("/v1/add-on-groups/{}", north.ids["agr"])).refused(409, "in_use");
        let id = draft(owner);
        owner.patch(&format!("/v1/plans/{}", north.ids["pla"]), json!({"add_on_ids": [id]})).expect(200);
        owner.delete(&format!("/v1/add-ons/{id}")).refused(409, "in_use");
        owner.patch(&format!("/v1/plans/{}", north.ids["pla"]), json!({"add_on_ids": []})).expect(200);
        owner.delete(&format!("/v1/add-ons/{id}")).expect(204);
        owner.get(&format!("/v1/add-ons/{id}")).refused(404, "not_found");
    }

    fn groups_ask_a_question(world) {
        let owner = world.owner("north");
        let id = group(&owner, "Back-ups");
        let path = format!("/v1/add-on-groups/{id}");
        owner.post("/v1/add-on-groups", json!({"name": "Back-ups", "question": "?"})).refused(409, "already_exists").names("/name");
        owner.post("/v1/add-on-groups", json!({"name": " x", "question": ""})).refused(422, "validation_failed").names("/name").names("/question");
        let changed = owner.patch(&path, json!({"question": "Daily?", "position": 3})).expect(200).json();
        assert_eq!((&changed["name"], &changed["question"], &changed["position"]), (&json!("Back-ups"), &json!("Daily?"), &json!(3)));
        let sorted = owner.get("/v1/add-on-groups?sort=position").json();
        assert_eq!(sorted["data"].as_array().unwrap().last().unwrap()["id"], json!(id));
        owner.delete(&path).expect(204);
        owner.get(&path).refused(404, "not_found");
    }
}
