//! Reports of use: taken once, corrected by new ones, refused with the place that is wrong; and what they come to.

use crate::support::world::Seller;
use crate::support::{Actor, World};
use serde_json::{Value, json};

/// A report about the first subscription, which examples correct.
pub fn furnish(owner: &Actor) {
    let subscription = owner.get("/v1/subscriptions").expect(200).text("/data/0/id");
    report(owner, &[record("first", &subscription, "traffic", "2026-01-05", 50_000_000)]).expect(200);
}

/// What was used on a day.
pub fn record(key: &str, subscription: &str, resource: &str, day: &str, amount: u64) -> Value {
    let next = day.parse::<chrono::NaiveDate>().unwrap().succ_opt().unwrap();
    json!({"key": key, "subscription_id": subscription, "resource": resource, "period": {"from": day, "to": next}, "amount": amount})
}

/// Reports it in the name of a panel.
#[track_caller]
pub fn report(owner: &Actor, records: &[Value]) -> crate::support::Answer {
    owner.post("/v1/usage", json!({"source": "panel-1", "records": records}))
}

/// What a month of a resource has come to.
#[track_caller]
fn month(owner: &Actor, path: &str, resource: &str) -> Value {
    let view = owner.get(path).expect(200).json();
    view["resources"].as_array().unwrap().iter().find(|one| one["resource"] == resource).unwrap().clone()
}

fn usage_of(subscription: &str) -> String {
    format!("/v1/subscriptions/{subscription}/usage")
}

fn north(world: &World) -> (Seller, String) {
    let north = world.seller("north");
    let subscription = north.ids["sub"].clone();
    (north, subscription)
}

