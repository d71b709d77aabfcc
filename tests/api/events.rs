//! The event queue seen over the API: who sees what, and what can be done with an event.

use crate::support::Actor;
use crate::support::server::{Server, settings};
use comptoir_app::Settings;
use comptoir_app::events::WorkerOptions;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// A queued event for everyone.
pub fn furnish(owner: &Actor) {
    owner.post("/v1/events/run", json!({"kind": "process_action_log"})).expect(201);
}

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_string()).collect()
}

both! {
    fn each_sees_its_own_and_the_provider_the_house_too(world) {
        let (provider, north, south) = (world.owner("provider"), world.seller("north"), world.seller("south"));
        let house = provider.post("/v1/events/run", json!({"kind": "purge_events"})).expect(201);
        assert_eq!((house.json()["for_all_sellers"].clone(), house.json()["state"].clone()), (json!(true), json!("queued")));
        let house = house.text("/id");
        let seen = ids(&provider.get("/v1/events").expect(200).json());
        assert!(seen.contains(&house) && !seen.contains(&north.ids["evt"]), "{seen:?}");
        assert_eq!(ids(&north.owner.get("/v1/events").json()), [north.ids["evt"].clone()]);
        assert_eq!(north.owner.get(&format!("/v1/events/{}", north.ids["evt"])).json()["for_all_sellers"], false);
        let before = world.database.digest();
        for id in [&house, &south.ids["evt"]] {
            north.owner.get(&format!("/v1/events/{id}")).refused(404, "not_found");
            for action in ["run", "retry", "cancel"] {
                north.owner.act(&format!("/v1/events/{id}/{action}")).refused(404, "not_found");
            }
        }
        provider.act(&format!("/v1/events/{}/cancel", north.ids["evt"])).refused(404, "not_found");
        assert_eq!(world.database.digest()["events"], before["events"]);
        provider.act(&format!("/v1/events/{house}/cancel")).expect(200);
    }

    fn only_what_can_be_done_is_queued(world) {
        let (provider, north) = (world.owner("provider"), world.owner("north"));
        let before = world.database.digest();
        // the house is the provider's alone
        north.post("/v1/events/run", json!({"kind": "purge_events"})).refused(403, "forbidden");
        provider.post("/v1/events/run", json!({"kind": "screen_order"})).refused(422, "validation_failed").names("/kind");
        provider.post("/v1/events/run", json!({"kind": "make_coffee"})).refused(422, "invalid_body").names("/kind");
        assert_eq!(world.database.digest()["events"], before["events"]);
        // the same request is one event, two requests are two
        let wish = json!({"kind": "purge_idempotency_keys"});
        let first = provider.post_once("/v1/events/run", "once", wish.clone()).expect(201).text("/id");
        assert_eq!(provider.post_once("/v1/events/run", "once", wish.clone()).expect(201).text("/id"), first);
        assert_ne!(provider.post_once("/v1/events/run", "twice", wish).expect(201).text("/id"), first);
    }

    fn called_off_tried_again_and_hurried(world) {
        let owner = world.owner("north");
        let path = format!("/v1/events/{}", world.seller("north").ids["evt"]);
        owner.act(&format!("{path}/retry")).refused(409, "wrong_state");
        let off = owner.act(&format!("{path}/cancel")).expect(200).json();
        assert_eq!((&off["state"], &off["finished_at"], &off["open_actions"]), (&json!("cancelled"), &json!("2026-01-05T09:00:00Z"), &json!(["retry"])));
        owner.act(&format!("{path}/cancel")).refused(409, "wrong_state");
        owner.act(&format!("{path}/run")).refused(409, "wrong_state");
        world.server.business.advance_to("2026-01-05T10:00:00Z".parse().unwrap());
        let again = owner.act(&format!("{path}/retry")).expect(200).json();
        assert_eq!((&again["state"], &again["finished_at"], &again["run_at"]), (&json!("queued"), &json!(null), &json!("2026-01-05T10:00:00Z")));
        world.server.business.advance_to("2026-01-05T11:00:00Z".parse().unwrap());
        assert_eq!(owner.act(&format!("{path}/run")).expect(200).text("/run_at"), "2026-01-05T11:00:00Z");
        let facts = owner.get("/v1/activities?kind=event.controlled").json();
        assert_eq!(facts["data"].as_array().unwrap().len(), 3);
    }

    fn filters_restrict(world) {
        let owner = world.owner("provider");
        owner.post("/v1/events/run", json!({"kind": "purge_events"})).expect(201);
        let count = |filter: &str| ids(&owner.get(&format!("/v1/events?{filter}")).expect(200).json()).len();
        let counts = ["", "kind=purge_events", "group=house", "group=audit", "recurring=true", "recurring=false", "state=queued", "state=done,failed", "kind=purge_events&group=audit", "sort=-run_at"].map(count);
        assert_eq!(counts, [2, 1, 1, 1, 2, 0, 2, 0, 0, 2]);
        owner.get("/v1/events?kind=make_coffee").refused(400, "invalid_parameter");
    }

    fn a_worker_is_woken_when_something_is_queued(world) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { archive_folder: folder.path().into(), ..settings() };
        let options = WorkerOptions { idle: Duration::from_secs(3600), ..WorkerOptions::default() };
        let server = Server::working(&world.database.address, settings, options);
        let owner = Actor::stranger(&server.url).sign_in("admin", "north", "owner@north.example", crate::support::world::PASSWORD);
        let finished = |path: &str| {
            let begun = Instant::now();
            while owner.get(path).text("/state") != "done" {
                assert!(begun.elapsed() < Duration::from_secs(30), "{}", owner.get(path).text);
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        // what waited at the start; then the worker sleeps for an hour
        finished(&format!("/v1/events/{}", world.seller("north").ids["evt"]));
        let path = owner.post("/v1/events/run", json!({"kind": "process_action_log"})).expect(201).header("location").unwrap().to_string();
        finished(&path);
        assert_eq!(owner.get(&path).json()["result"], json!({"moved": 0, "files": 0}));
    }
}
