//! Exchange rates to the euro, and what reports make of them (TAX-05, TAX-06).

use crate::api::ec_sales_list::{charged, confirmed, credited};
use crate::api::vat_numbers::made;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};

/// The dollar at 1.25 on 2 January 2026.
pub fn furnish(owner: &Actor) {
    set(owner, "USD", "2026-01-02", "1.25").expect(201);
}

/// Enters or replaces a rate.
pub fn set(owner: &Actor, currency: &str, day: &str, rate: &str) -> Answer {
    let body = json!({ "rate": rate }).to_string();
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    owner.send("PUT", &format!("/v1/exchange-rates/{currency}/{day}"), &headers, Some(body.as_bytes()))
}

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

both! {
    fn rates_are_entered_mended_listed_and_removed(world) {
        let owner = world.owner("north");
        assert_eq!(set(&owner, "CHF", "2026-01-05", "0.9310").expect(201).text("/rate"), "0.931");
        let path = "/v1/exchange-rates/CHF/2026-01-05";
        let seen = owner.get(path).expect(200);
        assert_eq!((seen.text("/currency"), seen.text("/published_on")), ("CHF".into(), "2026-01-05".into()));
        let mended = set(&owner, "CHF", "2026-01-05", "0.9312").expect(200);
        assert_eq!(mended.text("/rate"), "0.9312");
        // whoever has seen the first one does not overwrite the second
        let old = [("content-type", "application/json"), ("if-match", seen.header("etag").unwrap())];
        owner.send("PUT", path, &old, Some(br#"{"rate": "1"}"#)).refused(412, "stale");
        owner.send("PUT", "/v1/exchange-rates/CHF/2026-01-04", &old, Some(br#"{"rate": "1"}"#)).refused(412, "stale");
        let listed = |query: &str| {
            let list = owner.get(&format!("/v1/exchange-rates?{query}")).expect(200).json();
            let row = |row: &Value| format!("{} {} {}", row["currency"].as_str().unwrap(), row["published_on"].as_str().unwrap(), row["rate"].as_str().unwrap());
            list["data"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
        };
        assert_eq!(listed("sort=published_on"), ["USD 2026-01-02 1.25", "CHF 2026-01-05 0.9312"]);
        assert_eq!(listed("currency=CHF"), ["CHF 2026-01-05 0.9312"]);
        assert_eq!(listed("from=2026-01-03"), ["CHF 2026-01-05 0.9312"]);
        assert_eq!(listed("to=2026-01-04"), ["USD 2026-01-02 1.25"]);
        assert_eq!(listed("sort=currency&limit=1"), ["CHF 2026-01-05 0.9312"]);
        // rates of another seller are its own
        let south = world.owner("south");
        south.get(path).refused(404, "not_found");
        south.send("DELETE", path, &[("if-match", "*")], None).refused(404, "not_found");
        owner.send("DELETE", path, &[("if-match", "*")], None).expect(204);
        owner.get(path).refused(404, "not_found");
        assert_eq!(listed("currency=CHF"), Vec::<String>::new());
    }

    fn what_was_never_published_is_refused(world) {
        let owner = world.owner("north");
        for (currency, day, rate, place) in [
            ("CHF", "2026-01-05", "0", "/rate"),
            ("CHF", "2026-01-05", "-0.93", "/rate"),
            ("EUR", "2026-01-05", "1", "{currency}"),
            // the world stands on 5 January
            ("CHF", "2026-01-06", "0.93", "{date}"),
        ] {
            set(&owner, currency, day, rate).refused(422, "validation_failed").names(place);
        }
        for rate in ["much", "0.1234567891"] {
            set(&owner, "CHF", "2026-01-05", rate).refused(422, "invalid_body").names("/rate");
        }
        for (currency, day, place) in [("ABC", "2026-01-05", "{currency}"), ("chf", "2026-01-05", "{currency}"), ("CHF", "2026-02-30", "{date}")] {
            set(&owner, currency, day, "1").refused(400, "invalid_parameter").names(place);
        }
        let body = Some(br#"{"rate": "1"}"#.as_slice());
        let headers = [("content-type", "application/json")];
        owner.send("PUT", "/v1/exchange-rates/CHF/2026-01-05", &headers, body).refused(428, "precondition_required");
    }

    /// From France at 19 % of Germany: 100.00 EUR, and 100.00 USD. On Tuesday, 31 March 2026 a euro is 1.25 dollars: 80.00 and 15.20.
    /// What is credited in the next quarter is converted by the rate of the first.
    fn the_return_is_in_euro(world) {
        let owner = world.owner("north");
        let policy = owner.post("/v1/tax-policies", json!({"name": "Law"})).expect(201).text("/id");
        owner.post(&format!("/v1/tax-policies/{policy}/add-built-in"), json!({"countries": ["FR", "DE"]})).expect(200);
        let client = made(&owner, "Karl", "DE", "");
        charged(&owner, &client, &policy, "100.00", "EUR");
        let dollars = charged(&owner, &client, &policy, "100.00", "USD");
        let path = "/v1/reports/oss?year=2026&quarter=1";
        let before = owner.get(path).expect(200).json();
        let euro = |report: &Value| {
            let row = |row: &Value| (row["base_in_euro"].clone(), row["tax_in_euro"].clone());
            report["supplies"].as_array().unwrap().iter().map(row).collect::<Vec<_>>()
        };
        assert_eq!(euro(&before), [(eur("100.00"), eur("19.00")), (json!(null), json!(null))]);
        assert_eq!((&before["tax_in_euro"], &before["missing_rates"], &before["rates"]), (&json!(null), &json!(["USD"]), &json!([])));
        world.server.business.advance_to("2026-07-10T12:00:00Z".parse().unwrap());
        let owner = world.owner("north");
        // a day before is not the last day, and later ones are not the next
        for (day, rate) in [("2026-03-30", "2"), ("2026-04-01", "1.5"), ("2026-03-31", "1.25"), ("2026-06-30", "1.6")] {
            set(&owner, "USD", day, rate).expect(201);
        }
        let report = owner.get(path).expect(200).json();
        assert_eq!(euro(&report), [(eur("100.00"), eur("19.00")), (eur("80.00"), eur("15.20"))]);
        // 19.00 + 15.20
        assert_eq!((&report["tax_in_euro"], &report["missing_rates"]), (&eur("34.20"), &json!([])));
        let rate = json!({"currency": "USD", "last_day": "2026-03-31", "published_on": "2026-03-31", "rate": "1.25"});
        assert_eq!(report["rates"], json!([rate]));
        credited(&owner, &dollars, json!({"extent": "whole"}));
        let later = owner.get("/v1/reports/oss?year=2026&quarter=3").expect(200).json();
        let want = json!([{"period": {"year": 2026, "quarter": 1}, "country": "DE", "tax": {"amount": "-19.00", "currency": "USD"}, "tax_in_euro": eur("-15.20")}]);
        assert_eq!((&later["corrections"], &later["tax_in_euro"], &later["rates"]), (&want, &eur("-15.20"), &json!([rate])));
        let csv = owner.get("/v1/reports/oss.csv?year=2026&quarter=3").expect(200).text;
        assert_eq!(csv.lines().nth(1), Some("2026,1,correction,DE,,USD,,-19.00,,-15.20"));
    }

    /// 31 January 2026 is a Saturday: the next rate is that of Monday, 2 February. 30.00 / 1.2 = 25.00.
    fn the_recapitulative_statement_in_euro(world) {
        let owner = world.owner("north");
        let policy = owner.post("/v1/tax-policies", json!({"name": "Law"})).expect(201).text("/id");
        let client = confirmed(&owner, "Anna", "AT", "ATU13585627");
        charged(&owner, &client, &policy, "30.00", "USD");
        charged(&owner, &client, &policy, "40.00", "EUR");
        world.server.business.advance_to("2026-02-10T12:00:00Z".parse().unwrap());
        let owner = world.owner("north");
        let path = "/v1/reports/ec-sales-list?year=2026&month=1";
        let before = owner.get(path).expect(200).json();
        assert_eq!((&before["total_in_euro"], &before["missing_rates"]), (&json!(null), &json!(["USD"])));
        set(&owner, "USD", "2026-02-02", "1.2").expect(201);
        let list = owner.get(path).expect(200).json();
        let row = |row: &Value| row["net_in_euro"].clone();
        assert_eq!(list["customers"].as_array().unwrap().iter().map(row).collect::<Vec<_>>(), [eur("40.00"), eur("25.00")]);
        assert_eq!(list["total_in_euro"], eur("65.00"));
        assert_eq!(list["rates"], json!([{"currency": "USD", "last_day": "2026-01-31", "published_on": "2026-02-02", "rate": "1.2"}]));
    }
}
