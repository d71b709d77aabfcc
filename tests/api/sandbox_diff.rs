//! Two sandboxes live through the same months, and are compared (EVT-06).

use crate::api::price_moves::dearer;
use crate::api::sandboxes::{create, house, ready, sign_in};
use crate::stories::billing::{GOOD, buy, care};
use crate::support::Actor;
use serde_json::{Value, json};

fn minor(amount: &Value) -> i64 {
    amount["amount"].as_str().unwrap().replace('.', "").parse().unwrap()
}

fn diff(owner: &Actor, here: &str, there: &str) -> Value {
    owner.get(&format!("/v1/sandboxes/{here}/diff?with={there}")).expect(200).json()
}

both! {
    /// 10.00 a month from 5 January on. In the second sandbox Ada moves to 12.00 and Ben ends with January; ninety days later, on
    /// 5 April, the invoices of February, March and April are out: Ada's differ by 2.00 each, Ben's are in the first only.
    fn differences_are_what_was_done_differently(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (ada, moved) = buy(&owner, &plan, "Ada", GOOD, None);
        let (ben, ended) = buy(&owner, &plan, "Ben", GOOD, None);
        buy(&owner, &plan, "Cyd", GOOD, None);
        let house = house(world);
        house.work();
        let ((first, _), (second, stranger)) = (ready(&house, &owner), ready(&house, &owner));
        assert_eq!(diff(&owner, &first, &second)["documents"], json!([]), "copies are the same");
        let inside = sign_in(&stranger, "north");
        dearer(&inside, &plan, "2026-01-06");
        inside.post_once(&format!("/v1/subscriptions/{moved}/move-price"), "move", json!({"priced_on": "2026-01-06"})).expect(200);
        inside.post(&format!("/v1/subscriptions/{ended}/cancel"), json!({"when": "end_of_cycle"})).expect(200);
        for id in [&first, &second] {
            owner.post(&format!("/v1/sandboxes/{id}/advance"), json!({"days": 90})).expect(202);
            house.work();
        }
        let found = diff(&owner, &first, &second);
        let documents = found["documents"].as_array().unwrap();
        let of = |client: &str| documents.iter().filter(|one| one["client_id"] == client).collect::<Vec<_>>();
        let days = |all: &[&Value]| all.iter().map(|one| one["issued_on"].as_str().unwrap().to_string()).collect::<Vec<_>>();
        assert_eq!((of(&ada).len(), of(&ben).len(), documents.len()), (3, 3, 6), "{found}");
        assert_eq!(days(&of(&ada)), ["2026-01-26", "2026-02-23", "2026-03-26"]);
        for document in of(&ada) {
            let line = &document["lines"][0];
            assert_eq!((&line["subscription_id"], &line["kind"], document["lines"].as_array().unwrap().len()), (&json!(moved), &json!("recurring"), 1));
            assert_eq!((minor(&line["here"]["net"]), minor(&line["there"]["net"])), (1000, 1200));
            assert_eq!((minor(&document["here"]["net"]), minor(&document["there"]["net"])), (1000, 1200));
        }
        assert_eq!(of(&ada)[0]["lines"][0]["period"], json!({"from": "2026-02-05", "to": "2026-03-05"}));
        for document in of(&ben) {
            assert_eq!((minor(&document["here"]["net"]), &document["there"], &document["lines"]), (1000, &json!(null), &json!([])));
        }
        // 3 × 2.00 more, 3 × 10.00 less, three documents fewer
        let euro = found["totals"].as_array().unwrap().iter().find(|one| one["here"]["net"]["currency"] == "EUR").unwrap();
        assert_eq!(minor(&euro["there"]["net"]) - minor(&euro["here"]["net"]), 600 - 3000);
        assert_eq!(euro["here"]["documents"].as_i64().unwrap() - euro["there"]["documents"].as_i64().unwrap(), 3);
        assert_eq!(found["next_after"], json!(null));
        // the other way round
        let turned = diff(&owner, &second, &first);
        assert_eq!(minor(&turned["totals"][0]["here"]["net"]), minor(&found["totals"][0]["there"]["net"]));
        assert_eq!(turned["documents"].as_array().unwrap().iter().filter(|one| one["here"].is_null()).count(), 3);
        // after the last client there is nothing
        let last = documents[5]["client_id"].as_str().unwrap();
        assert_eq!(owner.get(&format!("/v1/sandboxes/{first}/diff?with={second}&after={last}")).expect(200).json()["documents"], json!([]));
    }

    fn wrong_comparisons_are_refused(world) {
        let owner = world.owner("north");
        let (house, early) = (house(world), create(&owner, "Early"));
        owner.get(&format!("/v1/sandboxes/{early}/diff?with={early}")).refused(409, "wrong_state");
        house.work();
        assert_eq!(diff(&owner, &early, &early)["documents"], json!([]));
        owner.get(&format!("/v1/sandboxes/{early}/diff")).expect(400);
        owner.get(&format!("/v1/sandboxes/{early}/diff?with={early}&until=2026-01-01")).expect(400);
        let foreign = create(&world.owner("south"), "Foreign");
        owner.get(&format!("/v1/sandboxes/{early}/diff?with={foreign}")).refused(404, "not_found");
        owner.get(&format!("/v1/sandboxes/{foreign}/diff?with={early}")).refused(404, "not_found");
    }
}
