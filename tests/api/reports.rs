//! Reports: the taxes of a period, and what is declared through the one-stop shop (TAX-05, TAX-06).

use crate::api::vat_numbers::{invoiced, made};
use crate::support::Actor;
use serde_json::{Value, json};

/// France and Germany by law, Canada by law: a policy from the built-in table.
#[track_caller]
fn law(owner: &Actor) -> String {
    let policy = owner.post("/v1/tax-policies", json!({"name": "Law"})).expect(201).text("/id");
    owner
        .post(&format!("/v1/tax-policies/{policy}/add-built-in"), json!({"countries": ["FR", "DE", "AT", "FI", "CA"]}))
        .expect(200);
    policy
}

fn quebec(owner: &Actor, name: &str) -> String {
    let contact =
        json!({"first_name": name, "last_name": "Roy", "email": format!("{}@roy.example", name.to_lowercase())});
    let client =
        json!({"kind": "person", "address": {"city": "Montréal", "state": "QC", "country": "CA"}, "contact": contact});
    owner.post("/v1/clients", client).expect(201).text("/id")
}

fn credit(owner: &Actor, invoice: &Value, wish: Value) -> Value {
    owner.post(&format!("/v1/invoices/{}/credit-notes", invoice["id"].as_str().unwrap()), wish).expect(201).json()
}

/// Jurisdiction, name, rate, note, base and tax of each row.
fn rows(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_string();
    let row = |row: &Value| {
        let parts = [
            &row["country"],
            &row["state"],
            &row["name"],
            &row["rate"]["percent"],
            &row["note"],
            &row["base"]["amount"],
            &row["tax"]["amount"],
        ];
        parts.map(text).join(" ")
    };
    report["taxes"].as_array().unwrap().iter().map(row).collect()
}

