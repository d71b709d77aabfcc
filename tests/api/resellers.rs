//! Resellers, and what suspending one does.

use crate::support::world::{PASSWORD, client};
use serde_json::{Value, json};

fn wish(client_id: &str, code: &str) -> Value {
    json!({"client_id": client_id, "owner": {"name": "Eve", "email": format!("owner@{code}.example"), "password": PASSWORD},
        "seller": {"code": code, "company": "East", "email": "east@east.example", "currency": "JPY", "locale": "en", "time_zone": "Asia/Tokyo", "address": {"country": "JP"}}})
}

both! {
    fn a_client_becomes_a_reseller_once(world) {
        let provider = world.owner("provider");
        let buyer = provider.post("/v1/clients", client("provider", "East Inc", "Eve")).expect(201).text("/id");
        let made = provider.post("/v1/resellers", wish(&buyer, "east")).expect(201);
        assert_eq!((made.text("/kind"), made.text("/client_id")), ("reseller".into(), buyer.clone()));
        provider.post("/v1/resellers", wish(&buyer, "east-2")).refused(409, "already_exists").names("/client_id");
        let other = provider.post("/v1/clients", client("provider", "West Inc", "Wes")).expect(201).text("/id");
        provider.post("/v1/resellers", wish(&other, "east")).refused(409, "already_exists").names("/seller/code");
        // the new seller works at once, sees only itself, and numbers its own clients
        let owner = world.owner("east");
        assert_eq!(owner.get("/v1/clients").json()["data"], json!([]));
        assert_eq!(owner.post("/v1/clients", client("east", "Tokyo KK", "Tom")).expect(201).json()["number"], 1001);
    }

    fn only_the_provider_has_resellers(world) {
        let north = world.owner("north");
        north.get("/v1/resellers").refused(403, "forbidden");
        let own = north.get("/v1/clients").json()["data"][0]["id"].as_str().unwrap().to_string();
        north.post("/v1/resellers", wish(&own, "deep")).refused(403, "forbidden");
    }

    fn a_suspended_reseller_is_shut_out_with_all_its_people(world) {
        let provider = world.owner("provider");
        let (owner, contact) = (world.owner("north"), world.contact("north"));
        let id = owner.get("/v1/seller").text("/id");
        assert_eq!(provider.act(&format!("/v1/resellers/{id}/suspend")).expect(200).text("/status"), "suspended");
        owner.get("/v1/seller").refused(403, "forbidden");
        contact.get("/v1/me").refused(403, "forbidden");
        let sign_in = json!({"audience": "admin", "seller": "north", "email": "owner@north.example", "password": PASSWORD});
        world.stranger.post("/v1/sessions", sign_in.clone()).refused(403, "forbidden");
        world.owner("south").get("/v1/seller").expect(200);
        provider.act(&format!("/v1/resellers/{id}/activate")).expect(200);
        owner.get("/v1/seller").expect(200);
        contact.get("/v1/me").expect(200);
    }
}
