//! What all answers have in common.

use crate::support::server::settings;
use crate::support::{Backend, World};
use comptoir_app::Settings;
use serde_json::json;

both! {
    fn answers_are_named_and_protected(world) {
        let answer = world.stranger.send("GET", "/v1/clients", &[("x-request-id", "my-trace-1")], None).expect(401);
        assert_eq!((answer.header("x-request-id"), answer.text("/request_id").as_str()), (Some("my-trace-1"), "my-trace-1"));
        assert_eq!(answer.text("/instance"), "/v1/clients");
        let insane = world.stranger.send("GET", "/v1/clients", &[("x-request-id", "a b<c>")], None);
        assert_eq!(insane.header("x-request-id").map(str::len), Some(32));
        for (name, value) in [("x-content-type-options", "nosniff"), ("cache-control", "no-store"), ("x-frame-options", "DENY")] {
            assert_eq!(answer.header(name), Some(value));
        }
    }

    fn health_readiness_counters_and_documents(world) {
        assert_eq!(world.stranger.get("/healthz").expect(200).text, "ok\n");
        assert_eq!(world.stranger.get("/readyz").expect(200).text, "ready\n");
        world.stranger.get("/metrics").refused(401, "unauthenticated");
        world.stranger.with_token("wrong").get("/metrics").refused(401, "unauthenticated");
        world.owner("north");
        let counters = world.stranger.with_token("metrics-secret").get("/metrics").expect(200).text;
        for line in [
            "comptoir_http_requests_total{method=\"GET\",status=\"200\"} 2",
            "comptoir_problems_total{code=\"unauthenticated\"} 2",
            "comptoir_sign_ins_total{audience=\"admin\",outcome=\"right\"} 1",
            "comptoir_idempotent_replays_total 0",
            "comptoir_http_request_seconds_total",
        ] {
            assert!(counters.contains(line), "{line} is not in\n{counters}");
        }
        assert_eq!(world.stranger.get("/openapi.json").expect(200).json()["openapi"], "3.1.0");
        // the documentation is read offline: nothing in the page comes from elsewhere
        let page = world.stranger.get("/docs/").expect(200);
        assert!(page.text.contains("swagger-ui") && !page.text.contains("https://") && !page.text.contains("//cdn"), "{}", page.text);
    }

    fn the_log_tells_who_did_what(world) {
        let north = world.seller("north");
        let path = format!("/v1/clients/{}", north.ids["cli"]);
        let headers = [("content-type", "application/json"), ("if-match", "*"), ("x-request-id", "audit-1")];
        north.owner.send("PATCH", &path, &headers, Some(json!({"company": "Noted"}).to_string().as_bytes())).expect(200);
        let facts = north.owner.get(&format!("/v1/activities?subject_id={}&kind=client.updated", north.ids["cli"])).expect(200).json();
        let fact = &facts["data"][0];
        assert_eq!((&fact["actor_name"], &fact["ip"], &fact["request_id"]), (&json!("Owner"), &json!("127.0.0.1"), &json!("audit-1")));
        assert_eq!((&fact["payload"]["company"], &fact["happened_at"]), (&json!("Noted"), &json!("2026-01-05T09:00:00Z")));
        // a refused change leaves no fact
        north.owner.patch(&path, json!({"company": ""})).refused(422, "validation_failed");
        assert_eq!(north.owner.get("/v1/activities?kind=client.updated").json()["data"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn guessing_passwords_is_slow() {
    let world = World::with_settings(Backend::Sqlite, Settings { sign_ins_per_minute: 8, ..settings() });
    let guess = || {
        world
            .stranger
            .post("/v1/sessions", json!({"audience": "admin", "email": "owner@provider.example", "password": "guess"}))
    };
    guess().refused(401, "invalid_credentials");
    guess().refused(401, "invalid_credentials");
    assert!(guess().refused(429, "too_many_requests").header("retry-after").is_some());
}

#[test]
fn web_pages_of_other_origins_stay_out_unless_invited() {
    let world = World::with_settings(
        Backend::Sqlite,
        Settings { cors_origins: vec!["https://panel.example".into()], ..settings() },
    );
    let ask = |origin: &str| world.stranger.send("GET", "/healthz", &[("origin", origin)], None);
    assert_eq!(ask("https://panel.example").header("access-control-allow-origin"), Some("https://panel.example"));
    assert_eq!(ask("https://evil.example").header("access-control-allow-origin"), None);
}

#[test]
fn an_answer_can_be_cached_by_nobody_but_read_again_by_its_owner() {
    let world = World::open(Backend::Sqlite);
    let answer = world.owner("north").get("/v1/seller").expect(200);
    assert_eq!((answer.header("cache-control"), answer.header("etag")), (Some("no-store"), Some("\"1\"")));
}
