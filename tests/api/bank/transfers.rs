//! Money that clients send by themselves: what tells one transfer from another, and for which invoice it seems to be.

use super::statements::{camt, transfer_from};
use super::{GERMAN, SPANISH, debtor, invoice, sepa, store, tell};
use crate::api::invoices::{books_balance, get, tamper};
use crate::support::Actor;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Nobody's here; the registry's example.
const FRENCH: &str = "FR1420041010050500013M02606";

/// What followed from a statement with these entries, as `outcome count`.
fn outcomes(owner: &Actor, number: &str, entries: &[String]) -> Vec<String> {
    let read = tell(owner, &camt(number, entries)).expect(201).json();
    let word = |one: &Value| format!("{} {}", one["outcome"].as_str().unwrap(), one["count"]);
    read["outcomes"].as_array().unwrap().iter().map(word).collect()
}

/// What is proposed for the entries of a statement with one entry, as `key invoice`.
pub fn proposed(owner: &Actor, number: &str, entry: String) -> Vec<(String, String)> {
    let read = tell(owner, &camt(number, &[entry])).expect(201).text("/id");
    let all = owner.get(&format!("/v1/bank-entries?reply_id={read}&limit=100")).expect(200).json();
    let word = |one: &Value, name: &str| one[name].as_str().unwrap_or("-").to_string();
    let told = |one: &Value| (word(one, "matched_by"), word(one, "invoice_id"));
    let mut all: Vec<_> = all["data"].as_array().unwrap().iter().map(told).collect();
    all.sort();
    all
}

