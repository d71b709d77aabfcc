//! How documents are numbered: chosen over HTTP, from the next number on, up only, and no number twice.

use crate::api::invoices::{first_client, get, issued, verify};
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

pub fn put(owner: &Actor, etag: &str, wish: Value) -> Answer {
    let headers = [("content-type", "application/json"), ("if-match", etag)];
    owner.send("PUT", "/v1/numbering", &headers, Some(wish.to_string().as_bytes()))
}

/// The number of an invoice that is issued now.
fn next(owner: &Actor) -> String {
    let id = issued(owner, "USD", &[("1", "1.00")]);
    get(owner, &id)["number"].as_str().unwrap().into()
}

fn credited(owner: &Actor) -> String {
    let id = issued(owner, "USD", &[("1", "1.00")]);
    owner.act(&format!("/v1/invoices/{id}/cancel")).expect(200).text("/number")
}

fn series(view: &Value, kind: &str) -> Value {
    view["series"].as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap().clone()
}

both! {
    /// The guide: one may begin with 1 or 1000, and choose how to count: YEAR-SEQ 2006-1, YEAR-ID 2006-1234.
    fn from_the_next_number_on(world) {
        let owner = world.owner("north");
        let read = owner.get("/v1/numbering").expect(200);
        // two invoices were furnished
        let invoices = json!({"kind": "invoice", "prefix": "", "width": 0, "next": 3, "next_number": "2026-3", "last_on": "2026-01-05"});
        assert_eq!((&read.json()["scheme"], series(&read.json(), "invoice")), (&json!("year_seq"), invoices));
        assert_eq!(series(&read.json(), "credit_note")["next_number"], "C-2026-1");
        let etag = read.header("etag").unwrap().to_string();
        let wish = json!({"scheme": "year_seq", "series": [{"kind": "invoice", "prefix": "FR", "width": 6, "next": 1000}, {"kind": "credit_note", "prefix": "AV/"}]});
        let changed = put(&owner, &etag, wish.clone()).expect(200);
        assert_eq!(series(&changed.json(), "invoice")["next_number"], "FR2026-001000");
        assert_eq!(owner.get("/v1/numbering").expect(200).json(), changed.json());
        put(&owner, &etag, wish).refused(412, "stale");
        assert_eq!([next(&owner), next(&owner), credited(&owner)], ["FR2026-001000", "FR2026-001001", "AV/2026-1"]);
        // the jump is told, and nothing else is wrong
        let report = verify(&owner);
        assert_eq!((&report["first_break"], &report["changed"]), (&Value::Null, &json!([])));
        assert_eq!(report["gaps"], json!([{"series": "invoice:2026", "from": 3, "to": 999}]));
        // the next year begins again, and without end it goes on
        world.server.business.advance_to("2027-01-02T09:00:00Z".parse().unwrap());
        assert_eq!(series(&owner.get("/v1/numbering").expect(200).json(), "invoice")["next_number"], "FR2027-000001");
        put(&owner, "*", json!({"scheme": "year_id", "series": [{"kind": "invoice", "prefix": "", "next": 5000}]})).expect(200);
        assert_eq!(next(&owner), "2027-5000");
        world.server.business.advance_to("2028-01-02T09:00:00Z".parse().unwrap());
        assert_eq!(next(&owner), "2028-5001");
        assert_eq!(verify(&owner)["first_break"], Value::Null);
    }

    /// Who begins elsewhere has no gap: the first number of a series is its beginning.
    fn a_start_is_no_gap(world) {
        let owner = world.owner("north");
        world.server.business.advance_to("2027-01-02T09:00:00Z".parse().unwrap());
        put(&owner, "*", json!({"scheme": "year_seq", "series": [{"kind": "invoice", "prefix": "", "next": 1000}]})).expect(200);
        assert_eq!([next(&owner), next(&owner)], ["2027-1000", "2027-1001"]);
        assert_eq!(verify(&owner)["intact"], true);
    }

    /// A count that is chosen before the first document of its year holds for all days of the year and for no other year: one
    /// may still be dated back to the 12th, a draft of the year before cannot take the number, and the next year begins again.
    fn a_count_is_chosen_for_its_year(world) {
        let owner = world.owner("north");
        let dated = |day: &str, issue: bool| json!({"client_id": first_client(&owner), "dated_on": day, "issue": issue,
            "lines": [{"description": "Work", "quantity": "1", "unit_price": "10.00"}]});
        put(&owner, "*", json!({"scheme": "year_seq", "series": [{"kind": "credit_note", "prefix": "C-", "next": 50}]})).expect(200);
        let old = owner.post("/v1/invoices", dated("2026-01-05", false)).expect(201).text("/id");
        world.server.business.advance_to("2027-01-20T09:00:00Z".parse().unwrap());
        let changed = put(&owner, "*", json!({"scheme": "year_seq", "series": [{"kind": "invoice", "prefix": "", "next": 1000}]})).expect(200);
        let invoices = json!({"kind": "invoice", "prefix": "", "width": 0, "next": 1000, "next_number": "2027-1000", "last_on": "2027-01-01"});
        assert_eq!(series(&changed.json(), "invoice"), invoices);
        let refused = owner.act(&format!("/v1/invoices/{old}/issue")).refused(422, "validation_failed").names("/dated_on");
        assert!(refused.text("/errors/0/detail").contains("2027-01-01"), "{}", refused.text);
        let made = owner.post("/v1/invoices", dated("2027-01-12", true)).expect(201);
        assert_eq!((made.text("/number"), made.text("/issued_on")), ("2027-1000".into(), "2027-01-12".into()));
        // 50 was for the year in which it was chosen
        assert_eq!(owner.act(&format!("/v1/invoices/{}/cancel", made.text("/id"))).expect(200).text("/number"), "C-2027-1");
        world.server.business.advance_to("2028-01-02T09:00:00Z".parse().unwrap());
        assert_eq!(next(&owner), "2028-1");
        assert_eq!(verify(&owner)["intact"], true);
    }

    /// VATYEAR-SEQ counts invoices without tax apart.
    fn without_tax_apart(world) {
        let owner = world.owner("north");
        put(&owner, "*", json!({"scheme": "vatyear_seq", "series": [{"kind": "invoice_without_tax", "prefix": "X", "next": 7}]})).expect(200);
        assert_eq!([next(&owner), credited(&owner)], ["X2026-7", "CN-2026-1"]);
        let policy = crate::api::by_hand::vat(&owner);
        let taxed = json!({"client_id": crate::api::invoices::first_client(&owner), "issue": true,
            "lines": [{"description": "Work", "quantity": "1", "unit_price": "10.00", "tax_policy_id": policy}]});
        // two with the plain series were furnished
        assert_eq!(owner.post("/v1/invoices", taxed).expect(201).text("/number"), "2026-3");
        assert_eq!(verify(&owner)["first_break"], Value::Null);
    }

    fn never_down_and_never_the_same(world) {
        let owner = world.owner("north");
        credited(&owner);
        let before = world.database.digest();
        for (wish, place) in [
            (json!([{"kind": "invoice", "prefix": "", "next": 2}]), "/series/0/next"),
            (json!([{"kind": "invoice", "prefix": "", "width": 13}]), "/series/0/width"),
            (json!([{"kind": "invoice", "prefix": "fr"}]), "/series/0/prefix"),
            (json!([{"kind": "invoice", "prefix": "20"}]), "/series/0/prefix"),
            (json!([{"kind": "invoice", "prefix": "C-"}]), "/series/0/prefix"),
            (json!([{"kind": "invoice", "prefix": "A"}, {"kind": "invoice", "prefix": "B"}]), "/series/1/kind"),
            // free, but invoices have such numbers
            (json!([{"kind": "invoice", "prefix": "A"}, {"kind": "credit_note", "prefix": ""}]), "/series/1/prefix"),
        ] {
            put(&owner, "*", json!({"scheme": "year_seq", "series": wish})).refused(422, "validation_failed").names(place);
        }
        put(&owner, "*", json!({"scheme": "by_moon"})).refused(422, "invalid_body").names("/scheme");
        assert_eq!(world.database.digest(), before);
        // another seller counts for itself
        put(&world.owner("south"), "*", json!({"scheme": "year_id", "series": [{"kind": "invoice", "prefix": "Z", "next": 90}]})).expect(200);
        assert_eq!(next(&owner), "2026-4");
        assert_eq!(next(&world.owner("south")), "Z2026-90");
    }
}