both! {
    /// 50 MB are there; 30 MB come, are sent again and again in another batch, and count once: 80 MB.
    fn a_report_twice_counts_once(world) {
        let (Seller { owner, .. }, subscription) = north(world);
        let day = |key: &str, amount| record(key, &subscription, "traffic", "2026-01-05", amount);
        let first = report(&owner, &[day("a", 30_000_000)]).expect(200).json();
        assert_eq!((&first["new"], &first["records"][0]["month"]), (&json!(1), &json!({"from": "2026-01-05", "to": "2026-02-05"})));
        let before = world.database.digest();
        let again = report(&owner, &[day("a", 30_000_000)]).expect(200).json();
        assert_eq!((&again["new"], &again["records"]), (&json!(0), &first["records"]));
        assert_eq!(world.database.digest(), before);
        assert_eq!(report(&owner, &[day("b", 0), day("a", 30_000_000)]).expect(200).json()["new"], 1);
        assert_eq!(month(&owner, &usage_of(&subscription), "traffic")["used"], 80_000_000);
        // the same key of another source is another report
        let other = json!({"source": "panel-2", "records": [day("a", 7)]});
        assert_eq!(owner.post("/v1/usage", other).expect(200).json()["new"], 1);
        assert_eq!(month(&owner, &usage_of(&subscription), "traffic")["used"], 80_000_007);
        // and the same key for something else is refused, with all that came along
        let before = world.database.digest();
        report(&owner, &[day("c", 1), day("a", 31_000_000)]).refused(409, "already_exists").names("/records/1/key");
        assert_eq!(world.database.digest(), before);
    }

    /// 50 MB were 20 MB, no: 25 MB.
    fn a_correction_replaces(world) {
        let (Seller { owner, ids, .. }, subscription) = north(world);
        let correction = |key: &str, replaces: &str, amount| {
            let mut record = record(key, &subscription, "traffic", "2026-01-05", amount);
            record["replaces"] = json!(replaces);
            record
        };
        let first = report(&owner, &[correction("x", &ids["usg"], 20_000_000)]).expect(200).text("/records/0/id");
        report(&owner, &[correction("y", &ids["usg"], 1)]).refused(422, "validation_failed").names("/records/0/replaces");
        report(&owner, &[correction("y", &first, 25_000_000)]).expect(200);
        assert_eq!(month(&owner, &usage_of(&subscription), "traffic")["used"], 25_000_000);
        // of the same days and resource only
        let mut other = record("z", &subscription, "disk_space", "2026-01-05", 1);
        other["replaces"] = json!(ids["usg"]);
        report(&owner, &[other]).refused(422, "validation_failed").names("/records/0/replaces");
        // two corrections of one report in one batch: one of them
        let second = owner.get("/v1/usage?sort=-created_at").expect(200).text("/data/0/id");
        report(&owner, &[correction("p", &second, 1), correction("q", &second, 2)]).refused(409, "conflict");
        // all of them are to be seen
        let list = owner.get(&format!("/v1/usage?subscription_id={subscription}&resource=traffic&from=2026-01-05&to=2026-01-06")).expect(200).json();
        assert_eq!(list["data"].as_array().unwrap().len(), 3);
        let none = owner.get("/v1/usage?from=2026-01-06").expect(200).json();
        assert_eq!(none["data"], json!([]));
    }

    fn every_wrong_place_is_named(world) {
        let (Seller { owner, .. }, subscription) = north(world);
        let good = || record("k", &subscription, "traffic", "2026-01-05", 1);
        let with = |name: &str, value: Value| { let mut record = good(); record[name] = value; record };
        let before = world.database.digest();
        for (wrong, place) in [
            (with("amount", json!(9_007_199_254_740_992_u64)), "/records/0/amount"),
            (with("key", json!("")), "/records/0/key"),
            (with("period", json!({"from": "2026-01-05", "to": "2026-01-05"})), "/records/0/period/to"),
            (with("period", json!({"from": "2026-01-05", "to": "2026-01-07"})), "/records/0/period/to"),
            (with("period", json!({"from": "2026-01-04", "to": "2026-01-06"})), "/records/0/period/from"),
        ] {
            report(&owner, &[wrong]).refused(422, "validation_failed").names(place);
        }
        for (wrong, place) in [
            (with("amount", json!(-1)), "/records/0/amount"),
            (with("resource", json!("mailboxes")), "/records/0/resource"),
            (with("period", json!({"from": "2026-02-30", "to": "2026-03-01"})), "/records/0/period/from"),
        ] {
            report(&owner, &[wrong]).refused(422, "invalid_body").names(place);
        }
        report(&owner, &[good(), good()]).refused(422, "validation_failed").names("/records/1/key");
        report(&owner, &[]).refused(422, "validation_failed").names("/records");
        let many: Vec<_> = (0..101).map(|number| with("key", json!(number.to_string()))).collect();
        report(&owner, &many).refused(422, "validation_failed").names("/records");
        for source in ["host", "A panel"] {
            owner.post("/v1/usage", json!({"source": source, "records": [good()]})).refused(422, "validation_failed").names("/source");
        }
        owner.get(&format!("{}?on=2026-01-04", usage_of(&subscription))).refused(422, "validation_failed").names("?on");
        owner.get("/v1/usage?resource=mailboxes").refused(400, "invalid_parameter").names("?resource");
        // who is to be told needs an address
        let settings = json!({"usage": {"soft_quota": {"addresses": ["anna@desk.example", "nobody"]}}}).to_string();
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        owner.send("PUT", "/v1/settings", &headers, Some(settings.as_bytes())).refused(422, "validation_failed").names("/usage/soft_quota/addresses/1");
        assert_eq!(world.database.digest(), before);
    }

    /// 5 GB of disk space are in the plan; 6 500 000 000 bytes are two begun units of 1 GB at 0.25: 0.50.
    fn what_it_comes_to(world) {
        let (Seller { owner, client, ids, .. }, subscription) = north(world);
        let price = json!({"resource": "disk_space", "currency": "EUR", "unit_size": 1_000_000_000, "unit_price": "0.25"});
        owner.post(&format!("/v1/plans/{}/overuse-prices", ids["pla"]), price).expect(201);
        world.server.business.advance_to("2026-01-07T09:00:00Z".parse().unwrap());
        let days = [("2026-01-05", 6_500_000_000), ("2026-01-06", 6_000_000_000), ("2026-01-07", 4_000_000_000)];
        let records: Vec<_> = days.iter().map(|(day, bytes)| record(day, &subscription, "disk_space", day, *bytes)).collect();
        report(&owner, &records).expect(200);
        let disk = month(&owner, &usage_of(&subscription), "disk_space");
        assert_eq!(disk, json!({"resource": "disk_space", "used": 6_500_000_000_u64, "limit": 5_000_000_000_u64, "soft_quota": null,
            "above": 1_500_000_000, "charge": {"unit_size": 1_000_000_000, "unit_price": "0.25", "units": 2,
                "cost": {"amount": "0.50", "currency": "EUR"}, "invoiced_units": 0}}));
        // nothing is promised of traffic, and nothing is charged for it
        let traffic = month(&owner, &usage_of(&subscription), "traffic");
        assert_eq!((&traffic["used"], &traffic["limit"], &traffic["charge"]), (&json!(50_000_000), &json!(null), &json!(null)));
        // the client sees the same, other clients do not
        assert_eq!(month(&client, &format!("/v1/me{}", usage_of(&subscription).trim_start_matches("/v1")), "disk_space"), disk);
        let bob = crate::support::world::client("north", "Second Ltd", "Berta");
        owner.post("/v1/clients", bob).expect(201);
        let berta = world.stranger.sign_in("client", "north", "berta@north-client.example", crate::support::world::PASSWORD);
        berta.get(&format!("/v1/me/subscriptions/{subscription}/usage")).refused(404, "not_found");
    }

    /// A panel's key reports and sees nothing else.
    fn a_panel_needs_no_more_than_to_report(world) {
        let (Seller { owner, .. }, subscription) = north(world);
        let key = owner.post("/v1/api-keys", json!({"name": "Panel", "permissions": ["usage:write"]})).expect(201).text("/secret");
        let panel = world.stranger.with_token(key);
        report(&panel, &[record("p", &subscription, "traffic", "2026-01-05", 1)]).expect(200);
        panel.get("/v1/usage").refused(403, "forbidden");
        panel.get(&usage_of(&subscription)).refused(403, "forbidden");
        world.contact("north").get("/v1/usage").refused(401, "wrong_audience");
    }
}
