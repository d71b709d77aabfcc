//! Orders that are not paid, and what stands on their drafts: given up cleanly, however far the payment had come.

use crate::api::invoices::{books_balance, get};
use crate::api::orders::{order_of, shopper, wish};
use crate::api::payments::pay;
use crate::stories::billing::{GOOD, buy, care};
use crate::support::story::Story;
use crate::support::{Actor, Answer};
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

const DECLINED: &str = "4000000000000010";
const UNDECIDED: &str = "4000000000000093";

/// Half off, once for everybody.
fn last_coupon(owner: &Actor) {
    let coupon = json!({"name": "Last", "code": "LAST", "value": {"percent": "50"}, "max_uses": 1});
    owner.post("/v1/coupons", coupon).expect(201);
}

/// Someone new orders the starter plan with the coupon, which makes (10.00 + 5.00) / 2 = 7.50.
fn with_last_coupon(owner: &Actor, name: &str) -> Answer {
    let mut wanted = wish(owner, "last.example", "Lyon");
    wanted["cart"]["coupon"] = json!("last");
    let quote = shopper(owner).post("/v1/store/quotes", wanted).expect(200);
    let order = order_of(name, &quote.text("/token"), "fake");
    shopper(owner).post_once("/v1/store/orders", &format!("order-{name}"), order)
}

/// The transactions of a client: state, order and invoice.
fn attempts(owner: &Actor, client: &str) -> Vec<[Value; 3]> {
    let list = owner.get(&format!("/v1/transactions?client_id={client}&sort=created_at")).expect(200).json();
    let row = |one: &Value| ["state", "order_id", "invoice_id"].map(|name| one[name].clone());
    list["data"].as_array().unwrap().iter().map(row).collect()
}

both! {
    /// A card was declined, and the shopper leaves: what the order held is free again at once by hand, and after its 72 hours
    /// by itself. The attempt stays on record with the order.
    fn a_declined_card_does_not_keep_an_order(world) {
        let owner = world.owner("north");
        last_coupon(&owner);
        let first = with_last_coupon(&owner, "Ann").expect(201);
        let (order, invoice, client) = (first.text("/order/id"), first.text("/order/invoice_id"), first.text("/order/client_id"));
        assert_eq!(get(&owner, &invoice)["gross"]["amount"], "7.50");
        pay(&owner, &invoice, DECLINED, "no").refused(402, "payment_declined");
        assert_eq!(attempts(&owner, &client), [[json!("declined"), json!(order), json!(invoice)]]);
        assert_eq!(owner.act(&format!("/v1/orders/{order}/cancel")).expect(200).text("/state"), "cancelled");
        owner.get(&format!("/v1/invoices/{invoice}")).refused(404, "not_found");
        assert_eq!(attempts(&owner, &client), [[json!("declined"), json!(order), json!(null)]]);
        // coupon and name are free
        let second = with_last_coupon(&owner, "Ben").expect(201);
        pay(&owner, &second.text("/order/invoice_id"), DECLINED, "no-again").refused(402, "payment_declined");
        let story = Story::of(world);
        story.sleep_until("2026-01-09");
        story.run(EventKind::ExpireOrders);
        let owner = world.owner("north");
        assert_eq!(owner.get(&format!("/v1/orders/{}", second.text("/order/id"))).expect(200).text("/state"), "cancelled");
        with_last_coupon(&owner, "Cid").expect(201);
        books_balance(&owner);
    }

    /// What a gateway may yet take is waited for; what was only announced is called off with the order.
    fn a_payment_under_way_is_decided_first(world) {
        let owner = world.owner("north");
        last_coupon(&owner);
        let first = with_last_coupon(&owner, "Ann").expect(201);
        let invoice = first.text("/order/invoice_id");
        let path = format!("/v1/orders/{}/cancel", first.text("/order/id"));
        let waits = pay(&owner, &invoice, UNDECIDED, "card").expect(202);
        let refused = owner.act(&path).refused(409, "wrong_state");
        assert!(refused.text("/detail").contains(&waits.text("/id")), "{}", refused.json());
        assert_eq!(get(&owner, &invoice)["status"], "draft");
        // the bank says yes a minute later
        world.server.business.advance_to("2026-01-05T09:01:00Z".parse().unwrap());
        owner.act(&format!("/v1/transactions/{}/check", waits.text("/id"))).expect(200);
        assert_eq!(get(&owner, &invoice)["status"], "paid");
        let other = order_of("Tim", &shopper(&owner).post("/v1/store/quotes", wish(&owner, "tim.example", "Lyon")).expect(200).text("/token"), "fake");
        let other = shopper(&owner).post_once("/v1/store/orders", "tim", other).expect(201);
        let announced = json!({"gateway": "transfer"});
        owner.post_once(&format!("/v1/invoices/{}/pay", other.text("/order/invoice_id")), "announced", announced).expect(202);
        owner.act(&format!("/v1/orders/{}/cancel", other.text("/order/id"))).expect(200);
        let left = attempts(&owner, &other.text("/order/client_id"));
        assert_eq!(left, [[json!("voided"), other.json()["order"]["id"].clone(), json!(null)]]);
    }

    /// February stands on a draft that someone tried to charge: that is no reason to keep the contract.
    fn a_declined_draft_does_not_keep_a_subscription(world) {
        let owner = world.owner("north");
        let (client, subscription) = buy(&owner, &care(&owner, json!({})), "Dina", GOOD, None);
        let draft = || owner.post("/v1/invoices/generate", json!({"client_ids": [client], "cycles": 1})).expect(200).text("/results/0/invoices/0/id");
        let first = draft();
        pay(&owner, &first, DECLINED, "no").refused(402, "payment_declined");
        owner.delete(&format!("/v1/invoices/{first}")).expect(204);
        let second = draft();
        pay(&owner, &second, DECLINED, "no-again").refused(402, "payment_declined");
        owner.post(&format!("/v1/subscriptions/{subscription}/cancel"), json!({"when": "now"})).expect(200);
        owner.get(&format!("/v1/invoices/{second}")).refused(404, "not_found");
        let states: Vec<_> = attempts(&owner, &client).into_iter().map(|row| (row[0].clone(), row[2].is_string())).collect();
        assert_eq!(states, [(json!("approved"), true), (json!("declined"), false), (json!("declined"), false)]);
    }
}
