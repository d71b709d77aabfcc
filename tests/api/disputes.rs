//! Disputes: told by a gateway or a person, won or lost, with what follows for money, invoices and stored cards.

use crate::api::invoices::{balance, books_balance, first_client, get, issued};
use crate::api::payments::{bank, callbacks, card, credit, pay, post_back, wait};
use crate::api::verify::verify;
use crate::support::world::Seller;
use crate::support::{Actor, World};
use comptoir_connectors::payment::{DisputeState, Reference};
use serde_json::{Value, json};

const GOOD: &str = "4242424242424242";

/// A paid invoice, and a dispute of its payment.
pub fn prepare(seller: &mut Seller) {
    let (_, payment) = paid(&seller.owner, "33.00");
    let dispute = record(&seller.owner, &payment, json!({"reason": "A letter of the bank"}));
    seller.ids.insert("dsp".into(), dispute);
}

/// An invoice that is paid by card, and the payment.
fn paid(owner: &Actor, price: &str) -> (String, String) {
    let id = issued(owner, "USD", &[("1", price)]);
    let payment = pay(owner, &id, GOOD, &format!("pay-{id}")).expect(200).text("/id");
    (id, payment)
}

fn record(owner: &Actor, payment: &str, wish: Value) -> String {
    owner
        .post_once(&format!("/v1/transactions/{payment}/disputes"), &format!("d-{payment}"), wish)
        .expect(201)
        .text("/id")
}

fn decide(owner: &Actor, dispute: &str, body: Value) -> Value {
    owner.post(&format!("/v1/disputes/{dispute}/decide"), body).expect(200).json()
}

/// The payer does something at the bank of the fake, which tells us; how often it calls.
fn at_the_bank(world: &World, payment: &str, state: DisputeState) -> usize {
    let now = world.server.business.now();
    wait(bank(world).dispute(&Reference::new(payment).unwrap(), state, now)).unwrap();
    let calls = callbacks(world);
    calls.iter().for_each(|call| drop(post_back(world, "north", call).expect(204)));
    calls.len()
}

fn all(owner: &Actor, filter: &str) -> Vec<Value> {
    owner.get(&format!("/v1/disputes?{filter}")).expect(200).json()["data"].as_array().unwrap().clone()
}

fn open(owner: &Actor, invoice: &str) -> String {
    get(owner, invoice).pointer("/open/amount").unwrap().as_str().unwrap().into()
}

fn todos(owner: &Actor) -> Vec<String> {
    let list = owner.get("/v1/todos?kind=payment_disputed&state=open&limit=100").expect(200).json();
    list["data"].as_array().unwrap().iter().map(|todo| todo["title"].as_str().unwrap().to_string()).collect()
}

fn state(owner: &Actor, payment: &str) -> String {
    owner.get(&format!("/v1/transactions/{payment}")).expect(200).text("/state")
}

/// The stored cards that nothing can be charged to.
fn retired(owner: &Actor) -> usize {
    let list =
        owner.get(&format!("/v1/payment-methods?client_id={}&limit=100", first_client(owner))).expect(200).json();
    list["data"].as_array().unwrap().iter().filter(|method| method["retired"] == true).count()
}

