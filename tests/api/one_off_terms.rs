//! One-off invoices that bear a date of their own, or whose prices have the taxes inside.

use crate::api::invoices::{books_balance, first_client, get, issued, verify};
use crate::api::verify::verify as checks;
use crate::support::{Actor, World};
use serde_json::{Value, json};

fn advance(world: &World, day: &str) {
    world.server.business.advance_to(format!("{day}T09:00:00Z").parse().unwrap());
}

fn wish(owner: &Actor, more: Value) -> Value {
    let mut wish = json!({"client_id": first_client(owner), "currency": "USD",
        "lines": [{"description": "Work", "quantity": "1", "unit_price": "10.00"}]});
    wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    wish
}

/// Taxes of a percentage in France, from and up to days.
fn taxed(owner: &Actor, rates: &[(&str, Value, Value)]) -> String {
    let policy = owner.post("/v1/tax-policies", json!({"name": "Dated"})).expect(201).text("/id");
    for (percent, from, to) in rates {
        let rule = json!({"tax_policy_id": policy, "name": "TVA", "location": {"area": "FR"}, "rate": {"percent": percent},
            "stage": "on_price", "valid_from": from, "valid_to": to});
        owner.post("/v1/tax-rules", rule).expect(201);
    }
    policy
}

fn line(price: &str, policy: &str) -> Value {
    json!({"description": "Work", "quantity": "1", "unit_price": price, "tax_policy_id": policy})
}

