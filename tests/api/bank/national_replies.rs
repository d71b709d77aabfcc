//! Answers in the older formats: statements of lines (MT940), and Spanish files of returned debits (Norma 19).

use super::statements::{camt, credited};
use super::{GERMAN, close, debit, debtor, national, open_batch, references, sepa, state, store, tell};
use crate::api::invoices::{books_balance, get};
use crate::api::verify::verify;
use crate::support::Actor;
use serde_json::json;
use std::collections::BTreeMap;

/// Closes the open batch; its file.
fn sent(owner: &Actor) -> String {
    let batch = open_batch(owner);
    close(owner, &batch).expect(200);
    owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200).text
}

/// A statement of one line: a debit of 60.00 that has come back for this reason.
fn mt940(reference: &str, reason: &str) -> String {
    [
        ":20:STMT1",
        ":25:21000418/0200051332EUR",
        ":28C:1/1",
        ":60F:C260107EUR1000,00",
        &format!(":61:2601070107DR60,00NRTI{reference}//CX20260107001"),
        &format!(":86:109?00SEPA-RUECKLASTSCHRIFT?10932?20EREF+{reference}?21SVWZ+{reason} RUECKGABE?32CARLA MARTIN"),
        ":62F:C260107EUR940,00",
        "-",
        "",
    ]
    .join("\r\n")
}

/// The bank's file of returns is that of the orders with a 9 in place of the 8, and a digit for the reason (`formats/norma19.md`).
fn all_returned(orders: &str, reason: char) -> String {
    let lines = orders.split("\r\n").filter(|line| !line.is_empty()).map(|line| {
        let mut letters: Vec<char> = line.chars().collect();
        letters[2] = '9';
        if line.starts_with("5680") {
            letters[154] = reason;
        }
        letters.into_iter().collect::<String>()
    });
    lines.map(|line| line + "\r\n").collect()
}

both! {
    /// A statement brings the money back out; the reason of a payer who disagrees lets the mandate rest.
    fn a_line_of_a_statement_takes_a_debit_back(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let id = debit(&owner, &one.invoice, &store(&owner, &one.client, GERMAN)).expect(202).text("/id");
        let reference = references(&sent(&owner)).remove(0);
        tell(&owner, &camt("1", &[credited("60.00", &reference)])).expect(201);
        assert_eq!((state(&owner, &id), get(&owner, &one.invoice)["status"].clone()), ("approved".into(), json!("paid")));
        let read = tell(&owner, &mt940(&reference, "MD06")).expect(201).json();
        assert_eq!((&read["outcomes"], &read["waiting"]), (&json!([{"outcome": "applied", "count": 1}]), &json!(0)), "{read}");
        assert_eq!((state(&owner, &id), get(&owner, &one.invoice)["open"]["amount"].clone()), ("refunded".into(), json!("60.00")));
        assert_eq!(owner.get("/v1/mandates").expect(200).text("/data/0/state"), "suspended");
        tell(&owner, &mt940(&reference, "MD06")).expect(200);
        books_balance(&owner);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Two Spanish debits come back in one file: one that nobody had paid yet is declined, one that was taken for paid is taken
    /// back. Digit 2 says that the account is closed: it is debited no more.
    fn a_file_of_returns_declines_and_takes_back(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", national("norma19")).expect(201);
        let (one, two) = (debtor(&owner, "Carla", "60.00"), debtor(&owner, "Dora", "7.00"));
        let pay = |invoice: &str, ccc: &str| {
            let wish = json!({"gateway": "norma19", "account": {"holder": "Carla", "ccc": ccc}});
            owner.post_once(&format!("/v1/invoices/{invoice}/pay"), invoice, wish).expect(202).text("/id")
        };
        let (waits, taken) = (pay(&one.invoice, "2100 0418 45 0200051332"), pay(&two.invoice, "0049 1500 05 1234567892"));
        let orders = sent(&owner);
        owner.post(&format!("/v1/transactions/{taken}/decide"), json!({"state": "approved", "comment": "On the account"})).expect(200);
        assert_eq!((state(&owner, &waits), get(&owner, &two.invoice)["status"].clone()), ("pending".into(), json!("paid")));
        let file = all_returned(&orders, '2');
        let read = tell(&owner, &file).expect(201).json();
        assert_eq!((&read["outcomes"], &read["waiting"]), (&json!([{"outcome": "applied", "count": 2}]), &json!(0)), "{read}");
        assert_eq!((state(&owner, &waits), state(&owner, &taken)), ("declined".into(), "refunded".into()));
        for (invoice, amount) in [(&one.invoice, "60.00"), (&two.invoice, "7.00")] {
            assert_eq!(get(&owner, invoice)["open"]["amount"], json!(amount));
        }
        let again = owner.get(&format!("/v1/transactions/{waits}")).expect(200).text("/payment_method_id");
        let more = debit(&owner, &crate::api::bank::invoice(&owner, &one.client, "8.00"), &again);
        assert!(more.status == 409 || more.status == 422, "{}", more.text);
        assert_eq!(tell(&owner, &file).expect(200).text("/id"), read["id"].as_str().unwrap());
        books_balance(&owner);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }
}
