//! What plans book besides when they are invoiced: balanced, for the currencies and cycles that were chosen, and taken back by
//! share with credit notes.

use crate::api::client_groups::member;
use crate::api::discounts::make as discount;
use crate::api::invoices::{balance, books_balance, get};
use crate::api::orders::corner;
use crate::api::verify::verify as checks;
use crate::stories::billing::{GOOD, buy, care};
use crate::support::Actor;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

fn entry(account: &str, side: &str, value: Value) -> Value {
    let mut entry = json!({"account": account, "side": side});
    entry.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
    entry
}

/// Three tenths of the net, from the cost of sales to what is owed for it.
pub fn share() -> Vec<Value> {
    vec![entry("cost_of_sales", "debit", percent("30")), entry("supplier_payable", "credit", percent("30"))]
}

fn percent(percent: &str) -> Value {
    json!({"percent": percent})
}

fn usd(amount: &str) -> Value {
    json!({"amount": {"amount": amount, "currency": "USD"}})
}

/// 7.50 dollars for what the supplier takes, from the cost of sales to what is owed for it.
fn cost() -> Vec<Value> {
    vec![entry("cost_of_sales", "debit", usd("7.50")), entry("supplier_payable", "credit", usd("7.50"))]
}

/// A template of a plan; its id.
#[track_caller]
pub fn make(owner: &Actor, plan: &str, name: &str, entries: &[Value], more: Value) -> String {
    let mut wish = json!({"plan_id": plan, "name": name, "entries": entries});
    wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.post("/v1/ledger-templates", wish).expect(201).text("/id")
}

/// One for a plan that nobody has in this currency.
pub fn furnish(owner: &Actor) {
    let plans = owner.get("/v1/plans").expect(200).json();
    let starter = plans["data"].as_array().unwrap().iter().find(|plan| plan["code"] == "starter").unwrap();
    make(owner, starter["id"].as_str().unwrap(), "Idle", &cost(), json!({"currencies": ["JPY"]}));
}

fn stands(owner: &Actor) -> [String; 4] {
    [("cost_of_sales", "USD"), ("supplier_payable", "USD"), ("cost_of_sales", "EUR"), ("supplier_payable", "EUR")]
        .map(|(account, currency)| balance(owner, account, currency))
}

/// The invoices of a client, the oldest first.
fn invoices(owner: &Actor, client: &str) -> Vec<String> {
    let list = owner.get(&format!("/v1/invoices?client_id={client}&kind=invoice&sort=created_at")).expect(200).json();
    list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_string()).collect()
}

