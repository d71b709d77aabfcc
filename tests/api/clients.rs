//! Clients: created in one step, listed, changed, moved from status to status.

use crate::api::orders::{order_of, shopper, wish};
use crate::api::subscription_changes::{documents, rows, sound};
use crate::stories::billing::{GOOD, buy, care};
use crate::support::story::Story;
use crate::support::world::client;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn ids(list: &Value) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_string()).collect()
}

both! {
    fn created_in_one_step_with_its_contact(world) {
        let owner = world.owner("north");
        let made = owner.post("/v1/clients", client("north", "Atelier", "Zoé")).expect(201);
        let view = made.json();
        assert_eq!((&view["status"], &view["name"], &view["number"]), (&json!("active"), &json!("Atelier"), &json!(1002)));
        // the language is the seller's when none is asked for
        assert_eq!((&view["locale"], &view["primary_contact"]["locale"]), (&json!("fr-FR"), &json!("fr-FR")));
        assert_eq!(view["primary_contact"]["is_primary"], true);
        let read = owner.get(made.header("location").unwrap()).expect(200);
        assert_eq!((read.json(), read.header("etag")), (view, Some("\"1\"")));
    }

    fn one_account_per_address(world) {
        let owner = world.owner("north");
        let before = world.database.digest();
        let mut again = client("north", "Copy", "Alice");
        again["contact"]["email"] = json!("ALICE@north-client.example");
        owner.post("/v1/clients", again).refused(409, "already_exists").names("/contact/email");
        assert_eq!(world.database.digest(), before);
        // another seller's clients are another world
        let mut elsewhere = client("south", "Other", "Alice2");
        elsewhere["contact"]["email"] = json!("bob@north-client.example");
        world.owner("south").post("/v1/clients", elsewhere).expect(201);
    }

    fn a_company_has_a_name(world) {
        let owner = world.owner("north");
        let mut nameless = client("north", "", "Nina");
        nameless["contact"]["email"] = json!("no at sign");
        nameless["contact"]["first_name"] = json!(" Nina");
        let answer = owner.post("/v1/clients", nameless.clone()).refused(422, "validation_failed");
        for place in ["/company", "/contact/email", "/contact/first_name"] {
            answer.clone().names(place);
        }
        nameless["contact"]["password"] = json!("short");
        owner.post("/v1/clients", nameless.clone()).refused(422, "validation_failed").names("/contact/password");
        nameless = client("north", "", "Nina");
        nameless["kind"] = json!("person");
        assert_eq!(owner.post("/v1/clients", nameless).expect(201).text("/name"), "Nina Martin");
    }

    fn pages_hold_everything_once_whatever_comes_between(world) {
        let owner = world.owner("north");
        let mut made = BTreeSet::from_iter(ids(&owner.get("/v1/clients").json()));
        for at in 0..25 {
            made.insert(owner.post("/v1/clients", client("north", &format!("C{:02}", at % 7), &format!("P{at}"))).expect(201).text("/id"));
        }
        for sort in ["created_at", "-created_at", "number", "-number", "company", "-company"] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = owner.get(&format!("/v1/clients?limit=4&sort={sort}{cursor}")).expect(200).json();
                seen.extend(page["data"].as_array().unwrap().clone());
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            let found: Vec<_> = seen.iter().map(|item| item["id"].as_str().unwrap().to_string()).collect();
            assert_eq!((found.len(), found.iter().cloned().collect::<BTreeSet<_>>()), (made.len(), made.clone()), "{sort}");
            let key = |item: &Value| match sort.trim_start_matches('-') {
                "company" => item["company"].as_str().unwrap().to_string(),
                "number" => format!("{:09}", item["number"].as_i64().unwrap()),
                _ => item["id"].as_str().unwrap().to_string(),
            };
            let keys: Vec<_> = seen.iter().map(key).collect();
            assert!(if sort.starts_with('-') { keys.is_sorted_by(|a, b| a >= b) } else { keys.is_sorted() }, "{sort}: {keys:?}");
        }
    }

    fn filters_restrict(world) {
        let owner = world.owner("north");
        let german = {
            let mut german = client("north", "Berlin GmbH", "Bernd");
            german["address"]["country"] = json!("DE");
            owner.post("/v1/clients", german).expect(201).text("/id")
        };
        assert_eq!(ids(&owner.get("/v1/clients?country=DE,AT").json()), std::slice::from_ref(&german));
        assert_eq!(ids(&owner.get("/v1/clients?country=AT").json()), [""; 0]);
        assert_eq!(ids(&owner.get("/v1/clients?number=1002").json()), std::slice::from_ref(&german));
        owner.post(&format!("/v1/clients/{german}/suspend"), json!({})).expect(200);
        assert_eq!(ids(&owner.get("/v1/clients?status=suspended,pending").json()), std::slice::from_ref(&german));
        assert_eq!(ids(&owner.get("/v1/clients?created_at_gte=2026-01-06T00:00:00Z").json()), [""; 0]);
        assert_eq!(owner.get("/v1/clients?created_at_lt=2026-01-06T00:00:00Z&kind=company&archived=false").json()["data"].as_array().unwrap().len(), 2);
    }

    fn shutting_out_and_letting_in(world) {
        let owner = world.owner("north");
        let contact = world.contact("north");
        let id = contact.get("/v1/me/client").text("/id");
        contact.get("/v1/me").expect(200);
        let suspended = owner.post(&format!("/v1/clients/{id}/suspend"), json!({"reason": "unpaid"})).expect(200).json();
        assert_eq!((&suspended["status"], &suspended["status_reason"]), (&json!("suspended"), &json!("unpaid")));
        contact.get("/v1/me").refused(401, "session_ended");
        let sign_in = json!({"audience": "client", "seller": "north", "email": "alice@north-client.example", "password": crate::support::world::PASSWORD});
        world.stranger.post("/v1/sessions", sign_in.clone()).refused(403, "forbidden");
        owner.post(&format!("/v1/clients/{id}/suspend"), json!({})).refused(409, "wrong_state");
        owner.post(&format!("/v1/clients/{id}/archive"), json!({})).refused(409, "wrong_state");
        owner.post(&format!("/v1/clients/{id}/activate"), json!({})).expect(200);
        world.stranger.post("/v1/sessions", sign_in.clone()).expect(201);
        // a client with subscriptions is not cancelled without a word about them
        owner.post(&format!("/v1/clients/{id}/cancel"), json!({})).refused(422, "validation_failed").names("/subscriptions");
        owner.post(&format!("/v1/clients/{id}/cancel"), json!({"subscriptions": "now"})).expect(200);
        let ended = owner.get(&format!("/v1/subscriptions?client_id={id}")).expect(200).json();
        assert_eq!(ended["data"][0]["status"], "cancelled");
        let archived = owner.post(&format!("/v1/clients/{id}/archive"), json!({})).expect(200).json();
        assert_eq!((archived["archived_at"].is_string(), &archived["open_actions"]), (true, &json!(["restore"])));
        owner.post(&format!("/v1/clients/{id}/activate"), json!({})).refused(409, "wrong_state");
        owner.post(&format!("/v1/clients/{id}/explode"), json!({})).refused(404, "not_found");
    }

    fn many_at_once_each_for_itself(world) {
        let owner = world.owner("north");
        let first = world.seller("north").ids["cli"].clone();
        let second = owner.post("/v1/clients", client("north", "Second", "Sam")).expect(201).text("/id");
        owner.post(&format!("/v1/clients/{second}/suspend"), json!({})).expect(200);
        let foreign = world.seller("south").ids["cli"].clone();
        let answer = owner.post("/v1/clients/batch", json!({"action": "suspend", "ids": [first, second, foreign], "reason": "spring"})).expect(200).json();
        let results: Vec<_> = answer["results"].as_array().unwrap().iter().map(|one| (one["status"].as_u64().unwrap(), one["problem"]["code"].as_str())).collect();
        assert_eq!(results, [(200, None), (409, Some("wrong_state")), (404, Some("not_found"))]);
        assert_eq!(owner.get(&format!("/v1/clients/{first}")).text("/status"), "suspended");
        owner.post("/v1/clients/batch", json!({"action": "suspend", "ids": []})).refused(422, "validation_failed").names("/ids");
    }

    fn two_people_never_overwrite_each_other(world) {
        let owner = world.owner("north");
        let path = format!("/v1/clients/{}", world.seller("north").ids["cli"]);
        let seen = owner.get(&path).header("etag").unwrap().to_string();
        owner.patch_if(&seen, &path, json!({"company": "Mine"})).expect(200);
        owner.patch_if(&seen, &path, json!({"company": "Yours"})).refused(412, "stale");
        assert_eq!(owner.get(&path).text("/company"), "Mine");
        let headers = [("content-type", "application/json")];
        owner.send("PATCH", &path, &headers, Some(b"{}")).refused(428, "precondition_required");
        owner.patch_if("3", &path, json!({})).refused(400, "invalid_header");
        let now = owner.get(&path).header("etag").unwrap().to_string();
        assert_eq!(owner.send("GET", &path, &[("if-none-match", &now)], None).status, 304);
        assert_eq!(owner.send("GET", &path, &[("if-none-match", &seen)], None).status, 200);
    }

    /// February is invoiced on 26 January. Whoever is cancelled on the 28th need not pay it, as if the contract had been
    /// cancelled by itself; January stays charged.
    fn cancelling_gives_back_what_has_not_begun(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let ended = [("now", buy(&owner, &plan, "Cora", GOOD, None)), ("end_of_cycle", buy(&owner, &plan, "Dora", GOOD, None))];
        Story::of(world).until("2026-01-28");
        let owner = world.owner("north");
        for (when, (client, subscription)) in &ended {
            owner.post(&format!("/v1/clients/{client}/cancel"), json!({"subscriptions": when})).expect(200);
            assert_eq!(documents(&owner, client), rows(&[
                ("invoice", "2026-01-05..2026-02-05", "10.00", "0.00"),
                ("invoice", "2026-02-05..2026-03-05", "10.00", "0.00"),
                ("credit_note", "2026-02-05..2026-03-05", "-10.00", "0.00"),
            ]), "{when}");
            let day = if *when == "now" { "2026-01-28" } else { "2026-02-05" };
            assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).text("/ends_on"), day);
        }
        sound(world);
    }

    /// A draft of the next cycle goes, and so does an order that was never paid.
    fn cancelling_leaves_no_drafts(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        for (when, name) in [("now", "Nina"), ("end_of_cycle", "Eva")] {
            let (client, _) = buy(&owner, &plan, name, GOOD, None);
            let draft = owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 1})).expect(200).text("/results/0/invoices/0/id");
            owner.post(&format!("/v1/clients/{client}/cancel"), json!({"subscriptions": when})).expect(200);
            owner.get(&format!("/v1/invoices/{draft}")).refused(404, "not_found");
        }
        let quote = shopper(&owner).post("/v1/store/quotes", wish(&owner, "lars.example", "Lyon")).expect(200);
        let placed = shopper(&owner).post_once("/v1/store/orders", "late", order_of("Lars", &quote.text("/token"), "fake")).expect(201);
        let (order, buyer, draft) = (placed.text("/order/id"), placed.text("/order/client_id"), placed.text("/order/invoice_id"));
        owner.post(&format!("/v1/clients/{buyer}/cancel"), json!({"subscriptions": "now"})).expect(200);
        assert_eq!(owner.get(&format!("/v1/orders/{order}")).expect(200).text("/state"), "cancelled");
        owner.get(&format!("/v1/invoices/{draft}")).refused(404, "not_found");
        sound(world);
    }
}
