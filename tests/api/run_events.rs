//! Running what waits (EVT-01, SUB-09): of one subscription, for the panel, or all of it.

use crate::api::services::{paid, standing};
use crate::support::Actor;
use crate::support::house::{House, fake};
use comptoir_connectors::panel::fake::Trouble;
use serde_json::{Value, json};
use std::sync::Arc;

fn events(owner: &Actor, filter: &str) -> Vec<Value> {
    owner.get(&format!("/v1/events?{filter}")).expect(200).json()["data"].as_array().unwrap().clone()
}

fn service(owner: &Actor, id: &str) -> Value {
    owner.get(&format!("/v1/services/{id}")).expect(200).json()
}

both! {
    fn of_one_subscription(world) {
        let (owner, south) = (world.owner("north"), world.owner("south"));
        let (_folder, panel) = fake();
        let house = House::with(world, |settings| settings, Some(Arc::new(panel.clone())));
        let (nora, otto) = (paid(&owner, "Nora", "nora.example"), paid(&owner, "Otto", "otto.example"));
        panel.fail_next(Trouble::Unavailable);
        panel.fail_next(Trouble::Unavailable);
        house.work();
        house.work();
        assert_eq!([&nora, &otto].map(|one| service(&owner, &one.service)["attempts"].clone()), [json!(1), json!(1)]);
        // each has its own, and those of another seller are not there
        let own = events(&owner, &format!("subscription_id={}", nora.subscription));
        assert_eq!(own.len(), 1);
        assert_eq!((&own[0]["kind"], &own[0]["subject_id"], &own[0]["connector"]), (&json!("provision_service"), &json!(nora.service), &json!("panel")));
        assert_eq!(events(&owner, "connector=panel").len(), 2);
        assert_eq!(events(&owner, "connector=registrar,gateway").len(), 0);
        south.get(&format!("/v1/events?subscription_id={}", nora.subscription)).refused(404, "not_found");
        south.act(&format!("/v1/subscriptions/{}/run-events", nora.subscription)).refused(404, "not_found");
        let ran = owner.act(&format!("/v1/subscriptions/{}/run-events", nora.subscription)).expect(200).json();
        assert_eq!((ran["events"].as_array().unwrap().len(), &ran["events"][0]["run_at"]), (1, &json!("2026-01-05T09:00:00Z")));
        // no clock has moved
        house.work();
        assert_eq!((standing(&owner, &nora)[1].as_str(), standing(&owner, &otto)[1].as_str()), ("active", "pending"));
        let nothing = owner.act(&format!("/v1/subscriptions/{}/run-events", nora.subscription)).expect(200).json();
        assert_eq!(nothing["events"], json!([]));
    }

    /// A person knows, and the event has ended: what is behind is tried all the same.
    fn what_has_no_event_any_more_gets_one(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = House::with(world, |settings| settings, Some(Arc::new(panel.clone())));
        let nora = paid(&owner, "Nora", "nora.example");
        panel.fail_next(Trouble::Refused);
        house.work();
        assert_eq!(standing(&owner, &nora)[1], "failed");
        assert_eq!(events(&owner, &format!("subscription_id={}&state=queued", nora.subscription)).len(), 0);
        let ran = owner.act(&format!("/v1/subscriptions/{}/run-events", nora.subscription)).expect(200).json();
        assert_eq!(ran["events"].as_array().unwrap().len(), 1);
        house.work();
        assert_eq!(standing(&owner, &nora)[1], "active");
    }

    fn for_the_panel_or_all(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = House::with(world, |settings| settings, Some(Arc::new(panel.clone())));
        let (nora, otto) = (paid(&owner, "Nora", "nora.example"), paid(&owner, "Otto", "otto.example"));
        panel.fail_next(Trouble::Unavailable);
        panel.fail_next(Trouble::Unavailable);
        house.work();
        house.work();
        let run = |body: Value| owner.post("/v1/events/run-queued", body).expect(200).json()["count"].clone();
        assert_eq!(run(json!({"connectors": ["registrar", "gateway"]})), json!(0));
        assert_eq!(run(json!({"groups": ["billing"]})), json!(0));
        assert_eq!(run(json!({"subscription_id": nora.subscription, "kinds": ["terminate_service"]})), json!(0));
        assert_eq!(run(json!({"subscription_id": nora.subscription})), json!(1));
        // what is due already does not wait
        assert_eq!(run(json!({"connectors": ["panel"]})), json!(1));
        assert_eq!(run(json!({})), json!(0));
        owner.post("/v1/events/run-queued", json!({"panels": []})).refused(422, "invalid_body").names("/panels");
        world.owner("south").post("/v1/events/run-queued", json!({"subscription_id": nora.subscription})).refused(404, "not_found");
        house.work();
        assert_eq!((standing(&owner, &nora)[1].as_str(), standing(&owner, &otto)[1].as_str()), ("active", "active"));
        let facts = owner.get("/v1/activities?kind=events.run").expect(200).json();
        assert_eq!(facts["data"].as_array().unwrap().len(), 6);
    }

    /// One event that is hurried is done, and not only looked at: its service waits no longer either.
    fn one_event_that_is_run_is_done(world) {
        let owner = world.owner("north");
        let (_folder, panel) = fake();
        let house = House::with(world, |settings| settings, Some(Arc::new(panel.clone())));
        let nora = paid(&owner, "Nora", "nora.example");
        panel.fail_next(Trouble::Unavailable);
        house.work();
        let waiting = events(&owner, &format!("subscription_id={}", nora.subscription));
        owner.act(&format!("/v1/events/{}/run", waiting[0]["id"].as_str().unwrap())).expect(200);
        house.work();
        assert_eq!(standing(&owner, &nora)[1], "active");
    }
}
