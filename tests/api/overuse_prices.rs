//! What plans charge for overuse: versions with dates, never overwritten.

use crate::support::Actor;
use serde_json::{Value, json};

fn price(resource: &str, unit_price: &str, valid_from: Option<&str>) -> Value {
    json!({"resource": resource, "currency": "EUR", "unit_size": 1_000_000_000_u64, "unit_price": unit_price, "valid_from": valid_from})
}

fn starter(owner: &Actor) -> String {
    let plans = owner.get("/v1/plans").expect(200).json();
    plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "starter").unwrap()["id"]
        .as_str()
        .unwrap()
        .into()
}

/// Unit price and days of each version, the oldest first.
fn history(owner: &Actor, path: &str) -> Vec<[String; 3]> {
    let list = owner.get(&format!("{path}?sort=valid_from&resource=traffic&currency=EUR")).expect(200).json();
    let word = |value: &Value| value.as_str().unwrap_or("-").to_string();
    let rows = list["data"].as_array().unwrap().iter();
    rows.map(|row| [word(&row["unit_price"]), word(&row["valid_from"]), word(&row["valid_to"])]).collect()
}

fn versions(rows: &[[&str; 3]]) -> Vec<[String; 3]> {
    rows.iter().map(|row| row.map(String::from)).collect()
}

both! {
    /// Announced in any order, each version ends where the next one begins.
    fn a_version_ends_where_the_next_begins(world) {
        let owner = world.owner("north");
        let path = format!("/v1/plans/{}/overuse-prices", starter(&owner));
        let made = owner.post(&path, price("traffic", "0.0125", None)).expect(201).json();
        assert_eq!((&made["unit_price"], &made["valid_from"], &made["valid_to"]), (&json!("0.0125"), &json!("2026-01-05"), &json!(null)));
        owner.post(&path, price("traffic", "0", Some("2026-06-01"))).expect(201);
        owner.post(&path, price("traffic", "0.02", Some("2026-03-01"))).expect(201);
        owner.post(&path, price("disk_space", "0.50", None)).expect(201);
        assert_eq!(history(&owner, &path), versions(&[["0.0125", "2026-01-05", "2026-03-01"], ["0.02", "2026-03-01", "2026-06-01"], ["0", "2026-06-01", "-"]]));
        let facts = owner.get("/v1/activities?kind=overuse_price.created").expect(200).json();
        assert_eq!(facts["data"].as_array().unwrap().len(), 4);
    }

    fn every_wrong_place_is_named(world) {
        let owner = world.owner("north");
        let path = format!("/v1/plans/{}/overuse-prices", starter(&owner));
        owner.post(&path, price("traffic", "0.02", None)).expect(201);
        let before = world.database.digest();
        owner.post(&path, price("traffic", "0.03", None)).refused(409, "already_exists").names("/valid_from");
        owner.post(&path, price("traffic", "0.03", Some("2026-01-04"))).refused(422, "validation_failed").names("/valid_from");
        owner.post(&path, price("traffic", "-0.03", Some("2026-02-01"))).refused(422, "validation_failed").names("/unit_price");
        owner.post(&path, price("traffic", "0.0000000001", None)).refused(422, "invalid_body").names("/unit_price");
        owner.post(&path, price("mailboxes", "0.03", None)).refused(422, "invalid_body").names("/resource");
        let mut nothing = price("traffic", "0.03", Some("2026-02-01"));
        nothing["unit_size"] = json!(0);
        owner.post(&path, nothing).refused(422, "validation_failed").names("/unit_size");
        let design = json!({"code": "design", "name": "Design", "kind": "generic"});
        let design = owner.post("/v1/plans", design).expect(201).text("/id");
        owner.post(&format!("/v1/plans/{design}/overuse-prices"), price("traffic", "0.03", None)).refused(422, "validation_failed").names("/resource");
        owner.send("DELETE", &format!("/v1/plans/{design}"), &[("if-match", "*")], None).expect(204);
        let after = world.database.digest();
        assert_eq!(before["overuse_prices"], after["overuse_prices"]);
    }

    /// A draft goes with its prices.
    fn a_draft_can_be_deleted(world) {
        let owner = world.owner("north");
        let draft = crate::api::plans::draft(&owner);
        owner.post(&format!("/v1/plans/{draft}/overuse-prices"), price("traffic", "0.03", None)).expect(201);
        owner.send("DELETE", &format!("/v1/plans/{draft}"), &[("if-match", "*")], None).expect(204);
        owner.get(&format!("/v1/plans/{draft}/overuse-prices")).refused(404, "not_found");
    }
}
