//! Orders that are not paid, and what stands on their drafts: given up cleanly, however far the payment had come.

use crate::api::invoices::{books_balance, get};
use crate::api::orders::{order_of, shopper, wish};
use crate::api::payments::pay;
use crate::api::services::{order, standing};
use crate::api::subscription_changes::{Ladder, act, documents, eur, rows, sound};
use crate::stories::billing::{GOOD, buy, care};
use crate::stories::provisioning::require;
use crate::support::house::House;
use crate::support::story::Story;
use crate::support::world::client;
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

/// Someone new orders something with a card that is not asked for yet.
fn ordered(owner: &Actor, name: &str, items: Value) -> Answer {
    let wanted = json!({"cart": {"items": items}, "buyer": {"country": "FR", "city": "Lyon"}});
    let quote = shopper(owner).post("/v1/store/quotes", wanted).expect(200);
    let order = order_of(name, &quote.text("/token"), "fake");
    shopper(owner).post_once("/v1/store/orders", &format!("order-{name}"), order).expect(201)
}

/// The subscription of an order that is called so.
fn named(owner: &Actor, order: &Answer, name: &str) -> String {
    owner
        .get(&format!("/v1/subscriptions?client_id={}&name={name}", order.text("/order/client_id")))
        .expect(200)
        .text("/data/0/id")
}