both! {
    /// 40.00 are paid and disputed: the gateway tells, the card rests, somebody has to answer. It is lost: 40.00 leave the gateway,
    /// the invoice asks for them again. Then it is won after all: they are back as a payment, and the card is charged again.
    fn a_gateway_tells(world) {
        let owner = world.owner("north");
        let (invoice, payment) = paid(&owner, "40.00");
        let before = balance(&owner, "gateway", "USD");
        assert_eq!((before.as_str(), retired(&owner)), ("40.00", 0));
        assert!(at_the_bank(world, &payment, DisputeState::Opened) > 0);
        let found = all(&owner, &format!("transaction_id={payment}"));
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0]["state"], &found[0]["amount"]["amount"], &found[0]["chargeback_id"]), (&json!("opened"), &json!("40.00"), &Value::Null));
        assert!(found[0]["gateway_reference"].as_str().unwrap().starts_with("dispute_"));
        assert_eq!((todos(&owner).len(), retired(&owner), open(&owner, &invoice)), (1, 1, "0.00".into()));
        // who has bought it cannot be charged by the stored card meanwhile
        let other = issued(&owner, "USD", &[("1", "5.00")]);
        let method = owner.get(&format!("/v1/payment-methods?client_id={}", first_client(&owner))).expect(200).text("/data/0/id");
        let charge = owner.post_once(&format!("/v1/invoices/{other}/pay"), "stored", json!({"payment_method_id": method}));
        charge.refused(422, "validation_failed").names("/payment_method_id");

        at_the_bank(world, &payment, DisputeState::Lost);
        let lost = all(&owner, "state=lost").remove(0);
        let gone = owner.get(&format!("/v1/transactions/{}", lost["chargeback_id"].as_str().unwrap())).expect(200).json();
        assert_eq!((&gone["kind"], &gone["state"], &gone["amount"]["amount"]), (&json!("chargeback"), &json!("approved"), &json!("40.00")));
        assert_eq!(gone["refunds_transaction_id"], json!(payment));
        assert_eq!((state(&owner, &payment), open(&owner, &invoice), balance(&owner, "gateway", "USD")), ("refunded".into(), "40.00".into(), "0".into()));
        assert_eq!((todos(&owner).len(), retired(&owner)), (1, 1));

        // the same call again changes nothing
        at_the_bank(world, &payment, DisputeState::Lost);
        assert_eq!(open(&owner, &invoice), "40.00");

        at_the_bank(world, &payment, DisputeState::Won);
        assert_eq!((open(&owner, &invoice), balance(&owner, "gateway", "USD"), retired(&owner)), ("0.00".into(), "40.00".into(), 0));
        let won = all(&owner, &format!("client_id={}", first_client(&owner))).remove(0);
        assert_eq!((&won["state"], &won["chargeback_id"]), (&json!("won"), &Value::Null));
        books_balance(&owner);
        assert!(verify(world, "north").0.is_empty());
    }

    /// Who wins at once loses nothing: the to-do is done, the card is charged again.
    fn what_is_won_stays(world) {
        let owner = world.owner("north");
        let (invoice, payment) = paid(&owner, "40.00");
        at_the_bank(world, &payment, DisputeState::Opened);
        at_the_bank(world, &payment, DisputeState::Won);
        assert_eq!((todos(&owner).len(), retired(&owner), open(&owner, &invoice), state(&owner, &payment)), (0, 0, "0.00".into(), "approved".into()));
        assert_eq!(balance(&owner, "gateway", "USD"), "40.00");
    }

    /// 50.00 are paid for an invoice of 50.00; 20.00 are credited and given back; 30.00 are disputed and lost, the bank takes 15.00
    /// for it. The gateway has 50 - 20 - 30 - 15 = -15.00, and the client owes 30.00.
    fn a_part_by_hand(world) {
        let owner = world.owner("north");
        let (invoice, payment) = paid(&owner, "50.00");
        let note = json!({"credit_note": {"extent": "amount", "amount": {"amount": "20.00", "currency": "USD"}}, "reason": "Too much"});
        owner.post_once(&format!("/v1/transactions/{payment}/refund"), "back", note).expect(200);
        let usd = |amount: &str| json!({"amount": amount, "currency": "USD"});
        let dispute = record(&owner, &payment, json!({"amount": usd("30.00"), "reason": "Not received", "answer_by": "2026-01-20T00:00:00Z"}));
        let second = owner.post_once(&format!("/v1/transactions/{payment}/disputes"), "second", json!({"reason": "Once more"}));
        second.refused(409, "conflict");
        let lost = decide(&owner, &dispute, json!({"state": "lost", "fee": usd("15.00")}));
        assert_eq!((&lost["state"], &lost["amount"]["amount"]), (&json!("lost"), &json!("30.00")));
        assert_eq!((open(&owner, &invoice), state(&owner, &payment)), ("30.00".into(), "refunded".into()));
        assert_eq!((balance(&owner, "gateway", "USD"), balance(&owner, "payment_fees", "USD")), ("-15.00".into(), "15.00".into()));
        assert_eq!(balance(&owner, "receivable", "USD"), "30.00");
        books_balance(&owner);
        assert!(verify(world, "north").0.is_empty());
    }

    /// A person was faster than the gateway: it is the same dispute, under the gateway's name from then on.
    fn told_by_hand_and_by_the_gateway(world) {
        let owner = world.owner("north");
        let (invoice, payment) = paid(&owner, "40.00");
        let dispute = record(&owner, &payment, json!({"reason": "A letter"}));
        at_the_bank(world, &payment, DisputeState::Opened);
        let found = all(&owner, "");
        assert_eq!((found.len(), &found[0]["id"], todos(&owner).len()), (1, &json!(dispute), 1));
        assert!(found[0]["gateway_reference"].as_str().unwrap().starts_with("dispute_"));
        decide(&owner, &dispute, json!({"state": "lost"}));
        at_the_bank(world, &payment, DisputeState::Lost);
        assert_eq!((all(&owner, "").len(), open(&owner, &invoice)), (1, "40.00".into()));
        assert_eq!((all(&owner, "gateway=fake").len(), all(&owner, "gateway=stripe").len()), (1, 0));
    }

    /// 40.00 too much became credit, of which 25.00 pay another invoice once it is issued; all 50.00 are charged back: the invoice of 10.00 is open,
    /// 15.00 of credit are gone, 25.00 are lost.
    fn credit_that_it_has_made(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "CHF", &[("1", "10.00")]);
        let cheque = json!({"method": "cheque", "amount": {"amount": "50.00", "currency": "CHF"}, "reference": "0012345"});
        let payment = owner.post(&format!("/v1/invoices/{id}/payments"), cheque).expect(201).text("/id");
        let other = issued(&owner, "CHF", &[("1", "25.00")]);
        let held = |owner: &Actor| credit(owner).as_array().unwrap().iter().find(|sum| sum["currency"] == "CHF").cloned();
        assert_eq!(held(&owner).unwrap()["amount"], "15.00");
        let dispute = record(&owner, &payment, json!({"reason": "The cheque has bounced"}));
        decide(&owner, &dispute, json!({"state": "lost"}));
        assert_eq!((open(&owner, &id), open(&owner, &other)), ("10.00".into(), "0.00".into()));
        assert!(held(&owner).is_none_or(|sum| sum["amount"] == "0.00"));
        assert_eq!((balance(&owner, "bank", "CHF"), balance(&owner, "bad_debt", "CHF")), ("0".into(), "25.00".into()));
        books_balance(&owner);
        assert!(verify(world, "north").0.is_empty());
    }

    fn wrong_wishes_are_named(world) {
        let owner = world.owner("north");
        let (_, payment) = paid(&owner, "40.00");
        let path = format!("/v1/transactions/{payment}/disputes");
        let wish = |amount: &str, currency: &str| json!({"reason": "x", "amount": {"amount": amount, "currency": currency}});
        for (body, place) in [
            (json!({"reason": ""}), "/reason"),
            (wish("40.01", "USD"), "/amount/amount"),
            (wish("0.00", "USD"), "/amount/amount"),
            (wish("10.00", "EUR"), "/amount/currency"),
        ] {
            owner.post_once(&path, &body.to_string(), body.clone()).refused(422, "validation_failed").names(place);
        }
        assert_eq!((all(&owner, "").len(), todos(&owner).len(), retired(&owner)), (0, 0, 0));
        let dispute = record(&owner, &payment, json!({"reason": "A letter"}));
        let decide = format!("/v1/disputes/{dispute}/decide");
        let fee = |amount: &str, currency: &str| json!({"amount": amount, "currency": currency});
        for (body, place) in [
            (json!({"state": "opened"}), "/state"),
            (json!({"state": "won", "fee": fee("1.00", "USD")}), "/fee"),
            (json!({"state": "lost", "fee": fee("1.00", "EUR")}), "/fee/currency"),
            (json!({"state": "lost", "fee": fee("-1.00", "USD")}), "/fee/amount"),
        ] {
            owner.post(&decide, body).refused(422, "validation_failed").names(place);
        }
        owner.post(&decide, json!({"state": "won"})).expect(200);
        owner.post(&decide, json!({"state": "won"})).refused(409, "wrong_state");
        // what was not taken is not disputed
        let open = issued(&owner, "USD", &[("1", "5.00")]);
        let mut stolen = card("4000000000000028");
        stolen["save"] = json!(false);
        owner.post_once(&format!("/v1/invoices/{open}/pay"), "stolen", stolen).expect(402);
        let list = owner.get(&format!("/v1/transactions?invoice_id={open}")).expect(200);
        let path = format!("/v1/transactions/{}/disputes", list.text("/data/0/id"));
        owner.post_once(&path, "declined", json!({"reason": "x"})).refused(409, "wrong_state");
    }
}