both! {
    /// The guide lets one choose the date of a one-off invoice; the numbers of a series stay in the order of its dates. Ten
    /// days to pay are counted from the date.
    fn an_invoice_bears_its_date(world) {
        let owner = world.owner("north");
        advance(world, "2026-01-20");
        let made = owner.post("/v1/invoices", wish(&owner, json!({"dated_on": "2026-01-12", "issue": true}))).expect(201).json();
        assert_eq!((&made["number"], &made["issued_on"], &made["dated_on"], &made["due_on"]), (&json!("2026-3"), &json!("2026-01-12"), &json!("2026-01-12"), &json!("2026-01-22")));
        let entry = owner.get(&format!("/v1/ledger/entries?kind=invoice_issued&subject_id={}", made["id"].as_str().unwrap())).expect(200).json();
        assert_eq!(entry["data"][0]["booked_on"], "2026-01-12");
        let before = world.database.digest();
        // 2026-3 is of the 12th; tomorrow could not be followed by today
        for (day, code) in [("2026-01-11", "out_of_order"), ("2026-01-21", "out_of_range"), ("2025-12-31", "out_of_range")] {
            let refused = owner.post("/v1/invoices", wish(&owner, json!({"dated_on": day, "issue": true}))).refused(422, "validation_failed").names("/dated_on");
            assert_eq!(refused.text("/errors/0/code"), code);
        }
        assert_eq!(world.database.digest(), before);
        // a draft that waits too long has to be dated anew
        let late = owner.post("/v1/invoices", wish(&owner, json!({"dated_on": "2026-01-13"}))).expect(201).text("/id");
        assert_eq!((&get(&owner, &late)["dated_on"], &get(&owner, &late)["issued_on"]), (&json!("2026-01-13"), &Value::Null));
        let today = issued(&owner, "USD", &[("1", "1.00")]);
        assert_eq!(get(&owner, &today)["issued_on"], "2026-01-20");
        owner.act(&format!("/v1/invoices/{late}/issue")).refused(422, "validation_failed").names("/dated_on");
        // money that comes could not be recorded: it is not taken before there is a number
        let card = json!({"gateway": "fake", "card": {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "A"}});
        owner.post_once(&format!("/v1/invoices/{late}/pay"), "early", card).refused(409, "wrong_state");
        owner.patch(&format!("/v1/invoices/{late}"), json!({"dated_on": "2026-01-21"})).refused(422, "validation_failed").names("/dated_on");
        owner.patch(&format!("/v1/invoices/{late}"), json!({"dated_on": null})).expect(200);
        let issued = owner.act(&format!("/v1/invoices/{late}/issue")).expect(200).json();
        assert_eq!((&issued["number"], &issued["issued_on"]), (&json!("2026-5"), &json!("2026-01-20")));
        assert_eq!((&verify(&owner)["intact"], checks(world, "north").0.len()), (&json!(true), 0));
        books_balance(&owner);
    }

    /// 10 % up to 14 January, 20 % from then on: 100.00 of the 12th bears 10.00, of the 15th 20.00.
    fn taxes_are_those_of_the_date(world) {
        let owner = world.owner("north");
        let policy = taxed(&owner, &[("10", Value::Null, json!("2026-01-14")), ("20", json!("2026-01-15"), Value::Null)]);
        advance(world, "2026-01-20");
        let made = owner.post("/v1/invoices", wish(&owner, json!({"dated_on": "2026-01-12", "lines": [line("100.00", &policy)]}))).expect(201);
        let (path, tax) = (format!("/v1/invoices/{}", made.text("/id")), |view: &Value| view["tax"]["amount"].as_str().unwrap().to_string());
        assert_eq!(tax(&made.json()), "10.00");
        assert_eq!(tax(&owner.patch(&path, json!({"dated_on": "2026-01-15"})).expect(200).json()), "20.00");
        let more = owner.post(&format!("{path}/lines"), line("50.00", &policy)).expect(201).json();
        assert_eq!(tax(&more), "30.00");
        // another change leaves the date, and what is paid for it
        assert_eq!(owner.patch(&path, json!({"comment": "x"})).expect(200).json()["dated_on"], "2026-01-15");
        assert_eq!(tax(&owner.act(&format!("{path}/issue")).expect(200).json()), "30.00");
        assert_eq!(checks(world, "north").0.len(), 0);
    }

    /// 21 % inside of 10.00 are 1.7355, so 1.74 and a net of 8.26 (the table of the notes on money); of 12.00 together they
    /// are 2.0826, so 2.08 and 9.92. What is to be paid is what was written.
    fn prices_may_have_the_taxes_inside(world) {
        let owner = world.owner("north");
        let policy = taxed(&owner, &[("21", Value::Null, Value::Null)]);
        let made = owner.post("/v1/invoices", wish(&owner, json!({"prices": "gross", "lines": [line("10.00", &policy)]}))).expect(201).json();
        let sums = |view: &Value| ["net", "tax", "gross"].map(|part| view[part]["amount"].as_str().unwrap().to_string());
        assert_eq!((sums(&made), &made["prices"]), (["8.26", "1.74", "10.00"].map(String::from), &json!("gross")));
        let path = format!("/v1/invoices/{}", made["id"].as_str().unwrap());
        let more = owner.post(&format!("{path}/lines"), line("2.00", &policy)).expect(201).json();
        assert_eq!(sums(&more), ["9.92", "2.08", "12.00"]);
        let untaxed = json!({"description": "Stamps", "quantity": "3", "unit_price": "1.10", "tax_policy_id": null});
        assert_eq!(sums(&owner.post(&format!("{path}/lines"), untaxed).expect(201).json()), ["13.22", "2.08", "15.30"]);
        let issued = owner.act(&format!("{path}/issue")).expect(200).json();
        assert_eq!((sums(&issued), &issued["open"]["amount"], &issued["taxes"][0]["base"]["amount"]), (["13.22", "2.08", "15.30"].map(String::from), &json!("15.30"), &json!("9.92")));
        // a part that is given back brings its taxes along
        let note = json!({"extent": "lines", "lines": [{"line_id": issued["lines"][2]["id"]}]});
        assert_eq!(owner.post(&format!("{path}/credit-notes"), note).expect(201).json()["gross"]["amount"], "-3.30");
        assert_eq!((&verify(&owner)["intact"], checks(world, "north").0), (&json!(true), Default::default()));
        books_balance(&owner);
        // a draft goes with its terms
        let unwanted = owner.post("/v1/invoices", wish(&owner, json!({"prices": "gross"}))).expect(201).text("/id");
        owner.delete(&format!("/v1/invoices/{unwanted}")).expect(204);
        owner.post("/v1/invoices", wish(&owner, json!({"prices": "both"}))).refused(422, "invalid_body").names("/prices");
    }
}
