//! Why a line is what it is: what went in, the steps as sentences, and as numbers that someone else can add up again.

use crate::api::invoices::{first_client, issued};
use crate::api::orders::{order_of, shopper, wish};
use crate::support::Actor;
use comptoir_domain::quotes::TraceStep;
use comptoir_domain::verify::retrace;
use serde_json::{Value, json};

/// The explanation of a line, whose steps come to the amounts of the line.
#[track_caller]
pub fn explained(owner: &Actor, invoice: &str, at: usize) -> Value {
    let line = owner.get(&format!("/v1/invoices/{invoice}")).expect(200).json()["lines"][at].clone();
    let path = format!("/v1/invoices/{invoice}/lines/{}/explain", line["id"].as_str().unwrap());
    let told = owner.get(&path).expect(200).json();
    let steps: Vec<TraceStep> = told["steps"].as_array().unwrap().iter().map(step).collect();
    let found = retrace(told["inputs"]["currency"].as_str().unwrap().parse().unwrap(), &steps).unwrap();
    let said = ["net", "tax", "gross"].map(|name| line[name]["amount"].as_str().unwrap().to_string());
    assert_eq!([found.net, found.tax, found.gross].map(|amount| amount.to_string()), said, "{told}");
    told
}

fn step(view: &Value) -> TraceStep {
    let mut step = view.clone();
    step.as_object_mut().unwrap().remove("sentence");
    serde_json::from_value(step).unwrap()
}

pub fn sentences(told: &Value) -> Vec<&str> {
    told["steps"].as_array().unwrap().iter().map(|step| step["sentence"].as_str().unwrap()).collect()
}

/// Bills from the first of the month on, the days before it by their number.
fn bill_monthly(owner: &Actor) {
    let seen = owner.get("/v1/settings").expect(200);
    let mut settings = seen.json();
    settings["billing"]["rule"] = json!({"mode": "monthly", "threshold_day": 15, "first_month": "prorated"});
    let headers = [("content-type", "application/json"), ("if-match", seen.header("etag").unwrap())];
    owner.send("PUT", "/v1/settings", &headers, Some(settings.to_string().as_bytes())).expect(200);
}

