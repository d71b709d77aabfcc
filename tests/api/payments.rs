//! Payments: by hand, at a gateway that misbehaves, by callback; credit; and that nothing is ever charged twice.

use crate::api::invoices::{balance, books_balance, draft, first_client, get, issued, verify};
use crate::api::orders::{shopper, wish};
use crate::support::database::Database;
use crate::support::server::{MASTER, epoch};
use crate::support::world::Seller;
use crate::support::{Actor, Answer, World};
use comptoir_app::gateways::ready::fake_settings;
use comptoir_app::kernel::clock::fresh;
use comptoir_connectors::payment::Callback;
use comptoir_connectors::payment::fake::FakeGateway;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::schema::contacts;
use comptoir_domain::payment_methods::MethodKind;
use diesel::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A payment that is too high, so that there is credit.
pub fn furnish(owner: &Actor, _: &str) {
    let id = issued(owner, "EUR", &[("1", "10.00")]);
    let over = json!({"method": "cash", "amount": {"amount": "15.00", "currency": "EUR"}});
    owner.post(&format!("/v1/invoices/{id}/payments"), over).expect(201);
}

/// A stored method of the first client of each seller. Straight into the table: each test's bank has a book of its own.
pub fn furnish_methods(database: &Database) {
    let mut db = database.connect();
    let owners =
        contacts::table.filter(contacts::first_name.eq("Alice")).select((contacts::seller_id, contacts::client_id));
    for (seller_id, client_id) in owners.load(&mut db).unwrap() {
        let row = PaymentMethodRow {
            seller_id,
            id: fresh(),
            client_id,
            gateway: "fake".into(),
            token_sealed: "sealed elsewhere".into(),
            label: "fake •••• 4242".into(),
            expires_on: "2031-01-01".parse().ok(),
            is_default: true,
            created_at: epoch(),
            version: 1,
            key_version: 0,
            retired_at: None,
            forgotten_at: None,
            card_country: None,
            kind: MethodKind::Card,
            brand: Some("fake".into()),
            last_four: Some("4242".into()),
            fingerprint: None,
        };
        payment_methods::insert(&mut db, &row).unwrap();
    }
}

pub fn bank(world: &World) -> FakeGateway {
    FakeGateway::open(&world.server.fake_book, fake_settings(&MASTER, "http://127.0.0.1:8080")).unwrap()
}

pub fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

/// What "the bank" holds in a currency, in minor units.
pub fn taken(world: &World, currency: &str) -> i64 {
    let totals = wait(bank(world).totals()).unwrap();
    totals.get(&currency.parse().unwrap()).map_or(0, |totals| totals.taken.minor())
}

/// What "the bank" has given back in a currency, in minor units.
pub fn refunded(world: &World, currency: &str) -> i64 {
    let totals = wait(bank(world).totals()).unwrap();
    totals.get(&currency.parse().unwrap()).map_or(0, |totals| totals.refunded.minor())
}

/// What the bank wants to tell the shop now.
pub fn callbacks(world: &World) -> Vec<Callback> {
    let now = world.server.business.now();
    wait(bank(world).pending_callbacks(now)).unwrap().into_iter().map(|outgoing| outgoing.callback).collect()
}

pub fn post_back(world: &World, code: &str, callback: &Callback) -> Answer {
    let headers: Vec<_> = callback.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    world.stranger.send("POST", &format!("/v1/gateway-callbacks/fake/{code}"), &headers, Some(&callback.body))
}

/// A genuine callback about a payment of the seller.
pub fn a_callback(world: &World, mine: &Seller) -> Callback {
    let id = issued(&mine.owner, "EUR", &[("1", "33.00")]);
    pay(&mine.owner, &id, "4000000000000077", "callback").expect(202);
    world.server.business.advance_to("2026-01-05T09:01:00Z".parse().unwrap());
    callbacks(world).remove(0)
}

