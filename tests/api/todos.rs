//! To-dos: written by hand or raised by the system, one open for one trouble.

use crate::support::{Actor, World};
use comptoir_app::todos::{Todo, raise};
use comptoir_db::{Scope, Store};
use comptoir_domain::todos::TodoKind;
use serde_json::json;

/// Something to do for everyone.
pub fn furnish(owner: &Actor) {
    owner.post("/v1/todos", json!({"title": "Read the contract"})).expect(201);
}

/// What the system finds.
fn raised(world: &World, seller: &str, key: &str) -> bool {
    let scope = Scope::of(world.seller(seller).ids["sel"].parse().unwrap());
    let todo = Todo {
        unique_key: key.into(),
        kind: TodoKind::RegistrarFailed,
        title: "The registrar refuses".into(),
        detail: "no funds".into(),
        subject_id: String::new(),
    };
    let now = world.server.business.now();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&world.database.address, 1).unwrap();
        store.write(move |tx| raise(tx, scope, now, todo.clone())).await.unwrap()
    })
}

both! {
    fn written_changed_finished_and_taken_up_again(world) {
        let north = world.seller("north");
        let wish = json!({"title": "Call Alice", "detail": "Mornings\nonly", "subject_id": north.ids["cli"], "assignee_id": north.ids["adm"]});
        let made = north.owner.post("/v1/todos", wish).expect(201);
        let view = made.json();
        assert_eq!((&view["kind"], &view["state"], &view["assignee_id"]), (&json!("by_hand"), &json!("open"), &json!(north.ids["adm"])));
        assert_eq!((&view["subject_id"], &view["created_at"]), (&json!(north.ids["cli"]), &json!("2026-01-05T09:00:00Z")));
        let path = made.header("location").unwrap().to_string();
        let patched = north.owner.patch(&path, json!({"title": "Call Bob", "assignee_id": null})).expect(200).json();
        assert_eq!((&patched["title"], &patched["detail"], &patched["assignee_id"]), (&json!("Call Bob"), &json!("Mornings\nonly"), &json!(null)));
        let done = north.owner.act(&format!("{path}/done")).expect(200).json();
        assert_eq!((&done["state"], &done["done_at"]), (&json!("done"), &json!("2026-01-05T09:00:00Z")));
        north.owner.act(&format!("{path}/done")).refused(409, "wrong_state");
        let open = north.owner.act(&format!("{path}/reopen")).expect(200).json();
        assert_eq!((&open["state"], &open["done_at"]), (&json!("open"), &json!(null)));
        let facts = north.owner.get("/v1/activities?kind=todo.created,todo.updated,todo.state_changed").json();
        // one by the furnishing, then: created, updated, done, reopened
        assert_eq!(facts["data"].as_array().unwrap().len(), 5);
    }

    fn refusals_name_the_place_and_write_nothing(world) {
        let (owner, south) = (world.owner("north"), world.seller("south"));
        let before = world.database.digest();
        owner.post("/v1/todos", json!({"title": ""})).refused(422, "validation_failed").names("/title");
        owner.post("/v1/todos", json!({"title": "a".repeat(201), "detail": "\u{7}"})).refused(422, "validation_failed").names("/title").names("/detail");
        owner.post("/v1/todos", json!({"title": "a", "subject_id": "the fridge"})).refused(422, "validation_failed").names("/subject_id");
        owner.post("/v1/todos", json!({"title": "a", "subject_id": south.ids["cli"]})).refused(404, "not_found");
        owner.post("/v1/todos", json!({"title": "a", "assignee_id": south.ids["adm"]})).refused(404, "not_found");
        let own = world.seller("north").ids["tod"].clone();
        assert_eq!(world.database.digest()["todos"], before["todos"]);
        owner.patch(&format!("/v1/todos/{own}"), json!({"assignee_id": south.ids["adm"]})).refused(404, "not_found");
        owner.patch(&format!("/v1/todos/{own}"), json!({"title": null})).refused(422, "invalid_body").names("/title");
        assert_eq!(world.database.digest()["todos"], before["todos"]);
    }

    fn one_trouble_is_one_to_do(world) {
        assert!(raised(world, "north", "registrar:1"));
        assert!(!raised(world, "north", "registrar:1"));
        assert!(raised(world, "north", "registrar:2"));
        // the other seller's trouble is its own
        assert!(raised(world, "south", "registrar:1"));
        let owner = world.owner("north");
        let list = owner.get("/v1/todos?kind=registrar_failed&state=open").expect(200).json();
        let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_string()).collect();
        assert_eq!(ids.len(), 2);
        // the newest first: the last is the trouble number 1
        let first = format!("/v1/todos/{}", ids[1]);
        owner.act(&format!("{first}/done")).expect(200);
        // it comes back: a new to-do, and the old one cannot be opened beside it
        assert!(raised(world, "north", "registrar:1"));
        owner.act(&format!("{first}/reopen")).refused(409, "already_exists");
        assert_eq!(owner.get(&first).text("/state"), "done");
    }

    fn filters_restrict(world) {
        let north = world.seller("north");
        let mine = json!({"title": "Mine", "assignee_id": north.ids["adm"], "subject_id": north.ids["con"]});
        let id = north.owner.post("/v1/todos", mine).expect(201).text("/id");
        let only = |filter: &str| {
            let list = north.owner.get(&format!("/v1/todos?{filter}")).expect(200).json();
            list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(only(&format!("assignee_id={}", north.ids["adm"])), std::slice::from_ref(&id));
        assert_eq!(only(&format!("subject_id={}", north.ids["con"])), std::slice::from_ref(&id));
        assert_eq!(only("state=done"), [""; 0]);
        assert_eq!(only("kind=event_failed"), [""; 0]);
        assert_eq!(only("sort=title").first(), Some(&id));
    }
}
