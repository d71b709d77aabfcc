//! API keys: they do what they may and no more, and a revoked one does nothing.

use chrono::TimeDelta;
use serde_json::json;

both! {
    fn a_key_does_what_it_may(world) {
        let owner = world.owner("north");
        let made = owner.post("/v1/api-keys", json!({"name": "Site", "permissions": ["clients:read"]})).expect(201);
        let key = world.stranger.with_token(made.text("/secret"));
        key.get("/v1/clients").expect(200);
        key.get("/v1/administrators").refused(403, "forbidden");
        key.post("/v1/clients", json!({})).refused(403, "forbidden");
        let id = made.text("/api_key/id");
        // the secret is nowhere but here
        assert!(!owner.get(&format!("/v1/api-keys/{id}")).text.contains(&made.text("/secret")));
        assert!(!world.database.digest()["api_keys"].contains(&made.text("/secret")[8..]));
        owner.act(&format!("/v1/api-keys/{id}/revoke")).expect(200);
        key.get("/v1/clients").refused(401, "unauthenticated");
        world.stranger.with_token("ck_nonsense").get("/v1/clients").refused(401, "unauthenticated");
    }

    fn a_repeated_request_does_not_show_the_secret_again(world) {
        let owner = world.owner("north");
        let wish = json!({"name": "Twice", "permissions": ["clients:read"]});
        let first = owner.post_once("/v1/api-keys", "k-1", wish.clone()).expect(201);
        let again = owner.post_once("/v1/api-keys", "k-1", wish).expect(201);
        assert_eq!(again.json()["secret"], json!(null));
        assert_eq!((again.json()["api_key"].clone(), again.header("idempotency-replayed")), (first.json()["api_key"].clone(), Some("true")));
        assert!(!world.database.digest()["idempotency_keys"].contains(&first.text("/secret")));
    }

    fn a_key_ends_when_it_was_said_to(world) {
        let owner = world.owner("north");
        let ends = world.server.machine.now().plus(TimeDelta::minutes(5)).to_string();
        let made = owner.post("/v1/api-keys", json!({"name": "Short", "permissions": ["clients:read"], "expires_at": ends})).expect(201);
        let key = world.stranger.with_token(made.text("/secret"));
        key.get("/v1/clients").expect(200);
        world.server.machine.advance_to(world.server.machine.now().plus(TimeDelta::minutes(5)));
        key.get("/v1/clients").refused(401, "unauthenticated");
        let patched = owner.patch(&format!("/v1/api-keys/{}", made.text("/api_key/id")), json!({"expires_at": null, "requests_per_minute": 5})).expect(200).json();
        assert_eq!((&patched["expires_at"], &patched["requests_per_minute"]), (&json!(null), &json!(5)));
        // five a minute, of which a quarter (two) at once
        key.get("/v1/clients").expect(200);
        key.get("/v1/clients").expect(200);
        let refused = key.get("/v1/clients").refused(429, "too_many_requests");
        assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    }
}
