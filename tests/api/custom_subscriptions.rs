//! Custom subscriptions, the seller's own ones, and validity (SUB-10): billed like any other, suspended on their date, renewed
//! by another. The world begins on 5 January 2026.

use crate::api::invoices::{books_balance, first_client};
use crate::api::orders::corner;
use crate::api::services::paid;
use crate::api::verify::verify;
use crate::stories::billing::{GOOD, buy, care};
use crate::stories::dunning::status;
use crate::support::story::Story;
use crate::support::{Actor, Answer, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// 10.00 a month by transfer for the first client, in the corner shop, and what is different.
fn custom(owner: &Actor, more: Value) -> Answer {
    let mut body = json!({"client_id": first_client(owner), "store_id": corner(owner)["id"], "name": "Rack B7",
        "cycle": "1-month", "price": eur("10.00"), "gateway": "transfer"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.post("/v1/subscriptions/custom", body)
}

/// Day of issue, days, net and gross of what was charged for a subscription.
fn charged(owner: &Actor, subscription: &str) -> Vec<[String; 4]> {
    let list = owner.get(&format!("/v1/invoices?client_id={}&limit=100", first_client(owner))).expect(200).json();
    let mut ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let mut found = Vec::new();
    for id in ids {
        let invoice = owner.get(&format!("/v1/invoices/{id}")).expect(200).json();
        for line in invoice["lines"].as_array().unwrap().iter().filter(|line| line["subscription_id"] == subscription) {
            let text = |value: &Value| value.as_str().unwrap().to_string();
            let days = format!("{}..{}", text(&line["period"]["from"]), text(&line["period"]["to"]));
            found.push([
                text(&invoice["issued_on"]),
                days,
                text(&line["net"]["amount"]),
                text(&line["gross"]["amount"]),
            ]);
        }
    }
    found
}

fn rows<const N: usize>(rows: [[&str; 4]; N]) -> Vec<[String; 4]> {
    rows.map(|row| row.map(String::from)).into()
}

fn sound(world: &World) {
    books_balance(&world.owner("north"));
    assert_eq!(verify(world, "north").0, BTreeMap::new());
}

/// Whoever does not pay is left alone; whether suspended time is invoiced.
fn patient(owner: &Actor, invoice_suspended: bool) {
    let mut settings = owner.get("/v1/settings").expect(200).json();
    settings["dunning"] =
        json!({"reminders": [], "suspend_after": null, "collections_after": null, "cancel_after": null});
    settings["billing"]["invoice_suspended"] = json!(invoice_suspended);
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    owner.send("PUT", "/v1/settings", &headers, Some(settings.to_string().as_bytes())).expect(200);
}

fn renew(owner: &Actor, subscription: &str, body: Value) -> Answer {
    owner.post(&format!("/v1/subscriptions/{subscription}/renew"), body)
}

both! {
    /// Invoiced at once and then ten days ahead, with the VAT of its own policy: 20 % of 10.00 for a client in France.
    fn a_custom_subscription_is_billed_like_any_other(world) {
        let owner = world.owner("north");
        let policies = owner.get("/v1/tax-policies").json();
        let spare = policies["data"].as_array().unwrap().iter().find(|policy| policy["name"] == "Spare").unwrap()["id"].clone();
        patient(&owner, false);
        let made = custom(&owner, json!({"tax_policy_id": spare})).expect(201);
        let id = made.text("/id");
        assert_eq!(made.header("location"), Some(format!("/v1/subscriptions/{id}").as_str()));
        assert_eq!((made.text("/status"), &made.json()["plan_id"], &made.json()["services"]), ("active".into(), &json!(null), &json!([])));
        let story = Story::of(world);
        story.until("2026-01-27");
        let owner = world.owner("north");
        assert_eq!(charged(&owner, &id), rows([
            ["2026-01-06", "2026-01-05..2026-02-05", "10.00", "12.00"],
            ["2026-01-26", "2026-02-05..2026-03-05", "10.00", "12.00"],
        ]));
        // no plan, no add-ons; another price as for any other
        let add_on = owner.get("/v1/add-ons").text("/data/0/id");
        let more = json!({"add_on_id": add_on, "way": "end_of_cycle"});
        owner.post_once(&format!("/v1/subscriptions/{id}/add-ons"), "more", more).expect(422).names("/add_on_id");
        let item = made.text("/items/0/id");
        let price = json!({"price": eur("8.00"), "way": "end_of_cycle"});
        owner.post_once(&format!("/v1/subscriptions/{id}/items/{item}/change"), "price", price).expect(200);
        // what February is paid for stays; March costs less
        story.until("2026-02-24");
        let last = charged(&world.owner("north"), &id).pop().unwrap();
        assert_eq!((last[1].as_str(), last[2].as_str()), ("2026-03-05..2026-04-05", "8.00"));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// Valid to 20 February: of the second cycle 15 of 28 days, 10.00 × 15 / 28 = 5.36; suspended on that day. Renewed on
    /// 10 March: of the cycle from 5 March on 26 of 31 days, 10.00 × 26 / 31 = 8.39, and then as before.
    fn an_expired_one_is_renewed_by_another_date(world) {
        let owner = world.owner("north");
        patient(&owner, false);
        let id = custom(&owner, json!({"expires_on": "2026-02-20"})).expect(201).text("/id");
        let story = Story::of(world);
        story.until("2026-02-19");
        assert_eq!(status(&world.owner("north"), &id), "active");
        let foreseen = json!({"kind": "process_expirations", "as_of": "2026-02-20"});
        let foreseen = world.owner("north").post("/v1/events/preview", foreseen).expect(200).json();
        assert_eq!((&foreseen["count"], &foreseen["items"][0]["action"], &foreseen["items"][0]["subject_id"]), (&json!(1), &json!("suspend"), &json!(id)));
        story.until("2026-02-20");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &id), "expired");
        let problem = owner.post(&format!("/v1/subscriptions/{id}/status"), json!({"status": "active"})).refused(409, "wrong_state");
        assert!(problem.text("/detail").contains("call POST /v1/subscriptions/{id}/renew"), "{}", problem.text);
        story.until("2026-03-10");
        let owner = world.owner("north");
        let first = rows([["2026-01-06", "2026-01-05..2026-02-05", "10.00", "10.00"], ["2026-01-26", "2026-02-05..2026-02-20", "5.36", "5.36"]]);
        assert_eq!(charged(&owner, &id), first);
        let renewed = renew(&owner, &id, json!({"expires_on": "2027-01-01", "reason": "paid"})).expect(200);
        assert_eq!((renewed.text("/status"), renewed.text("/expires_on"), renewed.text("/anchor_on")), ("active".into(), "2027-01-01".into(), "2026-01-05".into()));
        story.until("2026-03-27");
        let owner = world.owner("north");
        assert_eq!(charged(&owner, &id)[2..], rows([
            ["2026-03-11", "2026-03-10..2026-04-05", "8.39", "8.39"],
            ["2026-03-26", "2026-04-05..2026-05-05", "10.00", "10.00"],
        ]));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// Renewed in time, without end: 15 of 28 days are charged, and the 13 that follow, 10.00 × 13 / 28 = 4.64.
    fn renewed_in_time_it_just_goes_on(world) {
        let owner = world.owner("north");
        patient(&owner, false);
        let id = custom(&owner, json!({"expires_on": "2026-02-20"})).expect(201).text("/id");
        let story = Story::of(world);
        story.until("2026-02-10");
        let renewed = renew(&world.owner("north"), &id, json!({"expires_on": null})).expect(200);
        assert_eq!((renewed.text("/status"), &renewed.json()["expires_on"]), ("active".into(), &json!(null)));
        story.until("2026-02-24");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &id), "active");
        assert_eq!(charged(&owner, &id)[1..], rows([
            ["2026-01-26", "2026-02-05..2026-02-20", "5.36", "5.36"],
            ["2026-02-11", "2026-02-20..2026-03-05", "4.64", "4.64"],
            ["2026-02-23", "2026-03-05..2026-04-05", "10.00", "10.00"],
        ]));
        sound(world);
    }

    /// Where suspended time is invoiced, expired time is not: the guide's table says no.
    fn expired_time_is_never_charged(world) {
        let owner = world.owner("north");
        patient(&owner, true);
        let id = custom(&owner, json!({"expires_on": "2026-02-05"})).expect(201).text("/id");
        let story = Story::of(world);
        story.until("2026-05-05");
        renew(&world.owner("north"), &id, json!({"expires_on": null})).expect(200);
        story.until("2026-05-06");
        assert_eq!(charged(&world.owner("north"), &id), rows([
            ["2026-01-06", "2026-01-05..2026-02-05", "10.00", "10.00"],
            ["2026-05-06", "2026-05-05..2026-06-05", "10.00", "10.00"],
        ]));
        sound(world);
    }

    /// Nothing ran before its date had passed: what was owed up to it is charged all the same, and then it is suspended.
    fn a_late_run_charges_what_was_owed_before(world) {
        let owner = world.owner("north");
        let id = custom(&owner, json!({"expires_on": "2026-02-20"})).expect(201).text("/id");
        let story = Story::of(world);
        story.sleep_until("2026-02-25");
        story.until("2026-02-26");
        let owner = world.owner("north");
        assert_eq!(status(&owner, &id), "expired");
        assert_eq!(charged(&owner, &id), rows([
            ["2026-02-26", "2026-01-05..2026-02-05", "10.00", "10.00"],
            ["2026-02-26", "2026-02-05..2026-02-20", "5.36", "5.36"],
        ]));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// What is the seller's own has no price: a quarter later nothing was charged.
    fn the_sellers_own_is_never_invoiced(world) {
        let owner = world.owner("north");
        let id = custom(&owner, json!({"name": "Our web site", "price": null})).expect(201).text("/id");
        let story = Story::of(world);
        story.until("2026-04-05");
        let owner = world.owner("north");
        assert_eq!((charged(&owner, &id), status(&owner, &id)), (vec![], "active".into()));
        assert_eq!(owner.get(&format!("/v1/subscriptions/{id}")).json()["items"], json!([]));
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// SUB-03: a plan valid for ten days; activated by hand without being renewed, it is suspended again the next day.
    fn activation_without_renewal_is_undone_the_next_day(world) {
        let owner = world.owner("north");
        let plans = owner.get("/v1/plans").json();
        let starter = plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "starter").unwrap()["id"].clone();
        owner.patch(&format!("/v1/plans/{}", starter.as_str().unwrap()), json!({"properties": {"validity": 10}})).expect(200);
        let id = paid(&owner, "Petra", "petra.example").subscription;
        assert_eq!(owner.get(&format!("/v1/subscriptions/{id}")).text("/expires_on"), "2026-01-15");
        let story = Story::of(world);
        let at = |day: &str| {
            story.until(day);
            let now = world.owner("north").get(&format!("/v1/subscriptions/{id}")).expect(200).json();
            [&now["status"], &now["services"][0]["desired"]].map(|text| text.as_str().unwrap().to_string())
        };
        assert_eq!(at("2026-01-14"), ["active", "active"]);
        assert_eq!(at("2026-01-15"), ["expired", "suspended"]);
        let by_hand = world.owner("north").post(&format!("/v1/subscriptions/{id}/activate"), json!({"reason": "please"})).expect(200);
        assert_eq!(by_hand.text("/status"), "active");
        assert_eq!(at("2026-01-16"), ["expired", "suspended"]);
        renew(&world.owner("north"), &id, json!({"expires_on": "2026-06-30"})).expect(200);
        assert_eq!(at("2026-01-20"), ["active", "active"]);
        assert_eq!(story.troubles(), [""; 0]);
        sound(world);
    }

    /// Without a default plan nothing of hosting is promised; then its values are the first ones, and what is said otherwise
    /// holds. What the plan says later changes nothing.
    fn its_first_values_come_from_the_default_plan(world) {
        let owner = world.owner("north");
        assert_eq!(custom(&owner, json!({})).expect(201).json()["hosting_properties"], json!(null));
        let starter = format!("/v1/plans/{}", world.seller("north").ids["pla"]);
        let properties = json!({"properties": {"disk_space": 5_000_000_000_u64, "mailboxes": 10, "validity": 30, "script_php": true}});
        owner.patch(&starter, properties).expect(200);
        let before = owner.get(&starter).expect(200);
        assert_eq!(before.json()["is_default"], json!(false));
        let made = owner.act(&format!("{starter}/make-default")).expect(200);
        assert_eq!((&made.json()["is_default"], made.header("etag") == before.header("etag")), (&json!(true), false));
        let etag = owner.act(&format!("{starter}/make-default")).expect(200).header("etag").map(String::from);
        assert_eq!(etag.as_deref(), made.header("etag"), "it is the default already");
        // a plan of another kind has a default of its own
        let care = care(&owner, json!({"kind": "generic"}));
        assert_eq!(owner.act(&format!("/v1/plans/{care}/make-default")).expect(200).json()["is_default"], json!(true));
        assert_eq!(owner.get(&starter).json()["is_default"], json!(true));
        let first = custom(&owner, json!({})).expect(201).json();
        let mut want = owner.get(&starter).json()["properties"].clone();
        want.as_object_mut().unwrap().remove("validity");
        assert_eq!((&first["hosting_properties"], &first["expires_on"]), (&want, &json!(null)));
        let other = custom(&owner, json!({"hosting_properties": {"disk_space": "unlimited", "mailboxes": null}})).expect(201).json();
        want["disk_space"] = json!("unlimited");
        want.as_object_mut().unwrap().remove("mailboxes");
        assert_eq!(other["hosting_properties"], want);
        // another hosting plan takes the place
        let draft = json!({"code": "other", "name": "Other", "kind": "hosting", "properties": {"domains": 3}});
        let draft = owner.post("/v1/plans", draft).expect(201).text("/id");
        owner.act(&format!("/v1/plans/{draft}/make-default")).expect(200);
        assert_eq!(owner.get(&starter).json()["is_default"], json!(false));
        assert_eq!(custom(&owner, json!({})).expect(201).json()["hosting_properties"], json!({"domains": 3}));
        let id = first["id"].as_str().unwrap();
        assert_eq!(owner.get(&format!("/v1/subscriptions/{id}")).json()["hosting_properties"], first["hosting_properties"]);
        sound(world);
    }

    /// Each refusal names its place, and nothing is written.
    fn what_cannot_be_is_refused(world) {
        let owner = world.owner("north");
        let id = custom(&owner, json!({"expires_on": "2026-03-01"})).expect(201).text("/id");
        let (_, bought) = buy(&owner, &care(&owner, json!({})), "Bea", GOOD, None);
        let stranger = first_client(&world.owner("south"));
        let before = world.database.digest();
        for (more, status, place) in [
            (json!({"name": ""}), 422, "/name"),
            (json!({"price": {"amount": "10.00", "currency": "USD"}}), 422, "/price/currency"),
            (json!({"price": eur("-1.00")}), 422, "/price/amount"),
            (json!({"starts_on": "2027-02-01"}), 422, "/starts_on"),
            (json!({"expires_on": "2026-01-05"}), 422, "/expires_on"),
            (json!({"starts_on": "2026-02-01", "expires_on": "2026-02-01"}), 422, "/expires_on"),
            (json!({"cycle": "2-blue"}), 422, "/cycle"),
            (json!({"gateway": "gold"}), 422, "/gateway"),
            (json!({"hosting_properties": {"disks": 5}}), 422, "/hosting_properties/disks"),
            (json!({"hosting_properties": {"disk_space": "much"}}), 422, "/hosting_properties/disk_space"),
            (json!({"hosting_properties": {"validity": 30}}), 422, "/hosting_properties/validity"),
        ] {
            custom(&owner, more).expect(status).names(place);
        }
        custom(&owner, json!({"client_id": stranger})).refused(404, "not_found");
        renew(&owner, &id, json!({"expires_on": "2026-01-05"})).expect(422).names("/expires_on");
        renew(&owner, &id, json!({"expires_on": "2026-06-01", "reason": "x".repeat(501)})).expect(422).names("/reason");
        let mailboxes = json!({"hosting_properties": {"mailboxes": 5}});
        owner.patch(&format!("/v1/subscriptions/{bought}"), mailboxes).expect(422).names("/hosting_properties");
        // invoiced up to 5 February already
        let problem = renew(&owner, &bought, json!({"expires_on": "2026-01-20"})).expect(422).names("/expires_on");
        assert!(problem.text("/errors/0/detail").contains("2026-02-05"), "{}", problem.text);
        assert_eq!(world.database.digest(), before, "nothing is written");
        owner.post(&format!("/v1/subscriptions/{id}/cancel"), json!({"when": "now"})).expect(200);
        renew(&owner, &id, json!({"expires_on": null})).refused(409, "wrong_state");
    }
}