both! {
    /// 10.00 on one day from two people, in two statements of a bank that numbers nothing: both are there to be booked. What
    /// another statement repeats is not there again, in whatever order.
    fn two_payers_of_one_day_are_two(world) {
        let owner = world.owner("north");
        let anna = transfer_from("10.00", "Hosting", "Anna Example", GERMAN);
        let bert = transfer_from("10.00", "Hosting", "Bert Example", FRENCH);
        let again = transfer_from("10.00", "HOSTING", "ANNA EXAMPLE", GERMAN);
        assert_eq!(outcomes(&owner, "S1", std::slice::from_ref(&anna)), ["unmatched 1"]);
        assert_eq!(outcomes(&owner, "S2", std::slice::from_ref(&bert)), ["unmatched 1"]);
        assert_eq!(outcomes(&owner, "S3", &[bert, again]), Vec::<String>::new());
        let december = transfer_from("10.00", "Hosting in December", "Anna Example", GERMAN);
        assert_eq!(outcomes(&owner, "S4", &[anna.clone(), december]), ["unmatched 1"]);
        // two that nothing tells apart are two in one statement
        assert_eq!(outcomes(&owner, "S5", &[anna.clone(), anna]), ["unmatched 1"]);
    }

    /// Entries were once known by account, kind, code, day, amount and references alone. What was read then is known now, and
    /// what was taken for it is not.
    fn what_was_read_before_payers_counted_is_known(world) {
        let owner = world.owner("north");
        let anna = transfer_from("10.00", "Hosting", "Anna Example", GERMAN);
        assert_eq!(outcomes(&owner, "S1", std::slice::from_ref(&anna)), ["unmatched 1"]);
        let words = [SPANISH, "transfer", "PMNT/RCDT/ESCT", "2026-01-07", "1000 EUR", "", "", "", "", "", "0"];
        let digest: String = Sha256::digest(words.join("\u{1f}")).iter().map(|byte| format!("{byte:02x}")).collect();
        tamper(world, &format!("UPDATE bank_entries SET fingerprint = '{digest}'"));
        assert_eq!(outcomes(&owner, "S2", &[anna]), Vec::<String>::new());
        let bert = transfer_from("10.00", "Hosting", "Bert Example", FRENCH);
        assert_eq!(outcomes(&owner, "S3", &[bert]), ["unmatched 1"]);
    }

    /// Without a number: just the amount of an open invoice, from an account that its client has stored, or else under its
    /// client's name. It is a suggestion; a person confirms it.
    fn accounts_and_names_suggest_invoices(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let (carla, dora) = (debtor(&owner, "Carla", "60.00"), debtor(&owner, "Dóra", "60.00"));
        store(&owner, &carla.client, GERMAN);
        let company = json!({"kind": "company", "company": "Núñez & Söhne GmbH",
            "address": {"line1": "2 Side Street", "city": "Village", "postal_code": "20000", "country": "FR"},
            "contact": {"first_name": "Eva", "last_name": "Nunez", "email": "eva@debtor.example", "password": "correct horse battery"}});
        let company = owner.post("/v1/clients", company).expect(201).text("/id");
        let theirs = invoice(&owner, &company, "60.00");
        let one = |number: &str, amount: &str, name: &str, iban: &str| {
            proposed(&owner, number, transfer_from(amount, "thanks", name, iban))
        };
        let word = |key: &str, invoice: &str| vec![(key.to_string(), invoice.to_string())];
        // the account says more than the name
        assert_eq!(one("S1", "60.00", "MARTIN DORA", GERMAN), word("amount_and_account", &carla.invoice));
        assert_eq!(one("S2", "60.00", "MARTIN, DORA", FRENCH), word("amount_and_name", &dora.invoice));
        assert_eq!(one("S3", "60.00", "NUNEZ SOEHNE GMBH", FRENCH), word("amount_and_name", &theirs));
        // who holds the account that is stored, which only the account itself can tell
        assert_eq!(one("S4", "60.00", "Nobody", FRENCH), word("-", "-"));
        assert_eq!(one("S5", "59.99", "MARTIN CARLA", GERMAN), word("-", "-"));
        assert_eq!(get(&owner, &dora.invoice)["open"]["amount"], "60.00");
        let entry = owner.get("/v1/bank-entries?outcome=proposed&limit=100").expect(200).json();
        let entry = entry["data"].as_array().unwrap().iter().find(|one| one["invoice_id"] == json!(dora.invoice)).unwrap();
        owner.post(&format!("/v1/bank-entries/{}/confirm", entry["id"].as_str().unwrap()), json!({})).expect(200);
        assert_eq!((get(&owner, &dora.invoice)["status"].clone(), get(&owner, &carla.invoice)["open"]["amount"].clone()), (json!("paid"), json!("60.00")));
        assert_eq!(one("S6", "60.00", "Dora Martin", FRENCH), word("-", "-"));
        books_balance(&owner);
    }

    /// Two invoices of one amount are both suggested, and the one that is not confirmed is left. Of eleven none is: a person
    /// is asked to name one.
    fn invoices_that_fit_alike_are_told(world) {
        let owner = world.owner("north");
        let carla = debtor(&owner, "Carla", "8.00");
        let second = invoice(&owner, &carla.client, "8.00");
        let mut both: Vec<_> = [&carla.invoice, &second].map(|id| ("amount_and_name".to_string(), id.clone())).into();
        both.sort();
        assert_eq!(proposed(&owner, "S1", transfer_from("8.00", "thanks", "Carla Martin", FRENCH)), both);
        let entry = owner.get("/v1/bank-entries?is_open=true").expect(200).text("/data/0/id");
        owner.post(&format!("/v1/bank-entries/{entry}/confirm"), json!({ "invoice_id": second })).expect(200);
        assert_eq!(owner.get("/v1/bank-entries?is_open=true").expect(200).json()["data"], json!([]));
        for _ in 0..10 {
            invoice(&owner, &carla.client, "8.00");
        }
        assert_eq!(outcomes(&owner, "S2", &[transfer_from("8.00", "more", "Carla Martin", FRENCH)]), ["contradiction 1"]);
        let entry = owner.get("/v1/bank-entries?is_open=true").expect(200).json()["data"][0].clone();
        assert_eq!((&entry["contradiction"], &entry["matched_by"]), (&json!("ambiguous"), &json!("amount_and_name")));
        let path = format!("/v1/bank-entries/{}/confirm", entry["id"].as_str().unwrap());
        owner.post(&path, json!({})).expect(422).names("/invoice_id");
        owner.post(&path, json!({ "invoice_id": carla.invoice })).expect(200);
        assert_eq!(get(&owner, &carla.invoice)["status"], "paid");
    }
}