pub fn card(number: &str) -> Value {
    json!({"gateway": "fake", "card": {"number": number, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Alice"}})
}

pub fn pay(actor: &Actor, id: &str, number: &str, key: &str) -> Answer {
    actor.post_once(&format!("/v1/invoices/{id}/pay"), key, card(number))
}

pub fn credit(owner: &Actor) -> Value {
    owner.get(&format!("/v1/clients/{}/credits", first_client(owner))).expect(200).json()["balances"].clone()
}

both! {
    fn from_draft_to_paid(world) {
        let owner = world.owner("north");
        let id = draft(&owner, "USD", &[("1", "25.00")]);
        let paid = pay(&owner, &id, "4242424242424242", "k1").expect(200).json();
        assert_eq!((&paid["state"], &paid["amount"]["amount"]), (&json!("approved"), &json!("25.00")));
        // two were furnished
        let invoice = get(&owner, &id);
        assert_eq!((&invoice["number"], &invoice["status"], &invoice["open"]["amount"]), (&json!("2026-3"), &json!("paid"), &json!("0.00")));
        assert_eq!((balance(&owner, "gateway", "USD"), balance(&owner, "receivable", "USD")), ("25.00".into(), "0".into()));
        assert_eq!(taken(world, "USD"), 2500);
        // the same request again charges nothing
        let again = pay(&owner, &id, "4242424242424242", "k1").expect(200);
        assert_eq!((again.json()["id"].clone(), again.header("idempotency-replayed")), (paid["id"].clone(), Some("true")));
        assert_eq!(taken(world, "USD"), 2500);
        pay(&owner, &id, "4242424242424242", "k2").refused(409, "wrong_state");
        owner.post(&format!("/v1/invoices/{id}/pay"), card("4242424242424242")).refused(400, "idempotency_key_required");
        books_balance(&owner);
    }

    fn by_hand_in_parts_and_too_much(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "100.00")]);
        let path = format!("/v1/invoices/{id}/payments");
        let part = json!({"method": "cheque", "amount": {"amount": "30.00", "currency": "USD"}, "reference": "0001"});
        owner.post(&path, part).expect(201);
        assert_eq!((&get(&owner, &id)["status"], &get(&owner, &id)["open"]["amount"]), (&json!("partly_paid"), &json!("70.00")));
        owner.post(&path, json!({"method": "transfer", "amount": {"amount": "1.00", "currency": "EUR"}})).refused(422, "validation_failed").names("/amount/currency");
        owner.post(&path, json!({"method": "cash", "amount": {"amount": "80.00", "currency": "USD"}})).expect(201);
        assert_eq!(get(&owner, &id)["status"], "paid");
        // 5.00 EUR were furnished, 30 + 80 - 100 = 10
        assert_eq!(credit(&owner), json!([{"amount": "5.00", "currency": "EUR"}, {"amount": "10.00", "currency": "USD"}]));
        assert_eq!((balance(&owner, "bank", "USD"), balance(&owner, "cash", "USD"), balance(&owner, "client_credit", "USD")), ("30.00".into(), "80.00".into(), "10.00".into()));
        let before = world.database.digest();
        owner.post(&path, json!({"method": "cash"})).refused(409, "wrong_state");
        assert_eq!(world.database.digest(), before);
        books_balance(&owner);
    }

    fn credit_is_given_and_used(world) {
        let owner = world.owner("north");
        let path = format!("/v1/clients/{}/credits", first_client(&owner));
        owner.post(&path, json!({"amount": {"amount": "0.00", "currency": "USD"}, "reason": "x"})).refused(422, "validation_failed").names("/amount/amount");
        owner.post(&path, json!({"amount": {"amount": "40.00", "currency": "USD"}, "reason": "Sorry"})).expect(201);
        // it pays what is issued from now on, before anything else does: 40 - 25 = 15 are left
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        assert_eq!((&get(&owner, &id)["status"], credit(&owner)[1]["amount"].clone()), (&json!("paid"), json!("15.00")));
        let other = issued(&owner, "USD", &[("1", "25.00")]);
        assert_eq!((&get(&owner, &other)["open"]["amount"], credit(&owner)[1]["amount"].clone()), (&json!("10.00"), json!("0.00")));
        owner.post(&format!("/v1/invoices/{other}/apply-credit"), json!({})).refused(409, "conflict");
        // what is issued already is paid from later credit when someone says so
        owner.post(&path, json!({"amount": {"amount": "4.00", "currency": "USD"}, "reason": "Again"})).expect(201);
        assert_eq!(owner.post(&format!("/v1/invoices/{other}/apply-credit"), json!({})).expect(200).json()["open"]["amount"], "6.00");
        books_balance(&owner);
    }

    /// 5.00 to begin with. 15.00 are ordered: the card pays 10.00. The next 15.00 are paid by 20.00 of credit alone.
    fn credit_pays_before_the_card(world) {
        let (owner, alice) = (world.owner("north"), world.contact("north"));
        let order = |domain: &str| {
            let quote = shopper(&owner).post("/v1/store/quotes", wish(&owner, domain, "Village")).expect(200);
            let order = json!({"quote_token": quote.text("/token"), "gateway": "fake", "accept_terms": true});
            alice.post_once("/v1/me/orders", domain, order).expect(201)
        };
        let first = order("first-credit.example");
        let pay = |key: &str, invoice: &str| alice.post_once(&format!("/v1/me/invoices/{invoice}/pay"), key, card("4242424242424242"));
        let declined = alice.post_once(&format!("/v1/me/invoices/{}/pay", first.text("/invoice_id")), "no", card("4000000000000010"));
        declined.refused(402, "payment_declined");
        assert_eq!(credit(&owner)[0]["amount"], "5.00");
        let paid = pay("yes", &first.text("/invoice_id")).expect(200);
        assert_eq!((paid.json()["amount"]["amount"].clone(), credit(&owner)[0]["amount"].clone()), (json!("10.00"), json!("0.00")));
        assert_eq!(get(&owner, &first.text("/invoice_id"))["status"], "paid");
        let path = format!("/v1/clients/{}/credits", first_client(&owner));
        owner.post(&path, json!({"amount": {"amount": "20.00", "currency": "EUR"}, "reason": "Sorry"})).expect(201);
        let second = order("second-credit.example");
        assert_eq!((second.text("/state"), credit(&owner)[0]["amount"].clone()), ("provisioning".into(), json!("5.00")));
        assert_eq!(get(&owner, &second.text("/invoice_id"))["status"], "paid");
        pay("again", &second.text("/invoice_id")).refused(409, "wrong_state");
        // an order that waits for its payment, while the client gets credit enough
        let third = order("third-credit.example");
        alice.act(&format!("/v1/me/invoices/{}/apply-credit", third.text("/invoice_id"))).refused(409, "conflict");
        owner.post(&path, json!({"amount": {"amount": "10.00", "currency": "EUR"}, "reason": "Sorry"})).expect(201);
        pay("covered", &third.text("/invoice_id")).refused(409, "conflict");
        assert_eq!(alice.act(&format!("/v1/me/invoices/{}/apply-credit", third.text("/invoice_id"))).expect(200).text("/status"), "paid");
        assert_eq!(credit(&owner)[0]["amount"], "0.00");
        books_balance(&owner);
    }

    fn what_was_paid_and_credited_is_credit(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        owner.post(&format!("/v1/invoices/{id}/payments"), json!({"method": "cash"})).expect(201);
        owner.act(&format!("/v1/invoices/{id}/cancel")).expect(200);
        assert_eq!((&get(&owner, &id)["status"], &credit(&owner)[1]["amount"]), (&json!("refunded"), &json!("25.00")));
        books_balance(&owner);
    }

    fn a_refusal_leaves_the_invoice_open(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        pay(&owner, &id, "4000000000000028", "k1").refused(402, "payment_declined");
        pay(&owner, &id, "4000000000000028", "k1").refused(402, "payment_declined");
        pay(&owner, &id, "4000000000000044", "k2").refused(503, "busy");
        assert_eq!((&get(&owner, &id)["status"], taken(world, "USD")), (&json!("due"), 0));
        pay(&owner, &id, "4242424242424242", "k3").expect(200);
        assert_eq!((&get(&owner, &id)["status"], taken(world, "USD")), (&json!("paid"), 2500));
    }

    fn no_answer_is_asked_for_before_anything_is_repeated(world) {
        let owner = world.owner("north");
        for (number, key, outcome, sum) in [("4000000000000069", "after", "approved", 2500), ("4000000000000051", "before", "error", 2500)] {
            let id = issued(&owner, "USD", &[("1", "25.00")]);
            let unknown = pay(&owner, &id, number, key).expect(202);
            assert_eq!(unknown.text("/state"), "unknown");
            pay(&owner, &id, "4242424242424242", &format!("{key}-2")).refused(409, "conflict");
            let check = format!("/v1/transactions/{}/check", unknown.text("/id"));
            if outcome == "error" {
                // the gateway has not seen it, but it may still be on its way: it stays undecided for a quarter of an hour
                assert_eq!(owner.act(&check).expect(200).text("/state"), "unknown");
                pay(&owner, &id, "4242424242424242", &format!("{key}-3")).refused(409, "conflict");
                world.server.business.advance_to("2026-01-05T09:15:00Z".parse().unwrap());
            }
            assert_eq!(owner.act(&check).expect(200).text("/state"), outcome);
            assert_eq!(owner.act(&check).expect(200).text("/state"), outcome);
            assert_eq!(taken(world, "USD"), sum);
        }
        assert_eq!(balance(&owner, "gateway", "USD"), "25.00");
        books_balance(&owner);
    }

    fn callbacks_late_double_and_forged(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        assert_eq!(pay(&owner, &id, "4000000000000093", "k1").expect(202).text("/state"), "pending");
        pay(&owner, &id, "4242424242424242", "k2").refused(409, "conflict");
        world.server.business.advance_to("2026-01-05T09:01:00Z".parse().unwrap());
        let sent = callbacks(world);
        assert_eq!(sent.len(), 2);
        let mut forged = sent[0].clone();
        forged.body.push(b' ');
        post_back(world, "north", &forged).refused(401, "unauthenticated");
        post_back(world, "south", &sent[0]).refused(404, "not_found");
        assert_eq!(get(&owner, &id)["status"], "due");
        post_back(world, "north", &sent[0]).expect(204);
        assert_eq!(get(&owner, &id)["status"], "paid");
        let before = world.database.digest();
        post_back(world, "north", &sent[1]).expect(204);
        post_back(world, "north", &sent[0]).expect(204);
        assert_eq!(world.database.digest(), before);
        assert_eq!((balance(&owner, "gateway", "USD"), taken(world, "USD")), ("25.00".into(), 2500));
    }

    fn clients_pay_their_own(world) {
        let (owner, contact) = (world.owner("north"), world.contact("north"));
        let id = issued(&owner, "USD", &[("1", "25.00")]);
        contact.post_once(&format!("/v1/me/invoices/{id}/pay"), "k1", card("4242424242424242")).expect(200);
        let hidden = draft(&owner, "USD", &[("1", "25.00")]);
        contact.post_once(&format!("/v1/me/invoices/{hidden}/pay"), "k2", card("4242424242424242")).refused(404, "not_found");
        world.contact("south").post_once(&format!("/v1/me/invoices/{id}/pay"), "k3", card("4242424242424242")).refused(404, "not_found");
        assert_eq!(taken(world, "USD"), 2500);
    }

    fn the_chain_can_be_recomputed_by_anyone(world) {
        let owner = world.owner("north");
        assert_eq!(verify(&owner)["intact"], true);
        let entity = owner.get("/v1/seller").expect(200).text("/id");
        let of = |net: &str| {
            let list = owner.get("/v1/invoices?sort=created_at").expect(200).json();
            let found = list["data"].as_array().unwrap().iter().find(|item| item["net"]["amount"] == net && item["number"].is_string()).cloned();
            found.unwrap()["sha256"].as_str().unwrap().to_string()
        };
        let sha = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let row = |seq: u8, number: &str, minor: u32, sealed: &str, previous: &str| {
            sha(&format!("v1|{entity}|INV|{seq}|380|{number}|2026-01-05T09:00:00Z|EUR|{minor}|0|{minor}|{sealed}|{previous}"))
        };
        let first = row(1, "2026-1", 12000, &of("120.00"), &"0".repeat(64));
        let second = row(2, "2026-2", 1000, &of("10.00"), &first);
        assert_eq!(crate::api::invoices::hashes(world, &entity), [first, second]);
    }
}
