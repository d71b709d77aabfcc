//! Money without an invoice: paid in advance, and given back.

use crate::api::invoices::{balance, books_balance, first_client, get, issued, tamper};
use crate::api::verify::verify as checks;
use crate::support::Actor;
use serde_json::{Value, json};

fn usd(amount: &str) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

fn deposit(amount: &str, received: Value) -> Value {
    json!({"amount": usd(amount), "reason": "In advance", "received": received})
}

/// Credit, refunds and expenses of the first client in dollars.
fn totals(owner: &Actor) -> [String; 3] {
    let account = owner.get(&format!("/v1/clients/{}/account", first_client(owner))).expect(200).json();
    let dollars = account["totals"].as_array().unwrap().iter().find(|one| one["currency"] == "USD").unwrap().clone();
    ["credit", "refunds", "expenses"].map(|part| dollars[part]["amount"].as_str().unwrap().to_string())
}

/// What stands on the accounts of bank, cash, gateways and goodwill, in cents.
fn booked(owner: &Actor) -> [i64; 4] {
    ["bank", "cash", "gateway", "refunds"].map(|account| {
        let amount = balance(owner, account, "USD");
        if amount == "0" { 0 } else { amount.replace('.', "").parse().unwrap() }
    })
}

both! {
    /// A deposit is a debt and no expense: 100.00 by cheque and 10.00 of goodwill are 110.00 of credit that have cost 10.00.
    /// 60.00 pay an invoice; of the 50.00 that are left, 30.00 go back by transfer.
    fn paid_in_advance_used_and_given_back(world) {
        let owner = world.owner("north");
        let before = booked(&owner);
        let grown = |owner: &Actor| booked(owner).iter().zip(before).map(|(now, before)| now - before).collect::<Vec<_>>();
        let path = format!("/v1/clients/{}/credits", first_client(&owner));
        let came = json!({"method": "cheque", "reference": "0012345", "on": "2026-01-03"});
        let made = owner.post(&path, deposit("100.00", came)).expect(201).json();
        assert_eq!((&made["kind"], &made["balance"]["amount"], &made["reason"]), (&json!("deposit"), &json!("100.00"), &json!("In advance")));
        let transaction = owner.get(&format!("/v1/transactions/{}", made["transaction_id"].as_str().unwrap())).expect(200).json();
        assert_eq!((&transaction["kind"], &transaction["state"], &transaction["gateway"]), (&json!("payment"), &json!("approved"), &json!("cheque")));
        assert_eq!((&transaction["message"], &transaction["invoice_id"], &transaction["amount"]), (&json!("0012345"), &Value::Null, &usd("100.00")));
        let entry = owner.get(&format!("/v1/ledger/entries?subject_id={}", transaction["id"].as_str().unwrap())).expect(200).json();
        assert_eq!((&entry["data"][0]["kind"], &entry["data"][0]["booked_on"]), (&json!("payment_received"), &json!("2026-01-03")));
        owner.post(&path, json!({"amount": usd("10.00"), "reason": "Sorry"})).expect(201);
        assert_eq!((totals(&owner), grown(&owner)), (["110.00", "0.00", "10.00"].map(String::from), vec![10_000, 0, 0, 1_000]));
        // credit pays before anything else
        let invoice = get(&owner, &issued(&owner, "USD", &[("1", "60.00")]));
        assert_eq!((&invoice["status"], &totals(&owner)[0]), (&json!("paid"), &"50.00".to_string()));
        let back = |amount: &str| json!({"amount": usd(amount), "reason": "It has ended", "paid": {"method": "transfer", "reference": "RF-17"}});
        let given = owner.post(&format!("{path}/refund"), back("30.00")).expect(201).json();
        assert_eq!((&given["kind"], &given["amount"]["amount"], &given["balance"]["amount"]), (&json!("refunded"), &json!("-30.00"), &json!("20.00")));
        assert_eq!(owner.get(&format!("/v1/transactions/{}", given["transaction_id"].as_str().unwrap())).expect(200).text("/kind"), "refund");
        assert_eq!((totals(&owner), grown(&owner)), (["20.00", "30.00", "10.00"].map(String::from), vec![7_000, 0, 0, 1_000]));
        let digest = world.database.digest();
        owner.post(&format!("{path}/refund"), back("20.01")).refused(409, "conflict");
        assert_eq!(world.database.digest(), digest);
        // cash comes into the till, and what a gateway holds is held there
        for method in ["cash", "gateway"] {
            owner.post(&path, deposit("5.00", json!({"method": method}))).expect(201);
        }
        assert_eq!(grown(&owner), [7_000, 500, 500, 1_000]);
        books_balance(&owner);
        assert_eq!(checks(world, "north").0, Default::default());
        tamper(world, "UPDATE transactions SET amount_minor = 2999 WHERE kind = 'refund'");
        assert_eq!(checks(world, "north").0["booked_payments"].len(), 1);
    }

    fn the_client_hears_of_it_unless_nobody_wants(world) {
        let owner = world.owner("north");
        let client = first_client(&owner);
        let path = format!("/v1/clients/{client}/credits");
        let mails = |kind: &str| owner.get(&format!("/v1/mails?client_id={client}&kind={kind}")).expect(200).json()["data"].as_array().unwrap().clone();
        let (cheques, refunds) = (mails("payment_cheque").len(), mails("refund").len());
        owner.post(&path, deposit("1.00", json!({"method": "cheque", "mail": false}))).expect(201);
        assert_eq!(mails("payment_cheque").len(), cheques);
        owner.post(&path, deposit("100.00", json!({"method": "cheque"}))).expect(201);
        owner.post(&format!("{path}/refund"), json!({"amount": usd("40.00"), "reason": "x", "paid": {"method": "cash"}})).expect(201);
        for (kind, before, amount) in [("payment_cheque", cheques, "100,00"), ("refund", refunds, "40,00")] {
            let found = mails(kind);
            assert_eq!(found.len(), before + 1, "{kind}");
            let text = owner.get(&format!("/v1/mails/{}", found[0]["id"].as_str().unwrap())).expect(200).text("/text");
            // there is no invoice to name
            assert!(text.contains(amount) && !text.contains("facture"), "{text}");
        }
    }

    fn what_is_wrong_is_named(world) {
        let owner = world.owner("north");
        let path = format!("/v1/clients/{}/credits", first_client(&owner));
        let before = world.database.digest();
        for (wish, place) in [
            (deposit("0.00", json!({"method": "cash"})), "/amount/amount"),
            (deposit("1.00", json!({"method": "cash", "on": "2026-01-06"})), "/received/on"),
            (deposit("1.00", json!({"method": "cash", "reference": "x".repeat(101)})), "/received/reference"),
        ] {
            owner.post(&path, wish).refused(422, "validation_failed").names(place);
        }
        owner.post(&path, deposit("1.00", json!({"method": "barter"}))).refused(422, "invalid_body").names("/received/method");
        let back = |amount: &str, paid: Value| json!({"amount": usd(amount), "reason": "", "paid": paid});
        let refused = owner.post(&format!("{path}/refund"), back("-1.00", json!({"method": "cash", "on": "2026-01-06"}))).refused(422, "validation_failed");
        let refused = refused.names("/amount/amount").names("/reason");
        refused.names("/paid/on");
        owner.post(&format!("{path}/refund"), json!({"amount": usd("1.00"), "reason": "x", "paid": {"method": "cash"}})).refused(409, "conflict");
        assert_eq!(world.database.digest(), before);
    }
}
