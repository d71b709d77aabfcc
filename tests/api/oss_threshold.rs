//! The threshold of the one-stop shop: who goes by it is taxed at home until it is exceeded (TAX-06, directive 2006/112/EC, art.
//! 59c). The seller is in France (20 %), its private buyers in Germany (19 %); the furnished rate is 1.25 dollars for a euro.

use crate::api::ec_sales_list::{charged, credited};
use crate::api::explain::{explained, sentences};
use crate::api::orders::corner;
use crate::api::vat_numbers::{made, settle};
use crate::support::Actor;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

fn law(owner: &Actor) -> String {
    let policy = owner.post("/v1/tax-policies", json!({"name": "Law"})).expect(201).text("/id");
    owner.post(&format!("/v1/tax-policies/{policy}/add-built-in"), json!({"countries": ["FR", "DE"]})).expect(200);
    policy
}

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// Whose taxes stand on a document, and what they come to.
fn taxed(invoice: &Value) -> (&str, &str) {
    (invoice["taxed_in"].as_str().unwrap(), invoice["tax"]["amount"].as_str().unwrap())
}

/// The sum of the year in euro, its share, whether it is a warning, and the number of the document that exceeded it.
fn stands(owner: &Actor, year: i32) -> [Value; 4] {
    let report = owner.get(&format!("/v1/reports/oss-threshold?year={year}")).expect(200).json();
    let year = &report["years"][0];
    [&year["in_euro"]["amount"], &year["share"], &year["is_warning"], &year["exceeded"]["number"]].map(Value::clone)
}