/// Refused because of the order, with the call that gives it up.
#[track_caller]
fn stands_in_the_way(order: &Answer, refused: Answer) {
    let refused = refused.refused(409, "wrong_state");
    let way = format!("/v1/orders/{}/cancel", order.text("/order/id"));
    assert!(refused.text("/detail").contains(&way), "{}", refused.json());
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

    /// 10.00 and 20.00 stand on one draft of 30.00, which charges both whatever becomes of them: so none is cancelled
    /// alone before it is paid. Then 30 of the 31 days come back: 20.00 × 30 / 31 = 19.35.
    fn what_an_unpaid_order_charges_is_not_cancelled_alone(world) {
        let owner = world.owner("north");
        let ladder = Ladder::of(&owner);
        let order = ordered(&owner, "Dora", json!([{"plan_id": ladder.care, "cycle": "1-month"}, {"plan_id": ladder.plus, "cycle": "1-month"}]));
        let (invoice, buyer) = (order.text("/order/invoice_id"), order.text("/order/client_id"));
        let plus = named(&owner, &order, "Care+Plus");
        Story::of(world).sleep_until("2026-01-06");
        let owner = world.owner("north");
        let cancel = json!({"when": "now", "refund": "credit"});
        stands_in_the_way(&order, owner.post(&format!("/v1/subscriptions/{plus}/cancel"), cancel.clone()));
        pay(&owner, &invoice, GOOD, "paid").expect(200);
        owner.post(&format!("/v1/subscriptions/{plus}/cancel"), cancel).expect(200);
        let mut seen = documents(&owner, &buyer);
        // the first line of both documents is one of the two contracts: what counts is the sums
        seen.iter_mut().for_each(|row| row.1.clear());
        assert_eq!(seen, rows(&[("invoice", "", "30.00", "0.00"), ("credit_note", "", "-19.35", "0.00")]));
        let credit = owner.get(&format!("/v1/clients/{buyer}/credits")).expect(200).json()["balances"].clone();
        assert_eq!(credit[0]["amount"], "19.35");
        sound(world);
    }

    /// Set up before it is paid, and upgraded: the draft would charge the old plan in full, and nothing could be given back of
    /// it. Given away, both clients would pay. At the end of the cycle it can be upgraded, since that leaves the draft as it is: 10.00 + 5.00.
    fn what_an_unpaid_order_charges_is_not_changed(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &[], "automatic");
        let item = wish(&owner, "early.example", "Lyon")["cart"]["items"][0].clone();
        let starter = item["plan_id"].as_str().unwrap().to_string();
        let price = json!([{"cycle": "1-month", "currency": "EUR", "recurring": eur("40.00")}]);
        let store = crate::api::orders::corner(&owner)["id"].clone();
        let big = owner.post("/v1/plans", json!({"code": "big", "name": "Big", "kind": "hosting", "prices": price, "store_ids": [store]})).expect(201).text("/id");
        owner.act(&format!("/v1/plans/{big}/activate")).expect(200);
        owner.patch(&format!("/v1/plans/{starter}"), json!({"upgrade_to": [big]})).expect(200);
        let order = ordered(&owner, "Early", json!([item]));
        house.work();
        let subscription = order.text("/order/subscription_ids/0");
        assert_eq!(owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).text("/status"), "active");
        Story::of(world).sleep_until("2026-01-07");
        let owner = world.owner("north");
        let up = json!({"plan_id": big, "way": "now_with_credit"});
        stands_in_the_way(&order, owner.post(&format!("/v1/subscriptions/{subscription}/change-plan/preview"), up.clone()));
        stands_in_the_way(&order, act(&owner, &subscription, "change-plan", &up));
        let otto = json!({"client_id": owner.post("/v1/clients", client("north", "Next Ltd", "Otto")).expect(201).text("/id")});
        stands_in_the_way(&order, act(&owner, &subscription, "transfer", &otto));
        stands_in_the_way(&order, owner.post(&format!("/v1/subscriptions/{subscription}/transfer/preview"), otto));
        act(&owner, &subscription, "change-plan", &json!({"plan_id": big, "way": "end_of_cycle"})).expect(200);
        pay(&owner, &order.text("/order/invoice_id"), GOOD, "paid").expect(200);
        assert_eq!(get(&owner, &order.text("/order/invoice_id"))["gross"]["amount"], "15.00");
        sound(world);
    }

    /// 10.00 and a set-up of 5.00 stand on the draft of the order: at 12.00 from February on, the set-up is not charged again.
    fn what_an_unpaid_order_charges_is_charged_once(world) {
        let (owner, house) = (world.owner("north"), House::built_in(world));
        require(&owner, &[], "automatic");
        let item = wish(&owner, "once.example", "Lyon")["cart"]["items"][0].clone();
        let order = ordered(&owner, "Once", json!([item]));
        house.work();
        let subscription = order.text("/order/subscription_ids/0");
        let plan = owner.get(&format!("/v1/subscriptions/{subscription}")).expect(200).text("/items/0/id");
        let dearer = json!({"price": eur("12.00"), "way": "end_of_cycle"});
        act(&owner, &subscription, &format!("items/{plan}/change"), &dearer).expect(200);
        pay(&owner, &order.text("/order/invoice_id"), GOOD, "paid").expect(200);
        Story::of(world).until("2026-02-03");
        let owner = world.owner("north");
        let nets: Vec<_> = documents(&owner, &order.text("/order/client_id")).into_iter().map(|row| row.2).collect();
        assert_eq!(nets, ["15.00", "12.00"]);
        sound(world);
    }

    /// Of 15.00 come 10.00; the set-up of 5.00 is let off: nothing is open any more, so the order is paid.
    fn what_is_let_off_pays_an_order(world) {
        let owner = world.owner("north");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        owner.post_once(&format!("/v1/invoices/{}/payments", nora.invoice), "part", json!({"method": "transfer", "amount": eur("10.00")})).expect(201);
        assert_eq!(standing(&owner, &nora)[0], "waiting_for_payment");
        let lines = get(&owner, &nora.invoice)["lines"].as_array().unwrap().clone();
        let setup = lines.iter().find(|line| line["kind"] == "setup").unwrap();
        let note = json!({"extent": "lines", "lines": [{"line_id": setup["id"]}], "comment": "Welcome"});
        assert_eq!(owner.post(&format!("/v1/invoices/{}/credit-notes", nora.invoice), note).expect(201).json()["gross"]["amount"], "-5.00");
        assert_eq!((&get(&owner, &nora.invoice)["status"], standing(&owner, &nora)[0].as_str()), (&json!("paid"), "provisioning"));
        Story::of(world).until("2026-01-20");
        assert_eq!(standing(&world.owner("north"), &nora)[..2], ["done".to_string(), "active".into()]);
        books_balance(&world.owner("north"));
    }

    /// One invoice was credited in full, the other written off: nothing is left to withdraw, and the orders go all the same.
    fn an_order_goes_whatever_became_of_its_invoice(world) {
        let owner = world.owner("north");
        let nora = order(&owner, "Nora", wish(&owner, "nora.example", "Lyon"));
        let olaf = order(&owner, "Olaf", wish(&owner, "olaf.example", "Lyon"));
        let pia = order(&owner, "Pia", wish(&owner, "pia.example", "Lyon"));
        for cancelled in [&nora, &pia] {
            owner.act(&format!("/v1/invoices/{}/cancel", cancelled.invoice)).expect(200);
        }
        owner.act(&format!("/v1/invoices/{}/write-off", olaf.invoice)).expect(200);
        owner.act(&format!("/v1/orders/{}/cancel", pia.order)).expect(200);
        let story = Story::of(world);
        story.sleep_until("2026-03-06");
        story.run(EventKind::ExpireOrders);
        let owner = world.owner("north");
        let gone = ["cancelled", "cancelled", "absent"];
        assert_eq!([&nora, &olaf, &pia].map(|one| standing(&owner, one)), [gone, gone, gone].map(|words| words.map(String::from)));
        assert_eq!((&get(&owner, &nora.invoice)["status"], &get(&owner, &olaf.invoice)["status"]), (&json!("cancelled"), &json!("uncollectible")));
        // the names are free
        for name in ["nora.example", "olaf.example", "pia.example"] {
            shopper(&owner).post("/v1/store/quotes", wish(&owner, name, "Lyon")).expect(200);
        }
        books_balance(&owner);
    }
}