both! {
    /// The guide's example, what a domain costs, and a tenth of the net besides. The plan costs 10.00 a month, so a tenth is
    /// 1.00; the run of the second month books the same again. Of the first invoice 4.00 of 10.00 are credited, so 3.00
    /// dollars and 0.40 go back, and then the rest of it, 4.50 and 0.60.
    fn booked_when_the_plan_is_invoiced_and_taken_back_by_share(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let cost = make(&owner, &plan, "Cost", &cost(), json!({}));
        make(&owner, &plan, "Tenth", &[entry("cost_of_sales", "debit", percent("10")), entry("supplier_payable", "credit", percent("4")), entry("supplier_payable", "credit", percent("6"))], json!({}));
        make(&owner, &plan, "Dollars only", &[entry("bank", "debit", percent("50")), entry("cash", "credit", percent("50"))], json!({"currencies": ["USD"]}));
        make(&owner, &plan, "Years only", &[entry("bank", "debit", percent("50")), entry("cash", "credit", percent("50"))], json!({"cycles": ["1-year"]}));
        let (client, _) = buy(&owner, &plan, "Jana", GOOD, None);
        assert_eq!(stands(&owner), ["7.50", "7.50", "1.00", "1.00"]);
        let story = Story::of(world);
        story.until("2026-01-27");
        story.run(EventKind::ProcessInvoices);
        let owner = world.owner("north");
        let issued = invoices(&owner, &client);
        assert_eq!((issued.len(), stands(&owner)), (2, ["15.00", "15.00", "2.00", "2.00"].map(String::from)));
        let entries = owner.get(&format!("/v1/ledger/entries?kind=plan_template&subject_id={}", issued[1])).expect(200).json();
        assert_eq!(entries["data"].as_array().unwrap().len(), 2);
        assert_eq!(entries["data"][0]["client_id"], json!(client));
        books_balance(&owner);
        // what has become of the template since changes nothing about what was booked by it
        owner.patch(&format!("/v1/ledger-templates/{cost}"), json!({"entries": [entry("cash", "debit", usd("99.00")), entry("bank", "credit", usd("99.00"))]})).expect(200);
        let path = format!("/v1/invoices/{}/credit-notes", issued[0]);
        let line = get(&owner, &issued[0])["lines"][0]["id"].clone();
        let part = json!({"extent": "lines", "lines": [{"line_id": line, "amount": {"amount": "4.00", "currency": "EUR"}}]});
        owner.post(&path, part).expect(201);
        assert_eq!(stands(&owner), ["12.00", "12.00", "1.60", "1.60"]);
        owner.delete(&format!("/v1/ledger-templates/{cost}")).expect(204);
        owner.post(&path, json!({"extent": "whole"})).expect(201);
        assert_eq!(stands(&owner), ["7.50", "7.50", "1.00", "1.00"]);
        books_balance(&owner);
        assert_eq!(checks(world, "north").0, Default::default());
        // it is a cost of the client
        let account = owner.get(&format!("/v1/clients/{client}/account")).expect(200).json();
        let dollars = account["totals"].as_array().unwrap().iter().find(|one| one["currency"] == "USD").unwrap();
        assert_eq!(dollars["expenses"]["amount"], "7.50");
    }

    /// The plan is given away for a month, and its 7.50 dollars are booked all the same. They go back with the line: when it is
    /// named, and then not again with the rest; and when an invoice that asked for nothing is cancelled.
    fn what_was_given_away_is_taken_back(world) {
        let owner = world.owner("north");
        let (plan, other) = (care(&owner, json!({})), care(&owner, json!({"code": "paid", "name": "Paid"})));
        make(&owner, &plan, "Cost", &cost(), json!({}));
        discount(&owner, "Gift", "100", &plan, json!({}));
        let client = member(&owner, "Greta", json!({}));
        let buy = |plans: &[&String]| {
            let items: Vec<_> = plans.iter().map(|plan| json!({"plan_id": plan, "cycle": "1-month"})).collect();
            let wish = json!({"client_id": client, "order": {"store_id": corner(&owner)["id"], "gateway": "transfer", "cart": {"items": items}}});
            owner.post_once("/v1/orders", &format!("gift-{}", plans.len()), wish).expect(201).text("/invoice_id")
        };
        let both = buy(&[&plan, &other]);
        let read = get(&owner, &both);
        let nets: Vec<_> = read["lines"].as_array().unwrap().iter().map(|line| line["net"]["amount"].clone()).collect();
        assert_eq!((nets, stands(&owner)[0].as_str()), (vec![json!("0.00"), json!("10.00")], "7.50"));
        let path = format!("/v1/invoices/{both}/credit-notes");
        let free = json!({"extent": "lines", "lines": [{"line_id": read["lines"][0]["id"]}]});
        let note = owner.post(&path, free.clone()).expect(201);
        assert_eq!((note.text("/gross/amount"), note.json()["lines"].as_array().unwrap().len(), stands(&owner)[0].as_str()), ("0.00".into(), 1, "0"));
        assert_eq!(get(&owner, &both)["status"], read["status"]);
        owner.post(&path, free).refused(409, "conflict");
        let note = owner.post(&path, json!({"extent": "whole"})).expect(201);
        assert_eq!((note.text("/gross/amount"), note.json()["lines"].as_array().unwrap().len(), stands(&owner)[0].as_str()), ("-10.00".into(), 1, "0"));
        let alone = buy(&[&plan]);
        assert_eq!(stands(&owner)[0], "7.50");
        let note = owner.act(&format!("/v1/invoices/{alone}/cancel")).expect(200);
        assert_eq!((note.text("/gross/amount"), get(&owner, &alone)["status"].clone(), stands(&owner)[0].as_str()), ("0.00".into(), json!("cancelled"), "0"));
        owner.act(&format!("/v1/invoices/{alone}/cancel")).refused(409, "wrong_state");
        books_balance(&owner);
        assert_eq!(checks(world, "north").0, Default::default());
    }

    fn written_read_changed_and_deleted(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let id = make(&owner, &plan, "Cost", &cost(), json!({"currencies": ["EUR"], "cycles": ["1-month"]}));
        let path = format!("/v1/ledger-templates/{id}");
        let read = owner.get(&path).expect(200);
        let view = read.json();
        assert_eq!((&view["plan_id"], &view["currencies"], &view["cycles"]), (&json!(plan), &json!(["EUR"]), &json!(["1-month"])));
        assert_eq!(view["entries"][0], json!({"account": "cost_of_sales", "side": "debit", "percent": null, "amount": usd("7.50")["amount"], "description": ""}));
        let found = owner.get(&format!("/v1/ledger-templates?plan_id={plan}")).expect(200).json();
        assert_eq!(found["data"], json!([view]));
        let etag = read.header("etag").unwrap().to_string();
        let changed = owner.patch_if(&etag, &path, json!({"name": "Costs", "cycles": []})).expect(200).json();
        assert_eq!((&changed["name"], &changed["cycles"], &changed["currencies"]), (&json!("Costs"), &json!([]), &json!(["EUR"])));
        owner.patch_if(&etag, &path, json!({"name": "Late"})).refused(412, "stale");
        make(&owner, &plan, "Cost", &cost(), json!({}));
        let south = world.owner("south");
        let before = world.database.digest();
        owner.patch(&path, json!({"name": "Cost"})).refused(422, "validation_failed").names("/name");
        owner.patch(&path, json!({"entries": []})).refused(422, "validation_failed").names("/entries");
        for (entries, place) in [
            (vec![entry("cash", "debit", percent("10")), entry("bank", "credit", percent("9"))], "/entries"),
            (vec![entry("cash", "debit", usd("1.00")), entry("bank", "credit", json!({"amount": {"amount": "1.00", "currency": "EUR"}}))], "/entries"),
            (vec![entry("receivable", "debit", percent("10")), entry("bank", "credit", percent("10"))], "/entries/0/account"),
            (vec![entry("cash", "debit", json!({})), entry("bank", "credit", percent("10"))], "/entries/0/percent"),
            (vec![entry("cash", "debit", usd("0.00")), entry("bank", "credit", usd("0.00"))], "/entries/1/amount/amount"),
        ] {
            owner.post("/v1/ledger-templates", json!({"plan_id": plan, "name": "Wrong", "entries": entries})).refused(422, "validation_failed").names(place);
        }
        south.post("/v1/ledger-templates", json!({"plan_id": plan, "name": "Theirs", "entries": cost()})).refused(404, "not_found");
        south.get(&path).refused(404, "not_found");
        assert_eq!(world.database.digest(), before);
        owner.delete(&path).expect(204);
        owner.get(&path).refused(404, "not_found");
    }
}
