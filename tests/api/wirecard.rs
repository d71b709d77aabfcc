//! Wirecard is gone: its stored cards are taken over as dead references and its open transactions settled by hand (PAY-01), as
//! JSON and as files, whole or not at all.

use crate::api::invoices::{balance, books_balance, first_client, issued};
use crate::api::payments::card;
use crate::api::shop::{STORE, open};
use crate::api::verify::verify;
use crate::support::world::{PASSWORD, Seller};
use crate::support::{Actor, Answer};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Two cards of the first client.
pub const METHODS: &str = "client,brand,last_four,expiry_month,expiry_year,token\n1001,visa,4242,1,2026,C242720181323966504820\n1001,mastercard,4444,12,2027,C310000000000000000001\n";

/// A gateway that is gone, so that there is something to take over.
fn retired(owner: &Actor) -> String {
    let wish = json!({"connector": "wirecard", "name": "The old one", "is_live": true});
    owner.post("/v1/gateways", wish).expect(201).text("/id")
}

pub fn prepare(seller: &mut Seller) {
    seller.ids.insert("gwy".into(), retired(&seller.owner));
}

fn chf(amount: &str) -> Value {
    json!({"amount": amount, "currency": "CHF"})
}

fn transaction(client: &str, reference: &str, state: &str, amount: &str) -> Value {
    json!({"client": client, "reference": reference, "state": state, "amount": chf(amount), "begun_on": "2025-12-30", "comment": "Of the old house"})
}

fn import(owner: &Actor, gateway: &str, key: &str, body: Value) -> Answer {
    owner.post_once(&format!("/v1/gateways/{gateway}/imports"), key, body)
}

fn file(owner: &Actor, gateway: &str, of: &str, key: &str, text: &str) -> Answer {
    let headers = [("idempotency-key", key), ("content-type", "text/csv")];
    owner.send("POST", &format!("/v1/gateways/{gateway}/imports/file?of={of}"), &headers, Some(text.as_bytes()))
}

/// What is at the gateway, by the old reference.
fn found(owner: &Actor) -> BTreeMap<String, Value> {
    let list = owner.get("/v1/transactions?gateway=wirecard&limit=100").expect(200).json();
    let named = |row: &Value| (row["gateway_reference"].as_str().unwrap().to_string(), row.clone());
    list["data"].as_array().unwrap().iter().map(named).collect()
}

fn methods(owner: &Actor, client: &str) -> Vec<Value> {
    let list = owner.get(&format!("/v1/payment-methods?client_id={client}&limit=100")).expect(200).json();
    list["data"].as_array().unwrap().iter().filter(|row| row["gateway"] == "wirecard").cloned().collect()
}

fn books(owner: &Actor) -> [String; 4] {
    ["gateway", "client_credit", "refunds", "bank"].map(|account| balance(owner, account, "CHF"))
}

