//! What shows where a private buyer is (TAX-06): implementing regulation 282/2011 wants two pieces that agree.

use crate::api::orders::{order_of, shopper, wish};
use crate::support::server::settings;
use crate::support::{Actor, World};
use comptoir_app::Settings;
use serde_json::{Value, json};

fn behind_a_proxy(world: &World) -> World {
    let settings = Settings { trust_proxy: true, country_header: Some("x-country".into()), ..settings() };
    World::with_settings(world.backend, settings)
}

/// An order from Lyon that comes through a proxy in a country, with a telephone; the order and its evidence.
#[track_caller]
fn ordered(owner: &Actor, name: &str, country: &str, phone: &str) -> (Value, Value) {
    let quote = shopper(owner)
        .post("/v1/store/quotes", wish(owner, &format!("{name}.example"), "Lyon"))
        .expect(200)
        .text("/token");
    let mut order = order_of(name, &quote, "transfer");
    order["client"]["contact"]["phone"] = json!(phone);
    let headers = [("content-type", "application/json"), ("idempotency-key", name), ("x-country", country)];
    let placed = shopper(owner)
        .send("POST", "/v1/store/orders", &headers, Some(order.to_string().as_bytes()))
        .expect(201)
        .json();
    let evidence =
        owner.get(&format!("/v1/orders/{}/tax-evidence", placed["order"]["id"].as_str().unwrap())).expect(200).json();
    (placed["order"].clone(), evidence)
}

fn pieces(evidence: &Value) -> Vec<(&str, &str)> {
    evidence["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["country"].as_str().unwrap()))
        .collect()
}

fn todos(owner: &Actor) -> usize {
    let list = owner.get("/v1/todos?limit=100").expect(200).json();
    list["data"].as_array().unwrap().iter().filter(|todo| todo["kind"] == "tax_evidence").count()
}

both! {
    fn one_piece_besides_the_address_is_enough(world) {
        let world = behind_a_proxy(world);
        let owner = world.owner("north");
        let (_, evidence) = ordered(&owner, "agree", "FR", "");
        assert_eq!((pieces(&evidence), &evidence["verdict"]), (vec![("billing_address", "FR"), ("ip_address", "FR")], &json!("supported")));
        let (_, evidence) = ordered(&owner, "travel", "DE", "+33 4 72 00 00 00");
        assert_eq!((pieces(&evidence).len(), &evidence["verdict"]), (3, &json!("supported")));
        let (_, evidence) = ordered(&owner, "alone", "", "");
        assert_eq!((pieces(&evidence), &evidence["verdict"]), (vec![("billing_address", "FR")], &json!("address_only")));
        assert_eq!(todos(&owner), 0);
    }

    /// Everything but the address shows Germany: a person is told; the order waits for one if the seller wants that.
    fn contradictions_come_before_a_person(world) {
        let world = behind_a_proxy(world);
        let owner = world.owner("north");
        let (order, evidence) = ordered(&owner, "abroad", "DE", "+49 30 1234");
        assert_eq!((&evidence["verdict"], &order["state"], todos(&owner)), (&json!("contradicted"), &json!("waiting_for_payment"), 1));
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        let hold = json!({"taxes": {"contradicting_evidence": "hold"}}).to_string();
        owner.send("PUT", "/v1/settings", &headers, Some(hold.as_bytes())).expect(200);
        let (order, _) = ordered(&owner, "held", "DE", "");
        assert_eq!((&order["state"], todos(&owner)), (&json!("waiting_for_validation"), 2));
        let accepted = owner.act(&format!("/v1/orders/{}/accept", order["id"].as_str().unwrap())).expect(200);
        assert_eq!(accepted.text("/state"), "waiting_for_payment");
        let (order, _) = ordered(&owner, "fine", "FR", "");
        assert_eq!(order["state"], "waiting_for_payment");
    }

    /// Without a proxy that is trusted anyone could write the header; outside the Union nobody asks for evidence.
    fn only_what_can_be_trusted_counts(world) {
        let (_, evidence) = ordered(&world.owner("north"), "liar", "DE", "");
        assert_eq!(pieces(&evidence), [("billing_address", "FR")]);
        let (_, evidence) = ordered(&world.owner("provider"), "yankee", "DE", "+49 30 1234");
        assert_eq!(evidence, json!({"verdict": null, "evidence": []}));
    }
}
