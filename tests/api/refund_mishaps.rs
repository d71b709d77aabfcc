//! Refunds that go otherwise than they should: slow ones, ones that come back, and ones that are made at the gateway's desk.

use crate::api::invoices::{balance, books_balance, get, issued};
use crate::api::payments::credit;
use crate::api::verify::verify;
use crate::support::{Actor, World};
use comptoir_simulators::shell::Running;
use comptoir_simulators::stripe::Stripe;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Refunds to it take days; refunds to it are said to be made and come back.
const SLOW: &str = "4000000000007726";
const CLOSED: &str = "4000000000005126";
const GOOD: &str = "4242424242424242";

/// A payment of 25.00 USD with a card at Stripe.
struct Paid {
    stripe: Running<Stripe>,
    invoice: String,
    id: String,
}

impl Paid {
    fn by(world: &World, owner: &Actor, number: &str) -> Self {
        let stripe = Running::start(Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds()));
        let settings = json!({"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1", "address": stripe.url});
        owner.post("/v1/gateways", json!({"connector": "stripe", "name": "Stripe", "settings": settings})).expect(201);
        let invoice = issued(owner, "USD", &[("1", "25.00")]);
        let wish = json!({"gateway": "stripe", "token": stripe.with(|stripe| stripe.token(number))});
        let id = owner.post_once(&format!("/v1/invoices/{invoice}/pay"), "pay", wish).expect(200).text("/id");
        stripe.with(Stripe::posts);
        Self { stripe, invoice, id }
    }

    fn give_back(&self, owner: &Actor, status: u16) -> Value {
        let wish = json!({"credit_note": {"extent": "whole"}, "reason": "Not wanted"});
        owner.post_once(&format!("/v1/transactions/{}/refund", self.id), "back", wish).expect(status).json()
    }

    /// What Stripe has to tell is told.
    fn tell(&self, world: &World) {
        for post in self.stripe.with(Stripe::posts) {
            let headers: Vec<_> = post.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            world.stranger.send("POST", "/v1/gateway-callbacks/stripe/north", &headers, Some(&post.body)).expect(204);
        }
    }
}

fn state(owner: &Actor, id: &str) -> String {
    owner.get(&format!("/v1/transactions/{id}")).expect(200).text("/state")
}

fn todos(owner: &Actor) -> Vec<String> {
    let list = owner.get("/v1/todos?state=open&kind=payment_unknown").expect(200).json();
    list["data"].as_array().unwrap().iter().map(|todo| todo["title"].as_str().unwrap().to_string()).collect()
}

both! {
    /// Accepted is not made: nothing is said to the client, and nothing can be given back twice meanwhile.
    fn a_slow_refund_is_pending_until_it_is_made(world) {
        let owner = world.owner("north");
        let paid = Paid::by(world, &owner, SLOW);
        let back = paid.give_back(&owner, 202);
        let id = back["id"].as_str().unwrap();
        assert_eq!((&back["state"], state(&owner, &paid.id).as_str()), (&json!("pending"), "approved"));
        paid.tell(world);
        assert_eq!(state(&owner, id), "pending");
        let again = json!({"reason": "Once more"});
        owner.post_once(&format!("/v1/transactions/{}/refund", paid.id), "again", again).refused(409, "conflict");
        paid.stripe.with(Stripe::settle);
        paid.tell(world);
        assert_eq!((state(&owner, id), state(&owner, &paid.id)), ("approved".into(), "refunded".into()));
        assert_eq!((balance(&owner, "gateway", "USD"), todos(&owner)), ("0".into(), Vec::new()));
        books_balance(&owner);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Stripe has given 25.00 back, but the card is closed: the bank sends it back, so the client has its credit again.
    fn a_refund_that_comes_back_is_credit_again(world) {
        let owner = world.owner("north");
        let paid = Paid::by(world, &owner, CLOSED);
        let id = paid.give_back(&owner, 200)["id"].as_str().unwrap().to_string();
        assert_eq!((state(&owner, &id), state(&owner, &paid.id)), ("approved".into(), "refunded".into()));
        paid.tell(world);
        paid.stripe.with(Stripe::settle);
        for _ in 0..2 {
            paid.tell(world);
            assert_eq!((state(&owner, &id), state(&owner, &paid.id)), ("declined".into(), "approved".into()));
        }
        assert!(credit(&owner).as_array().unwrap().contains(&json!({"amount": "25.00", "currency": "USD"})));
        assert_eq!(todos(&owner), ["stripe could not give back 25.00 USD: it has come back"]);
        // the money is at the gateway again
        assert_eq!(balance(&owner, "gateway", "USD"), "25.00");
        books_balance(&owner);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }

    /// Somebody gives 10.00 of 25.00 back at Stripe's own desk. A person is told, and records it without sending it again.
    fn what_is_given_back_at_the_gateways_desk_is_noticed(world) {
        let owner = world.owner("north");
        let paid = Paid::by(world, &owner, GOOD);
        let intent = owner.get(&format!("/v1/transactions/{}", paid.id)).expect(200).text("/gateway_reference");
        let form = [("payment_intent", intent.as_str()), ("amount", "1000")];
        let desk = ureq::post(&format!("{}/v1/refunds", paid.stripe.url)).header("authorization", "Bearer sk_test_1");
        assert_eq!(desk.header("idempotency-key", "desk").header("stripe-version", "2025-06-30.basil").send_form(form).unwrap().status(), 200);
        // nobody tells, but it shows when it is asked for
        paid.stripe.with(Stripe::posts);
        owner.act(&format!("/v1/transactions/{}/check", paid.id)).expect(200);
        assert_eq!(todos(&owner), ["stripe has given back 10.00 USD that nobody has ordered here"]);
        let usd = json!({"amount": "10.00", "currency": "USD"});
        let path = format!("/v1/transactions/{}/refund", paid.id);
        let wish = |way: &str| json!({"amount": usd, "credit_note": {"extent": "amount", "amount": usd}, "reason": "As she asked", "paid_by": way});
        owner.post_once(&path, "by-cheque", wish("cheque")).refused(422, "validation_failed").names("/paid_by");
        let back = owner.post_once(&path, "desk", wish("gateway")).expect(200).json();
        assert_eq!((&back["state"], &back["gateway"], &back["amount"]), (&json!("approved"), &json!("stripe"), &usd));
        let refunds = paid.stripe.with(|stripe| stripe.objects.keys().filter(|id| id.starts_with("re_")).count());
        assert_eq!((refunds, todos(&owner), balance(&owner, "gateway", "USD").as_str()), (1, Vec::new(), "15.00"));
        paid.tell(world);
        assert_eq!((todos(&owner), get(&owner, &paid.invoice)["status"].clone()), (Vec::new(), json!("paid")));
        books_balance(&owner);
        assert_eq!(verify(world, "north").0, BTreeMap::new());
    }
}