both! {
    fn it_says_that_it_is_gone(world) {
        let owner = world.owner("north");
        let all = owner.get("/v1/connectors").expect(200).json();
        let gone: Vec<_> = all["payment"].as_array().unwrap().iter().filter(|one| one["retired"] == true).cloned().collect();
        assert_eq!((gone.len(), &gone[0]["connector"], &gone[0]["entries"]), (1, &json!("wirecard"), &json!([])));
        assert!(gone[0]["instead"].as_str().unwrap().contains("/imports"));
        let gateway = retired(&owner);
        assert_eq!(owner.act(&format!("/v1/gateways/{gateway}/test")).expect(200).json()["code"], "retired");
        let invoice = issued(&owner, "CHF", &[("1", "10.00")]);
        let mut wish = card("4242424242424242");
        wish["gateway"] = json!("wirecard");
        let refused = owner.post_once(&format!("/v1/invoices/{invoice}/pay"), "pay", wish.clone());
        refused.refused(422, "validation_failed").names("/gateway");
        let kept = json!({"client_id": first_client(&owner), "method": wish});
        owner.post_once("/v1/payment-methods", "keep", kept).refused(422, "validation_failed").names("/method/gateway");
        // one that is alive takes nothing over
        let alive = owner.get("/v1/gateways").expect(200).json();
        let alive = alive["data"].as_array().unwrap().iter().find(|one| one["connector"] == "cheque").unwrap();
        let body = json!({"transactions": [transaction(&first_client(&owner), "C1", "pending", "1.00")]});
        import(&owner, alive["id"].as_str().unwrap(), "alive", body).refused(409, "wrong_state");
    }

    /// Nobody charges them or warns of their end, and their owner is asked for another card until there is one.
    fn its_cards_are_to_be_entered_again(world) {
        let (owner, browser) = open(world);
        let (client, gateway) = (first_client(&owner), retired(&owner));
        assert_eq!(file(&owner, &gateway, "methods", "file", METHODS).expect(200).json(), json!({"methods": 2, "transactions": 0, "known": 0}));
        // the same rows again, by another name of the client's: they are there
        let again = METHODS.replace("\n1001,", &format!("\n{client},"));
        assert_eq!(file(&owner, &gateway, "methods", "again", &again).expect(200).json(), json!({"methods": 0, "transactions": 0, "known": 2}));
        let kept = methods(&owner, &client);
        let labels: Vec<_> = kept.iter().map(|row| (row["label"].as_str().unwrap(), row["expires_on"].as_str().unwrap())).collect();
        assert_eq!(labels, [("mastercard •••• 4444", "2028-01-01"), ("visa •••• 4242", "2026-02-01")]);
        assert!(kept.iter().all(|row| row["retired"] == true && row["is_default"] == false));
        // of the card that ends in January nobody is told, though it is the 5th
        let seen = owner.post("/v1/events/preview", json!({"kind": "process_expired_credit_cards"})).expect(200).json();
        assert_eq!(seen["count"], 0);
        let id = &kept[0]["id"];
        let invoice = issued(&owner, "CHF", &[("1", "10.00")]);
        let charge = owner.post_once(&format!("/v1/invoices/{invoice}/pay"), "pay", json!({"payment_method_id": id}));
        charge.refused(422, "validation_failed").names("/payment_method_id");
        let account = || browser.open(&format!("{STORE}/account/")).expect(200).main();
        let form = browser.open(&format!("{STORE}/account/sign-in/")).form("/sign-in/");
        browser.submit(&form.all(&[("email", "alice@north-client.example"), ("password", PASSWORD)])).expect(200);
        assert!(!account().contains("4444"), "there is a card that works");
        let all = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).json();
        for row in all["data"].as_array().unwrap().iter().filter(|row| row["retired"] == false) {
            owner.delete(&format!("/v1/payment-methods/{}", row["id"].as_str().unwrap())).expect(204);
        }
        let page = account();
        assert!(page.contains("We can no longer charge visa •••• 4242.") && page.contains("We can no longer charge mastercard •••• 4444."), "{page}");
        // nothing of the client's is due to be charged now
        let due = owner.get(&format!("/v1/payment-queue?client_id={client}")).expect(200).json();
        assert_eq!(due["data"], json!([]));
        let alice = world.stranger.sign_in("client", "north", "alice@north-client.example", PASSWORD);
        let own = alice.get("/v1/me/payment-methods").expect(200).json();
        assert!(own["data"].as_array().unwrap().len() == 2 && own["data"].as_array().unwrap().iter().all(|row| row["retired"] == true));
        owner.delete(&format!("/v1/gateways/{gateway}")).refused(409, "in_use");
    }

    /// 10.00 that were pending arrive; of 20.00 that are reserved 15.00 are taken, 5.00 others are released; of 30.00 that
    /// were taken 12.00 go back by transfer, then the rest in cash.
    fn its_transactions_are_settled_by_hand(world) {
        let owner = world.owner("north");
        let (client, gateway) = (first_client(&owner), retired(&owner));
        let rows = [("C1", "pending", "10.00"), ("C2", "authorised", "20.00"), ("C3", "authorised", "5.00"), ("C4", "captured", "30.00")];
        let rows: Vec<_> = rows.iter().map(|(reference, state, amount)| transaction(&client, reference, state, amount)).collect();
        assert_eq!(import(&owner, &gateway, "all", json!({"transactions": rows})).expect(200).json()["transactions"], 4);
        let more = json!({"transactions": [transaction("1001", "C4", "captured", "30.00"), transaction("1001", "C5", "pending", "1.00")]});
        assert_eq!(import(&owner, &gateway, "more", more).expect(200).json(), json!({"methods": 0, "transactions": 1, "known": 1}));
        let all = found(&owner);
        let states: Vec<_> = all.values().map(|row| row["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["pending", "authorised", "authorised", "captured", "pending"]);
        assert_eq!((&all["C1"]["client_id"], &all["C1"]["comment"]), (&json!(client), &json!("Of the old house")));
        assert_eq!((&all["C4"]["books"], &books(&owner)), (&json!("elsewhere"), &["0", "0", "0", "0"].map(String::from)));
        let path = |reference: &str| format!("/v1/transactions/{}", all[reference]["id"].as_str().unwrap());
        // nobody can be asked
        owner.act(&format!("{}/check", path("C1"))).refused(409, "conflict");
        let decide = |reference: &str, state: &str| owner.post(&format!("{}/decide", path(reference)), json!({"state": state, "comment": "By the liquidator's list"}));
        decide("C1", "approved").expect(200);
        decide("C5", "declined").expect(200);
        owner.post(&format!("{}/capture", path("C2")), json!({"amount": chf("15.00")})).expect(200);
        owner.act(&format!("{}/void", path("C3"))).expect(200);
        assert_eq!(books(&owner), ["25.00", "25.00", "0", "0"].map(String::from));
        let refund = |key: &str, wish: Value| owner.post_once(&format!("{}/refund", path("C4")), key, wish);
        let back = refund("part", json!({"amount": chf("12.00"), "reason": "As asked"})).expect(200).json();
        assert_eq!((&back["state"], &back["gateway"], &back["refunds_transaction_id"]), (&json!("approved"), &json!("transfer"), &all["C4"]["id"]));
        // what is given back was no credit here: it is an expense, and leaves the bank
        assert_eq!(books(&owner), ["25.00", "25.00", "12.00", "-12.00"].map(String::from));
        refund("much", json!({"amount": chf("18.01"), "reason": "x"})).refused(422, "validation_failed").names("/amount/amount");
        refund("rest", json!({"reason": "As asked", "paid_by": "cash"})).expect(200);
        assert_eq!((books(&owner)[2].as_str(), balance(&owner, "cash", "CHF").as_str()), ("30.00", "-18.00"));
        let states: Vec<_> = found(&owner).values().map(|row| row["state"].as_str().unwrap().to_string()).collect();
        assert_eq!(states, ["approved", "captured", "voided", "refunded", "declined"]);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
        books_balance(&owner);
        // where a gateway gives back itself, nobody says how
        let invoice = issued(&owner, "USD", &[("1", "10.00")]);
        let paid = owner.post_once(&format!("/v1/invoices/{invoice}/pay"), "fake", card("4242424242424242")).expect(200).text("/id");
        let wish = json!({"reason": "x", "paid_by": "cash"});
        owner.post_once(&format!("/v1/transactions/{paid}/refund"), "cash", wish).refused(422, "validation_failed").names("/paid_by");
    }

    /// Each wrong row is named, by its place or line, and none is written.
    fn a_wrong_row_is_named(world) {
        let owner = world.owner("north");
        let (client, gateway) = (first_client(&owner), retired(&owner));
        let theirs = world.seller("south").ids["cli"].clone();
        let before = world.database.digest();
        let lines = "client,reference,state,amount,currency,begun_on,comment\n1001,C1,pending,10.00,CHF,2025-12-30,\n1001,C2,lost,10.00,CHF,,\n1001,C3,pending,1.001,CHF,,\n1001,C4,pending,1.00,CHF,,\n";
        file(&owner, &gateway, "transactions", "shape", lines).refused(422, "validation_failed").names("/lines/3").names("/lines/4/amount");
        let lines = lines.replace("lost", "captured").replace("1.001", "1.00").replace("1001,C3", "98765,C3").replace("C4", "C1");
        let refused = file(&owner, &gateway, "transactions", "sense", &lines).refused(422, "validation_failed");
        refused.names("/lines/4/client").names("/lines/5/reference");
        // a number that was exported as a token stays out, and is not shown
        let numbers = METHODS.replace("C310000000000000000001", "5555555555554444").replace("mastercard", "card5");
        let refused = file(&owner, &gateway, "methods", "number", &numbers).refused(422, "validation_failed");
        assert!(!refused.text.contains("555555555555"), "{}", refused.text);
        refused.names("/lines/3/token").names("/lines/3/brand");
        let rows = json!({"methods": [{"client": client, "brand": "visa", "last_four": "42", "expiry_month": 13, "expiry_year": 27, "token": "C1"}],
            "transactions": [transaction(&client, "C1", "pending", "0.00")]});
        let refused = import(&owner, &gateway, "rows", rows).refused(422, "validation_failed");
        refused.names("/methods/0/last_four").names("/methods/0/expiry_month").names("/methods/0/expiry_year").names("/transactions/0/amount");
        let rows = json!({"transactions": [transaction(&client, "C1", "pending", "1.00"), transaction(&theirs, "C2", "pending", "1.00")]});
        import(&owner, &gateway, "theirs", rows).refused(404, "not_found").names("/transactions/1/client");
        import(&owner, &gateway, "none", json!({})).refused(422, "validation_failed");
        assert!(world.database.digest() == before, "something was written");
    }
}
