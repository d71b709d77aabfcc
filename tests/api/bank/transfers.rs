//! Money that clients send by themselves: what tells one transfer from another.

use super::statements::{camt, transfer_from};
use super::{GERMAN, SPANISH, tell};
use crate::api::invoices::tamper;
use crate::support::Actor;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Nobody's here; the registry's example.
const FRENCH: &str = "FR1420041010050500013M02606";

/// What followed from a statement with these entries, as `outcome count`.
fn outcomes(owner: &Actor, number: &str, entries: &[String]) -> Vec<String> {
    let read = tell(owner, &camt(number, entries)).expect(201).json();
    let word = |one: &Value| format!("{} {}", one["outcome"].as_str().unwrap(), one["count"]);
    read["outcomes"].as_array().unwrap().iter().map(word).collect()
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
}
