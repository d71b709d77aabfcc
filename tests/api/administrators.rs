//! Administrators and roles: nobody reaches above himself, and somebody can always do everything.

use crate::support::world::PASSWORD;
use serde_json::{Value, json};

fn wish(name: &str, role: &str) -> Value {
    json!({"email": format!("{name}@north.example"), "name": name, "locale": "fr", "country": "FR", "role_id": role, "password": PASSWORD})
}

both! {
    fn nobody_hands_out_more_than_he_has(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let manager = owner.post("/v1/roles", json!({"name": "Manager", "permissions": ["administrators:read", "administrators:write", "api_keys:write", "clients:read"]})).expect(201).text("/id");
        owner.post("/v1/administrators", wish("max", &manager)).expect(201);
        let max = world.stranger.sign_in("admin", "north", "max@north.example", PASSWORD);
        let full = owner.get("/v1/roles?sort=name").json()["data"].as_array().unwrap().iter().find(|role| role["full_access"] == true).unwrap()["id"].as_str().unwrap().to_string();
        max.post("/v1/administrators", wish("moe", &full)).refused(403, "forbidden").names("/role_id");
        max.post("/v1/roles", json!({"name": "Sly", "permissions": ["clients:write"]})).refused(403, "forbidden").names("/permissions");
        max.post("/v1/api-keys", json!({"name": "Sly", "permissions": ["clients:write"]})).refused(403, "forbidden").names("/permissions");
        let boss = owner.get("/v1/administrator").text("/id");
        max.act(&format!("/v1/administrators/{boss}/disable")).refused(403, "forbidden");
        max.patch(&format!("/v1/administrators/{boss}"), json!({"email": "max2@north.example"})).refused(403, "forbidden");
        max.post("/v1/administrators", wish("mia", &north.ids["rol"])).expect(201);
        max.get("/v1/clients").expect(200);
        max.get("/v1/sessions").refused(403, "forbidden");
    }

    fn somebody_always_has_full_access(world) {
        let north = world.seller("north");
        let owner = &north.owner;
        let me = owner.get("/v1/administrator").expect(200);
        let (id, full) = (me.text("/id"), me.text("/role_id"));
        owner.act(&format!("/v1/administrators/{id}/disable")).refused(409, "conflict");
        owner.patch(&format!("/v1/administrators/{id}"), json!({"role_id": north.ids["rol"]})).refused(409, "conflict");
        owner.patch(&format!("/v1/roles/{full}"), json!({"permissions": []})).refused(409, "conflict");
        owner.delete(&format!("/v1/roles/{full}")).refused(409, "conflict");
        owner.patch(&format!("/v1/administrators/{}", north.ids["adm"]), json!({"role_id": full})).expect(200);
        owner.act(&format!("/v1/administrators/{id}/disable")).expect(200);
        owner.get("/v1/seller").refused(401, "session_ended");
    }

    fn a_role_in_use_stays(world) {
        let north = world.seller("north");
        let clerk = north.owner.get(&format!("/v1/administrators/{}", north.ids["adm"])).text("/role_id");
        north.owner.delete(&format!("/v1/roles/{clerk}")).refused(409, "in_use");
        north.owner.delete(&format!("/v1/roles/{}", north.ids["rol"])).expect(204);
        north.owner.post("/v1/roles", json!({"name": "Clerk", "permissions": []})).refused(409, "already_exists").names("/name");
    }

    fn a_changed_role_counts_at_the_next_call(world) {
        let north = world.seller("north");
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", PASSWORD);
        let role = north.owner.get(&format!("/v1/administrators/{}", north.ids["adm"])).text("/role_id");
        clerk.get("/v1/clients").expect(200);
        north.owner.patch(&format!("/v1/roles/{role}"), json!({"permissions": ["activities:read"]})).expect(200);
        clerk.get("/v1/clients").refused(403, "forbidden");
        clerk.get("/v1/activities").expect(200);
    }

    fn without_a_password_a_link_is_mailed(world) {
        let north = world.seller("north");
        let mut invited = wish("ivy", &north.ids["rol"]);
        invited.as_object_mut().unwrap().remove("password");
        assert_eq!(north.owner.post("/v1/administrators", invited).expect(201).json()["has_password"], false);
        let sign_in = json!({"audience": "admin", "seller": "north", "email": "ivy@north.example", "password": ""});
        world.stranger.post("/v1/sessions", sign_in).refused(401, "invalid_credentials");
        assert!(world.database.digest()["mails"].contains("ivy@north.example"));
    }

    fn changing_ones_own_password(world) {
        let (first, second) = (world.owner("north"), world.owner("north"));
        let change = |current: &str| first.post("/v1/administrator/change-password", json!({"current_password": current, "new_password": "staple battery horse"}));
        change("wrong").refused(422, "validation_failed").names("/current_password");
        change(PASSWORD).expect(204);
        first.get("/v1/seller").expect(200);
        second.get("/v1/seller").refused(401, "session_ended");
    }
}
