//! One-off invoices with everything in one call, and payments and credits for chosen lines.

use crate::api::by_hand::vat;
use crate::api::invoices::{balance, books_balance, draft, first_client, get, issued};
use crate::stories::billing::{GOOD, buy, care};
use crate::support::Actor;
use serde_json::{Value, json};

fn line(description: &str, price: &str) -> Value {
    json!({"description": description, "quantity": "1", "unit_price": price})
}

fn usd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// What is paid of each line.
fn paid(invoice: &Value) -> Vec<&str> {
    invoice["lines"].as_array().unwrap().iter().map(|line| line["paid"]["amount"].as_str().unwrap()).collect()
}

fn line_id(invoice: &Value, at: usize) -> Value {
    invoice["lines"][at]["id"].clone()
}

fn mails(owner: &Actor) -> usize {
    owner.get("/v1/mails?kind=invoice&limit=100").expect(200).json()["data"].as_array().unwrap().len()
}

both! {
    /// 100.00 at the default rate of 20 %, 50.00 untaxed, 10.00 at 20 % by name: 22.00 of taxes, 182.00 to pay.
    fn all_in_one_call(world) {
        let owner = world.owner("north");
        let named = vat(&owner);
        let usual = owner.post("/v1/tax-policies", json!({"name": "Usual"})).expect(201).text("/id");
        let rule = json!({"tax_policy_id": usual, "name": "TVA", "location": {"area": "FR"}, "rate": {"percent": "20"}, "stage": "on_price"});
        owner.post("/v1/tax-rules", rule).expect(201);
        owner.act(&format!("/v1/tax-policies/{usual}/make-default")).expect(200);
        let before = mails(&owner);
        let mut lines = [line("Moving", "100.00"), line("Stamps", "50.00"), line("More", "10.00")];
        lines[1]["tax_policy_id"] = Value::Null;
        lines[2]["tax_policy_id"] = json!(named);
        lines[2]["period"] = json!({"from": "2026-01-05", "to": "2026-02-05"});
        let mut wish = json!({"client_id": first_client(&owner), "currency": "USD", "lines": lines, "mail": false, "due_on": "2026-02-01",
            "deferral": {"from": "2026-01-05", "to": "2027-01-05"}, "payment": {"method": "cheque", "reference": "0012345", "comment": "By post"}});
        let made = owner.post("/v1/invoices", wish.clone()).expect(201).json();
        assert_eq!((&made["status"], &made["tax"]["amount"], &made["gross"]["amount"]), (&json!("paid"), &json!("22.00"), &json!("182.00")));
        assert_eq!((&made["mail"], &made["due_on"], made["number"].is_string()), (&json!(false), &json!("2026-02-01"), true));
        assert_eq!(paid(&made), ["120.00", "50.00", "12.00"]);
        assert_eq!(mails(&owner), before, "it was to go without mail");
        let periods: Vec<_> = made["lines"].as_array().unwrap().iter().map(|line| line["period"]["to"].as_str().unwrap()).collect();
        assert_eq!(periods, ["2027-01-05", "2027-01-05", "2026-02-05"]);
        // all of it is earned later
        assert_eq!((balance(&owner, "deferred_revenue", "USD"), balance(&owner, "revenue_other", "USD")), ("160.00".into(), "0".into()));
        assert_eq!((balance(&owner, "bank", "USD"), balance(&owner, "receivable", "USD")), ("182.00".into(), "0".into()));
        let cheque = owner.get(&format!("/v1/transactions?invoice_id={}", made["id"].as_str().unwrap())).expect(200).json()["data"][0].clone();
        assert_eq!((&cheque["gateway"], &cheque["message"], &cheque["comment"]), (&json!("cheque"), &json!("0012345"), &json!("By post")));
        // with mail, and issued without a payment
        wish["payment"] = Value::Null;
        wish["mail"] = json!(true);
        wish["issue"] = json!(true);
        assert_eq!(owner.post("/v1/invoices", wish).expect(201).text("/status"), "due");
        assert_eq!(mails(&owner), before + 1);
        books_balance(&owner);
    }

    fn what_is_wrong_is_named(world) {
        let owner = world.owner("north");
        let [method, foreign] = ["north", "south"].map(|code| world.seller(code).ids["pmt"].clone());
        let client = first_client(&owner);
        let line_of_another = get(&owner, &issued(&owner, "USD", &[("1", "1.00")]))["lines"][0]["id"].clone();
        let other = owner.post("/v1/clients", crate::support::world::client("north", "Other Ltd", "Otto")).expect(201).text("/id");
        let before = world.database.digest();
        let wish = |more: Value| {
            let mut wish = json!({"client_id": client, "currency": "USD", "lines": [line("Work", "10.00")]});
            wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            wish
        };
        for (more, place) in [
            (json!({"deferral": {"from": "2026-02-01", "to": "2026-02-01"}}), "/deferral"),
            (json!({"payment": {"method": "cash", "amount": {"amount": "1.00", "currency": "EUR"}}}), "/payment/amount/currency"),
            (json!({"payment": {"method": "cash", "amount": usd("0.00")}}), "/payment/amount/amount"),
            (json!({"payment": {"method": "cash", "lines": [{"line_id": line_of_another}]}}), "/payment/lines"),
            (json!({"payment": {"method": "cash"}, "payment_method_id": method}), "/payment_method_id"),
            (json!({"client_id": other, "payment_method_id": method}), "/payment_method_id"),
            (json!({"lines": [{"description": "x", "quantity": "-1", "unit_price": "1"}]}), "/lines/0/quantity"),
        ] {
            owner.post_once("/v1/invoices", "wrong", wish(more.clone())).refused(422, "validation_failed").names(place);
        }
        owner.post("/v1/invoices", wish(json!({"payment_method_id": method}))).refused(400, "idempotency_key_required");
        owner.post_once("/v1/invoices", "foreign", wish(json!({"payment_method_id": foreign}))).refused(404, "not_found");
        assert_eq!(world.database.digest(), before);
    }

    /// A stored card pays at once, and once however often it is asked for; one that is refused leaves the invoice open.
    fn charged_to_a_stored_method(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        for (name, card, status, state) in [("Good", GOOD, "paid", "approved"), ("Dry", "4000000000000127", "due", "declined")] {
            let (client, _) = buy(&owner, &plan, name, card, None);
            let method = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).text("/data/0/id");
            let wish = json!({"client_id": client, "currency": "EUR", "lines": [line("Work", "40.00")], "payment_method_id": method});
            let made = owner.post_once("/v1/invoices", name, wish.clone()).expect(201);
            assert_eq!((made.text("/status"), made.json()["gross"]["amount"].clone()), (status.into(), json!("40.00")));
            let again = owner.post_once("/v1/invoices", name, wish).expect(201);
            assert_eq!((again.text("/id"), again.header("idempotency-replayed")), (made.text("/id"), Some("true")));
            let all = owner.get(&format!("/v1/transactions?invoice_id={}", made.text("/id"))).expect(200).json();
            let states: Vec<_> = all["data"].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap()).collect();
            assert_eq!(states, [state], "{name}");
            // the same for an invoice that is there already
            let later = json!({"client_id": client, "currency": "EUR", "lines": [line("Later", "5.00")], "issue": true});
            let later = owner.post("/v1/invoices", later).expect(201).text("/id");
            let pay = json!({"payment_method_id": method});
            let answer = owner.post_once(&format!("/v1/invoices/{later}/pay"), &format!("later-{name}"), pay);
            assert_eq!((answer.status, get(&owner, &later)["status"].clone()), (if status == "paid" { 200 } else { 402 }, json!(status)));
        }
        let (other, _) = buy(&owner, &plan, "Else", GOOD, None);
        let method = owner.get(&format!("/v1/payment-methods?client_id={other}")).expect(200).text("/data/0/id");
        let mine = issued(&owner, "EUR", &[("1", "9.00")]);
        owner.post_once(&format!("/v1/invoices/{mine}/pay"), "other", json!({"payment_method_id": method})).refused(422, "validation_failed").names("/payment_method_id");
        world.contact("north").post_once(&format!("/v1/me/invoices/{mine}/pay"), "other", json!({"payment_method_id": method})).refused(404, "not_found");
        books_balance(&owner);
    }

    /// Lines of 30.00, 30.00 and 40.00. The third is paid, then 20.00 of the first; what comes without a name fills from the top.
    fn paid_line_by_line(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "30.00"), ("1", "30.00"), ("1", "40.00")]);
        let invoice = get(&owner, &id);
        assert_eq!(paid(&invoice), ["0.00", "0.00", "0.00"]);
        let path = format!("/v1/invoices/{id}/payments");
        let pay = |lines: Value| json!({"method": "cheque", "reference": "77", "lines": lines});
        let third = owner.post(&path, pay(json!([{"line_id": line_id(&invoice, 2)}]))).expect(201).json();
        assert_eq!((&third["amount"]["amount"], paid(&get(&owner, &id))), (&json!("40.00"), vec!["0.00", "0.00", "40.00"]));
        owner.post(&path, pay(json!([{"line_id": line_id(&invoice, 0), "amount": usd("20.00")}]))).expect(201);
        assert_eq!((paid(&get(&owner, &id)), &get(&owner, &id)["open"]["amount"]), (vec!["20.00", "0.00", "40.00"], &json!("40.00")));
        let other = get(&owner, &draft(&owner, "USD", &[("1", "1.00")]));
        let before = world.database.digest();
        for (lines, place) in [
            (json!([{"line_id": line_id(&invoice, 0), "amount": usd("10.01")}]), "/lines/0/amount"),
            (json!([{"line_id": line_id(&invoice, 2)}]), "/lines/0/amount"),
            (json!([{"line_id": line_id(&invoice, 0)}, {"line_id": line_id(&invoice, 0)}]), "/lines/1/line_id"),
            (json!([{"line_id": line_id(&invoice, 0), "amount": {"amount": "1.00", "currency": "EUR"}}]), "/lines/0/amount/currency"),
        ] {
            owner.post(&path, pay(lines)).refused(422, "validation_failed").names(place);
        }
        let mut both = pay(json!([{"line_id": line_id(&invoice, 0)}]));
        both["amount"] = usd("5.00");
        owner.post(&path, both).refused(422, "validation_failed").names("/amount");
        owner.post(&path, pay(json!([{"line_id": line_id(&other, 0)}]))).refused(404, "not_found");
        assert_eq!(world.database.digest(), before);
        // 15.00 without a name: 10.00 that the first line lacks, 5.00 of the second; then 27.00, of which 2.00 are too much
        owner.post(&path, json!({"method": "cash", "amount": usd("15.00")})).expect(201);
        assert_eq!(paid(&get(&owner, &id)), ["30.00", "5.00", "40.00"]);
        owner.post(&path, json!({"method": "cash", "amount": usd("27.00")})).expect(201);
        let done = get(&owner, &id);
        assert_eq!((&done["status"], paid(&done)), (&json!("paid"), vec!["30.00", "30.00", "40.00"]));
        assert_eq!(balance(&owner, "client_credit", "USD"), "2.00");
        books_balance(&owner);
    }

    /// 50.00 of credit for an invoice of 60.00 that was there before: 20.00 of its second line, then 5.00, then the rest.
    fn credit_for_lines(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "40.00"), ("1", "20.00")]);
        let invoice = get(&owner, &id);
        let client = first_client(&owner);
        owner.post(&format!("/v1/clients/{client}/credits"), json!({"amount": usd("50.00"), "reason": "Sorry"})).expect(201);
        let path = format!("/v1/invoices/{id}/apply-credit");
        let second = owner.post(&path, json!({"lines": [{"line_id": line_id(&invoice, 1)}], "comment": "For the trouble"})).expect(200).json();
        assert_eq!(paid(&second), ["0.00", "20.00"]);
        let history = owner.get(&format!("/v1/clients/{client}/credits")).expect(200).json();
        assert_eq!((&history["data"][0]["reason"], &history["data"][0]["amount"]["amount"]), (&json!("For the trouble"), &json!("-20.00")));
        owner.post(&path, json!({"amount": usd("40.01")})).refused(422, "validation_failed").names("/amount/amount");
        owner.post(&path, json!({"amount": usd("0.00")})).refused(422, "validation_failed").names("/amount/amount");
        let some = owner.post(&path, json!({"amount": usd("5.00")})).expect(200).json();
        assert_eq!((paid(&some), &some["open"]["amount"]), (vec!["5.00", "20.00"], &json!("35.00")));
        // 50.00 − 20.00 − 5.00 = 25.00 are left
        let rest = owner.post(&path, json!({})).expect(200).json();
        assert_eq!((paid(&rest), &rest["open"]["amount"]), (vec!["30.00", "20.00"], &json!("10.00")));
        owner.post(&path, json!({"amount": usd("1.00")})).refused(409, "conflict");
        books_balance(&owner);
    }

    /// CLI-01: the card comes with the client, and pays what comes due; a refused one brings no client. Nothing of it is stored.
    fn a_card_comes_with_the_client(world) {
        let owner = world.owner("north");
        let card = |number: &str| json!({"gateway": "fake", "card": {"number": number, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Carla"}});
        let with = |method: Value| {
            let mut wish = crate::support::world::client("north", "Card Ltd", "Carla");
            wish["payment_method"] = method;
            wish
        };
        let before = world.database.digest();
        owner.post("/v1/clients", with(card("4000000000000028"))).refused(402, "payment_declined").names("/payment_method/card");
        let mut elsewhere = card(GOOD);
        for (gateway, code) in [("nowhere", "/payment_method/gateway"), ("cheque", "/payment_method/gateway")] {
            elsewhere["gateway"] = json!(gateway);
            owner.post("/v1/clients", with(elsewhere.clone())).refused(422, "validation_failed").names(code);
        }
        assert_eq!(world.database.digest(), before);
        let client = owner.post("/v1/clients", with(card(GOOD))).expect(201).text("/id");
        let method = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200);
        assert_eq!((method.text("/data/0/label"), method.json()["data"][0]["is_default"].clone()), ("fake •••• 4242".into(), json!(true)));
        let wish = json!({"client_id": client, "currency": "EUR", "lines": [line("Work", "40.00")], "payment_method_id": method.text("/data/0/id")});
        assert_eq!(owner.post_once("/v1/invoices", "by-card", wish).expect(201).text("/status"), "paid");
        // another one later, by the seller and by the client; the last one is charged from then on
        owner.post("/v1/payment-methods", json!({"client_id": client, "method": card("4000000000000127")})).refused(400, "idempotency_key_required");
        owner.post_once("/v1/payment-methods", "second", json!({"client_id": client, "method": card("4000000000000127")})).expect(201);
        let carla = world.stranger.sign_in("client", "north", "carla@north-client.example", crate::support::world::PASSWORD);
        let third = carla.post_once("/v1/me/payment-methods", "third", card(GOOD)).expect(201);
        assert_eq!(third.text("/id"), method.text("/data/0/id"), "the same card is the same method");
        carla.post_once("/v1/me/payment-methods", "stolen", card("4000000000000028")).refused(402, "payment_declined").names("/card");
        let all = carla.get("/v1/me/payment-methods").expect(200).json();
        let defaults: Vec<_> = all["data"].as_array().unwrap().iter().map(|one| (one["label"].as_str().unwrap(), one["is_default"].as_bool().unwrap())).collect();
        assert_eq!(defaults.len(), 2);
        assert!(defaults.contains(&("fake •••• 4242", true)) && defaults.contains(&("fake •••• 0127", false)), "{defaults:?}");
        assert!(world.database.digest().values().all(|rows| !rows.contains(GOOD)));
    }
}
