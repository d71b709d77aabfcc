//! Payments that go otherwise than they should: play money where money counts, pages that are left, cards that are dead, debits
//! that come back, and batches of which nothing can be sent.

use crate::api::bank::statements::{camt, credited, returned};
use crate::api::bank::{Debtor, GERMAN, close, debit, debtor, open_batch, references, sepa, store, tell};
use crate::api::fraud::place;
use crate::api::invoices::{get, tamper};
use crate::api::orders::corner;
use crate::api::payments::card;
use crate::stories::billing::GOOD;
use crate::support::server::{MASTER, Server, settings};
use crate::support::story::Story;
use crate::support::world::PASSWORD;
use crate::support::{Actor, World};
use comptoir_app::events::WorkerOptions;
use comptoir_app::{GatewayRoute, Settings};
use comptoir_domain::events::EventKind;
use comptoir_simulators::shell::{Running, Trouble};
use comptoir_simulators::stripe::Stripe;
use serde_json::{Value, json};

/// The card of the fake that is confirmed at a page.
const AT_A_PAGE: &str = "4000000000000119";
/// Works while its owner is there, and is refused for want of money when it is charged as a stored one.
const DRY: &str = "4000000000000127";

fn owing(owner: &Actor, client: &str, price: &str) -> String {
    crate::api::bank::invoice(owner, client, price)
}

fn charges(owner: &Actor, invoice: &str) -> Vec<Value> {
    let list =
        owner.get(&format!("/v1/transactions?invoice_id={invoice}&kind=payment&sort=created_at")).expect(200).json();
    list["data"].as_array().unwrap().clone()
}

fn states(owner: &Actor, invoice: &str) -> Vec<String> {
    charges(owner, invoice).iter().map(|row| row["state"].as_str().unwrap().to_string()).collect()
}

fn stripe(world: &World, owner: &Actor) -> Running<Stripe> {
    let stripe = Running::start(Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds()));
    let settings = json!({"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1", "address": stripe.url});
    owner.post("/v1/gateways", json!({"connector": "stripe", "name": "Stripe", "settings": settings})).expect(201);
    stripe
}

fn methods(owner: &Actor, client: &str) -> Vec<Value> {
    let list = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).json();
    list["data"].as_array().unwrap().clone()
}

fn keep(owner: &Actor, client: &str, number: &str) -> String {
    let wish = json!({"client_id": client, "method": card(number)});
    owner.post_once("/v1/payment-methods", &format!("keep-{number}"), wish).expect(201).text("/id")
}

