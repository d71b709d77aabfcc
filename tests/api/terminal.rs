//! The virtual terminal (PAY-03): charged and reserved by hand, for clients and for people who are none, in the books and not.

use crate::api::invoices::{balance, books_balance, first_client};
use crate::api::payments::{card, refunded, taken};
use crate::api::verify::verify;
use crate::support::{Actor, Answer};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const GOOD: &str = "4242424242424242";
const REFUSED: &str = "4000000000000010";
/// The answer to this one is lost, the money is not.
const LOST_AFTER: &str = "4000000000000069";

/// Someone who is no client pays with a card in Swiss francs, in which nobody else does.
pub fn at_terminal(number: &str, amount: &str) -> Value {
    let address = json!({"line1": "2 rue Haute", "line2": "apt 4", "city": "Dijon", "state": "", "county": "", "postal_code": "21000", "country": "FR"});
    json!({"gateway": "fake", "amount": chf(amount), "card": card(number)["card"], "comment": "By telephone",
        "payer": {"first_name": "Paul", "last_name": "Passant", "company": "", "email": "paul@passant.example",
            "phone": "+33 3 80 00 00 01", "fax": "+33 3 80 00 00 02", "address": address}})
}

fn chf(amount: &str) -> Value {
    json!({"amount": amount, "currency": "CHF"})
}

fn charge(owner: &Actor, wish: Value, key: &str) -> Answer {
    owner.post_once("/v1/transactions", key, wish)
}

fn with(mut wish: Value, more: Value) -> Value {
    wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    wish
}

fn refund(owner: &Actor, payment: &str, key: &str, wish: Value) -> Answer {
    owner.post_once(&format!("/v1/transactions/{payment}/refund"), key, with(json!({"reason": "As asked"}), wish))
}

fn state(owner: &Actor, transaction: &str) -> String {
    owner.get(&format!("/v1/transactions/{transaction}")).expect(200).text("/state")
}

/// What the gateway holds, what was earned besides invoices, and what clients have to their credit, by the books.
fn books(owner: &Actor) -> [String; 3] {
    ["gateway", "revenue_other", "client_credit"].map(|account| balance(owner, account, "CHF"))
}

fn mails(owner: &Actor) -> usize {
    owner.get("/v1/mails?limit=100").expect(200).json()["data"].as_array().unwrap().len()
}

