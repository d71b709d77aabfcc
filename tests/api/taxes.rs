//! Tax policies and rules, and the guide's examples computed over HTTP.

use crate::support::Actor;
use comptoir_db::{Scope, taxes};
use comptoir_domain::taxes::{Levy, Place};
use comptoir_domain::{SellerId, TaxPolicyId};
use serde_json::{Value, json};

/// Beside the policy that every seller begins with, a spare one with a rule.
pub fn furnish(owner: &Actor, _: &str) {
    let spare = policy(owner, "Spare");
    rule(
        owner,
        &spare,
        json!({"name": "VAT", "location": {"area": "FR"}, "rate": {"percent": "20"}, "stage": "on_price"}),
    );
}

#[track_caller]
fn policy(owner: &Actor, name: &str) -> String {
    owner.post("/v1/tax-policies", json!({ "name": name })).expect(201).text("/id")
}

#[track_caller]
fn rule(owner: &Actor, policy: &str, mut rule: Value) -> String {
    rule["tax_policy_id"] = json!(policy);
    owner.post("/v1/tax-rules", rule).expect(201).text("/id")
}

/// A percentage at a place: `FR`, `EU`, `CA-QC`, on the price or on the taxed price.
fn percent(name: &str, place: &str, percent: &str, stage: &str) -> Value {
    let (area, state) = place.split_once('-').map_or((place, None), |(area, state)| (area, Some(state)));
    json!({"name": name, "location": {"area": area, "state": state}, "rate": {"percent": percent}, "stage": stage})
}

fn wish(amount: &str, currency: &str, country: &str, state: Option<&str>) -> Value {
    json!({"net": {"amount": amount, "currency": currency}, "place": {"country": country, "state": state}})
}

/// The amounts of the taxes in order, their sum, and the gross.
#[track_caller]
fn preview(owner: &Actor, policy: &str, wish: Value) -> (Vec<String>, String, String) {
    let answer = owner.post(&format!("/v1/tax-policies/{policy}/preview"), wish).expect(200);
    let json = answer.json();
    let amounts =
        json["taxes"].as_array().unwrap().iter().map(|tax| tax["amount"]["amount"].as_str().unwrap().to_string());
    (amounts.collect(), answer.text("/tax/amount"), answer.text("/gross/amount"))
}

fn sums(amounts: &[&str], tax: &str, gross: &str) -> (Vec<String>, String, String) {
    (amounts.iter().map(ToString::to_string).collect(), tax.into(), gross.into())
}

fn defaults(owner: &Actor) -> Vec<String> {
    let list = owner.get("/v1/tax-policies").expect(200).json();
    let marked = list["data"].as_array().unwrap().iter().filter(|policy| policy["is_default"] == true);
    marked.map(|policy| policy["name"].as_str().unwrap().to_string()).collect()
}

