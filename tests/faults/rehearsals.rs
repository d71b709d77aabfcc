//! A rehearsal that is broken off, wherever that happens, ends where an unbroken one ends.

use crate::api::sandboxes::create;
use crate::stories::billing::{GOOD, buy, care};
use crate::support::house::House;
use crate::support::{Actor, World};
use comptoir_app::events::{Worker, WorkerOptions};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long each of the broken attempts may take.
const CUTS: [u64; 3] = [150, 400, 700];

fn house(world: &World) -> House {
    House::with(world, |settings| settings, None)
}

/// Works for a while, then is gone in the middle of whatever it does; its leases run out.
fn work_and_die(world: &World, after: Duration) -> bool {
    let house = house(world);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let worker = Worker::new(Arc::clone(&house.state), WorkerOptions::default());
    let over = runtime.block_on(async { tokio::time::timeout(after, worker.drain()).await.is_ok() });
    runtime.shutdown_background();
    world.server.machine.advance_to(world.server.machine.now().plus(chrono::TimeDelta::minutes(2)));
    over
}

fn journey(owner: &Actor, id: &str) -> (Value, Value) {
    let view = owner.get(&format!("/v1/sandboxes/{id}")).expect(200).json();
    (view["state"].clone(), view["journey"].clone())
}

both! {
    fn broken_off_and_taken_up_again(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        for (name, card) in [("Ada", GOOD), ("Dry", "4000000000000127")] {
            buy(&owner, &plan, name, card, None);
        }
        let wanted = json!({"to": "2026-04-20T00:00:00Z"});
        let ids = ["whole", "broken"].map(|name| create(&owner, name));
        house(world).work();
        for id in &ids {
            assert_eq!(journey(&owner, id).0, "ready");
        }
        owner.post(&format!("/v1/sandboxes/{}/advance", ids[0]), wanted.clone()).expect(202);
        house(world).work();
        owner.post(&format!("/v1/sandboxes/{}/advance", ids[1]), wanted).expect(202);
        let broken = CUTS.iter().filter(|cut| !work_and_die(world, Duration::from_millis(**cut))).count();
        house(world).work();
        let owner = world.owner("north");
        let [(state, mut whole), (other, mut again)] = ids.each_ref().map(|id| journey(&owner, id));
        assert_eq!((state, other), (json!("ready"), json!("ready")));
        for journey in [&mut whole, &mut again] {
            // a day that was broken off is attempted again
            journey.as_object_mut().unwrap().remove("events");
        }
        assert_eq!(whole, again);
        assert!(whole["happened"]["invoice.issued"].as_i64().unwrap() >= 4, "{whole}");
        assert!(broken >= 1, "nothing was broken off: make the cuts shorter");
    }
}