/// The taxes of all documents issued so far, by their own sums, in cents.
fn tax_of_documents(owner: &Actor) -> i64 {
    let list = owner.get("/v1/invoices?limit=100").expect(200).json();
    let issued = list["data"].as_array().unwrap().iter().filter(|invoice| !invoice["number"].is_null());
    issued.map(|invoice| invoice["tax"]["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap()).sum()
}

both! {
    /// Two French invoices of 100.00 at 20 %, one of them half credited: 150.00 and 30.00. Quebec: 5.00 and 9.98 of 100.00.
    fn taxes_by_jurisdiction_add_up_to_the_documents(world) {
        let owner = world.owner("north");
        let policy = law(&owner);
        let french = made(&owner, "Paul", "FR", "");
        invoiced(&owner, &french, &policy);
        let second = invoiced(&owner, &french, &policy);
        let line = second["lines"][0]["id"].clone();
        credit(&owner, &second, json!({"extent": "lines", "lines": [{"line_id": line, "amount": {"amount": "50.00", "currency": "EUR"}}]}));
        invoiced(&owner, &quebec(&owner, "Quentin"), &policy);
        let business = made(&owner, "Anna", "AT", "ATU13585627");
        owner.act(&format!("/v1/clients/{business}/check-vat")).expect(200);
        invoiced(&owner, &business, &policy);
        let report = owner.get("/v1/reports/taxes?from=2026-01-01&to=2026-01-31").expect(200).json();
        let want = ["AT   0 reverse_charge 100.00 0.00", "CA QC GST 5 - 100.00 5.00", "CA QC QST 9.975 - 100.00 9.98", "FR  VAT 20 - 150.00 30.00"];
        assert_eq!(rows(&report), want);
        assert_eq!(report["totals"], json!([{"amount": "44.98", "currency": "EUR"}]));
        assert_eq!(tax_of_documents(&owner), 4498);
        let csv = owner.get("/v1/reports/taxes.csv?from=2026-01-01&to=2026-01-31").expect(200).text;
        let lines: Vec<_> = csv.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[4]), (5, "country,state,county,city,name,rate,note,currency,base,tax", "FR,,,,VAT,20,,EUR,150.00,30.00"));
        // other days, other sellers
        for (seller, days) in [("north", "from=2026-01-06&to=2026-12-31"), ("north", "from=2025-01-01&to=2026-01-04"), ("south", "from=2026-01-01&to=2026-12-31")] {
            let empty = world.owner(seller).get(&format!("/v1/reports/taxes?{days}")).expect(200).json();
            assert_eq!(empty["taxes"], json!([]), "{seller} {days}");
        }
        owner.get("/v1/reports/taxes?from=2026-02-01&to=2026-01-31").refused(422, "validation_failed").names("?to");
        owner.get("/v1/reports/taxes?from=2026-02-30&to=2026-03-31").refused(400, "invalid_parameter");
    }

    /// Yen have no cents and are added up as they are: 10 % of 1234 are 123.
    fn each_currency_stands_for_itself(world) {
        let owner = world.owner("north");
        let policy = owner.post("/v1/tax-policies", json!({"name": "Japan"})).expect(201).text("/id");
        let rule = json!({"tax_policy_id": policy, "name": "CT", "location": {"area": "*"}, "rate": {"percent": "10"}, "stage": "on_price"});
        owner.post("/v1/tax-rules", rule).expect(201);
        let client = made(&owner, "Paul", "FR", "");
        for (currency, price) in [("JPY", "1234"), ("EUR", "0.05"), ("EUR", "10.00")] {
            let line = json!({"description": "Work", "quantity": "1", "unit_price": price, "tax_policy_id": policy});
            let id = owner.post("/v1/invoices", json!({"client_id": client, "currency": currency, "lines": [line]})).expect(201).text("/id");
            owner.act(&format!("/v1/invoices/{id}/issue")).expect(200);
        }
        let report = owner.get("/v1/reports/taxes?from=2026-01-05&to=2026-01-05").expect(200).json();
        // 0.05 × 10 % = 0.005, which rounds up
        assert_eq!(rows(&report), ["FR  CT 10 - 10.05 1.01", "FR  CT 10 - 1234 123"]);
    }

    /// From France: private buyers in Germany (19 %) and Finland (25.5 %); not France, Canada or a business. What is credited
    /// in the quarter nets, what is credited later corrects the quarter of the invoice.
    fn the_one_stop_shop(world) {
        let owner = world.owner("north");
        let policy = law(&owner);
        let (german, finnish) = (made(&owner, "Karl", "DE", ""), made(&owner, "Aino", "FI", ""));
        let first = invoiced(&owner, &german, &policy);
        let second = invoiced(&owner, &german, &policy);
        invoiced(&owner, &finnish, &policy);
        invoiced(&owner, &made(&owner, "Paul", "FR", ""), &policy);
        invoiced(&owner, &quebec(&owner, "Quentin"), &policy);
        credit(&owner, &first, json!({"extent": "whole"}));
        let path = "/v1/reports/oss?year=2026&quarter=1";
        let supply = |country: &str, percent: &str, base: &str, tax: &str| {
            let [base, tax] = [base, tax].map(|amount| json!({"amount": amount, "currency": "EUR"}));
            json!({"country": country, "percent": percent, "base": base, "tax": tax, "base_in_euro": base, "tax_in_euro": tax})
        };
        let january = owner.get(path).expect(200).json();
        assert_eq!(january["supplies"], json!([supply("DE", "19", "100.00", "19.00"), supply("FI", "25.5", "100.00", "25.50")]));
        assert_eq!(january["corrections"], json!([]));
        world.server.business.advance_to("2026-04-10T12:00:00Z".parse().unwrap());
        let owner = world.owner("north");
        credit(&owner, &second, json!({"extent": "whole"}));
        assert_eq!(owner.get(path).expect(200).json(), january);
        let april = owner.get("/v1/reports/oss?year=2026&quarter=2").expect(200).json();
        assert_eq!(april["supplies"], json!([]));
        let want = json!([{"period": {"year": 2026, "quarter": 1}, "country": "DE", "tax": {"amount": "-19.00", "currency": "EUR"}, "tax_in_euro": {"amount": "-19.00", "currency": "EUR"}}]);
        assert_eq!(april["corrections"], want);
        let csv = owner.get("/v1/reports/oss.csv?year=2026&quarter=2").expect(200).text;
        assert_eq!(csv, "year,quarter,kind,country,percent,currency,base,tax,base_in_euro,tax_in_euro\n2026,1,correction,DE,,EUR,,-19.00,,-19.00\n");
        owner.get("/v1/reports/oss?year=2026&quarter=5").refused(422, "validation_failed").names("?quarter");
    }
}