both! {
    /// 30.00 of somebody else's are income at once; 10.00 go back, then the rest.
    fn whoever_pays_need_not_be_a_client(world) {
        let owner = world.owner("north");
        let (wish, before) = (at_terminal(GOOD, "30.00"), mails(&owner));
        let paid = charge(&owner, wish.clone(), "once").expect(200).json();
        assert_eq!((&paid["state"], &paid["client_id"], &paid["invoice_id"], &paid["books"]), (&json!("approved"), &json!(null), &json!(null), &json!("income")));
        assert_eq!((&paid["payer"], &paid["comment"]), (&wish["payer"], &json!("By telephone")));
        assert_eq!(books(&owner), ["30.00", "30.00", "0"]);
        // the same call again charges nothing
        let again = charge(&owner, wish, "once").expect(200);
        assert_eq!((&again.json()["id"], again.header("idempotency-replayed")), (&paid["id"], Some("true")));
        assert_eq!(taken(world, "CHF"), 3_000);
        let list = owner.get("/v1/transactions?gateway=fake&state=approved&limit=100").expect(200).json();
        assert!(list["data"].as_array().unwrap().contains(&paid));
        let id = paid["id"].as_str().unwrap();
        refund(&owner, id, "too-much", json!({"amount": chf("30.01")})).refused(422, "validation_failed").names("/amount/amount");
        let back = refund(&owner, id, "part", json!({"amount": chf("10.00")})).expect(200).json();
        assert_eq!((&back["state"], &back["client_id"], &back["refunds_transaction_id"]), (&json!("approved"), &json!(null), &json!(id)));
        assert_eq!(books(&owner), ["20.00", "20.00", "0"]);
        assert_eq!(refund(&owner, id, "rest", json!({})).expect(200).json()["amount"], chf("20.00"));
        assert_eq!((refunded(world, "CHF"), state(&owner, id)), (3_000, "refunded".into()));
        refund(&owner, id, "more", json!({})).refused(409, "wrong_state");
        // nobody is written to
        assert_eq!((mails(&owner), verify(world, "north").0), (before, BTreeMap::new()));
        books_balance(&owner);
    }

    /// What a client pays is a deposit: no income until an invoice uses it, and it goes back out of the credit only.
    fn a_clients_money_is_its_credit(world) {
        let owner = world.owner("north");
        let client = first_client(&owner);
        let wish = with(at_terminal(GOOD, "30.00"), json!({"client_id": client, "payer": null}));
        let before = mails(&owner);
        let paid = charge(&owner, wish, "deposit").expect(200).json();
        assert_eq!((&paid["client_id"], &paid["books"], &paid["payer"]), (&json!(client), &json!("client"), &json!(null)));
        assert_eq!(books(&owner), ["30.00", "0", "30.00"]);
        let credits = owner.get(&format!("/v1/clients/{client}/credits")).expect(200).json();
        let made = credits["data"].as_array().unwrap().iter().find(|one| one["amount"] == chf("30.00")).unwrap();
        assert_eq!((&made["kind"], &made["reason"]), (&json!("deposit"), &json!("By telephone")));
        assert_eq!(mails(&owner), before + 1);
        // 20.00 are spent on an invoice: 10.00 are left to give back
        let line = json!({"description": "Advice", "quantity": "1", "unit_price": "20.00"});
        let draft = owner.post("/v1/invoices", json!({"client_id": client, "currency": "CHF", "lines": [line]})).expect(201).text("/id");
        owner.act(&format!("/v1/invoices/{draft}/issue")).expect(200);
        let id = paid["id"].as_str().unwrap();
        refund(&owner, id, "spent", json!({"amount": chf("30.00")})).refused(409, "conflict");
        assert_eq!(refund(&owner, id, "left", json!({})).expect(200).json()["amount"], chf("10.00"));
        assert_eq!((books(&owner), state(&owner, id)), (["20.00", "20.00", "0"].map(String::from), "approved".into()));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Of 30.00 that are reserved 20.00 are taken; of another 5.00 nothing is.
    fn reserved_taken_and_released(world) {
        let owner = world.owner("north");
        let reserve = |amount: &str, key: &str| {
            let wish = with(at_terminal(GOOD, amount), json!({"authorise_only": true}));
            charge(&owner, wish, key).expect(202).text("/id")
        };
        let (one, other) = (reserve("30.00", "one"), reserve("5.00", "other"));
        assert_eq!((state(&owner, &one), books(&owner), taken(world, "CHF")), ("authorised".into(), ["0", "0", "0"].map(String::from), 0));
        owner.post(&format!("/v1/transactions/{one}/capture"), json!({"amount": chf("20.00")})).expect(200);
        owner.act(&format!("/v1/transactions/{other}/void")).expect(200);
        assert_eq!((state(&owner, &one), state(&owner, &other)), ("captured".into(), "voided".into()));
        assert_eq!((books(&owner), taken(world, "CHF")), (["20.00", "20.00", "0"].map(String::from), 2_000));
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// A trial moves money and no books, even if a client's card is tried, who is told nothing.
    fn a_trial_is_not_booked(world) {
        let owner = world.owner("north");
        let before = (mails(&owner), owner.get("/v1/ledger/trial-balance").expect(200).json());
        let wish = with(at_terminal(GOOD, "1.00"), json!({"client_id": first_client(&owner), "ledger_entries": false}));
        let paid = charge(&owner, wish, "trial").expect(200);
        assert_eq!((paid.text("/books"), paid.text("/state"), taken(world, "CHF")), ("nothing".into(), "approved".into(), 100));
        let credits = owner.get(&format!("/v1/clients/{}/credits", first_client(&owner))).expect(200).json();
        assert!(credits["data"].as_array().unwrap().iter().all(|one| one["amount"]["currency"] != "CHF"));
        refund(&owner, &paid.text("/id"), "back", json!({})).expect(200);
        assert_eq!((refunded(world, "CHF"), state(&owner, &paid.text("/id"))), (100, "refunded".into()));
        assert_eq!((mails(&owner), owner.get("/v1/ledger/trial-balance").expect(200).json()), before);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// The answer was lost, the money was not: asking finds it, and the same call does not charge a second time.
    fn an_answer_that_was_lost_is_asked_for(world) {
        let owner = world.owner("north");
        let lost = charge(&owner, at_terminal(LOST_AFTER, "30.00"), "lost").expect(202);
        assert_eq!((lost.text("/state"), books(&owner)), ("unknown".into(), ["0", "0", "0"].map(String::from)));
        let again = charge(&owner, at_terminal(LOST_AFTER, "30.00"), "lost").expect(202);
        assert_eq!(again.text("/id"), lost.text("/id"));
        let asked = owner.act(&format!("/v1/transactions/{}/check", lost.text("/id"))).expect(200);
        assert_eq!((asked.text("/state"), books(&owner)), ("approved".into(), ["30.00", "30.00", "0"].map(String::from)));
        assert_eq!(taken(world, "CHF"), 3_000);
    }

    fn what_the_terminal_refuses(world) {
        let owner = world.owner("north");
        let good = || at_terminal(GOOD, "30.00");
        let refuse = |more: Value, key: &str| charge(&owner, with(good(), more), key);
        charge(&owner, at_terminal(REFUSED, "30.00"), "declined").refused(402, "payment_declined");
        owner.post("/v1/transactions", good()).refused(400, "idempotency_key_required");
        for (more, place) in [
            (json!({"payer": null}), "/payer"),
            (json!({"amount": chf("0.00")}), "/amount/amount"),
            (json!({"gateway": "nowhere"}), "/gateway"),
            (json!({"gateway": "transfer"}), "/card"),
            (json!({"token": "tok_1"}), "/token"),
        ] {
            refuse(more.clone(), place).refused(422, "validation_failed").names(place);
        }
        let mut nameless = good();
        (nameless["payer"]["last_name"], nameless["payer"]["email"]) = (json!(""), json!("paul"));
        let named = charge(&owner, nameless, "nameless").refused(422, "validation_failed");
        named.names("/payer/last_name").names("/payer/email");
        refuse(json!({"client_id": "cli_000g40o40k30e209185go38e1s"}), "stranger").refused(404, "not_found");
        assert_eq!((taken(world, "CHF"), books(&owner)), (0, ["0", "0", "0"].map(String::from)));
    }
}
