//! The recapitulative statement: what businesses of other members owe the VAT for themselves (TAX-04, TAX-05). The VAT numbers
//! are made up; their check digits are right.

use crate::api::invoices::get;
use crate::api::vat_numbers::{invoiced, made, taxed};
use crate::support::Actor;
use serde_json::{Value, json};

/// A business of another member whose number has been confirmed.
#[track_caller]
pub fn confirmed(owner: &Actor, name: &str, country: &str, vat_number: &str) -> String {
    let client = made(owner, name, country, vat_number);
    owner.act(&format!("/v1/clients/{client}/check-vat")).expect(200);
    client
}

/// So much for a client in any currency, issued today.
#[track_caller]
pub fn charged(owner: &Actor, client: &str, policy: &str, price: &str, currency: &str) -> Value {
    let line = json!({"description": "Work", "quantity": "1", "unit_price": price, "tax_policy_id": policy});
    let wanted = json!({"client_id": client, "currency": currency, "lines": [line]});
    let id = owner.post("/v1/invoices", wanted).expect(201).text("/id");
    owner.act(&format!("/v1/invoices/{id}/issue")).expect(200);
    get(owner, &id)
}

#[track_caller]
pub fn credited(owner: &Actor, invoice: &Value, wish: Value) {
    owner.post(&format!("/v1/invoices/{}/credit-notes", invoice["id"].as_str().unwrap()), wish).expect(201);
}

/// Nobody has entered a rate for the dollar.
fn customer(vat_number: &str, net: &str, currency: &str, documents: i64) -> Value {
    let net = json!({"amount": net, "currency": currency});
    let net_in_euro = if currency == "EUR" { net.clone() } else { json!(null) };
    json!({"vat_number": vat_number, "net": net, "net_in_euro": net_in_euro, "documents": documents})
}

both! {
    /// From France, to Austria: 100.00 + 40.00 less 25.00, and 30.00 USD; to Greece: 100.00. Not what is sold to a
    /// private buyer, within France, outside the Union or to a business whose number nobody has confirmed.
    fn businesses_of_other_members_are_stated(world) {
        let owner = world.owner("north");
        let policy = taxed(&owner);
        let austrian = confirmed(&owner, "Anna", "AT", "ATU13585627");
        let first = invoiced(&owner, &austrian, &policy);
        let second = charged(&owner, &austrian, &policy, "40.00", "EUR");
        charged(&owner, &austrian, &policy, "30.00", "USD");
        invoiced(&owner, &confirmed(&owner, "Eleni", "GR", "EL094259216"), &policy);
        for (name, country, number) in [("Karl", "DE", ""), ("Paul", "FR", "FR40303265045"), ("Urs", "CH", "CHE-1"), ("Rosa", "IT", "IT00743110157")] {
            invoiced(&owner, &made(&owner, name, country, number), &policy);
        }
        let line = first["lines"][0]["id"].clone();
        credited(&owner, &first, json!({"extent": "lines", "lines": [{"line_id": line, "amount": {"amount": "25.00", "currency": "EUR"}}]}));
        let want = json!([customer("ATU13585627", "115.00", "EUR", 3), customer("ATU13585627", "30.00", "USD", 1), customer("EL094259216", "100.00", "EUR", 1)]);
        for period in ["quarter=1", "month=1"] {
            let list = owner.get(&format!("/v1/reports/ec-sales-list?year=2026&{period}")).expect(200).json();
            assert_eq!(list["customers"], want, "{period}");
            // 115.00 + 100.00
            assert_eq!(list["totals"], json!([{"amount": "215.00", "currency": "EUR"}, {"amount": "30.00", "currency": "USD"}]));
        }
        let list = owner.get("/v1/reports/ec-sales-list?year=2026&month=1").expect(200).json();
        assert_eq!(list["period"], json!({"year": 2026, "quarter": null, "month": 1}));
        let csv = owner.get("/v1/reports/ec-sales-list.csv?year=2026&month=1").expect(200).text;
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[1]), (4, "year,quarter,month,vat_number,currency,net,net_in_euro,documents", "2026,,1,ATU13585627,EUR,115.00,115.00,3"));
        // another month, another seller
        let empty = owner.get("/v1/reports/ec-sales-list?year=2026&month=2").expect(200).json();
        assert_eq!((&empty["customers"], &empty["totals"]), (&json!([]), &json!([])));
        let other = world.owner("south").get("/v1/reports/ec-sales-list?year=2026&quarter=1").expect(200).json();
        assert_eq!(other["customers"], json!([]));
        // a later credit note subtracts when it is issued, under the number that stood on the invoice
        world.server.business.advance_to("2026-04-10T12:00:00Z".parse().unwrap());
        let owner = world.owner("north");
        owner.patch(&format!("/v1/clients/{austrian}"), json!({"vat_number": ""})).expect(200);
        credited(&owner, &second, json!({"extent": "whole"}));
        let april = owner.get("/v1/reports/ec-sales-list?year=2026&quarter=2").expect(200).json();
        assert_eq!(april["customers"], json!([customer("ATU13585627", "-40.00", "EUR", 1)]));
        let first_quarter = owner.get("/v1/reports/ec-sales-list?year=2026&quarter=1").expect(200).json();
        assert_eq!(first_quarter["customers"], want);
    }

    fn the_period_is_a_month_or_a_quarter(world) {
        let owner = world.owner("north");
        for (query, place) in [
            ("year=2026", "?quarter"),
            ("year=2026&quarter=1&month=1", "?month"),
            ("year=2026&quarter=5", "?quarter"),
            ("year=2026&month=13", "?month"),
            ("year=26&month=1", "?year"),
        ] {
            for path in ["/v1/reports/ec-sales-list", "/v1/reports/ec-sales-list.csv"] {
                owner.get(&format!("{path}?{query}")).refused(422, "validation_failed").names(place);
            }
        }
        owner.get("/v1/reports/ec-sales-list?year=2026&week=1").refused(400, "unknown_parameter").names("?week");
        owner.get("/v1/reports/ec-sales-list?year=2026&month=first").refused(400, "invalid_parameter").names("?month");
    }
}
