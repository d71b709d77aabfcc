//! Long work: asked for at once, done by a worker, and read from its operation.

use crate::api::invoices::tamper;
use crate::api::verify::{furnish, literal};
use crate::support::Actor;
use crate::support::house::House;
use comptoir_app::verify::CHECKS;
use comptoir_domain::InvoiceId;
use serde_json::json;

/// A new operation; its id.
#[track_caller]
pub fn create(owner: &Actor) -> String {
    owner.act("/v1/verify").expect(202).text("/id")
}

/// The event that works for an operation.
fn event_of(owner: &Actor, operation: &str) -> String {
    owner.get(&format!("/v1/events?subject_id={operation}")).expect(200).text("/data/0/id")
}

both! {
    fn the_house_is_checked_in_the_background(world) {
        let (provider, north) = (world.owner("provider"), world.owner("north"));
        let invoice: InvoiceId = furnish(&north).parse().unwrap();
        tamper(world, &format!("UPDATE invoices SET open_minor = open_minor + 100 WHERE id = {}", literal(world, &invoice)));
        let asked = provider.act("/v1/verify").expect(202);
        let (id, path) = (asked.text("/id"), asked.header("location").unwrap().to_string());
        assert_eq!((asked.text("/state"), asked.text("/kind"), path.as_str()), ("queued".into(), "verify".into(), format!("/v1/operations/{id}").as_str()));
        assert_eq!((&asked.json()["done"], &asked.json()["total"], &asked.json()["result"]), (&json!(0), &json!(0), &json!(null)));
        House::built_in(world).work();
        let done = provider.get(&path).expect(200).json();
        let all = json!(3 * CHECKS.len());
        assert_eq!((&done["state"], &done["done"], &done["total"], &done["error"]), (&json!("succeeded"), &all, &all, &json!("")));
        assert!(done["finished_at"].is_string(), "{done}");
        // what the call that does it at once says
        assert_eq!(done["result"], provider.get("/v1/verify").expect(200).json());
        assert_eq!((&done["result"]["count"], &done["result"]["findings"][0]["subject"]), (&json!(1), &json!(invoice)));
        // a reseller checks itself
        let own = create(&north);
        House::built_in(world).work();
        let own = north.get(&format!("/v1/operations/{own}")).expect(200).json();
        assert_eq!((&own["total"], &own["result"]["count"]), (&json!(CHECKS.len()), &json!(1)));
        let clean = create(&world.owner("south"));
        House::built_in(world).work();
        assert_eq!(world.owner("south").get(&format!("/v1/operations/{clean}")).expect(200).json()["result"]["is_clean"], true);
    }

    fn what_is_called_off_says_so(world) {
        let owner = world.owner("north");
        let id = create(&owner);
        owner.act(&format!("/v1/events/{}/cancel", event_of(&owner, &id))).expect(200);
        let failed = owner.get(&format!("/v1/operations/{id}")).expect(200).json();
        assert_eq!((&failed["state"], &failed["error"]), (&json!("failed"), &json!("called off")));
        // tried again, it begins anew
        owner.act(&format!("/v1/events/{}/retry", event_of(&owner, &id))).expect(200);
        House::built_in(world).work();
        let done = owner.get(&format!("/v1/operations/{id}")).expect(200).json();
        assert_eq!((&done["state"], &done["error"]), (&json!("succeeded"), &json!("")));
    }

    fn states_are_filters(world) {
        let owner = world.owner("north");
        let done = create(&owner);
        House::built_in(world).work();
        let waiting = create(&owner);
        let listed = |state: &str| owner.get(&format!("/v1/operations?state={state}")).expect(200).json()["data"].clone();
        assert_eq!((&listed("succeeded")[0]["id"], &listed("queued")[0]["id"]), (&json!(done), &json!(waiting)));
        assert_eq!((&listed("running,failed"), listed("queued,succeeded").as_array().unwrap().len()), (&json!([]), 2));
        owner.get("/v1/operations?state=lost").expect(400);
        world.owner("south").get(&format!("/v1/operations/{done}")).refused(404, "not_found");
        world.contact("north").get(&format!("/v1/operations/{done}")).refused(401, "wrong_audience");
        world.stranger.act("/v1/verify").refused(401, "unauthenticated");
    }
}