both! {
    /// 7 900 + 100 are 80 %; with 1 250 dollars, which are 1 000 euro, and another 1 000 they are the threshold itself. Ten more
    /// exceed it, and are taxed in Germany: 19 % of 10.00 are 1.90.
    fn the_sale_that_exceeds_it_is_taxed_where_the_buyer_is(world) {
        let owner = world.owner("north");
        let policy = law(&owner);
        settle(&owner, json!({"oss": "home"}));
        let karl = made(&owner, "Karl", "DE", "");
        // sales at home and outside the Union do not count
        charged(&owner, &made(&owner, "Paul", "FR", ""), &policy, "5000.00", "EUR");
        charged(&owner, &made(&owner, "Urs", "CH", ""), &policy, "5000.00", "EUR");
        let first = charged(&owner, &karl, &policy, "7900.00", "EUR");
        assert_eq!((taxed(&first), stands(&owner, 2026)), (("FR", "1580.00"), [json!("7900.00"), json!("79"), json!(false), json!(null)]));
        charged(&owner, &karl, &policy, "100.00", "EUR");
        assert_eq!(stands(&owner, 2026), [json!("8000.00"), json!("80"), json!(true), json!(null)]);
        assert_eq!(taxed(&charged(&owner, &karl, &policy, "1250.00", "USD")), ("FR", "250.00"));
        let last = charged(&owner, &karl, &policy, "1000.00", "EUR");
        assert_eq!((taxed(&last), stands(&owner, 2026)), (("FR", "200.00"), [json!("10000.00"), json!("100"), json!(true), json!(null)]));
        let reason = || owner.get(&format!("/v1/clients/{karl}")).expect(200).text("/tax_reason");
        assert_eq!(reason(), "home");
        let over = charged(&owner, &karl, &policy, "10.00", "EUR");
        assert_eq!((taxed(&over), stands(&owner, 2026)), (("DE", "1.90"), [json!("10010.00"), json!("100.1"), json!(true), over["number"].clone()]));
        assert_eq!(reason(), "destination");
        let report = owner.get("/v1/reports/oss-threshold?year=2026").expect(200).json();
        assert_eq!((&report["limit"], &report["setting"], &report["next_sale"]), (&eur("10000.00"), &json!("home"), &json!("destination")));
        let this = &report["years"][0];
        // 7 900 + 100 + 1 000 + 10
        assert_eq!(this["sums"], json!([eur("9010.00"), {"amount": "1250.00", "currency": "USD"}]));
        assert_eq!(this["exceeded"], json!({"on": "2026-01-05", "invoice_id": over["id"], "number": over["number"]}));
        // each line says which case it was
        let told = |invoice: &Value| explained(&owner, invoice["id"].as_str().unwrap(), 0);
        assert!(sentences(&told(&last)).contains(&"VAT, FR, on_price, below_threshold: 20 % of 1000.00 = 200.00"));
        assert!(sentences(&told(&over)).contains(&"VAT, DE, on_price, above_threshold: 19 % of 10.00 = 1.90"));
        assert_eq!(told(&over)["inputs"]["taxes"][0]["threshold"], "above_threshold");
        // what is credited does not undo it
        credited(&owner, &first, json!({"extent": "whole"}));
        assert_eq!(stands(&owner, 2026), [json!("2110.00"), json!("21.1"), json!(true), over["number"].clone()]);
        assert_eq!(taxed(&charged(&owner, &karl, &policy, "100.00", "EUR")), ("DE", "19.00"));
    }

    /// Exceeded in 2026: taxed in Germany all of 2027, and in France again in 2028.
    fn it_counts_for_two_years(world) {
        let owner = world.owner("north");
        let policy = law(&owner);
        settle(&owner, json!({"oss": "home"}));
        let karl = made(&owner, "Karl", "DE", "");
        assert_eq!(taxed(&charged(&owner, &karl, &policy, "10000.01", "EUR")), ("DE", "1900.00"));
        for (day, want, next) in [("2027-12-20", ("DE", "19.00"), "destination"), ("2028-01-10", ("FR", "20.00"), "home")] {
            world.server.business.advance_to(format!("{day}T12:00:00Z").parse().unwrap());
            let owner = world.owner("north");
            assert_eq!(taxed(&charged(&owner, &karl, &policy, "100.00", "EUR")), want, "{day}");
            let report = owner.get(&format!("/v1/reports/oss-threshold?year={}", &day[..4])).expect(200).json();
            assert_eq!((&report["next_sale"], &report["years"][0]["in_euro"]), (&json!(next), &eur("100.00")), "{day}");
        }
    }

    /// Three subscriptions of 1 700.00: 5 100 at once; of their renewals the third exceeds the threshold, 5 100 + 3 × 1 700 = 10 200.
    fn a_billing_run_counts_what_it_has_invoiced(world) {
        let owner = world.owner("north");
        let policy = law(&owner);
        settle(&owner, json!({"oss": "home"}));
        let clients = ["Karl", "Lena", "Moritz"].map(|name| made(&owner, name, "DE", ""));
        for client in &clients {
            let wanted = json!({"client_id": client, "store_id": corner(&owner)["id"], "name": "Rack", "cycle": "1-month",
                "price": eur("1700.00"), "gateway": "transfer", "tax_policy_id": policy});
            owner.post("/v1/subscriptions/custom", wanted).expect(201);
        }
        let story = Story::of(world);
        story.sleep_until("2026-01-06");
        story.run(EventKind::ProcessInvoices);
        assert_eq!(stands(&world.owner("north"), 2026)[0], "5100.00");
        story.sleep_until("2026-01-27");
        story.run(EventKind::ProcessInvoices);
        let owner = world.owner("north");
        let newest = |client: &String| owner.get(&format!("/v1/invoices?client_id={client}&sort=-created_at&limit=1")).expect(200).json()["data"][0].clone();
        let renewals = clients.each_ref().map(newest);
        // 20 % of 1 700.00 are 340.00, 19 % are 323.00
        assert_eq!(renewals.each_ref().map(|invoice| invoice["tax"]["amount"].clone()), ["340.00", "340.00", "323.00"]);
        assert_eq!(stands(&owner, 2026), [json!("10200.00"), json!("102"), json!(true), renewals[2]["number"].clone()]);
    }

    /// Whoever does not go by it is taxed at the buyer from the start, and sees the sums all the same. A sum whose rate nobody
    /// knows is not counted, and named.
    fn the_report_is_for_everybody(world) {
        let owner = world.owner("north");
        let of_south = || world.owner("south").get("/v1/reports/oss-threshold?year=2026").expect(200).json();
        let south = of_south();
        let policy = law(&owner);
        let karl = made(&owner, "Karl", "DE", "");
        assert_eq!(taxed(&charged(&owner, &karl, &policy, "100.00", "EUR")), ("DE", "19.00"));
        charged(&owner, &karl, &policy, "5000", "JPY");
        let report = owner.get("/v1/reports/oss-threshold?year=2026").expect(200).json();
        assert_eq!((&report["setting"], &report["next_sale"]), (&json!("destination"), &json!("destination")));
        let this = json!({"year": 2026, "sums": [eur("100.00"), {"amount": "5000", "currency": "JPY"}], "in_euro": null, "share": null,
            "is_warning": false, "exceeded": null, "missing_rates": ["JPY"]});
        let last = json!({"year": 2025, "sums": [], "in_euro": eur("0.00"), "share": "0", "is_warning": false, "exceeded": null, "missing_rates": []});
        assert_eq!(report["years"], json!([this, last]));
        // another seller's sums are its own
        assert_eq!(of_south(), south);
        owner.get("/v1/reports/oss-threshold?year=26").refused(422, "validation_failed").names("?year");
        owner.get("/v1/reports/oss-threshold").refused(400, "invalid_parameter");
    }
}
