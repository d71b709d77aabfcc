//! Gateways as data: what can be set up, what is refused, what is never shown, and what holds a gateway that is to go.

use crate::api::invoices::issued;
use crate::support::Actor;
use serde_json::{Value, json};

/// Cheques with words of the seller's own.
pub fn furnish(owner: &Actor) {
    owner.post("/v1/gateways", cheque("Send it to 1 Main Street: {amount}, {reference}.")).expect(201);
}

fn cheque(instructions: &str) -> Value {
    json!({"connector": "cheque", "name": "Cheques", "labels": {"en": "Cheque by post"}, "is_live": true,
        "settings": {"instructions": instructions}})
}

fn pay(owner: &Actor, invoice: &str, gateway: &str, key: &str) -> crate::support::Answer {
    let wish = json!({ "gateway": gateway });
    let headers = [("idempotency-key", key), ("content-type", "application/json")];
    owner.send("POST", &format!("/v1/invoices/{invoice}/pay"), &headers, Some(wish.to_string().as_bytes()))
}

both! {
    /// Each connector names its settings with an example of each, and the entries that it knows.
    fn connectors_say_what_they_want(world) {
        let all = world.owner("north").get("/v1/connectors").expect(200).json();
        let all = all["payment"].as_array().unwrap();
        assert!(all.len() >= 2);
        let transfer = all.iter().find(|one| one["connector"] == "transfer").unwrap();
        assert_eq!((&transfer["entries"], &transfer["abilities"]), (&json!(["offline"]), &json!([])));
        assert_eq!(transfer["settings"][0]["name"], "instructions");
        for one in all {
            for field in one["settings"].as_array().unwrap() {
                assert!(field["example"].as_str().is_some_and(|example| !example.is_empty()), "{field}");
            }
        }
    }

    /// What a client reads who pays by hand is what the seller has written; a change holds from the next payment on. Of
    /// the first 10.00 its credit covers 5.00.
    fn instructions_are_the_sellers_own(world) {
        let owner = world.owner("north");
        let id = owner.get("/v1/gateways").expect(200).text("/data/0/id");
        let told = |key: &str| {
            let invoice = issued(&owner, "EUR", &[("1", "10.00")]);
            let paid = pay(&owner, &invoice, "cheque", key).expect(202);
            (paid.text("/message"), paid.text("/id"))
        };
        let (message, reference) = told("one");
        assert_eq!(message, format!("Send it to 1 Main Street: 5.00 EUR, {reference}."));
        let path = format!("/v1/gateways/{id}");
        owner.patch(&path, json!({"settings": {"instructions": "Post {amount} to us."}})).expect(200);
        assert_eq!(told("two").0, "Post 10.00 EUR to us.");
        owner.patch(&path, json!({"settings": {"instructions": null}})).expect(200);
        let (message, reference) = told("three");
        assert_eq!(message, format!("Send a cheque over 10.00 EUR, naming {reference}."));
        assert_eq!(owner.post(&format!("{path}/test"), json!({})).expect(200).json()["works"], true);
    }

    /// One that is switched off, or not for the currency, takes no new payment.
    fn what_is_switched_off_takes_nothing(world) {
        let owner = world.owner("north");
        let path = format!("/v1/gateways/{}", owner.get("/v1/gateways").expect(200).text("/data/0/id"));
        let invoice = issued(&owner, "EUR", &[("1", "10.00")]);
        owner.patch(&path, json!({"currencies": ["USD"]})).expect(200);
        pay(&owner, &invoice, "cheque", "a").refused(422, "validation_failed").names("/gateway");
        owner.patch(&path, json!({"currencies": [], "is_enabled": false})).expect(200);
        pay(&owner, &invoice, "cheque", "b").refused(422, "validation_failed").names("/gateway");
        owner.patch(&path, json!({"is_enabled": true})).expect(200);
        pay(&owner, &invoice, "cheque", "c").expect(202);
    }

    fn what_does_not_fit_is_named(world) {
        let owner = world.owner("north");
        let create = |changes: Value| {
            let mut wish = json!({"connector": "transfer", "name": "Bank"});
            wish.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            owner.post("/v1/gateways", wish)
        };
        create(json!({"connector": "carrier-pigeon"})).refused(422, "validation_failed").names("/connector");
        create(json!({"code": "fake"})).refused(422, "validation_failed").names("/code");
        create(json!({"code": "bank"})).refused(422, "validation_failed").names("/code");
        create(json!({"name": " ", "settings": {"instruction": "x"}}))
            .refused(422, "validation_failed").names("/name").names("/settings/instruction");
        create(json!({"settings": {"instructions": 7}})).refused(422, "validation_failed").names("/settings/instructions");
        create(json!({"currencies": ["EUR", "EUR"]})).refused(422, "validation_failed").names("/currencies/1");
        create(json!({})).expect(201);
        create(json!({})).expect(409).names("/code");
    }

    /// Cheques that are no longer set up are as they were before.
    fn cheques_need_no_setting_up(world) {
        let owner = world.owner("north");
        let path = format!("/v1/gateways/{}", owner.get("/v1/gateways").expect(200).text("/data/0/id"));
        owner.send("DELETE", &path, &[("if-match", "*")], None).expect(204);
        owner.get(&path).expect(404);
        let invoice = issued(&owner, "EUR", &[("1", "10.00")]);
        let paid = pay(&owner, &invoice, "cheque", "key").expect(202);
        assert_eq!(paid.text("/message"), format!("Send a cheque over 5.00 EUR, naming {}.", paid.text("/id")));
    }

    /// Stores offer what there is.
    fn stores_offer_what_there_is(world) {
        let owner = world.owner("north");
        let store = owner.get("/v1/stores").expect(200).text("/data/0/id");
        let offer = |codes: Value| owner.patch(&format!("/v1/stores/{store}"), json!({ "gateways": codes }));
        offer(json!(["transfer", "redsys-bbva"])).refused(422, "validation_failed").names("/gateways/1");
        offer(json!(["transfer", "cheque", "fake"])).expect(200);
    }
}
