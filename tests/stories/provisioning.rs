//! The provisioning policy (EVT-04): nothing is set up before what the seller requires is true, and everything is once it
//! is.

use crate::api::orders::{order_of, shopper, wish};
use crate::api::services::{Ordered, mails, order, pay, standing};
use crate::support::Actor;
use crate::support::house::House;
use crate::support::story::Story;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

/// Settles what is required and who starts.
pub fn require(owner: &Actor, conditions: &[&str], mode: &str) {
    let settings = json!({"provisioning": {"require": conditions, "mode": mode}});
    put(owner, &settings).expect(200);
}

pub fn put(owner: &Actor, settings: &Value) -> crate::support::Answer {
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    owner.send("PUT", "/v1/settings", &headers, Some(settings.to_string().as_bytes()))
}

/// An order that waits to be accepted.
pub fn unaccepted(owner: &Actor) -> String {
    require(owner, &["order_validated", "paid"], "automatic");
    order(owner, "Wanda", wish(owner, "wanda.example", "Lyon")).order
}

/// An order that is paid and waits for a person.
pub fn unreleased(owner: &Actor) -> String {
    require(owner, &["paid"], "manual");
    let ordered = order(owner, "Remy", wish(owner, "remy.example", "Lyon"));
    pay(owner, &ordered.invoice);
    ordered.order
}

fn todos(owner: &Actor, of: &Ordered) -> Vec<String> {
    let list = owner.get(&format!("/v1/todos?kind=order_waits&state=open&subject_id={}", of.order)).expect(200).json();
    list["data"].as_array().unwrap().iter().map(|todo| todo["title"].as_str().unwrap().to_string()).collect()
}

fn desired(owner: &Actor, of: &Ordered) -> String {
    owner.get(&format!("/v1/services/{}", of.service)).expect(200).text("/desired")
}

fn act(owner: &Actor, of: &Ordered, verb: &str) -> crate::support::Answer {
    owner.act(&format!("/v1/orders/{}/{verb}", of.order))
}

