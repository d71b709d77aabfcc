//! What a batch that is deleted leaves behind: mandates as they were before it, and debits that nobody needs any more.

use super::{GERMAN, close, debit, debtor, invoice, open_batch, sepa, state, store};
use crate::api::invoices::get;
use crate::api::verify::verify;
use crate::support::Actor;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A bank that wants first collections named.
fn naming_bank(owner: &Actor) {
    let mut plugin = sepa();
    plugin["settings"]["sequence_first"] = json!(true);
    owner.post("/v1/gateways", plugin).expect(201);
}

/// Stores an account with a mandate for one collection.
fn store_for_one(owner: &Actor, client: &str, key: &str) -> String {
    let method = json!({"gateway": "sepa", "account": {"holder": "Alice Martin", "iban": GERMAN},
        "mandate": {"accepted": true, "kind": "one_off"}});
    owner.post_once("/v1/payment-methods", key, json!({"client_id": client, "method": method})).expect(201).text("/id")
}

/// Closes the batch that is open; its id, and what its collections are called.
fn closed(owner: &Actor) -> (String, Vec<String>) {
    let batch = open_batch(owner);
    close(owner, &batch).expect(200);
    let file = owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200).text;
    let parts = file.split("<SeqTp>").skip(1).map(|part| part.split('<').next().unwrap().to_string());
    (batch, parts.collect())
}

fn delete(owner: &Actor, batch: &str) {
    owner.delete(&format!("/v1/bank-batches/{batch}")).expect(204);
}

fn mandate(owner: &Actor) -> Value {
    owner.get("/v1/mandates").expect(200).json()["data"][0].clone()
}

both! {
    /// A mandate for one collection has had it when its batch is closed, and not when that is deleted: what takes its place
    /// goes into the next file.
    fn a_single_collection_is_given_back(world) {
        let owner = world.owner("north");
        naming_bank(&owner);
        let one = debtor(&owner, "Carla", "60.00");
        debit(&owner, &one.invoice, &store_for_one(&owner, &one.client, "once")).expect(202);
        let (batch, sequences) = closed(&owner);
        assert_eq!((sequences, mandate(&owner)["state"].clone()), (vec!["OOFF".to_string()], json!("ended")));
        delete(&owner, &batch);
        let given_back = mandate(&owner);
        let seen = ["state", "last_collected_on", "ended_on", "ended_because"].map(|name| given_back[name].clone());
        assert_eq!(seen, [json!("active"), Value::Null, Value::Null, Value::Null]);
        let (next, sequences) = closed(&owner);
        assert_eq!((sequences, mandate(&owner)["state"].clone()), (vec!["OOFF".to_string()], json!("ended")));
        // what was revoked meanwhile stays so
        let path = format!("/v1/mandates/{}/revoke", given_back["id"].as_str().unwrap());
        owner.post(&path, json!({"reason": "Left"})).expect(200);
        delete(&owner, &next);
        let revoked = mandate(&owner);
        assert_eq!((&revoked["state"], &revoked["ended_because"]), (&json!("ended"), &json!("Left")));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// The first collection is the first again when its batch is deleted, and the second the second: the other files say so.
    fn the_first_collection_is_the_first_again(world) {
        let owner = world.owner("north");
        naming_bank(&owner);
        let one = debtor(&owner, "Carla", "60.00");
        let method = store(&owner, &one.client, GERMAN);
        debit(&owner, &one.invoice, &method).expect(202);
        let (first, sequences) = closed(&owner);
        assert_eq!(sequences, ["FRST"]);
        let day = mandate(&owner)["last_collected_on"].clone();
        assert!(day.is_string());
        delete(&owner, &first);
        assert_eq!(mandate(&owner)["last_collected_on"], Value::Null);
        let (_, sequences) = closed(&owner);
        assert_eq!((sequences, mandate(&owner)["last_collected_on"].clone()), (vec!["FRST".to_string()], day.clone()));
        debit(&owner, &invoice(&owner, &one.client, "7.00"), &method).expect(202);
        let (second, sequences) = closed(&owner);
        assert_eq!(sequences, ["RCUR"]);
        delete(&owner, &second);
        assert_eq!(mandate(&owner)["last_collected_on"], day);
        assert_eq!(closed(&owner).1, ["RCUR"]);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Of two invoices one is covered by credit meanwhile: it needs no debit any more. The batch goes all the same.
    fn what_credit_covers_is_not_debited_anew(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let (one, two) = (debtor(&owner, "Carla", "60.00"), debtor(&owner, "Dora", "7.00"));
        let first = debit(&owner, &one.invoice, &store(&owner, &one.client, GERMAN)).expect(202).text("/id");
        let second = debit(&owner, &two.invoice, &store(&owner, &two.client, "FR1420041010050500013M02606")).expect(202).text("/id");
        let (batch, _) = closed(&owner);
        let gift = json!({"amount": {"amount": "60.00", "currency": "EUR"}, "reason": "Sorry"});
        owner.post(&format!("/v1/clients/{}/credits", one.client), gift).expect(201);
        delete(&owner, &batch);
        assert_eq!((state(&owner, &first), state(&owner, &second)), ("voided".into(), "voided".into()));
        let anew = owner.get(&format!("/v1/bank-debits?batch_id={}", open_batch(&owner))).expect(200).json();
        let replaced: Vec<_> = anew["data"].as_array().unwrap().iter().map(|debit| debit["replaces_id"].clone()).collect();
        assert_eq!(replaced, [json!(second)]);
        assert_eq!(get(&owner, &one.invoice)["open"]["amount"], "60.00");
        assert_eq!(owner.post(&format!("/v1/invoices/{}/apply-credit", one.invoice), json!({})).expect(200).json()["status"], "paid");
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }
}
