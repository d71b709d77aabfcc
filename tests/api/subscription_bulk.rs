//! The same with many subscriptions (SUB-11): each for itself, in the name of whoever asked, shown before it is done, and done
//! once whatever breaks down. The world begins on 5 January 2026.

use crate::api::services::paid;
use crate::api::verify::verify;
use crate::stories::billing::{GOOD, buy, care};
use crate::stories::dunning::status;
use crate::support::house::House;
use crate::support::world::client;
use crate::support::{Actor, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Asks, has it done, and gives the operation as it is then.
fn bulk(world: &World, owner: &Actor, key: &str, body: Value) -> Value {
    let asked = owner.post_once("/v1/subscriptions/bulk", key, body).expect(202);
    House::built_in(world).work();
    owner.get(asked.header("location").unwrap()).expect(200).json()
}

/// Status and what was said of each, in order.
fn results(operation: &Value) -> Vec<(u64, String)> {
    let one = |row: &Value| {
        let said = row["problem"]["code"].as_str().or(row["subscription"]["status"].as_str());
        (row["status"].as_u64().unwrap(), said.unwrap().to_string())
    };
    operation["result"]["results"].as_array().unwrap().iter().map(one).collect()
}

fn said(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
    rows.iter().map(|(status, word)| (*status, (*word).to_string())).collect()
}

/// The nets of the documents of a subscription's client, the first one first.
fn nets(owner: &Actor, subscription: &str) -> Vec<String> {
    let client = owner.get(&format!("/v1/subscriptions/{subscription}")).text("/client_id");
    let list = owner.get(&format!("/v1/invoices?client_id={client}&limit=100")).expect(200).json();
    let mut rows = list["data"].as_array().unwrap().clone();
    rows.sort_by_key(|row| row["id"].as_str().unwrap().to_string());
    rows.iter().map(|row| row["net"]["amount"].as_str().unwrap().to_string()).collect()
}

/// Two subscriptions without a panel and one with.
fn three(world: &World, owner: &Actor) -> [String; 3] {
    let plan = care(owner, json!({}));
    let (_, one) = buy(owner, &plan, "Una", GOOD, None);
    let (_, two) = buy(owner, &plan, "Duo", GOOD, None);
    let hosted = paid(owner, "Tria", "tria.example").subscription;
    House::built_in(world).work();
    [one, two, hosted]
}

both! {
    /// One of three has a panel: it is refused as the call for one would, the others are stopped. A dry run says the same
    /// before and leaves no trace.
    fn each_succeeds_or_is_refused_for_itself(world) {
        let owner = world.owner("north");
        let [one, two, hosted] = three(world, &owner);
        let wanted = |dry: bool| json!({"ids": [one, hosted, two], "action": {"set_status": {"status": "suspended", "reason": "moving house"}}, "dry_run": dry});
        let want = said(&[(200, "suspended"), (409, "wrong_state"), (200, "suspended")]);
        let shown = bulk(world, &owner, "dry", wanted(true));
        assert_eq!((&shown["state"], &shown["kind"], &shown["done"], &shown["total"]), (&json!("succeeded"), &json!("change_subscriptions"), &json!(3), &json!(3)));
        assert_eq!(results(&shown), want);
        assert_eq!(status(&owner, &one), "active");
        let traces = owner.get(&format!("/v1/activities?subject_id={one}&kind=subscription.holds_changed")).json();
        assert_eq!(traces["data"], json!([]), "a rehearsal is not on record");
        let done = bulk(world, &owner, "real", wanted(false));
        assert_eq!(results(&done), want);
        assert_eq!((&done["result"]["done"], &done["result"]["refused"], &done["result"]["dry_run"]), (&json!(2), &json!(1), &json!(false)));
        let problem = &done["result"]["results"][1]["problem"];
        assert!(problem["detail"].as_str().unwrap().ends_with("call POST /v1/subscriptions/{id}/suspend instead"), "{problem}");
        assert_eq!([&one, &two, &hosted].map(|id| status(&owner, id)), ["suspended", "suspended", "active"]);
        // in the name of whoever asked
        let last = owner.get(&format!("/v1/subscriptions/{one}/status-history")).json()["data"][0].clone();
        assert_eq!((&last["to"], &last["actor_name"], &last["reason"]), (&json!("suspended"), &json!("Owner"), &json!("moving house")));
        // asked again with the same key, nothing more is done
        let again = owner.post_once("/v1/subscriptions/bulk", "real", wanted(false)).expect(202);
        assert_eq!(again.text("/id"), done["id"].as_str().unwrap());
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Through the panel, by a filter: only what has one.
    fn a_filter_names_them(world) {
        let owner = world.owner("north");
        let [one, _, hosted] = three(world, &owner);
        let client = owner.get(&format!("/v1/subscriptions/{hosted}")).text("/client_id");
        let of_client = json!({"filter": {"client_id": client, "status": ["active"]}, "action": {"suspend": {"reason": "unpaid"}}});
        assert_eq!(results(&bulk(world, &owner, "hosted", of_client)), said(&[(200, "suspended")]));
        assert_eq!(status(&owner, &hosted), "suspended");
        let freed = json!({"filter": {"client_id": client}, "action": {"activate": {}}});
        assert_eq!(results(&bulk(world, &owner, "freed", freed)), said(&[(200, "active")]));
        let plan = owner.get(&format!("/v1/subscriptions/{one}")).text("/plan_id");
        let all = json!({"filter": {"plan_id": plan}, "action": {"suspend": {"reason": "no panel"}}});
        assert_eq!(results(&bulk(world, &owner, "care", all)), said(&[(409, "conflict"), (409, "conflict")]));
        let renewed = json!({"ids": [one], "action": {"renew": {"expires_on": "2027-01-01"}}});
        let renewed = bulk(world, &owner, "renewed", renewed);
        assert_eq!(renewed["result"]["results"][0]["subscription"]["expires_on"], "2027-01-01");
    }

    /// To another plan and with an add-on, as the calls for one: what goes up is charged, what has no way there is refused. 20.00
    /// a month in place of 10.00, from 5 January on, and so 10.00 back and 20.00 charged.
    fn plans_and_add_ons_change(world) {
        let owner = world.owner("north");
        let prices = json!([{"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "20.00", "currency": "EUR"}}]);
        let group = owner.post("/v1/add-on-groups", json!({"name": "More", "question": "More?"})).expect(201).text("/id");
        let calls = json!({"add_on_group_id": group, "code": "calls", "name": "Calls", "prices": prices});
        let calls = owner.post("/v1/add-ons", calls).expect(201).text("/id");
        owner.act(&format!("/v1/add-ons/{calls}/activate")).expect(200);
        let plus = care(&owner, json!({"code": "plus", "name": "Plus", "prices": prices, "add_on_ids": [calls]}));
        let low = care(&owner, json!({"upgrade_to": [plus]}));
        let (_, one) = buy(&owner, &low, "Una", GOOD, None);
        let (_, two) = buy(&owner, &plus, "Duo", GOOD, None);
        let up = |dry: bool| json!({"ids": [one, two], "action": {"change_plan": {"plan_id": plus, "way": "now_with_credit", "invoice_now": true}}, "dry_run": dry});
        let shown = bulk(world, &owner, "shown", up(true));
        assert_eq!((results(&shown), &shown["result"]["results"][0]["subscription"]["plan_id"]), (said(&[(200, "active"), (422, "validation_failed")]), &json!(plus)));
        assert_eq!(nets(&owner, &one), ["10.00"], "a rehearsal charges nothing");
        bulk(world, &owner, "up", up(false));
        assert_eq!(nets(&owner, &one), ["10.00", "-10.00", "20.00"]);
        let more = json!({"filter": {"plan_id": plus}, "action": {"add_add_on": {"add_on_id": calls, "way": "end_of_cycle"}}});
        assert_eq!(results(&bulk(world, &owner, "more", more)), said(&[(200, "active"), (200, "active")]));
        let items = owner.get(&format!("/v1/subscriptions/{two}")).json()["items"].clone();
        assert_eq!((&items[1]["description"], &items[1]["from_on"]), (&json!("Calls"), &json!("2026-02-05")));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// To one client: two go, that client's own one is refused as the call for one would. The result names what carries on, and
    /// with a dry run nothing is there. What Una's plan charges, 10.00 a month, is Otto's from 5 February on.
    fn another_client_takes_over_many(world) {
        let owner = world.owner("north");
        let [one, two, hosted] = three(world, &owner);
        let otto = owner.get(&format!("/v1/subscriptions/{two}")).text("/client_id");
        let wanted = |dry: bool| json!({"ids": [one, two, hosted], "action": {"transfer": {"client_id": otto, "reason": "shops merged"}}, "dry_run": dry});
        let want = said(&[(200, "active"), (422, "validation_failed"), (200, "active")]);
        let before = owner.get("/v1/subscriptions?limit=100").json();
        assert_eq!(results(&bulk(world, &owner, "dry", wanted(true))), want);
        assert_eq!(owner.get("/v1/subscriptions?limit=100").json(), before, "a rehearsal leaves nothing");
        let done = bulk(world, &owner, "real", wanted(false));
        assert_eq!((results(&done), &done["result"]["done"], &done["result"]["refused"]), (want, &json!(2), &json!(1)));
        let rows = done["result"]["results"].as_array().unwrap();
        assert_eq!(rows[1]["problem"]["errors"][0]["pointer"], "/client_id");
        for (row, old) in [(&rows[0], &one), (&rows[2], &hosted)] {
            let (said, new) = (&row["subscription"], row["subscription"]["id"].as_str().unwrap());
            assert_eq!((&row["id"], &said["client_id"]), (&json!(old), &json!(otto)));
            let new = owner.get(&format!("/v1/subscriptions/{new}")).expect(200);
            assert_eq!((new.text("/client_id"), new.text("/transferred_from_id"), new.text("/billed_through")), (otto.clone(), old.clone(), "2026-02-05".into()));
            assert_eq!(status(&owner, old), "transferred");
        }
        assert_eq!(rows[2]["subscription"]["plan_id"], json!(null), "hosting becomes custom");
        // the rest becomes the seller's own
        let own = json!({"ids": [two], "action": {"transfer": {"to_seller": true}}});
        owner.post_once("/v1/subscriptions/bulk", "own", own.clone()).expect(422).names("/to_seller");
        let house = owner.post("/v1/clients", client("north", "North itself", "Hera")).expect(201).text("/id");
        let headers = [("content-type", "application/json")];
        owner.send("PUT", "/v1/seller/own-client", &headers, Some(json!({"client_id": house}).to_string().as_bytes())).expect(200);
        let owned = bulk(world, &owner, "owned", own);
        assert_eq!(owned["result"]["results"][0]["subscription"]["client_id"], json!(house));
        // once more, nothing is left to carry on
        assert_eq!(results(&bulk(world, &owner, "again", wanted(false)))[0], (409, "wrong_state".to_string()));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Called off and taken up again, and by two workers at once: what is done is not done anew. Cancelled a second time it
    /// would be refused.
    fn what_is_done_is_not_done_again(world) {
        let owner = world.owner("north");
        let [one, two, _] = three(world, &owner);
        let wanted = json!({"ids": [one, two], "action": {"cancel": {"when": "now", "reason": "over"}}});
        let asked = owner.post_once("/v1/subscriptions/bulk", "over", wanted).expect(202);
        let event = owner.get(&format!("/v1/events?subject_id={}", asked.text("/id"))).text("/data/0/id");
        owner.act(&format!("/v1/events/{event}/cancel")).expect(200);
        House::built_in(world).work();
        assert_eq!(owner.get(asked.header("location").unwrap()).text("/state"), "failed");
        assert_eq!([&one, &two].map(|id| status(&owner, id)), ["active", "active"]);
        // the first is done, then the worker dies
        half_done(world, &asked.text("/id"), &one);
        owner.act(&format!("/v1/events/{event}/retry")).expect(200);
        House::built_in(world).work();
        let done = owner.get(asked.header("location").unwrap()).expect(200).json();
        assert_eq!(results(&done), said(&[(200, "cancelled"), (200, "cancelled")]));
        assert_eq!([&one, &two].map(|id| status(&owner, id)), ["active", "cancelled"]);
    }

    /// Each refusal names its place, and nothing is asked for.
    fn wrong_orders_are_refused(world) {
        let owner = world.owner("north");
        let (_, mine) = buy(&owner, &care(&owner, json!({})), "Mine", GOOD, None);
        let theirs = world.owner("south").get("/v1/subscriptions").text("/data/0/id");
        let stranger = world.owner("south").get("/v1/clients").text("/data/0/id");
        let before = world.database.digest();
        let action = json!({"suspend": {}});
        for (body, status, place) in [
            (json!({"action": action}), 422, "/ids"),
            (json!({"ids": [], "action": action}), 422, "/ids"),
            (json!({"ids": [mine, mine], "action": action}), 422, "/ids/1"),
            (json!({"ids": [mine], "filter": {"status": ["active"]}, "action": action}), 422, "/ids"),
            (json!({"filter": {}, "action": action}), 422, "/filter"),
            (json!({"filter": {"status": ["lost"]}, "action": action}), 422, "/filter/status/0"),
        ] {
            let problem = owner.post_once("/v1/subscriptions/bulk", &body.to_string()[..40.min(body.to_string().len())], body.clone());
            problem.expect(status).names(place);
        }
        owner.post_once("/v1/subscriptions/bulk", "lost", json!({"ids": [mine], "action": {"lose": {}}})).expect(422);
        let away = json!({"ids": [mine], "action": {"transfer": {"client_id": stranger}}});
        owner.post_once("/v1/subscriptions/bulk", "away", away).refused(404, "not_found");
        owner.post_once("/v1/subscriptions/bulk", "theirs", json!({"ids": [mine, theirs], "action": action})).refused(404, "not_found");
        owner.post("/v1/subscriptions/bulk", json!({"ids": [mine], "action": action})).expect(400);
        assert_eq!(world.database.digest(), before, "nothing is asked for");
    }
}

/// As if a worker had written of the first subscription that it is cancelled, and then died.
fn half_done(world: &World, operation: &str, subscription: &str) {
    use comptoir_db::Json;
    use comptoir_db::operations::{OperationStepRow, insert_step};
    let row = OperationStepRow {
        seller_id: world.owner("north").get("/v1/seller").text("/id").parse().unwrap(),
        operation_id: operation.parse().unwrap(),
        position: 0,
        result: Json(
            json!({"id": subscription, "status": 200, "subscription": {"status": "cancelled"}, "problem": null}),
        ),
    };
    insert_step(&mut world.database.connect(), &row).unwrap();
}