both! {
    /// The money comes first, then someone looks: only then is it set up.
    fn paid_then_accepted(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &["order_validated", "paid"], "automatic");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        assert_eq!(standing(&owner, &nora), ["waiting_for_validation", "pending", "absent"]);
        assert_eq!(todos(&owner, &nora).len(), 1);
        pay(&owner, &nora.invoice);
        house.work();
        assert_eq!(standing(&owner, &nora), ["waiting_for_validation", "pending", "absent"]);
        act(&owner, &nora, "release").refused(409, "wrong_state");
        assert_eq!(act(&owner, &nora, "accept").expect(200).text("/state"), "provisioning");
        assert_eq!((todos(&owner, &nora).len(), mails(&owner, "order_validation", "nora@new.example")), (0, 1));
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        act(&owner, &nora, "accept").refused(409, "wrong_state");
        assert_eq!(mails(&owner, "order_validation", "nora@new.example"), 1);
    }

    /// Someone looks first; then the order waits for its money like any other, for as long as any other: 60 days for a
    /// transfer, from 20 January (11 left of it, 28 of February) to 21 March.
    fn accepted_then_paid(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &["order_validated", "paid"], "automatic");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        let story = Story::of(world);
        story.sleep_until("2026-01-20");
        story.run(EventKind::ExpireOrders);
        let owner = world.owner("north");
        assert_eq!(standing(&owner, &nora)[0], "waiting_for_validation", "nobody is given up for our slowness");
        let accepted = act(&owner, &nora, "accept").expect(200);
        assert_eq!((accepted.text("/state"), accepted.text("/expires_at")), ("waiting_for_payment".into(), "2026-03-21T12:00:00Z".into()));
        house.work();
        assert_eq!(standing(&owner, &nora), ["waiting_for_payment", "pending", "absent"]);
        pay(&owner, &nora.invoice);
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
    }

    /// Whoever is refused hears of it, and nothing is left of the order.
    fn refused(world) {
        let owner = world.owner("north");
        require(&owner, &["order_validated", "paid"], "automatic");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        act(&owner, &nora, "cancel").expect(200);
        assert_eq!(standing(&owner, &nora), ["cancelled", "cancelled", "absent"]);
        assert_eq!((todos(&owner, &nora).len(), mails(&owner, "order_validation", "nora@new.example")), (0, 1));
        let mail = owner.get("/v1/mails?kind=order_validation&recipient=nora@new.example").text("/data/0/id");
        let text = owner.get(&format!("/v1/mails/{mail}")).expect(200).text("/text");
        assert!(text.contains("ne pouvons") || text.contains("cannot accept"), "{text}");
        act(&owner, &nora, "accept").refused(409, "wrong_state");
    }

    /// A free order waits to be accepted too, and is then set up at once.
    fn for_nothing(world) {
        let owner = world.owner("north");
        require(&owner, &["order_validated", "paid"], "automatic");
        owner.post("/v1/coupons", json!({"name": "Free", "code": "FREE", "value": {"percent": "100"}})).expect(201);
        let mut wanted = wish(&owner, "nora.example", "Lyon");
        wanted["cart"]["coupon"] = json!("FREE");
        let quote = shopper(&owner).post("/v1/store/quotes", wanted).expect(200);
        assert_eq!(quote.json()["totals"]["gross"]["amount"], "0.00");
        let placed = shopper(&owner).post_once("/v1/store/orders", "free", order_of("Nora", &quote.text("/token"), "transfer")).expect(201);
        assert_eq!(placed.text("/order/state"), "waiting_for_validation");
        let accepted = owner.act(&format!("/v1/orders/{}/accept", placed.text("/order/id"))).expect(200);
        assert_eq!(accepted.text("/state"), "provisioning");
    }

    /// 15.00 are paid, but an older bill of the client's is not: the order waits, a person knows why, and it goes on by
    /// itself once the bill is paid.
    fn nothing_overdue(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &["paid", "nothing_overdue"], "automatic");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        let client = owner.get(&format!("/v1/orders/{}", nora.order)).text("/client_id");
        let bill = json!({"client_id": client, "currency": "EUR", "due_on": "2026-01-16",
            "lines": [{"description": "Advice", "quantity": "1", "unit_price": "50.00"}]});
        let bill = owner.post("/v1/invoices", bill).expect(201).text("/id");
        owner.act(&format!("/v1/invoices/{bill}/issue")).expect(200);
        // the last day to pay is not overdue, the next one is
        Story::of(world).sleep_until("2026-01-17");
        let owner = world.owner("north");
        pay(&owner, &nora.invoice);
        assert_eq!((standing(&owner, &nora), desired(&owner, &nora)), (["paid".into(), "pending".into(), "absent".into()], "absent".into()));
        assert_eq!(todos(&owner, &nora).len(), 1);
        let refused = act(&owner, &nora, "release").refused(409, "wrong_state");
        assert!(refused.text("/detail").contains("nothing_overdue"), "{}", refused.text);
        owner.act(&format!("/v1/services/{}/sync", nora.service)).refused(409, "wrong_state");
        let sync = || {
            let owner = world.owner("north");
            owner.post("/v1/events/run", json!({"kind": "process_sync"})).expect(201);
            house.work();
        };
        sync();
        assert_eq!((standing(&owner, &nora)[0].as_str(), todos(&owner, &nora).len()), ("paid", 1));
        let preview = || owner.post("/v1/events/preview", json!({"kind": "process_sync"})).expect(200).json();
        assert_eq!(preview()["count"], 0);

        owner.post_once(&format!("/v1/invoices/{bill}/payments"), "bill", json!({"method": "cash"})).expect(201);
        let seen = preview();
        assert_eq!((&seen["items"][0]["action"], &seen["items"][0]["subject_id"]), (&json!("provision"), &json!(nora.service)));
        sync();
        assert_eq!((standing(&owner, &nora), todos(&owner, &nora).len()), (["done".into(), "active".into(), "active".into()], 0));
    }

    /// A person starts.
    fn by_hand(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &["paid"], "manual");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        act(&owner, &nora, "release").refused(409, "wrong_state");
        assert_eq!(todos(&owner, &nora).len(), 0, "there is nothing to release yet");
        pay(&owner, &nora.invoice);
        house.work();
        assert_eq!((standing(&owner, &nora), todos(&owner, &nora).len()), (["paid".into(), "pending".into(), "absent".into()], 1));
        assert_eq!(act(&owner, &nora, "release").expect(200).text("/state"), "provisioning");
        assert_eq!((desired(&owner, &nora), todos(&owner, &nora).len()), ("active".into(), 0));
        act(&owner, &nora, "release").refused(409, "wrong_state");
        house.work();
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
    }

    /// What is cancelled while it waits needs nobody any more.
    fn cancelled_while_it_waits(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &["paid"], "manual");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        pay(&owner, &nora.invoice);
        owner.post(&format!("/v1/subscriptions/{}/cancel", nora.subscription), json!({"when": "now"})).expect(200);
        act(&owner, &nora, "release").refused(409, "wrong_state");
        owner.post("/v1/events/run", json!({"kind": "process_sync"})).expect(201);
        house.work();
        assert_eq!((standing(&owner, &nora), todos(&owner, &nora).len()), (["done".into(), "cancelled".into(), "absent".into()], 0));
    }

    /// Some set up before they are paid: the order goes on waiting for its money; it is done once that has come.
    fn before_the_money(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &[], "automatic");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        house.work();
        assert_eq!(standing(&owner, &nora), ["waiting_for_payment", "active", "active"]);
        pay(&owner, &nora.invoice);
        assert_eq!(standing(&owner, &nora), ["done", "active", "active"]);
        assert_eq!(mails(&owner, "subscription_activated", "nora@new.example"), 1);
    }

    /// And takes back what was never paid: 60 days after 5 January for a transfer, which is 6 March.
    fn before_money_that_never_comes(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &[], "automatic");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        house.work();
        let story = Story::of(world);
        story.sleep_until("2026-03-05");
        story.run(EventKind::ExpireOrders);
        assert_eq!(standing(&world.owner("north"), &nora), ["waiting_for_payment", "active", "active"]);
        story.sleep_until("2026-03-06");
        story.run(EventKind::ExpireOrders);
        house.work();
        assert_eq!(standing(&world.owner("north"), &nora), ["cancelled", "cancelled", "absent"]);
    }

    /// What makes no sense is named; what nobody has settled is as it always was.
    fn settings(world) {
        let owner = world.owner("north");
        let now = owner.get("/v1/settings").expect(200).json();
        assert_eq!(now["provisioning"], json!({"require": ["paid"], "mode": "automatic"}));
        let twice = json!({"provisioning": {"require": ["paid", "paid"]}});
        put(&owner, &twice).refused(422, "validation_failed").names("/provisioning/require/1");
        put(&owner, &json!({"provisioning": {"require": ["kind"]}})).names("/provisioning/require/0");
        put(&owner, &json!({"provisioning": {"mode": "sometimes"}})).names("/provisioning/mode");
    }
}
