//! Signing in, staying, going.

use crate::support::world::PASSWORD;
use chrono::TimeDelta;
use serde_json::{Value, json};

fn credentials(audience: &str, seller: &str, email: &str, password: &str) -> Value {
    json!({"audience": audience, "seller": seller, "email": email, "password": password})
}

both! {
    fn every_wrong_credential_gets_the_same_answer(world) {
        let mut details = Vec::new();
        for wrong in [
            credentials("admin", "north", "owner@north.example", "wrong"),
            credentials("admin", "south", "owner@north.example", PASSWORD),
            credentials("client", "north", "owner@north.example", PASSWORD),
            credentials("admin", "nowhere", "owner@north.example", PASSWORD),
            json!({"audience": "admin", "email": "owner@north.example", "password": PASSWORD}),
        ] {
            details.push(world.stranger.post("/v1/sessions", wrong).refused(401, "invalid_credentials").text("/detail"));
        }
        details.dedup();
        assert_eq!(details.len(), 1);
    }

    fn a_refresh_token_works_once(world) {
        let first = world.stranger.post("/v1/sessions", credentials("admin", "north", "owner@north.example", PASSWORD)).expect(201);
        let refresh = |token: &str| world.stranger.post("/v1/sessions/refresh", json!({"refresh_token": token}));
        let second = refresh(&first.text("/refresh_token")).expect(200);
        assert_eq!(first.text("/session_id"), second.text("/session_id"));
        let actor = world.stranger.with_token(second.text("/access_token"));
        actor.get("/v1/seller").expect(200);
        // someone else has the old one: both lose
        refresh(&first.text("/refresh_token")).refused(401, "session_ended");
        refresh(&second.text("/refresh_token")).refused(401, "session_ended");
        actor.get("/v1/seller").refused(401, "session_ended");
    }

    fn tokens_and_sessions_run_out(world) {
        let tokens = world.stranger.post("/v1/sessions", credentials("admin", "north", "owner@north.example", PASSWORD)).expect(201);
        let actor = world.stranger.with_token(tokens.text("/access_token"));
        let machine = &world.server.machine;
        machine.advance_to(machine.now().plus(TimeDelta::minutes(9)));
        actor.get("/v1/seller").expect(200);
        machine.advance_to(machine.now().plus(TimeDelta::minutes(1)));
        actor.get("/v1/seller").refused(401, "unauthenticated");
        machine.advance_to(machine.now().plus(TimeDelta::days(30)));
        world.stranger.post("/v1/sessions/refresh", json!({"refresh_token": tokens.text("/refresh_token")})).refused(401, "session_ended");
    }

    fn someone_who_refuses_parallel_sessions(world) {
        let north = world.seller("north");
        let clerk = format!("/v1/administrators/{}", north.ids["adm"]);
        north.owner.patch(&clerk, json!({"refuse_parallel_sessions": true})).expect(200);
        let mut wish = credentials("admin", "north", "clerk@north.example", PASSWORD);
        let first = world.stranger.with_token(world.stranger.post("/v1/sessions", wish.clone()).expect(201).text("/access_token"));
        world.stranger.post("/v1/sessions", wish.clone()).refused(409, "conflict");
        wish["end_others"] = json!(true);
        world.stranger.post("/v1/sessions", wish).expect(201);
        first.get("/v1/administrator").refused(401, "session_ended");
    }

    fn the_owner_sees_and_ends_sessions(world) {
        let (owner, contact) = (world.owner("north"), world.contact("north"));
        let list = owner.get("/v1/sessions?audience=client").expect(200).json();
        let id = list["data"][0]["id"].as_str().unwrap();
        assert_eq!(list["data"][0]["current"], false);
        owner.act(&format!("/v1/sessions/{id}/end")).expect(204);
        contact.get("/v1/me").refused(401, "session_ended");
        let other = world.owner("north");
        owner.act("/v1/sessions/end-others").expect(204);
        other.get("/v1/seller").refused(401, "session_ended");
        world.owner("south").get("/v1/seller").expect(200);
        owner.act("/v1/sessions/sign-out").expect(204);
        owner.get("/v1/seller").refused(401, "session_ended");
    }

    fn a_disabled_person_is_out_at_once(world) {
        let north = world.seller("north");
        let clerk = world.stranger.sign_in("admin", "north", "clerk@north.example", PASSWORD);
        clerk.get("/v1/clients").expect(200);
        north.owner.act(&format!("/v1/administrators/{}/disable", north.ids["adm"])).expect(200);
        clerk.get("/v1/clients").refused(401, "session_ended");
        world.stranger.post("/v1/sessions", credentials("admin", "north", "clerk@north.example", PASSWORD)).refused(403, "forbidden");
        north.owner.act(&format!("/v1/administrators/{}/enable", north.ids["adm"])).expect(200);
        world.stranger.post("/v1/sessions", credentials("admin", "north", "clerk@north.example", PASSWORD)).expect(201);
    }
}
