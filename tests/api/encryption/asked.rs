//! What is asked for before people do something about payments: the phrase always, the PIN where money goes or numbers are seen.

use super::{House, PHRASE, ended, owing, with_card};
use crate::api::bank;
use crate::api::payments::card;
use crate::support::Actor;
use serde_json::{Value, json};

const GOOD: &str = "4242424242424242";
/// Of a payment with this card one never hears again.
const SILENT: &str = "4000000000000101";

fn pay(owner: &Actor, invoice: &str, number: &str, reserve: bool) -> String {
    let mut wish = card(number);
    wish["authorise_only"] = json!(reserve);
    owner.post_once(&format!("/v1/invoices/{invoice}/pay"), invoice, wish).expect(202).text("/id")
}

both! {
    /// Capturing, releasing, deciding, the terminal, and paying for a client wait for the phrase.
    fn a_phrase_stands_before_what_people_do(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (pia, _) = with_card(&owner, "Pia");
        let (reserved, silent) = (pay(&owner, &owing(&owner, &pia), GOOD, true), pay(&owner, &owing(&owner, &pia), SILENT, false));
        let due = owing(&owner, &pia);
        ended(&owner, &owner.post("/v1/encryption/rotate", json!({"mode": "pass_phrase", "new_pass_phrase": PHRASE})).expect(202));
        owner.act("/v1/encryption/lock").expect(200);
        let mut terminal = card(GOOD);
        terminal["client_id"] = json!(pia);
        terminal["amount"] = json!({"amount": "5.00", "currency": "EUR"});
        let calls: [(String, Value); 6] = [
            (format!("/v1/transactions/{reserved}/capture"), json!({"amount": {"amount": "1.00", "currency": "EUR"}})),
            ("/v1/transactions/capture".into(), json!({"transactions": [reserved]})),
            (format!("/v1/transactions/{reserved}/void"), json!({})),
            (format!("/v1/transactions/{silent}/decide"), json!({"state": "approved", "comment": "By telephone"})),
            (format!("/v1/invoices/{due}/pay"), card(GOOD)),
            ("/v1/transactions".into(), terminal),
        ];
        for (path, body) in &calls {
            owner.post_once(path, path, body.clone()).refused(409, "encryption_locked");
        }
        owner.post("/v1/encryption/unlock", json!({"pass_phrase": PHRASE})).expect(200);
        for (path, body) in &calls[1..] {
            owner.post_once(path, &format!("{path}-again"), body.clone()).expect(200);
        }
    }

    /// Files for banks and from them have account numbers in full, and credit that is paid out is money that goes.
    fn a_pin_stands_before_numbers_and_payouts(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        owner.post("/v1/gateways", bank::sepa()).expect(201);
        let one = bank::debtor(&owner, "Carla", "60.00");
        bank::debit(&owner, &one.invoice, &bank::store(&owner, &one.client, bank::GERMAN)).expect(202);
        let batch = bank::open_batch(&owner);
        bank::close(&owner, &batch).expect(200);
        let told = bank::tell(&owner, &bank::statements::camt("1", &[bank::statements::transfer_from("100.00", "Hello", "Carla", bank::GERMAN)])).expect(201).text("/id");
        let usd = json!({"amount": "7.00", "currency": "EUR"});
        owner.post(&format!("/v1/clients/{}/credits", one.client), json!({"amount": usd, "reason": "Goodwill"})).expect(201);
        owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).expect(200);
        let payout = || {
            let wish = json!({"amount": usd, "reason": "Left", "paid": {"method": "transfer", "reference": "1"}});
            owner.post_once(&format!("/v1/clients/{}/credits/refund", one.client), "out", wish)
        };
        let files = [format!("/v1/bank-batches/{batch}/file"), format!("/v1/bank-replies/{told}/file")];
        for path in &files {
            owner.get(path).refused(409, "encryption_locked");
        }
        payout().refused(409, "encryption_locked");
        owner.post("/v1/encryption/unlock", json!({"pin": "2603"})).expect(200);
        for path in &files {
            assert!(owner.get(path).expect(200).text.contains("DE89"), "{path}");
        }
        payout().expect(201);
    }
}