both! {
    /// TAX-03: on 100.00, 10 % and 20 % of the price are 30.00; 5 % and 10 % of 130.00 are 6.50 and 13.00: 49.50.
    fn the_guides_stages(world) {
        let owner = world.owner("north");
        let id = policy(&owner, "Stages");
        for (name, rate, stage) in [("D", "10", "on_taxed_price"), ("C", "5", "on_taxed_price"), ("A", "10", "on_price"), ("B", "20", "on_price")] {
            rule(&owner, &id, percent(name, "FR", rate, stage));
        }
        let path = format!("/v1/tax-policies/{id}/preview");
        let answer = owner.post(&path, wish("100.00", "EUR", "FR", None)).expect(200).json();
        let table: Vec<_> = answer["taxes"].as_array().unwrap().iter()
            .map(|tax| (tax["name"].as_str().unwrap(), tax["base"]["amount"].as_str().unwrap(), tax["amount"]["amount"].as_str().unwrap())).collect();
        assert_eq!(table, [("A", "100.00", "10.00"), ("B", "100.00", "20.00"), ("D", "130.00", "13.00"), ("C", "130.00", "6.50")]);
        assert_eq!((&answer["tax"]["amount"], &answer["gross"]["amount"]), (&json!("49.50"), &json!("149.50")));
        // in the seller's zone the test's Monday is the fifth
        assert_eq!(answer["date"], "2026-01-05");
        assert_eq!(preview(&owner, &id, wish("100.00", "EUR", "DE", None)), sums(&[], "0.00", "100.00"));
        assert_eq!(preview(&owner, &id, wish("0", "EUR", "FR", None)).1, "0.00");
    }

    /// TAX-03: NY 4, PA 6, NJ 7; EU 19; Quebec in the guide: QST 8.5 % of 100.00, GST 5 % of 108.50 = 5.425 → 5.43.
    fn the_guides_places(world) {
        let owner = world.owner("provider");
        let id = policy(&owner, "Places");
        for (state, rate) in [("NY", "4"), ("PA", "6"), ("NJ", "7")] {
            rule(&owner, &id, percent("Sales tax", &format!("US-{state}"), rate, "on_taxed_price"));
        }
        rule(&owner, &id, percent("VAT", "EU-*", "19", "on_taxed_price"));
        rule(&owner, &id, percent("GST", "CA-*", "5", "on_taxed_price"));
        rule(&owner, &id, percent("QST", "CA-QC", "8.5", "on_price"));
        for (country, state, amounts, tax, gross) in [
            ("US", Some("NY"), &["4.00"][..], "4.00", "104.00"),
            ("US", Some("pa"), &["6.00"], "6.00", "106.00"),
            ("US", Some("NJ"), &["7.00"], "7.00", "107.00"),
            ("US", Some("OR"), &[], "0.00", "100.00"),
            ("US", None, &[], "0.00", "100.00"),
            ("GR", None, &["19.00"], "19.00", "119.00"),
            ("CH", None, &[], "0.00", "100.00"),
            ("CA", Some("QC"), &["8.50", "5.43"], "13.93", "113.93"),
            ("CA", Some("ON"), &["5.00"], "5.00", "105.00"),
        ] {
            assert_eq!(preview(&owner, &id, wish("100.00", "USD", country, state)), sums(amounts, tax, gross), "{country} {state:?}");
        }
    }

    /// TAX-03: Quebec's law, both on the price: 5.00 + 9.975, rounded to 9.98. Germany 19 %. Estonia changed on 1 July 2025
    /// from 22 to 24 %.
    fn the_built_in_table(world) {
        let owner = world.owner("north");
        let id = policy(&owner, "Law");
        let add = |countries: Value| owner.post(&format!("/v1/tax-policies/{id}/add-built-in"), json!({ "countries": countries }));
        let count = |answer: crate::support::Answer| answer.expect(200).json()["added"].as_array().unwrap().len();
        assert_eq!(count(add(json!(["DE", "EE"]))), 3);
        add(json!(["CA"])).expect(200);
        // added twice would be taxed twice, even after someone has ended a rate
        let rules = owner.get(&format!("/v1/tax-rules?tax_policy_id={id}&sort=created_at&limit=1")).expect(200);
        owner.patch(&format!("/v1/tax-rules/{}", rules.text("/data/0/id")), json!({"valid_to": "2030-12-31"})).expect(200);
        assert_eq!(count(add(json!(["DE", "EE", "CA"]))), 0);
        assert_eq!(preview(&owner, &id, wish("100.00", "CAD", "CA", Some("QC"))), sums(&["5.00", "9.98"], "14.98", "114.98"));
        assert_eq!(preview(&owner, &id, wish("100.00", "EUR", "DE", None)), sums(&["19.00"], "19.00", "119.00"));
        for (date, amount) in [("2025-06-30", "22.00"), ("2025-07-01", "24.00")] {
            let mut dated = wish("100.00", "EUR", "EE", None);
            dated["date"] = json!(date);
            assert_eq!(preview(&owner, &id, dated).0, [amount], "{date}");
        }
        let before = world.database.digest();
        add(json!(["FR", "US"])).refused(422, "validation_failed").names("/countries/1");
        add(json!([])).refused(422, "validation_failed").names("/countries");
        assert_eq!(world.database.digest(), before);
    }

    /// A change of law is a new row: 19 % until the end of June, 16 % from July on (Germany, 2020). The rate itself stays.
    fn a_change_of_law(world) {
        let owner = world.owner("south");
        let id = policy(&owner, "Law");
        let old = rule(&owner, &id, percent("USt", "DE", "19", "on_price"));
        let path = format!("/v1/tax-rules/{old}");
        owner.patch(&path, json!({"rate": {"percent": "16"}})).refused(422, "invalid_body").names("/rate");
        owner.patch(&path, json!({"valid_from": "2007-01-01", "valid_to": "2020-06-30"})).expect(200);
        let mut new = percent("USt", "DE", "16", "on_price");
        new["valid_from"] = json!("2020-07-01");
        rule(&owner, &id, new);
        for (date, amount) in [("2006-12-31", None), ("2020-06-30", Some("19.00")), ("2020-07-01", Some("16.00"))] {
            let mut dated = wish("100.00", "EUR", "DE", None);
            dated["date"] = json!(date);
            assert_eq!(preview(&owner, &id, dated).0, Vec::from_iter(amount), "{date}");
        }
        owner.patch(&path, json!({"valid_to": "2006-12-31"})).refused(422, "validation_failed").names("/valid_to");
        let open = owner.patch(&path, json!({"valid_to": null, "name": "MwSt"})).expect(200).json();
        assert_eq!((&open["valid_to"], &open["valid_from"], &open["name"]), (&json!(null), &json!("2007-01-01"), &json!("MwSt")));
    }

    /// A fixed tax is owed per charged line, in one currency. Yen have no cents: 8 % of 1234 are 98.72 → 99.
    fn fixed_taxes_and_yen(world) {
        let owner = world.owner("north");
        let id = policy(&owner, "Fixed");
        let fixed = json!({"name": "Stamp", "location": {"area": "*"}, "rate": {"fixed": {"amount": "50", "currency": "JPY"}}, "stage": "on_price"});
        let made = rule(&owner, &id, fixed.clone());
        assert_eq!(owner.get(&format!("/v1/tax-rules/{made}")).json()["rate"], fixed["rate"]);
        rule(&owner, &id, percent("Shōhizei", "JP", "8", "on_price"));
        assert_eq!(preview(&owner, &id, wish("1234", "JPY", "JP", None)), sums(&["50", "99"], "149", "1383"));
        assert_eq!(preview(&owner, &id, wish("0", "JPY", "JP", None)), sums(&["0", "0"], "0", "0"));
        let path = format!("/v1/tax-policies/{id}/preview");
        owner.post(&path, wish("12.34", "EUR", "JP", None)).refused(422, "validation_failed").names("/net/currency");
        owner.post(&path, wish("-1", "JPY", "JP", None)).refused(422, "validation_failed").names("/net/amount");
    }

    /// Somewhere in New York: 4 % for the state, 4.5 % for one county and 0.375 % for a town in it, each on the price:
    /// 4.00 + 4.50 + 0.38 = 8.88 on 100.00 in the town, 8.50 in the rest of the county, 4.00 elsewhere.
    fn counties_tax_too(world) {
        let owner = world.owner("north");
        let id = policy(&owner, "New York");
        let place = |county: Value, city: Value| json!({"area": "US", "state": "NY", "county": county, "city": city});
        for (name, rate, location) in [("State", "4", place(json!(null), json!(null))), ("County", "4.5", place(json!("Kings"), json!(null))),
            ("Town", "0.375", place(json!("Kings"), json!("Seaside")))] {
            rule(&owner, &id, json!({"name": name, "location": location, "rate": {"percent": rate}, "stage": "on_price"}));
        }
        let client = crate::api::vat_numbers::made(&owner, "Paul", "FR", "");
        let path = format!("/v1/clients/{client}");
        let at = |county: &str, city: &str| {
            let address = json!({"country": "US", "state": "NY", "county": county, "city": city});
            let seen = owner.patch(&path, json!({ "address": address })).expect(200);
            assert_eq!(seen.text("/address/county"), county);
            crate::api::vat_numbers::invoiced(&owner, &client, &id)
        };
        for (county, city, tax) in [("kings", "Seaside", "8.88"), ("Kings", "Farther", "8.50"), ("Queens", "Seaside", "4.00"), ("", "Seaside", "4.00")] {
            let invoice = at(county, city);
            assert_eq!((&invoice["tax"]["amount"], &invoice["buyer"]["address"]["county"]), (&json!(tax), &json!(county)), "{county} {city}");
        }
        owner.patch(&path, json!({"address": {"county": "x".repeat(81)}})).refused(422, "validation_failed").names("/address/county");
        // 4 × 4.00, 2 × 4.50 and 0.38
        let report = owner.get("/v1/reports/taxes?from=2026-01-01&to=2026-12-31").expect(200).json();
        let rows: Vec<_> = report["taxes"].as_array().unwrap().iter().map(|row| [&row["county"], &row["city"], &row["tax"]["amount"]].map(|part| part.as_str().unwrap().to_string())).collect();
        for want in [["", "", "16.00"], ["Kings", "", "9.00"], ["Kings", "Seaside", "0.38"]] {
            assert!(rows.contains(&want.map(String::from)), "{want:?} in {rows:?}");
        }
        let csv = owner.get("/v1/reports/taxes.csv?from=2026-01-01&to=2026-12-31").expect(200).text;
        assert!(csv.contains("US,NY,Kings,Seaside,Town,0.375"), "{csv}");
        // a quote is taxed alike: 10.00 and 5.00 at 8.5 % is 1.275, so 1.28
        let plans = owner.get("/v1/plans").expect(200).json();
        let starter = plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "starter").unwrap()["id"].as_str().unwrap().to_string();
        owner.patch(&format!("/v1/plans/{starter}"), json!({"tax_policy_id": id})).expect(200);
        let mut wish = crate::api::orders::wish(&owner, "kings.example", "Farther");
        wish["buyer"] = json!({"country": "US", "state": "NY", "county": "Kings", "city": "Farther"});
        let quote = crate::api::orders::shopper(&owner).post("/v1/store/quotes", wish).expect(200);
        assert_eq!(quote.text("/totals/tax/amount"), "1.28");
    }

    fn everything_wrong_with_a_rule_is_named(world) {
        let owner = world.owner("north");
        let id = world.seller("north").ids["txp"].clone();
        let before = world.database.digest();
        let wrong = json!({"tax_policy_id": id, "name": "", "location": {"area": "EU", "state": "NY", "county": "Kings"}, "rate": {"percent": "1001"},
            "stage": "on_price", "valid_from": "2026-02-01", "valid_to": "2026-01-31"});
        let answer = owner.post("/v1/tax-rules", wrong).refused(422, "validation_failed");
        for place in ["/name", "/location/state", "/rate/percent", "/valid_to"] {
            answer.clone().names(place);
        }
        for (field, value) in [("location", json!({"area": "Europe"})), ("location", json!({"area": "US", "zip": "10001"})), ("stage", json!("cumulative")),
            ("rate", json!({"percent": "1", "fixed": {"amount": "1", "currency": "EUR"}})), ("rate", json!({})), ("rate", json!({"percent": 19}))] {
            let mut wrong = percent("VAT", "FR", "20", "on_price");
            wrong["tax_policy_id"] = json!(id);
            wrong[field] = value;
            owner.post("/v1/tax-rules", wrong).refused(422, "invalid_body");
        }
        assert_eq!(world.database.digest(), before);
    }

    fn one_policy_is_the_default(world) {
        let owner = world.owner("north");
        assert_eq!(defaults(&owner), ["Standard"]);
        let standard = owner.get("/v1/tax-policies?sort=name").json()["data"][1]["id"].as_str().unwrap().to_string();
        owner.delete(&format!("/v1/tax-policies/{standard}")).refused(409, "conflict");
        let spare = world.seller("north").ids["txp"].clone();
        assert_eq!(owner.act(&format!("/v1/tax-policies/{spare}/make-default")).expect(200).json()["is_default"], true);
        assert_eq!(defaults(&owner), ["Spare"]);
        // a subscription is taxed by it, so it stays; one that nothing uses goes
        owner.delete(&format!("/v1/tax-policies/{standard}")).refused(409, "in_use");
        let third = owner.post("/v1/tax-policies", json!({"name": "Third"})).expect(201).text("/id");
        owner.delete(&format!("/v1/tax-policies/{third}")).expect(204);
        assert_eq!(defaults(&world.owner("south")), ["Standard"]);
        owner.post("/v1/tax-policies", json!({"name": "Spare"})).refused(409, "already_exists").names("/name");
    }

    fn a_policy_goes_with_its_rules(world) {
        let north = world.seller("north");
        let (policy, rule) = (format!("/v1/tax-policies/{}", north.ids["txp"]), format!("/v1/tax-rules/{}", north.ids["txr"]));
        north.owner.get(&rule).expect(200);
        north.owner.delete(&policy).expect(204);
        north.owner.get(&rule).refused(404, "not_found");
        north.owner.get(&policy).refused(404, "not_found");
        // the other sellers' have not gone
        let south = world.seller("south");
        south.owner.get(&format!("/v1/tax-rules/{}", south.ids["txr"])).expect(200);
    }

    /// What pricing loads: the policies in the order asked for, whole, and never another seller's.
    fn policies_are_loaded_whole(world) {
        let (north, south) = (world.seller("north"), world.seller("south"));
        let empty = policy(&north.owner, "Empty");
        let scope = Scope::of(north.owner.get("/v1/seller").text("/id").parse::<SellerId>().unwrap());
        let id = |text: &str| text.parse::<TaxPolicyId>().unwrap();
        let mut db = world.database.connect();
        let found = taxes::policies(&mut db, scope, &[id(&empty), id(&north.ids["txp"])]).unwrap();
        assert_eq!(found.iter().map(|policy| (policy.id, policy.rules.len())).collect::<Vec<_>>(), [(id(&empty), 0), (id(&north.ids["txp"]), 1)]);
        let place = Place::of("FR".parse().unwrap());
        let levy = Levy::of(&found[1], &place, "2026-01-05".parse().unwrap(), "EUR".parse().unwrap()).unwrap();
        let tax = levy.compute(comptoir_domain::Money::from_minor(1000, "EUR".parse().unwrap()), 1).unwrap();
        // 20 % of 10.00
        assert_eq!(tax[0].amount.minor(), 200);
        assert!(taxes::policies(&mut db, scope, &[id(&south.ids["txp"])]).is_err());
        assert_eq!(taxes::policies(&mut db, scope, &[]).unwrap(), []);
        let standard = taxes::default_policy(&mut db, scope).unwrap().unwrap();
        assert_eq!(north.owner.get(&format!("/v1/tax-policies/{standard}")).text("/name"), "Standard");
    }

    /// A change of law is a row more in a table: France, say, 21 % from 2027 on. What is the seller's own stays.
    fn a_policy_is_brought_up_to_date_by_a_table(world) {
        let owner = world.owner("north");
        let id = policy(&owner, "Law");
        owner.post(&format!("/v1/tax-policies/{id}/add-built-in"), json!({"countries": ["FR"]})).expect(200);
        rule(&owner, &id, percent("Ecotax", "FR", "1", "on_price"));
        let path = format!("/v1/tax-policies/{id}/refresh");
        // the built-in table has nothing new
        let nothing = owner.post(&path, json!({})).expect(200).json();
        assert_eq!(nothing, json!({"added": [], "ended": []}));
        let table = "country,state,name,percent,valid_from,source\nFR,,VAT,20,,CGI\nFR,,VAT,21,2027-01-01,tomorrow\nDE,,VAT,19,,UStG\n";
        let done = owner.post(&path, json!({ "table": table })).expect(200).json();
        assert_eq!((&done["ended"][0]["valid_to"], &done["added"][0]["rate"]["percent"]), (&json!("2026-12-31"), &json!("21")));
        assert_eq!(owner.post(&path, json!({ "table": table })).expect(200).json(), nothing);
        for (date, amounts) in [("2026-12-31", ["20.00", "1.00"]), ("2027-01-01", ["1.00", "21.00"])] {
            let mut dated = wish("100.00", "EUR", "FR", None);
            dated["date"] = json!(date);
            assert_eq!(preview(&owner, &id, dated).0, amounts, "{date}");
        }
        assert_eq!(preview(&owner, &id, wish("100.00", "EUR", "DE", None)).0, Vec::<String>::new());
        let before = world.database.digest();
        owner.post(&path, json!({"table": "country,rate\nFR,20\n"})).refused(422, "validation_failed").names("/table");
        assert_eq!(world.database.digest(), before);
    }

    /// TAX-03, the guide's first example on an invoice: 49.50 on 100.00.
    fn the_guides_stages_on_an_invoice(world) {
        let owner = world.owner("north");
        let id = policy(&owner, "Stages");
        for (name, rate, stage) in [("A", "10", "on_price"), ("B", "20", "on_price"), ("C", "5", "on_taxed_price"), ("D", "10", "on_taxed_price")] {
            rule(&owner, &id, percent(name, "FR", rate, stage));
        }
        let client = crate::api::vat_numbers::made(&owner, "Paul", "FR", "");
        let invoice = crate::api::vat_numbers::invoiced(&owner, &client, &id);
        assert_eq!((&invoice["tax"]["amount"], &invoice["gross"]["amount"]), (&json!("49.50"), &json!("149.50")));
    }
}
