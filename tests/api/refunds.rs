//! Giving payments back, taking what was reserved, and deciding by hand what nobody answers for.

use crate::api::invoices::{balance, books_balance, first_client, get, issued};
use crate::api::payments::{card, credit, pay, taken};
use crate::api::verify::verify;
use crate::support::world::Seller;
use crate::support::{Actor, Answer, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const GOOD: &str = "4242424242424242";

fn refund(owner: &Actor, payment: &str, wish: Value, key: &str) -> Answer {
    owner.post_once(&format!("/v1/transactions/{payment}/refund"), key, wish)
}

/// An invoice of 60.00 USD, of which the client has no credit, and the payment that reserves it.
fn reserved(owner: &Actor, key: &str) -> (String, String) {
    let invoice = issued(owner, "USD", &[("1", "60.00")]);
    let mut wish = card(GOOD);
    wish["authorise_only"] = json!(true);
    let answer = owner.post_once(&format!("/v1/invoices/{invoice}/pay"), key, wish).expect(202);
    (invoice, answer.text("/id"))
}

/// A transaction that the operation can be tried with.
pub fn prepare(seller: &mut Seller, operation: &str) {
    let owner = &seller.owner;
    let id = match operation {
        "refund_transaction" | "create_dispute" => {
            pay(owner, &issued(owner, "USD", &[("1", "60.00")]), GOOD, "prepared").text("/id")
        }
        "capture_transaction" | "capture_transactions" | "void_transaction" => reserved(owner, "prepared").1,
        // a card of which one never hears again
        "decide_transaction" => {
            pay(owner, &issued(owner, "USD", &[("1", "60.00")]), "4000000000000101", "prepared").text("/id")
        }
        _ => return,
    };
    seller.ids.insert("txn".into(), id);
}

fn given_back(world: &World) -> i64 {
    crate::api::payments::refunded(world, "USD")
}

fn state(owner: &Actor, transaction: &str) -> String {
    owner.get(&format!("/v1/transactions/{transaction}")).expect(200).text("/state")
}

both! {
    /// 60.00 are paid by card and go back to it, with the credit note, in one call; asked twice they go once.
    fn a_payment_goes_back_whole(world) {
        let owner = world.owner("north");
        let invoice = issued(&owner, "USD", &[("1", "60.00")]);
        let payment = pay(&owner, &invoice, GOOD, "pay").expect(200).text("/id");
        let wish = json!({"credit_note": {"extent": "whole"}, "reason": "Not wanted"});
        let back = refund(&owner, &payment, wish.clone(), "back").expect(200).json();
        assert_eq!((&back["kind"], &back["state"], &back["amount"]["amount"]), (&json!("refund"), &json!("approved"), &json!("60.00")));
        assert_eq!(back["refunds_transaction_id"], json!(payment));
        assert_eq!(refund(&owner, &payment, wish, "back").expect(200).json()["id"], back["id"]);
        assert_eq!((taken(world, "USD"), given_back(world)), (6_000, 6_000));
        assert_eq!((state(&owner, &payment), get(&owner, &invoice)["status"].clone()), ("refunded".into(), json!("refunded")));
        let nothing = json!({"amount": "0.00", "currency": "USD"});
        assert!(credit(&owner).as_array().unwrap().contains(&nothing));
        assert_eq!(balance(&owner, "gateway", "USD"), "0");
        books_balance(&owner);
        let mails = owner.get(&format!("/v1/mails?client_id={}", first_client(&owner))).expect(200).json();
        let told = mails["data"].as_array().unwrap().iter().filter(|mail| mail["kind"] == "refund").count();
        assert_eq!(told, 1);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// 20.00 of 60.00, then no more than the 40.00 that are left.
    fn parts_add_up_to_the_payment(world) {
        let owner = world.owner("north");
        let invoice = issued(&owner, "USD", &[("1", "60.00")]);
        let payment = pay(&owner, &invoice, GOOD, "pay").expect(200).text("/id");
        let usd = |amount: &str| json!({"amount": amount, "currency": "USD"});
        refund(&owner, &payment, json!({"reason": "As asked"}), "no-credit").refused(409, "conflict");
        let part = json!({"credit_note": {"extent": "amount", "amount": usd("20.00")}, "reason": "A third"});
        assert_eq!(refund(&owner, &payment, part, "a").expect(200).json()["amount"], usd("20.00"));
        assert_eq!(state(&owner, &payment), "approved");
        let too_much = json!({"amount": usd("40.01"), "credit_note": {"extent": "whole"}, "reason": "The rest"});
        refund(&owner, &payment, too_much, "b").refused(422, "validation_failed").names("/amount/amount");
        // nothing of a refusal stays, the credit note neither
        assert_eq!(get(&owner, &invoice)["status"], "paid");
        let euro = json!({"amount": {"amount": "1.00", "currency": "EUR"}, "reason": "Others"});
        refund(&owner, &payment, euro, "c").refused(422, "validation_failed").names("/amount/currency");
        let rest = json!({"credit_note": {"extent": "whole"}, "reason": "The rest"});
        assert_eq!(refund(&owner, &payment, rest, "d").expect(200).json()["amount"], usd("40.00"));
        assert_eq!((given_back(world), state(&owner, &payment).as_str()), (6_000, "refunded"));
        refund(&owner, &payment, json!({"reason": "Again"}), "e").refused(409, "wrong_state");
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Cheques and cash are given back by hand.
    fn what_came_by_hand_goes_by_hand(world) {
        let owner = world.owner("north");
        let invoice = issued(&owner, "USD", &[("1", "10.00")]);
        let cash = json!({"method": "cash"});
        let payment = owner.post(&format!("/v1/invoices/{invoice}/payments"), cash).expect(201).text("/id");
        refund(&owner, &payment, json!({"reason": "Back"}), "a").refused(409, "conflict");
    }

    /// Reserved money pays nothing. Of 60.00 45.00 are taken, so 15.00 stay open; what is released pays nothing.
    fn what_is_reserved_is_taken_or_released(world) {
        let owner = world.owner("north");
        let (invoice, payment) = reserved(&owner, "one");
        let (other, let_go) = reserved(&owner, "two");
        let waiting = owner.get("/v1/transactions?state=authorised").expect(200).json();
        assert_eq!(waiting["data"].as_array().unwrap().len(), 2);
        assert_eq!(get(&owner, &invoice)["open"]["amount"], "60.00");
        let capture = |id: &str, amount: &str| {
            let wish = json!({"amount": {"amount": amount, "currency": "USD"}});
            owner.post(&format!("/v1/transactions/{id}/capture"), wish)
        };
        capture(&payment, "60.01").refused(422, "validation_failed").names("/amount/amount");
        let done = capture(&payment, "45.00").expect(200).json();
        assert_eq!((&done["state"], &done["amount"]["amount"]), (&json!("captured"), &json!("45.00")));
        assert_eq!(get(&owner, &invoice)["open"]["amount"], "15.00");
        assert_eq!(capture(&payment, "45.00").expect(200).json()["state"], "captured");
        owner.act(&format!("/v1/transactions/{payment}/void")).expect(200);
        assert_eq!(owner.act(&format!("/v1/transactions/{let_go}/void")).expect(200).json()["state"], "voided");
        assert_eq!((get(&owner, &other)["open"]["amount"].clone(), taken(world, "USD")), (json!("60.00"), 4_500));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// One that holds nothing is told apart; the others are taken.
    fn many_are_taken_at_once(world) {
        let owner = world.owner("north");
        let (_, first) = reserved(&owner, "one");
        let (_, second) = reserved(&owner, "two");
        let paid = pay(&owner, &issued(&owner, "USD", &[("1", "5.00")]), GOOD, "paid").text("/id");
        let wish = json!({"transactions": [first, paid, second]});
        let done = owner.post("/v1/transactions/capture", wish).expect(200).json();
        let states: Vec<_> = done["results"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["captured", "approved", "captured"]);
        assert!(done["results"][1]["problem"].as_str().unwrap().contains("holds no money"), "{done}");
        assert_eq!(taken(world, "USD"), 12_500);
        owner.post("/v1/transactions/capture", json!({"transactions": []})).refused(422, "validation_failed").names("/transactions");
    }

    /// A card of which one never hears again: whoever looked there says that the money moved, or that it did not.
    fn a_person_decides_what_nobody_answers_for(world) {
        let owner = world.owner("north");
        let lost = |key: &str| {
            let invoice = issued(&owner, "USD", &[("1", "60.00")]);
            let id = pay(&owner, &invoice, "4000000000000101", key).expect(202).text("/id");
            (invoice, id)
        };
        let decide = |id: &str, state: &str| {
            owner.post(&format!("/v1/transactions/{id}/decide"), json!({"state": state, "comment": "Seen in its list"}))
        };
        let (invoice, id) = lost("a");
        assert_eq!(decide(&id, "approved").expect(200).json()["state"], "approved");
        assert_eq!(get(&owner, &invoice)["status"], "paid");
        decide(&id, "declined").refused(409, "wrong_state");
        let (invoice, id) = lost("b");
        decide(&id, "declined").expect(200);
        assert_eq!(get(&owner, &invoice)["open"]["amount"], "60.00");
        // and can be paid again
        pay(&owner, &invoice, GOOD, "c").expect(200);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }
}