both! {
    /// Where gateways are real, nobody pays at the fake, and nothing is kept there; not even an administrator.
    fn play_money_is_for_playing(world) {
        let owner = world.owner("north");
        let one = debtor(&owner, "Tara", "60.00");
        let real = Settings { gateways: GatewayRoute::Real { local: false }, ..settings() };
        let server = Server::with_key(&world.database.address, real, WorkerOptions::default(), MASTER);
        let owner = Actor::stranger(&server.url).sign_in("admin", "north", "owner@north.example", PASSWORD);
        let pay = format!("/v1/invoices/{}/pay", one.invoice);
        owner.post_once(&pay, "pay", card(GOOD)).refused(422, "validation_failed").names("/gateway");
        let wish = json!({"client_id": one.client, "method": card(GOOD)});
        owner.post_once("/v1/payment-methods", "keep", wish).refused(422, "validation_failed").names("/method/gateway");
        let wish = json!({"gateway": "fake", "amount": {"amount": "5.00", "currency": "EUR"}, "card": card(GOOD)["card"], "payer": {"first_name": "A", "last_name": "B", "email": "a@b.example"}});
        assert_eq!(owner.post_once("/v1/transactions", "terminal", wish).status, 422);
        assert_eq!(states(&owner, &one.invoice), [""; 0]);
    }

    /// A client pays by what a store offers, or by what is stored already; his seller by all that is set up.
    fn clients_pay_where_stores_let_them(world) {
        let owner = world.owner("north");
        let stripe = stripe(world, &owner);
        let placed = place(&owner, "Nora", "fake");
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        let invoice = placed.text("/order/invoice_id");
        let token = |key: &str| json!({"gateway": "stripe", "token": stripe.with(|stripe| stripe.token(GOOD)), "save": key == "kept"});
        let mine = format!("/v1/me/invoices/{invoice}/pay");
        nora.post_once(&mine, "mine", token("mine")).refused(422, "validation_failed").names("/gateway");
        let wish = json!({"gateway": "stripe", "token": "pm_card_visa"});
        nora.post_once("/v1/me/payment-methods", "keep", wish).refused(422, "validation_failed").names("/gateway");
        owner.post_once(&format!("/v1/invoices/{invoice}/pay"), "kept", token("kept")).expect(200);
        let client = placed.text("/order/client_id");
        let next = owing(&owner, &client, "7.00");
        let method = methods(&owner, &client)[0]["id"].clone();
        nora.post_once(&format!("/v1/me/invoices/{next}/pay"), "stored", json!({"payment_method_id": method})).expect(200);
    }

    /// Who has left the page of his bank pays in another way; it cannot be paid there any more.
    fn a_page_that_is_left_gives_way(world) {
        let owner = world.owner("north");
        let placed = place(&owner, "Nora", "fake");
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        let invoice = placed.text("/order/invoice_id");
        let pay = |key: &str, number: &str| nora.post_once(&format!("/v1/me/invoices/{invoice}/pay"), key, card(number));
        assert!(pay("first", AT_A_PAGE).expect(202).json()["redirect_to"].is_string());
        pay("second", GOOD).expect(200);
        assert_eq!(states(&owner, &invoice), ["voided", "approved"]);
    }

    /// Nor does the page of Stripe go on: it is closed before another payment begins.
    fn the_page_of_a_gateway_is_closed(world) {
        let owner = world.owner("north");
        let stripe = stripe(world, &owner);
        let store = format!("/v1/stores/{}", corner(&owner)["id"].as_str().unwrap());
        owner.patch(&store, json!({"gateways": ["fake", "stripe", "transfer"]})).expect(200);
        let placed = place(&owner, "Nora", "stripe");
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        let invoice = placed.text("/order/invoice_id");
        let path = format!("/v1/me/invoices/{invoice}/pay");
        let page = json!({"gateway": "stripe", "return_to": "https://shop.example/back"});
        let begun = nora.post_once(&path, "page", page).expect(202).json();
        let session = begun["redirect_to"].as_str().unwrap().rsplit('/').next().unwrap().to_string();
        nora.post_once(&path, "card", card(GOOD)).expect(200);
        assert_eq!(states(&owner, &invoice), ["voided", "approved"]);
        assert_eq!(stripe.with(|stripe| stripe.objects[&session]["status"].clone()), "expired");
    }

    /// PayPal Payments Standard can end nothing: its page is left behind, and another payment begins.
    fn a_page_that_its_gateway_cannot_close_is_left_behind(world) {
        let owner = world.owner("north");
        let standard = json!({"connector": "paypal_standard", "code": "standard", "name": "PayPal", "settings": {"business": "billing@hosting.example"}});
        owner.post("/v1/gateways", standard).expect(201);
        let store = format!("/v1/stores/{}", corner(&owner)["id"].as_str().unwrap());
        owner.patch(&store, json!({"gateways": ["fake", "standard", "transfer"]})).expect(200);
        let placed = place(&owner, "Nora", "standard");
        let nora = world.stranger.with_token(placed.text("/tokens/access_token"));
        let invoice = placed.text("/order/invoice_id");
        let path = format!("/v1/me/invoices/{invoice}/pay");
        let page = json!({"gateway": "standard", "return_to": "https://shop.example/back"});
        let begun = nora.post_once(&path, "page", page).expect(202).text("/redirect_to");
        assert!(begun.starts_with("https://www.sandbox.paypal.com/"), "{begun}");
        nora.post_once(&path, "card", card(GOOD)).expect(200);
        assert_eq!(states(&owner, &invoice), ["voided", "approved"]);
        assert_eq!(charges(&owner, &invoice)[0]["code"], "not_confirmed");
    }

    /// Days later it is over by itself: the order can be paid again, and the client knows why.
    fn a_page_that_nobody_comes_back_from_ends(world) {
        let owner = world.owner("north");
        let client = debtor(&owner, "Tara", "60.00");
        let wish = card(AT_A_PAGE);
        owner.post_once(&format!("/v1/invoices/{}/pay", client.invoice), "page", wish).expect(202);
        let story = Story::of(world);
        story.sleep_until("2026-01-07");
        story.run(EventKind::ProcessPaymentQueue);
        assert_eq!(states(&world.owner("north"), &client.invoice), ["pending"]);
        story.sleep_until("2026-01-09");
        story.run(EventKind::ProcessPaymentQueue);
        let ended = charges(&world.owner("north"), &client.invoice).remove(0);
        assert_eq!((&ended["state"], &ended["code"]), (&json!("declined"), &json!("not_confirmed")));
    }

    /// 9900.02 is what the fake's bank refuses for good: the card is not charged with anything else, until it is entered anew.
    fn a_dead_card_is_not_tried_again(world) {
        let owner = world.owner("north");
        let client = debtor(&owner, "Tara", "7.00").client;
        let method = keep(&owner, &client, GOOD);
        let dead = owing(&owner, &client, "9900.02");
        let story = Story::of(world);
        story.sleep_until("2026-01-14");
        story.run(EventKind::ProcessPaymentQueue);
        let owner = world.owner("north");
        assert_eq!(states(&owner, &dead), ["declined"]);
        let kept = methods(&owner, &client);
        assert_eq!((&kept[0]["id"], &kept[0]["retired"]), (&json!(method), &json!(true)));
        story.sleep_until("2026-01-20");
        story.run(EventKind::ProcessPaymentQueue);
        let owner = world.owner("north");
        assert_eq!(states(&owner, &dead), ["declined"]);
        owner.post(&format!("/v1/payment-methods/{method}/make-default"), json!({})).refused(409, "wrong_state");
        keep(&owner, &client, "4000008260000000");
        assert_eq!(methods(&owner, &client).iter().filter(|row| row["is_default"] == json!(true)).count(), 1);
    }

    /// On the 14th and one, three and five days later the old card is refused. The new one has not been tried: it pays at once.
    fn a_new_card_is_tried_however_often_the_old_one_was(world) {
        let owner = world.owner("north");
        let Debtor { client, invoice: bill } = debtor(&owner, "Tara", "7.00");
        keep(&owner, &client, DRY);
        let story = Story::of(world);
        for day in ["2026-01-14", "2026-01-15", "2026-01-18", "2026-01-23", "2026-01-31"] {
            story.sleep_until(day);
            story.run(EventKind::ProcessPaymentQueue);
        }
        let owner = world.owner("north");
        assert_eq!(states(&owner, &bill), ["declined"; 4]);
        keep(&owner, &client, GOOD);
        story.run(EventKind::ProcessPaymentQueue);
        let last = charges(&world.owner("north"), &bill).pop().unwrap();
        assert_eq!(last["state"], "approved");
    }

    /// The default is chosen; when it goes, the newest of the others takes its place.
    fn one_method_is_always_the_default(world) {
        let owner = world.owner("north");
        let client = debtor(&owner, "Tara", "7.00").client;
        let default = || {
            let all = methods(&owner, &client);
            let ids: Vec<_> = all.iter().filter(|row| row["is_default"] == json!(true)).map(|row| row["id"].as_str().unwrap().to_string()).collect();
            ids.join(" ")
        };
        let (first, second, third) = (keep(&owner, &client, GOOD), keep(&owner, &client, DRY), keep(&owner, &client, "4000008260000000"));
        assert_eq!(default(), third);
        let made = owner.post(&format!("/v1/payment-methods/{first}/make-default"), json!({})).expect(200).json();
        assert_eq!((&made["id"], &made["is_default"], default()), (&json!(first), &json!(true), first.clone()));
        owner.delete(&format!("/v1/payment-methods/{first}")).expect(204);
        assert_eq!(default(), third);
        owner.delete(&format!("/v1/payment-methods/{second}")).expect(204);
        assert_eq!(default(), third);
        let stranger = world.seller("north").ids["pmt"].clone();
        let mine = &world.seller("north").client;
        mine.post(&format!("/v1/me/payment-methods/{third}/make-default"), json!({})).refused(404, "not_found");
        mine.post(&format!("/v1/me/payment-methods/{stranger}/make-default"), json!({})).expect(200);
    }

    /// What the bank has sent back is debited again as the plan for refusals says, and not within the hour. Told on the 16th that
    /// there was not enough money, it waits for the 17th. After a second return for a wrong mandate a person has to mend it.
    fn a_debit_that_comes_back_waits(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let method = store(&owner, &one.client, GERMAN);
        debit(&owner, &one.invoice, &method).expect(202);
        let send = |owner: &Actor| {
            let batch = open_batch(owner);
            close(owner, &batch).expect(200);
            references(&owner.get(&format!("/v1/bank-batches/{batch}/file")).expect(200).text).remove(0)
        };
        let reference = send(&owner);
        let story = Story::of(world);
        story.sleep_until("2026-01-16");
        let owner = world.owner("north");
        tell(&owner, &camt("S1", &[credited("60.00", &reference)])).expect(201);
        tell(&owner, &camt("S2", &[returned("60.00", &reference, "AM04")])).expect(201);
        story.run(EventKind::ProcessPaymentQueue);
        assert_eq!(states(&world.owner("north"), &one.invoice), ["refunded"]);
        story.sleep_until("2026-01-17");
        story.run(EventKind::ProcessPaymentQueue);
        let owner = world.owner("north");
        assert_eq!(states(&owner, &one.invoice), ["refunded", "new"]);
        story.sleep_until("2026-01-26");
        let owner = world.owner("north");
        let reference = send(&owner);
        tell(&owner, &camt("S3", &[credited("60.00", &reference)])).expect(201);
        tell(&owner, &camt("S4", &[returned("60.00", &reference, "MD02")])).expect(201);
        story.sleep_until("2026-02-20");
        story.run(EventKind::ProcessPaymentQueue);
        assert_eq!(states(&world.owner("north"), &one.invoice), ["refunded", "refunded"]);
    }

    /// The only debit of a batch cannot be collected any more: it leaves the batch, which stays open for others, and a person
    /// hears of it.
    fn a_batch_of_nothing_is_no_dead_end(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        let method = store(&owner, &one.client, GERMAN);
        let payment = debit(&owner, &one.invoice, &method).expect(202).text("/id");
        let mandate = owner.get(&format!("/v1/mandates?client_id={}", one.client)).expect(200).text("/data/0/id");
        owner.post(&format!("/v1/mandates/{mandate}/revoke"), json!({"reason": "Left"})).expect(200);
        let batch = open_batch(&owner);
        let closed = close(&owner, &batch).expect(200).json();
        assert_eq!((&closed["state"], &closed["totals"]), (&json!("open"), &json!([])));
        assert_eq!(owner.get(&format!("/v1/bank-debits/{payment}")).expect(200).json()["batch_id"], json!(null));
        let todo = owner.get("/v1/todos?state=open&kind=payment_unknown").expect(200);
        assert_eq!(todo.text("/data/0/subject_id"), payment);
        assert!(todo.text("/data/0/detail").contains(&format!("/v1/bank-batches/{batch}/include")), "{}", todo.text("/data/0/detail"));
    }

    /// What keeps one seller's batch from being closed is put before that seller, and others' batches are closed all the same.
    fn one_sellers_trouble_is_not_anothers(world) {
        for name in ["north", "south"] {
            let owner = world.owner(name);
            owner.post("/v1/gateways", sepa()).expect(201);
            crate::api::bank::put(&owner, "/v1/settings", json!({"bank_files": {"process_after_days": 1}})).expect(200);
            let one = debtor(&owner, "Carla", "60.00");
            debit(&owner, &one.invoice, &store(&owner, &one.client, GERMAN)).expect(202);
        }
        // north's gateway loses its settings
        tamper(world, "UPDATE gateways SET secrets_sealed = 'broken' WHERE code = 'sepa' AND seller_id IN (SELECT id FROM sellers WHERE code = 'north')");
        let story = Story::of(world);
        story.sleep_until("2026-01-08");
        story.run(EventKind::ProcessBatchFiles);
        let batch = |name: &str| world.owner(name).get("/v1/bank-batches").expect(200).text("/data/0/state");
        assert_eq!(batch("south"), "in_progress");
        assert_eq!(batch("north"), "open");
        let todos = world.owner("north").get("/v1/todos?state=open&kind=billing_parked").expect(200).json();
        assert_eq!(todos["data"][0]["title"], "A batch for the bank could not be closed");
    }

    /// A refund that is on its way is not given up because the gateway has not seen it yet; else the client gets it twice.
    fn a_refund_on_its_way_is_waited_for(world) {
        let owner = world.owner("north");
        let stripe = stripe(world, &owner);
        let one = debtor(&owner, "Tara", "60.00");
        let token = json!({"gateway": "stripe", "token": "pm_card_visa"});
        let payment = owner.post_once(&format!("/v1/invoices/{}/pay", one.invoice), "pay", token).expect(200).text("/id");
        stripe.trouble_for("payment_intent=", Trouble::LostBefore);
        let wish = json!({"credit_note": {"extent": "whole"}, "reason": "Not wanted"});
        let refund = owner.post_once(&format!("/v1/transactions/{payment}/refund"), "back", wish).json()["id"].as_str().unwrap().to_string();
        let check = |owner: &Actor| owner.act(&format!("/v1/transactions/{refund}/check")).expect(200).text("/state");
        assert_eq!(check(&owner), "unknown");
        crate::api::fraud::advance(world, chrono::TimeDelta::minutes(16));
        let owner = world.owner("north");
        assert_eq!(check(&owner), "error");
    }

    /// Gateways that are switched off do not collect: their seller hears of it before his clients are shut out.
    fn a_gateway_that_is_switched_off_is_said(world) {
        let owner = world.owner("north");
        let stripe = stripe(world, &owner);
        let one = debtor(&owner, "Tara", "60.00");
        let wish = json!({"client_id": one.client, "method": {"gateway": "stripe", "token": stripe.with(|stripe| stripe.token(GOOD))}});
        owner.post_once("/v1/payment-methods", "keep", wish).expect(201);
        let gateways = owner.get("/v1/gateways").expect(200).json();
        let id = gateways["data"].as_array().unwrap().iter().find(|row| row["code"] == "stripe").unwrap()["id"].clone();
        owner.patch(&format!("/v1/gateways/{}", id.as_str().unwrap()), json!({"is_enabled": false})).expect(200);
        let story = Story::of(world);
        story.sleep_until("2026-01-14");
        story.run(EventKind::ProcessPaymentQueue);
        let owner = world.owner("north");
        let todos = owner.get("/v1/todos?state=open&kind=gateway_unusable").expect(200).json();
        assert_eq!(todos["data"][0]["title"], "Payment methods that are stored at stripe cannot be charged");
        assert_eq!(states(&owner, &one.invoice), [""; 0]);
    }

    /// What was reserved lapses at the bank, or is taken at the gateway's desk: a person says so where nobody can be asked.
    fn what_was_reserved_is_decided_by_hand(world) {
        let owner = world.owner("north");
        for (name, decision, state, status) in [("Tara", "declined", "declined", "due"), ("Tom", "approved", "captured", "paid")] {
            let one = debtor(&owner, name, "60.00");
            let mut wish = card(GOOD);
            wish["authorise_only"] = json!(true);
            let id = owner.post_once(&format!("/v1/invoices/{}/pay", one.invoice), name, wish).expect(202).text("/id");
            let said = owner.post(&format!("/v1/transactions/{id}/decide"), json!({"state": decision, "comment": "By telephone"})).expect(200);
            assert_eq!((said.text("/state"), get(&owner, &one.invoice)["status"].clone()), (state.into(), json!(status)));
        }
    }

    /// Reserving is for cards: accounts are debited as ever.
    fn accounts_are_debited_while_cards_are_reserved(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let one = debtor(&owner, "Carla", "60.00");
        store(&owner, &one.client, GERMAN);
        crate::api::bank::put(&owner, "/v1/settings", json!({"collection": {"action": "authorise"}})).expect(200);
        let story = Story::of(world);
        story.sleep_until("2026-01-14");
        story.run(EventKind::ProcessPaymentQueue);
        let all = charges(&world.owner("north"), &one.invoice);
        assert_eq!((all.len(), &all[0]["is_debit"]), (1, &json!(true)));
        assert_eq!(get(&world.owner("north"), &one.invoice)["status"], "due");
    }
}