both! {
    /// 10.00 a month from 5 January on, 27 of 31 days, 10 % off by a coupon: 8.71 and 7.84 (7.8387…).
    fn a_part_of_a_month_with_a_coupon(world) {
        let owner = world.owner("north");
        bill_monthly(&owner);
        let ten = json!({"name": "Ten", "code": "TEN", "value": {"percent": "10"}});
        let coupon = owner.post("/v1/coupons", ten).expect(201).text("/id");
        let mut wanted = wish(&owner, "explained.example", "Lyon");
        wanted["cart"]["coupon"] = json!("TEN");
        let quote = shopper(&owner).post("/v1/store/quotes", wanted.clone()).expect(200);
        let line = &quote.json()["lines"][1];
        assert_eq!((&line["unit_price"], &line["share"]), (&json!("10"), &json!({"days": 27, "of": 31})));
        let order = order_of("Xenia", &quote.text("/token"), "transfer");
        let placed = shopper(&owner).post_once("/v1/store/orders", "x", order).expect(201);
        let told = explained(&owner, &placed.text("/order/invoice_id"), 1);
        let inputs = &told["inputs"];
        assert_eq!((&inputs["quantity"], &inputs["unit_price"], &inputs["share"]), (&json!("1"), &json!("10"), &json!({"days": 27, "of": 31})));
        assert_eq!((&inputs["cycle"], &inputs["period"]), (&json!("1-month"), &json!({"from": "2026-01-05", "to": "2026-02-01"})));
        assert_eq!(inputs["rounding"], json!({"rule": "half_up", "digits": 2}));
        let want = json!({"offered": "0", "coupon": "10", "coupon_id": coupon, "guaranteed": "0", "maximum": null, "effective": "10", "fixed": null});
        assert_eq!(inputs["discount"], want);
        let plan = wanted["cart"]["items"][0]["plan_id"].as_str().unwrap();
        let prices = owner.get(&format!("/v1/plans/{plan}/prices?cycle=1-month")).expect(200).json();
        let version = &prices["data"][0];
        assert_eq!(inputs["price"], json!({"id": version["id"], "valid_from": version["valid_from"], "valid_to": version["valid_to"]}));
        let want = [
            "1 × 10 × 27 of 31 days = 8.71",
            "10 × 27 of 31 days less 10 % = 7.84 (offered 0 %, coupon 10 %, guaranteed 0 %, at most 100 %)",
            "7.84 + 0.00 = 7.84",
        ];
        assert_eq!(sentences(&told), want);
    }

    /// 2 × 19.99 = 39.98 and 0.05 are 40.03 at 20 %: 8.006, of which the first line bears 7.996 of 8.006, which is 8.00.
    fn taxes_are_said_whatever_becomes_of_the_rule(world) {
        let owner = world.owner("north");
        let policies = owner.get("/v1/tax-policies").expect(200).json();
        let spare = policies["data"].as_array().unwrap().iter().find(|policy| policy["name"] == "Spare").unwrap()["id"].clone();
        let line = |quantity: &str, price: &str| json!({"description": "Work", "quantity": quantity, "unit_price": price, "tax_policy_id": spare});
        let wanted = json!({"client_id": first_client(&owner), "currency": "EUR", "lines": [line("2", "19.99"), line("1", "0.05")]});
        let invoice = owner.post("/v1/invoices", wanted).expect(201).text("/id");
        let before = explained(&owner, &invoice, 0);
        let rule = before["inputs"]["taxes"][0]["tax_rule_id"].as_str().unwrap().to_string();
        let version = owner.get(&format!("/v1/tax-rules/{rule}")).expect(200);
        let headers = [("if-match", version.header("etag").unwrap())];
        owner.send("DELETE", &format!("/v1/tax-rules/{rule}"), &headers, None).expect(204);
        let told = explained(&owner, &invoice, 0);
        assert_eq!(told, before);
        let eur = |amount: &str| json!({"amount": amount, "currency": "EUR"});
        let tax = json!({"tax_rule_id": rule, "name": "VAT", "location": "FR", "stage": "on_price", "threshold": null, "rate": {"percent": "20"},
            "base": eur("40.03"), "amount": eur("8.01")});
        assert_eq!((&told["inputs"]["taxes"], &told["taxes"]), (&json!([tax]), &json!([{"rule": rule, "amount": eur("8.00")}])));
        assert_eq!((&told["inputs"]["price"], &told["inputs"]["cycle"], &told["inputs"]["tax_note"]), (&json!(null), &json!(null), &json!(null)));
        let want = [
            "2 × 19.99 = 39.98",
            "VAT, FR, on_price: 20 % of 40.03 = 8.01",
            "its part of the tax of 8.01, as 7.996 of 8.006: 8.00",
            "39.98 + 8.00 = 47.98",
        ];
        assert_eq!(sentences(&told), want);
    }

    /// 20.00 of 99.99, and then 80.00 of the 79.99 that are left are too much.
    fn a_credit_note_says_what_it_takes_back(world) {
        let owner = world.owner("north");
        let invoice = issued(&owner, "EUR", &[("3", "33.33")]);
        let line = owner.get(&format!("/v1/invoices/{invoice}")).text("/lines/0/id");
        let part = |amount: &str| {
            let lines = json!([{"line_id": line, "amount": {"amount": amount, "currency": "EUR"}}]);
            owner.post(&format!("/v1/invoices/{invoice}/credit-notes"), json!({"extent": "lines", "lines": lines}))
        };
        let note = part("20.00").expect(201).text("/id");
        part("80.00").refused(422, "validation_failed");
        let second = part("79.99").expect(201).text("/id");
        let told = explained(&owner, &note, 0);
        assert_eq!((&told["credits_line_id"], &told["inputs"]["taxes"]), (&json!(line), &json!([])));
        let want = ["20.00 of the net of 99.99 and 0.00 of the tax of 0.00 are taken back: -20.00", "-20.00 + 0.00 = -20.00"];
        assert_eq!(sentences(&told), want);
        let told = explained(&owner, &second, 0);
        assert_eq!(sentences(&told)[0], "79.99 of the net of 79.99 and 0.00 of the tax of 0.00 are taken back: -79.99");
        // a line of another document is not explained there
        owner.get(&format!("/v1/invoices/{note}/lines/{line}/explain")).refused(404, "not_found");
    }
}
