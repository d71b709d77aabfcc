//! What is never shown, and what is forgotten.

use super::{ask_minfraud, check, order, set_scorer, switch_on};
use crate::support::house::House;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use comptoir_simulators::minfraud::{ACCOUNT, KEY};
use serde_json::json;

both! {
    /// The key is taken and never shown again; left out, it stays; another connector does not get it.
    fn secrets_are_never_shown(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let service = ask_minfraud(&owner, "score");
        let seen = owner.get("/v1/fraud-scorer").expect(200).json();
        assert_eq!((&seen["settings"]["account_id"], &seen["secrets"]), (&json!(ACCOUNT), &json!(["license_key"])));
        let again = json!({"connector": "minfraud", "settings": {"account_id": ACCOUNT, "service": "insights", "address": service.url}});
        set_scorer(&owner, again).expect(200);
        assert_eq!(owner.act("/v1/fraud-scorer/test").expect(200).json()["works"], true);
        order(&owner, "Nora");
        House::built_in(world).work();
        for path in ["/v1/fraud-scorer", "/v1/activities?limit=100", "/v1/fraud-checks", "/v1/events?limit=100", "/v1/todos"] {
            let shown = owner.get(path).expect(200).json().to_string();
            assert!(!shown.contains(KEY), "{path}: {shown}");
        }
        assert_eq!(service.asked().len(), service.with(|service| service.scored.len()) + 1, "the address of this machine is refused once");
        set_scorer(&owner, json!({"connector": "fake"})).expect(200);
        let bare = json!({"connector": "minfraud", "settings": {"account_id": ACCOUNT}});
        set_scorer(&owner, bare).refused(422, "validation_failed").names("/settings/license_key");
    }

    /// Kept for 90 days from the morning of 5 January (26 of it, 28, 31 and 5): at noon of 4 April they are there, a day later gone.
    /// The finding stays and names nobody.
    fn addresses_are_forgotten(world) {
        let owner = world.owner("north");
        switch_on(&owner, json!({}));
        let entry = json!({"list": "deny", "kind": "mail", "value": "nora@new.example"});
        owner.post("/v1/fraud-entries", entry).expect(201);
        let order = order(&owner, "Nora");
        let story = Story::of(world);
        let known = || {
            let check = check(&world.owner("north"), &order);
            assert!(!check["findings"].to_string().contains("nora"), "{check}");
            [check["ip"].is_string(), check["email"].is_string()]
        };
        story.sleep_until("2026-04-04");
        assert_eq!(story.run(EventKind::PurgeEvents)["fraud_checks"], 0);
        assert_eq!(known(), [true, true]);
        story.sleep_until("2026-04-05");
        let seen = world.owner("provider").post("/v1/events/preview", json!({"kind": "purge_events"})).expect(200).json();
        assert!(seen.to_string().contains("1 fraud checks of north"), "{seen}");
        assert_eq!(story.run(EventKind::PurgeEvents)["fraud_checks"], 1);
        assert_eq!(known(), [false, false]);
        assert_eq!(story.run(EventKind::PurgeEvents)["fraud_checks"], 0);
    }
}
