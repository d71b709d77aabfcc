//! Subscriptions that go to another client (SUB-07). The world begins on 5 January 2026; a month costs 10.00.

use crate::api::orders::wish;
use crate::api::price_moves::dearer;
use crate::api::services::paid;
use crate::api::subscription_changes::{Ladder, act, documents, rows, sound};
use crate::stories::billing::{GOOD, buy};
use crate::stories::dunning::{debtor, status};
use crate::support::house::House;
use crate::support::story::Story;
use crate::support::world::{PASSWORD, client};
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// Who takes over.
fn next(owner: &Actor) -> String {
    owner.post("/v1/clients", client("north", "Next Ltd", "Otto")).expect(201).text("/id")
}

fn transfer(owner: &Actor, subscription: &str, body: Value) -> Answer {
    owner.post_once(&format!("/v1/subscriptions/{subscription}/transfer"), &format!("transfer-{subscription}"), body)
}

fn put(owner: &Actor, path: &str, body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    owner.send("PUT", path, &headers, Some(body.to_string().as_bytes()))
}

both! {
    /// February is invoiced to Tia, and paid by her on the 4th; Otto pays from 5 March on. Together they pay what one would.
    fn paid_time_goes_along(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (tia, old) = buy(&owner, &ladder.care, "Tia", GOOD, None);
        let otto = next(&owner);
        let story = Story::of(world);
        story.until("2026-01-28");
        let owner = world.owner("north");
        let wanted = json!({"client_id": otto, "gateway": "transfer", "reason": "the shop was sold"});
        let preview = owner.post(&format!("/v1/subscriptions/{old}/transfer/preview"), wanted.clone()).expect(200);
        assert_eq!((preview.text("/charged_from"), preview.text("/next_invoice_on")), ("2026-03-05".into(), "2026-02-23".into()));
        assert_eq!((preview.text("/from_client_id"), preview.text("/to_client_id"), preview.text("/gateway")), (tia.clone(), otto.clone(), "transfer".into()));
        let seen = preview.json();
        assert_eq!((&seen["becomes_custom"], &seen["open_invoices"][0]["open"]["amount"], &seen["open_invoices"].as_array().unwrap().len()), (&json!(false), &json!("10.00"), &1));
        assert_eq!((&seen["items"][0]["from_on"], &seen["items"][0]["unit_price"]), (&json!("2026-03-05"), &json!("10")));
        assert_eq!(status(&owner, &old), "active", "a preview writes nothing");
        let new = transfer(&owner, &old, wanted.clone()).expect(201);
        assert_eq!(transfer(&owner, &old, wanted).expect(201).text("/id"), new.text("/id"), "with the same key it is done once");
        let words = ["/client_id", "/status", "/anchor_on", "/billed_through", "/plan_id", "/transferred_from_id"].map(|place| new.text(place));
        assert_eq!(words, [otto.clone(), "active".into(), "2026-01-05".into(), "2026-03-05".into(), ladder.care.clone(), old.clone()]);
        let gone = owner.get(&format!("/v1/subscriptions/{old}")).expect(200);
        assert_eq!((gone.text("/status"), gone.text("/status_reason"), gone.text("/transferred_to_id")), ("transferred".into(), "the shop was sold".into(), new.text("/id")));
        assert_eq!((gone.text("/items/0/to_on"), new.text("/items/0/from_on")), ("2026-03-05".into(), "2026-03-05".into()), "no day is left out, none is paid twice");
        sound(world);
        story.until("2026-03-01");
        let owner = world.owner("north");
        assert_eq!(documents(&owner, &tia), rows(&[
            ("invoice", "2026-01-05..2026-02-05", "10.00", "0.00"),
            ("invoice", "2026-02-05..2026-03-05", "10.00", "0.00"),
        ]));
        assert_eq!(documents(&owner, &otto), rows(&[("invoice", "2026-03-05..2026-04-05", "10.00", "10.00")]));
        assert_eq!(story.troubles(), [""; 0]);
        // for ever
        owner.post(&format!("/v1/subscriptions/{old}/cancel"), json!({"when": "now"})).refused(409, "wrong_state");
        owner.post_once(&format!("/v1/subscriptions/{old}/transfer"), "back", json!({"client_id": otto})).refused(409, "wrong_state");
        sound(world);
    }

    /// The starter plan promises PHP and 5 GB. The web space goes to Otto without a word to the panel, and keeps that.
    fn hosting_becomes_custom(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        let nora = paid(&owner, "Nora", "nora.example");
        house.work();
        let otto = next(&owner);
        let record = |house: &House| serde_json::from_str::<Value>(&house.text(&format!("accounts/{}.json", nora.service))).unwrap();
        let (before, told) = (record(&house), owner.get(&format!("/v1/events?subject_id={}", nora.service)).json());
        let preview = owner.post(&format!("/v1/subscriptions/{}/transfer/preview", nora.subscription), json!({"client_id": otto})).expect(200).json();
        assert_eq!((&preview["becomes_custom"], &preview["service_ids"]), (&json!(true), &json!([nora.service])));
        let new = transfer(&owner, &nora.subscription, json!({"client_id": otto})).expect(201).json();
        assert_eq!((&new["plan_id"], &new["items"][0]["plan_id"], &new["name"]), (&json!(null), &json!(null), &json!("nora.example")));
        assert_eq!((&new["services"][0]["id"], &new["services"][0]["is_settled"]), (&json!(nora.service), &json!(true)));
        assert_eq!(new["items"][0]["unit_price"], "10");
        assert_eq!((&new["hosting_properties"]["disk_space"], &new["hosting_properties"]["script_php"]), (&json!(5_000_000_000_u64), &json!(true)));
        let used = owner.get(&format!("/v1/subscriptions/{}/usage", new["id"].as_str().unwrap())).expect(200).json();
        assert_eq!(used["resources"][0]["limit"], json!(5_000_000_000_u64), "and use is held against it");
        house.work();
        assert_eq!(owner.get(&format!("/v1/events?subject_id={}", nora.service)).json(), told, "the panel hears nothing");
        // who sees it
        assert_eq!(nora.client.get("/v1/me/services").expect(200).json()["data"], json!([]));
        let me = world.stranger.sign_in("client", "north", "otto@north-client.example", PASSWORD);
        assert_eq!(me.get("/v1/me/services").expect(200).json()["data"][0]["id"], json!(nora.service));
        // told again, the panel is told the same
        let id = new["id"].as_str().unwrap();
        for verb in ["suspend", "activate"] {
            owner.post(&format!("/v1/subscriptions/{id}/{verb}"), json!({})).expect(200);
            house.work();
        }
        assert_eq!(record(&house), before);
        assert_eq!((&before["script_php"], &before["disk_limit"]), (&json!(true), &json!(5_000_000_000_u64)));
        // promised more, it is delivered more
        let promise = |properties: Value| owner.patch(&format!("/v1/subscriptions/{id}"), json!({"hosting_properties": properties}));
        let more = promise(json!({"disk_space": 7_000_000_000_u64, "script_php": null})).expect(200).json();
        assert_eq!((&more["hosting_properties"]["disk_space"], &more["hosting_properties"]["script_php"]), (&json!(7_000_000_000_u64), &json!(null)));
        house.work();
        let now = record(&house);
        assert_eq!((&now["script_php"], &now["disk_limit"]), (&json!(false), &json!(7_000_000_000_u64)));
        promise(json!({"disks": 5})).expect(422).names("/hosting_properties/disks");
        promise(json!({"validity": 30})).expect(422).names("/hosting_properties/validity");
        sound(world);
        owner.post(&format!("/v1/subscriptions/{id}/cancel"), json!({"when": "now"})).expect(200);
        house.work();
        assert!(!house.at("webspaces/nora.example").exists());
    }

    /// Dora owes 10.00 and is suspended for it on 19 February. Otto begins without her debt, which she pays later.
    fn debts_stay_behind(world) {
        let (dora, old, story) = debtor(world, "2026-02-19");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &old), "suspended");
        let otto = next(&owner);
        let preview = owner.post(&format!("/v1/subscriptions/{old}/transfer/preview"), json!({"client_id": otto})).expect(200).json();
        assert_eq!((&preview["lifted_holds"], &preview["kept_holds"], &preview["status"]), (&json!(["overdue"]), &json!([]), &json!("active")));
        let new = transfer(&owner, &old, json!({"client_id": otto})).expect(201).text("/id");
        assert_eq!(status(&owner, &new), "active");
        let debt = owner.get(&format!("/v1/invoices?client_id={dora}&status=overdue")).expect(200).text("/data/0/id");
        owner.post_once(&format!("/v1/invoices/{debt}/payments"), "at-last", json!({"method": "cash"})).expect(201);
        story.until("2026-02-25");
        let owner = world.owner("north");
        assert_eq!((status(&owner, &old), status(&owner, &new)), ("transferred".into(), "active".into()));
        assert_eq!(documents(&owner, &otto), rows(&[("invoice", "2026-03-05..2026-04-05", "10.00", "10.00")]));
        assert_eq!(documents(&owner, &dora).len(), 2);
        sound(world);
    }

    /// The new price that waits for 5 February goes along.
    fn a_move_to_another_price_goes_along(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (pam, old) = buy(&owner, &ladder.care, "Pam", GOOD, None);
        let otto = next(&owner);
        let story = Story::of(world);
        story.sleep_until("2026-01-15");
        let owner = world.owner("north");
        dearer(&owner, &ladder.care, "2026-01-15");
        act(&owner, &old, "move-price", &json!({})).expect(200);
        // a draft of February has charged Pam nothing yet
        owner.post("/v1/invoices/generate", json!({"client_ids": [pam], "cycles": 1})).expect(200);
        let preview = owner.post(&format!("/v1/subscriptions/{old}/transfer/preview"), json!({"client_id": otto})).expect(200);
        assert_eq!((preview.text("/charged_from"), preview.text("/next_invoice_on")), ("2026-02-05".into(), "2026-01-26".into()));
        transfer(&owner, &old, json!({"client_id": otto})).expect(201);
        assert_eq!(owner.get(&format!("/v1/subscriptions/{old}/changes")).text("/data/0/state"), "superseded");
        story.until("2026-01-27");
        let owner = world.owner("north");
        assert_eq!(documents(&owner, &otto), rows(&[("invoice", "2026-02-05..2026-03-05", "12.00", "12.00")]));
        assert_eq!(documents(&owner, &pam).len(), 1);
        sound(world);
    }

    /// Tia's plan of 10.00 a month becomes the house's own in February: it has no plan, no items, and nobody is charged from March
    /// on. In June it goes to Otto as it stands, without a price.
    fn the_seller_takes_over_and_is_never_invoiced(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (tia, old) = buy(&owner, &ladder.care, "Tia", GOOD, None);
        let story = Story::of(world);
        story.until("2026-01-28");
        let owner = world.owner("north");
        assert_eq!(owner.get("/v1/seller/own-client").expect(200).json(), json!({"client_id": null}));
        let to_seller = json!({"to_seller": true, "reason": "we run it ourselves"});
        let path = format!("/v1/subscriptions/{old}/transfer");
        owner.post(&format!("{path}/preview"), to_seller.clone()).expect(422).names("/to_seller");
        let house = owner.post("/v1/clients", client("north", "North itself", "Hera")).expect(201).text("/id");
        let named = put(&owner, "/v1/seller/own-client", &json!({"client_id": house})).expect(200);
        assert_eq!((named.text("/client_id"), owner.get("/v1/seller/own-client").text("/client_id")), (house.clone(), house.clone()));
        let preview = owner.post(&format!("{path}/preview"), to_seller.clone()).expect(200).json();
        assert_eq!((&preview["to_client_id"], &preview["is_sellers_own"], &preview["becomes_custom"]), (&json!(house), &json!(true), &json!(true)));
        assert_eq!((&preview["items"], &preview["charged_from"], &preview["next_invoice_on"]), (&json!([]), &json!(null), &json!(null)));
        let new = transfer(&owner, &old, to_seller).expect(201).json();
        assert_eq!((&new["client_id"], &new["plan_id"], &new["items"]), (&json!(house), &json!(null), &json!([])));
        let gone = owner.get(&format!("/v1/subscriptions/{old}")).expect(200);
        assert_eq!((gone.text("/status"), gone.text("/items/0/to_on")), ("transferred".into(), "2026-03-05".into()));
        sound(world);
        story.until("2026-06-06");
        let owner = world.owner("north");
        assert_eq!(documents(&owner, &house), rows(&[]));
        assert_eq!(documents(&owner, &tia).len(), 2, "January and February");
        let own = new["id"].as_str().unwrap();
        let otto = next(&owner);
        let again = transfer(&owner, own, json!({"client_id": otto})).expect(201).json();
        assert_eq!((&again["client_id"], &again["items"], &again["status"]), (&json!(otto), &json!([]), &json!("active")));
        story.until("2026-07-20");
        assert_eq!(documents(&world.owner("north"), &otto), rows(&[]));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// What cannot be the seller's own is refused, and so is a price for it.
    fn what_is_the_sellers_own_is_not_paid_for(world) {
        let owner = world.owner("north");
        let (una, subscription) = buy(&owner, &Ladder::of(&owner).care, "Una", GOOD, None);
        let house = next(&owner);
        let stranger = world.owner("south").get("/v1/clients").expect(200).text("/data/0/id");
        put(&owner, "/v1/seller/own-client", &json!({"client_id": stranger})).refused(404, "not_found");
        put(&owner, "/v1/seller/own-client", &json!({})).expect(200);
        owner.post(&format!("/v1/clients/{una}/suspend"), json!({"reason": "no"})).expect(200);
        put(&owner, "/v1/seller/own-client", &json!({"client_id": una})).expect(409).names("/client_id");
        put(&owner, "/v1/seller/own-client", &json!({"client_id": house})).expect(200);
        let path = format!("/v1/subscriptions/{subscription}/transfer");
        let method = owner.get(&format!("/v1/payment-methods?client_id={una}")).expect(200).text("/data/0/id");
        let before = world.database.digest();
        for (body, place) in [
            (json!({}), "/client_id"),
            (json!({"client_id": house, "to_seller": true}), "/client_id"),
            (json!({"to_seller": true, "gateway": "transfer"}), "/gateway"),
            (json!({"client_id": house, "gateway": "transfer"}), "/gateway"),
            (json!({"to_seller": true, "payment_method_id": method}), "/payment_method_id"),
        ] {
            owner.post(&format!("{path}/preview"), body.clone()).expect(422).names(place);
            owner.post_once(&path, &body.to_string(), body).expect(422).names(place);
        }
        let store = crate::api::orders::corner(&owner)["id"].clone();
        let priced = json!({"client_id": house, "store_id": store, "name": "Ours", "cycle": "1-month", "gateway": "transfer",
            "price": {"amount": "1.00", "currency": "EUR"}});
        owner.post("/v1/subscriptions/custom", priced).expect(422).names("/price");
        // nor can anything that is charged be ordered or imported for it
        let item = wish(&owner, "ours.example", "Lyon")["cart"]["items"][0].clone();
        let order = json!({"client_id": house, "order": {"store_id": store, "gateway": "transfer", "cart": {"items": [item]}}});
        owner.post("/v1/orders/preview", order.clone()).refused(409, "wrong_state").names("/client_id");
        owner.post_once("/v1/orders", "ours", order).refused(409, "wrong_state").names("/client_id");
        let import = json!({"client_id": house, "store_id": store, "gateway": "transfer", "next_renewal_on": "2026-02-05", "item": item});
        owner.post("/v1/subscriptions/import", import).refused(409, "wrong_state").names("/client_id");
        assert_eq!(world.database.digest(), before, "nothing is written");
        transfer(&owner, &subscription, json!({"to_seller": true})).expect(201);
        let own = owner.get(&format!("/v1/subscriptions/{subscription}")).text("/transferred_to_id");
        transfer(&owner, &own, json!({"to_seller": true})).expect(422).names("/to_seller");
        // no longer named, the client is one like any other
        put(&owner, "/v1/seller/own-client", &json!({"client_id": null})).expect(200);
        assert_eq!(owner.get("/v1/seller/own-client").json(), json!({"client_id": null}));
    }

    /// Each hears of its part, in its own language; whoever says no tells nobody, and so does a rehearsal. The seller is not told.
    fn both_clients_are_told(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (tia, old) = buy(&owner, &ladder.care, "Tia", GOOD, None);
        let otto = next(&owner);
        let address = |client: &str| owner.get(&format!("/v1/clients/{client}")).text("/primary_contact/email");
        let contact = owner.get(&format!("/v1/clients/{otto}")).text("/primary_contact/id");
        owner.patch(&format!("/v1/contacts/{contact}"), json!({"locale": "en-GB"})).expect(200);
        let told = || {
            let all = owner.get("/v1/mails?limit=100").expect(200).json();
            let ours = |mail: &&Value| mail["kind"].as_str().unwrap().contains("_over") && mail["kind"] != "overuse_notice";
            let mut kinds: Vec<_> = all["data"].as_array().unwrap().iter().filter(ours).cloned().collect();
            kinds.sort_by_key(|mail| mail["kind"].as_str().unwrap().to_string());
            kinds
        };
        let quiet = owner.post(&format!("/v1/subscriptions/{old}/transfer/preview"), json!({"client_id": otto, "notify": false}));
        assert_eq!(quiet.expect(200).json()["mails"], json!([]));
        let preview = owner.post(&format!("/v1/subscriptions/{old}/transfer/preview"), json!({"client_id": otto})).expect(200).json();
        assert_eq!(preview["mails"], json!([
            {"kind": "subscription_handed_over", "client_id": tia, "recipient": address(&tia)},
            {"kind": "subscription_taken_over", "client_id": otto, "recipient": address(&otto)},
        ]));
        assert_eq!(told(), Vec::<Value>::new(), "a preview tells nobody");
        let new = transfer(&owner, &old, json!({"client_id": otto})).expect(201).text("/id");
        let mails = told();
        let seen: Vec<_> = mails.iter().map(|mail| (mail["kind"].as_str().unwrap(), mail["recipient"].as_str().unwrap())).collect();
        assert_eq!(seen, [("subscription_handed_over", address(&tia).as_str()), ("subscription_taken_over", address(&otto).as_str())]);
        let text = |at: usize| owner.get(&format!("/v1/mails/{}", mails[at]["id"].as_str().unwrap())).expect(200).text("/text");
        assert!(text(0).contains("À partir de cette date, il ne vous est plus facturé."), "{}", text(0));
        assert!(text(1).contains("It is charged to you from 5 February 2026 on."), "{}", text(1));
        // back without a word
        transfer(&owner, &new, json!({"client_id": tia, "notify": false})).expect(201);
        assert_eq!(told().len(), 2);
        // of what becomes its own, the seller tells its former client alone
        put(&owner, "/v1/seller/own-client", &json!({"client_id": otto})).expect(200);
        let back = owner.get(&format!("/v1/subscriptions/{new}")).text("/transferred_to_id");
        let own = owner.post(&format!("/v1/subscriptions/{back}/transfer/preview"), json!({"to_seller": true})).expect(200).json();
        assert_eq!(own["mails"], json!([{"kind": "subscription_handed_over", "client_id": tia, "recipient": address(&tia)}]));
    }

    fn wrong_transfers_are_refused(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let (una, subscription) = buy(&owner, &ladder.care, "Una", GOOD, None);
        let otto = next(&owner);
        let path = format!("/v1/subscriptions/{subscription}/transfer");
        let method = owner.get(&format!("/v1/payment-methods?client_id={una}")).expect(200).text("/data/0/id");
        for (key, body, status, pointer) in [
            ("same", json!({"client_id": una}), 422, "/client_id"),
            ("words", json!({"client_id": otto, "reason": "x".repeat(501)}), 422, "/reason"),
            ("method", json!({"client_id": otto, "payment_method_id": method}), 422, "/payment_method_id"),
        ] {
            owner.post(&format!("{path}/preview"), body.clone()).expect(status).names(pointer);
            owner.post_once(&path, key, body).expect(status).names(pointer);
        }
        owner.post(&path, json!({"client_id": otto})).refused(400, "idempotency_key_required");
        let south = world.owner("south").get("/v1/clients").expect(200).text("/data/0/id");
        owner.post_once(&path, "foreign", json!({"client_id": south})).refused(404, "not_found");
        owner.post(&format!("/v1/clients/{otto}/suspend"), json!({"reason": "no"})).expect(200);
        owner.post_once(&path, "inactive", json!({"client_id": otto})).expect(409).names("/client_id");
        owner.post(&format!("/v1/clients/{otto}/activate"), json!({"reason": "yes"})).expect(200);
        act(&owner, &subscription, "change-plan", &json!({"plan_id": ladder.plus, "way": "end_of_cycle"})).expect(200);
        let waits = owner.post_once(&path, "waits", json!({"client_id": otto})).refused(409, "wrong_state");
        assert!(waits.text("/detail").contains("withdraw"), "{}", waits.text);
        // a week without a run: six days up to then are not invoiced
        Story::of(world).sleep_until("2026-02-11");
        let owner = world.owner("north");
        let change = owner.get(&format!("/v1/subscriptions/{subscription}/changes")).text("/data/0/id");
        act(&owner, &subscription, &format!("changes/{change}/withdraw"), &json!({})).expect(200);
        let late = owner.post_once(&path, "late", json!({"client_id": otto})).refused(409, "wrong_state");
        assert!(late.text("/detail").contains("/v1/invoices/generate"), "{}", late.text);
        assert_eq!(status(&owner, &subscription), "active");
    }
}
