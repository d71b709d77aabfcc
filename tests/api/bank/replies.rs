//! What banks answer, and what follows.

use super::statements::{camt, credited, pain002, returned, transfer};
use super::{GERMAN, close, debit, debtor, invoice, open_batch, references, sepa, state, store, tell};
use crate::api::invoices::{balance, books_balance, get};
use crate::api::verify::verify;
use crate::support::Actor;
use serde_json::json;
use std::collections::BTreeMap;

/// A debit that the bank has: the transaction, its reference, the batch's name.
struct Sent {
    transaction: String,
    reference: String,
    batch: String,
    name: String,
}

fn sent(owner: &Actor, invoice: &str, method: &str) -> Sent {
    let transaction = debit(owner, invoice, method).expect(202).text("/id");
    let batch = open_batch(owner);
    let name = close(owner, &batch).expect(200).text("/name");
    let file = owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200).text;
    Sent { transaction, reference: references(&file).remove(0), batch, name }
}

both! {
    /// Accepted is no money; the statement is. The same file again changes nothing, nor does another file with the same
    /// entry. Then the debit comes back: the invoice is open, the mandate rests, the books say so.
    fn a_debit_is_paid_and_comes_back(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let Sent { transaction, reference, batch, name } = sent(&owner, &one.invoice, &store(&owner, &one.client, GERMAN));
        let group = format!("{name}-RCUR");
        tell(&owner, &pain002("R1", &name, &group, "ACCP", &[(&reference, "ACCP", "NARR")])).expect(201);
        assert_eq!((state(&owner, &transaction), get(&owner, &one.invoice)["open"]["amount"].clone()), ("pending".into(), json!("60.00")));
        let bank = || balance(&owner, "bank", "EUR");
        let before = bank();
        let file = camt("S1", &[credited("60.00", &reference)]);
        let read = tell(&owner, &file).expect(201).json();
        assert_eq!((&read["outcomes"], &read["waiting"]), (&json!([{"outcome": "applied", "count": 1}]), &json!(0)));
        assert_eq!((state(&owner, &transaction), get(&owner, &one.invoice)["status"].clone()), ("approved".into(), json!("paid")));
        assert_eq!(owner.get(&format!("/v1/bank-batches/{batch}")).expect(200).text("/state"), "completed");
        let paid = bank();
        assert_ne!(before, paid);
        assert_eq!(tell(&owner, &file).expect(200).text("/id"), read["id"].as_str().unwrap());
        let again = tell(&owner, &camt("S2", &[credited("60.00", &reference)])).expect(201).json();
        assert_eq!(again["outcomes"], json!([]));
        assert_eq!((bank(), state(&owner, &transaction)), (paid, "approved".into()));
        tell(&owner, &camt("S3", &[returned("60.00", &reference, "MD06")])).expect(201);
        let shown = owner.get(&format!("/v1/bank-debits/{transaction}")).expect(200).json();
        assert_eq!((&shown["transaction"]["state"], &shown["reason_code"]), (&json!("refunded"), &json!("MD06")));
        assert_eq!((bank(), get(&owner, &one.invoice)["open"]["amount"].clone()), (before, json!("60.00")));
        assert_eq!(owner.get("/v1/mandates").expect(200).text("/data/0/state"), "suspended");
        let mandate = owner.get("/v1/mandates").expect(200).text("/data/0/id");
        owner.act(&format!("/v1/mandates/{mandate}/activate")).expect(200);
        assert_eq!(owner.get("/v1/mandates").expect(200).text("/data/0/state"), "active");
        books_balance(&owner);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Account closed: the debit is declined, the mandate ends, the method works no more. When the statement says that it
    /// was paid all the same, nothing is booked: a person looks.
    fn a_refusal_and_its_contradiction(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let method = store(&owner, &one.client, GERMAN);
        let Sent { transaction, reference, batch, name } = sent(&owner, &one.invoice, &method);
        tell(&owner, &pain002("R1", &name, &format!("{name}-RCUR"), "PART", &[(&reference, "RJCT", "AC04")])).expect(201);
        assert_eq!(state(&owner, &transaction), "declined");
        let batch = owner.get(&format!("/v1/bank-batches/{batch}")).expect(200).json();
        assert_eq!((&batch["state"], &batch["bank_status"]), (&json!("declined"), &json!("PART")));
        assert_eq!(owner.get("/v1/mandates").expect(200).text("/data/0/state"), "ended");
        debit(&owner, &one.invoice, &method).expect(422).names("/payment_method_id");
        let read = tell(&owner, &camt("S1", &[credited("60.00", &reference)])).expect(201).json();
        assert_eq!((&read["outcomes"], &read["waiting"]), (&json!([{"outcome": "contradiction", "count": 1}]), &json!(1)));
        let entry = owner.get("/v1/bank-entries?is_open=true").expect(200).json()["data"][0].clone();
        assert_eq!((&entry["contradiction"], &entry["transaction_id"]), (&json!("credited_after_refusal"), &json!(transaction)));
        let todos = || owner.get("/v1/todos?state=open&limit=100").expect(200).text;
        let title = "A bank's answer has entries that nobody has booked";
        assert!(todos().contains(title));
        let path = format!("/v1/bank-entries/{}/dismiss", entry["id"].as_str().unwrap());
        owner.post(&path, json!({"reason": ""})).expect(422).names("/reason");
        owner.post(&path, json!({"reason": "Given back by hand"})).expect(200);
        owner.post(&path, json!({"reason": "Again"})).refused(409, "wrong_state");
        assert!(!todos().contains(title));
        assert_eq!(state(&owner, &transaction), "declined");
    }

    /// 60.00 come as a transfer that names the invoice; a person confirms it. 5.00 belong to nothing; they are booked for
    /// another invoice of 7.00.
    fn transfers_are_proposed_and_booked_by_hand(world) {
        let owner = world.owner("north");
        let one = debtor(&owner, "Carla", "60.00");
        let number = get(&owner, &one.invoice)["number"].as_str().unwrap().to_string();
        let read = tell(&owner, &camt("S1", &[transfer("60.00", &format!("Re {number}")), transfer("5.00", "thanks")])).expect(201).json();
        assert_eq!(read["outcomes"], json!([{"outcome": "proposed", "count": 1}, {"outcome": "unmatched", "count": 1}]));
        let of = |outcome: &str| owner.get(&format!("/v1/bank-entries?outcome={outcome}")).expect(200).json()["data"][0].clone();
        let (proposed, unmatched) = (of("proposed"), of("unmatched"));
        assert_eq!(proposed["invoice_id"], json!(one.invoice));
        assert_eq!(get(&owner, &one.invoice)["open"]["amount"], "60.00");
        let confirm = |entry: &serde_json::Value, wish: serde_json::Value| {
            owner.post(&format!("/v1/bank-entries/{}/confirm", entry["id"].as_str().unwrap()), wish)
        };
        confirm(&proposed, json!({})).expect(200);
        assert_eq!(get(&owner, &one.invoice)["status"], "paid");
        confirm(&proposed, json!({})).refused(409, "wrong_state");
        confirm(&unmatched, json!({})).expect(422).names("/invoice_id");
        let other = invoice(&owner, &one.client, "7.00");
        let booked = confirm(&unmatched, json!({ "invoice_id": other })).expect(200).json();
        assert_eq!((&booked["outcome"], get(&owner, &other)["open"]["amount"].clone()), (&json!("confirmed"), json!("2.00")));
        books_balance(&owner);
    }

    /// Files that are none are refused whole.
    fn what_is_no_answer_is_refused(world) {
        let owner = world.owner("north");
        for text in ["", "hello", "<Document/>", "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>"] {
            let answer = tell(&owner, text);
            assert_eq!(answer.status, 422, "{text}: {}", answer.text);
            answer.names("/file");
        }
        assert_eq!(owner.get("/v1/bank-replies").expect(200).json()["data"], json!([]));
    }

    /// Numbers of accounts stand in no table and no answer but the files.
    fn account_numbers_are_sealed(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let Sent { reference, .. } = sent(&owner, &one.invoice, &store(&owner, &one.client, GERMAN));
        tell(&owner, &camt("S1", &[credited("60.00", &reference)])).expect(201);
        for path in ["/v1/payment-methods", "/v1/mandates", "/v1/bank-debits", "/v1/bank-batches", "/v1/bank-replies", "/v1/bank-entries",
            "/v1/transactions", "/v1/activities?limit=100", "/v1/mails?limit=100", "/v1/todos?limit=100"] {
            let text = owner.get(path).expect(200).text;
            assert!(!text.contains(GERMAN) && !text.contains("0532013000"), "{path}: {text}");
        }
        let holding = |(table, rows): (String, String)| rows.contains("0532013000").then_some(table);
        let holders: Vec<_> = world.database.digest().into_iter().filter_map(holding).collect();
        assert_eq!(holders, Vec::<String>::new());
    }
}
