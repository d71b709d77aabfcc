//! The local encryption key (SEC-01, SEC-02, PAY-07): charges by the house's key and by a pass-phrase, the PIN, nothing stored,
//! half of the key for each of two administrators, and another key for what is there.

mod asked;
mod shares;
mod transfers;

use crate::api::bank;
use crate::api::invoices::{first_client, get, issued, tamper};
use crate::api::verify::literal;
use crate::support::database::words;
use crate::support::server::{MASTER, Server, epoch, settings};
use crate::support::world::{PASSWORD, Seller, client};
use crate::support::{Actor, Answer, World};
use chrono::TimeDelta;
use comptoir_app::events::WorkerOptions;
use comptoir_app::kernel::clock::fresh;
use comptoir_app::kernel::keys::{MasterKey, Purpose};
use comptoir_app::kernel::seal::seal;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_domain::payment_methods::MethodKind;
use comptoir_domain::{ClientId, PaymentMethodId, SellerId};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub const PHRASE: &str = "quatre mots au hasard";
const GOOD: &str = "4242424242424242";

/// A server with a worker of its own on the world's database.
struct House {
    server: Server,
}

impl House {
    fn of(world: &World) -> Self {
        Self::with_key(world, MASTER)
    }

    fn with_key(world: &World, master: MasterKey) -> Self {
        let options = WorkerOptions { idle: Duration::from_millis(20), ..WorkerOptions::default() };
        Self { server: Server::with_key(&world.database.address, settings(), options, master) }
    }

    fn sign_in(&self, who: &str) -> Actor {
        Actor::stranger(&self.server.url).sign_in("admin", "north", &format!("{who}@north.example"), PASSWORD)
    }

    /// Time passes, by the clocks of machines and of business; whoever has signed in does so again.
    fn later(&self, minutes: i64) -> Actor {
        for clock in [&self.server.machine, &self.server.business] {
            clock.advance_to(clock.now().plus(TimeDelta::minutes(minutes)));
        }
        self.sign_in("owner")
    }
}

/// Waits until an operation is over.
#[track_caller]
fn ended(owner: &Actor, asked: &Answer) -> Value {
    until(|| {
        let row = owner.get(&format!("/v1/operations/{}", asked.text("/id"))).expect(200).json();
        (row["finished_at"] != json!(null)).then_some(row)
    })
}

/// Runs the payment queue, and waits until it is done.
#[track_caller]
fn charge_what_is_due(owner: &Actor) -> Value {
    let id = owner.post("/v1/events/run", json!({"kind": "process_payment_queue"})).expect(201).text("/id");
    until(|| {
        let row = owner.get(&format!("/v1/events/{id}")).expect(200).json();
        (row["finished_at"] != json!(null)).then_some(row)
    })
}

#[track_caller]
fn until<T>(look: impl Fn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        match look() {
            Some(found) => return found,
            None => assert!(began.elapsed() < Duration::from_secs(60), "it never comes"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn store(owner: &Actor, client: &str, key: &str) -> Answer {
    let card = json!({"number": GOOD, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Pia"});
    let body = json!({"client_id": client, "method": {"gateway": "fake", "card": card}});
    owner.post_once("/v1/payment-methods", key, body)
}

/// Someone with a stored card; the ids of both.
pub fn with_card(owner: &Actor, name: &str) -> (String, String) {
    let client = owner.post("/v1/clients", client("north", &format!("{name} Ltd"), name)).expect(201).text("/id");
    let method = store(owner, &client, name).expect(201).text("/id");
    (client, method)
}

/// An invoice of 10.00 that was issued.
fn owing(owner: &Actor, client: &str) -> String {
    let line = json!({"description": "Work", "quantity": "1", "unit_price": "10.00"});
    let draft =
        owner.post("/v1/invoices", json!({"client_id": client, "currency": "EUR", "lines": [line]})).expect(201);
    let id = draft.text("/id");
    owner.act(&format!("/v1/invoices/{id}/issue")).expect(200);
    id
}

fn charge(owner: &Actor, invoice: &str, method: &str, key: &str) -> Answer {
    owner.post_once(&format!("/v1/invoices/{invoice}/pay"), key, json!({"payment_method_id": method}))
}

fn status(owner: &Actor) -> Value {
    owner.get("/v1/encryption").expect(200).json()
}

fn reveal(owner: &Actor, method: &str, shown: Value) -> Answer {
    owner.post(&format!("/v1/payment-methods/{method}/reveal"), shown)
}

fn todos(owner: &Actor, kind: &str) -> usize {
    let open = owner.get(&format!("/v1/todos?state=open&kind={kind}")).expect(200).json();
    open["data"].as_array().unwrap().len()
}

/// A method straight in the table, sealed as before there were keys of sellers.
fn sealed_by_the_house(world: &World, owner: &Actor, label: &str, secret: &str) -> String {
    let id: PaymentMethodId = fresh();
    let client: ClientId = first_client(owner).parse().unwrap();
    let seller: SellerId = owner.get("/v1/seller").expect(200).text("/id").parse().unwrap();
    let key = MASTER.subkey(Purpose::PaymentMethods);
    let row = PaymentMethodRow {
        seller_id: seller,
        id,
        client_id: client,
        gateway: "fake".into(),
        token_sealed: seal(&key, &format!("{client}:fake"), secret.as_bytes()).unwrap(),
        label: label.into(),
        expires_on: None,
        is_default: false,
        created_at: epoch(),
        version: 1,
        key_version: 0,
        retired_at: None,
        forgotten_at: None,
        card_country: None,
        kind: MethodKind::Card,
        brand: None,
        last_four: None,
        fingerprint: None,
    };
    payment_methods::insert(&mut world.database.connect(), &row).unwrap();
    id.to_string()
}

fn count(world: &World, what: &str) -> String {
    words(&mut world.database.connect(), &format!("SELECT CAST(count(*) AS TEXT) AS word FROM {what}")).remove(0)
}

/// What an operation of the matrix needs and no world has: a PIN, a method that opens, halves of the key.
pub fn prepare(operation: &str, mine: &mut Seller, world: &World, body: &mut Option<Value>) -> Option<String> {
    let owner = &mine.owner;
    let me = owner.get("/v1/administrator").expect(200).text("/id");
    match operation {
        "unlock_encryption" | "reveal_payment_method" => {
            owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).expect(200);
            let new = (operation == "reveal_payment_method").then(|| with_card(owner, "Nora").1)?;
            let old = mine.ids.insert("pmt".into(), new);
            return old;
        }
        "take_encryption_share" => {
            let clerk = shares::deputy(world, mine);
            clerk.post("/v1/encryption/key/split", json!({"administrator_id": me})).expect(200);
        }
        "restore_encryption_key" => {
            let clerk = shares::deputy(world, mine);
            let first =
                owner.post("/v1/encryption/key/split", json!({"administrator_id": mine.ids["adm"]})).expect(200);
            let second = clerk.act("/v1/encryption/key/share").expect(200);
            *body = Some(json!({"shares": [first.text("/share"), second.text("/share")]}));
        }
        _ => {}
    }
    None
}

both! {
    /// A card that is stored today lies under the seller's own key; one of before is charged all the same, and a new key takes
    /// both over. The furnished one was sealed by nobody.
    fn the_house_keeps_the_key(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        assert_eq!((&status(&owner)["mode"], &status(&owner)["key_version"]), (&json!("house"), &json!(0)));
        let (pia, card) = with_card(&owner, "Pia");
        let elder = sealed_by_the_house(world, &owner, "fake •••• 1111", "fake_tok_4242");
        let one = json!({"mode": "house", "state": "ready", "key_version": 1, "has_pin": false, "unlocked_until": null, "blocked_until": null,
            "shares": [], "methods": [{"key_version": 0, "count": 2}, {"key_version": 1, "count": 1}]});
        assert_eq!(status(&owner), one);
        charge(&owner, &owing(&owner, &pia), &card, "a").expect(200);
        charge(&owner, &issued(&owner, "EUR", &[("1", "10.00")]), &elder, "b").expect(200);

        let asked = owner.post("/v1/encryption/rotate", json!({})).expect(202);
        let done = ended(&owner, &asked);
        assert_eq!((&done["state"], &done["kind"]), (&json!("succeeded"), &json!("reencrypt")));
        assert_eq!(done["result"], json!({"key_version": 2, "reencrypted": 2, "unreadable": 1}));
        assert_eq!(status(&owner)["methods"], json!([{"key_version": 0, "count": 1}, {"key_version": 2, "count": 2}]));
        // the old key is gone, as nothing needs it
        assert_eq!(count(world, "encryption_keys WHERE key_version = 1"), "0");
        charge(&owner, &owing(&owner, &pia), &card, "c").expect(200);
        charge(&owner, &issued(&owner, "EUR", &[("1", "10.00")]), &elder, "d").expect(200);
    }

    /// An old key stays as long as a method is under it.
    fn a_key_that_is_needed_stays(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (_, card) = with_card(&owner, "Pia");
        let id: PaymentMethodId = card.parse().unwrap();
        tamper(world, &format!("UPDATE payment_methods SET token_sealed = 'damaged' WHERE id = {}", literal(world, &id)));
        let done = ended(&owner, &owner.post("/v1/encryption/rotate", json!({})).expect(202));
        assert_eq!(done["result"], json!({"key_version": 2, "reencrypted": 0, "unreadable": 2}));
        assert_eq!(count(world, "encryption_keys"), "2");
    }

    /// Five wrong ones, and none is taken for a quarter of an hour; not even the right one.
    fn a_pin_opens_to_people(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (_, card) = with_card(&owner, "Pia");
        reveal(&owner, &card, json!({"pin": "2603"})).refused(409, "wrong_state");
        owner.post("/v1/encryption/pin", json!({"new_pin": "26"})).refused(422, "validation_failed").names("/new_pin");
        owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).expect(200);
        assert_eq!(status(&owner)["has_pin"], true);
        let seen = reveal(&owner, &card, json!({"pin": "2603"})).expect(200);
        let want = json!({"id": card, "gateway": "fake", "label": "fake •••• 4242", "kind": "token", "holder": null, "account": null});
        assert_eq!(seen.json(), want);
        owner.post("/v1/gateways", bank::sepa()).expect(201);
        let account = bank::store(&owner, &bank::debtor(&owner, "Dina", "60.00").client, "FR7630006000011234567890189");
        let seen = reveal(&owner, &account, json!({"pin": "2603"})).expect(200).json();
        let want = json!(["account", "Alice Martin", "FR76 3000 6000 0112 3456 7890 189"]);
        assert_eq!(json!([seen["kind"], seen["holder"], seen["account"]]), want);
        let looks = owner.get(&format!("/v1/activities?kind=payment_method.revealed&subject_id={account}")).expect(200).json();
        assert_eq!((&looks["data"][0]["actor_kind"], &looks["data"][1]), (&json!("administrator"), &json!(null)));
        assert!(!looks.to_string().contains("0011234567890"), "{looks}");

        reveal(&owner, &card, json!({})).refused(422, "validation_failed").names("/pin");
        for _ in 0..5 {
            reveal(&owner, &card, json!({"pin": "0000"})).refused(422, "validation_failed").names("/pin");
        }
        let blocked = reveal(&owner, &card, json!({"pin": "2603"})).refused(429, "too_many_requests");
        assert_eq!(blocked.header("retry-after"), Some("901"));
        assert_eq!(status(&owner)["blocked_until"], "2026-01-05T09:15:00Z");
        let owner = house.later(16);
        reveal(&owner, &card, json!({"pin": "2603"})).expect(200);
        assert_eq!(status(&owner)["blocked_until"], json!(null));
        // another PIN takes the present one
        owner.post("/v1/encryption/pin", json!({"new_pin": "9999"})).refused(422, "validation_failed").names("/pin");
        owner.post("/v1/encryption/pin", json!({"pin": "2603", "new_pin": "9999"})).expect(200);
        reveal(&owner, &card, json!({"pin": "2603"})).refused(422, "validation_failed").names("/pin");
        owner.post("/v1/encryption/rotate", json!({})).refused(422, "validation_failed").names("/pin");
    }

    /// Many guesses at once are no more guesses than many in turn.
    fn guesses_at_once_are_counted(world) {
        let owner = world.owner("north");
        let (_, card) = with_card(&owner, "Pia");
        owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).expect(200);
        let guess = |pin: usize| reveal(&world.stranger.with_token(owner.token.clone().unwrap()), &card, json!({"pin": format!("{pin:04}")})).status;
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..5).map(|pin| scope.spawn(move || guess(pin))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5, "{statuses:?}");
        assert_eq!(count(world, "encryption WHERE wrong_tries = 5 AND blocked_until IS NOT NULL"), "1");
    }

    /// With a PIN, money is released and given back by who has entered it lately.
    fn a_pin_stands_before_refunds(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (pia, card) = with_card(&owner, "Pia");
        let paid = charge(&owner, &owing(&owner, &pia), &card, "a").expect(200).text("/id");
        let refund = |owner: &Actor, key: &str| {
            let whole = json!({"credit_note": {"extent": "whole"}, "reason": "Not what was wanted"});
            owner.post_once(&format!("/v1/transactions/{paid}/refund"), key, whole)
        };
        owner.post("/v1/encryption/unlock", json!({"pin": "2603"})).refused(409, "wrong_state");
        owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).expect(200);
        refund(&owner, "r").refused(409, "encryption_locked");
        let reserving = json!({"payment_method_id": card, "authorise_only": true});
        let reserved = owner.post_once(&format!("/v1/invoices/{}/pay", owing(&owner, &pia)), "v", reserving).expect(202).text("/id");
        owner.act(&format!("/v1/transactions/{reserved}/void")).refused(409, "encryption_locked");
        let until = owner.post("/v1/encryption/unlock", json!({"pin": "2603", "minutes": 30})).expect(200).text("/unlocked_until");
        assert_eq!(until, "2026-01-05T09:30:00Z");
        // he who has entered it, and nobody else
        assert_eq!(house.sign_in("clerk").get("/v1/encryption").status, 403);
        owner.act(&format!("/v1/transactions/{reserved}/void")).expect(200);
        refund(&owner, "r").expect(200);
        let owner = house.later(31);
        refund(&owner, "s").refused(409, "encryption_locked");
        // charging by itself never wanted it
        charge(&owner, &owing(&owner, &pia), &card, "b").expect(200);
    }

    /// Charges wait for the phrase and are made when it is there; what has come in meanwhile is sealed anew then.
    fn a_phrase_holds_charges_back(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (pia, card) = with_card(&owner, "Pia");
        let rotate = |body: Value| owner.post("/v1/encryption/rotate", body);
        rotate(json!({"mode": "pass_phrase"})).refused(422, "validation_failed").names("/new_pass_phrase");
        rotate(json!({"mode": "pass_phrase", "new_pass_phrase": "too short"})).refused(422, "validation_failed").names("/new_pass_phrase");
        rotate(json!({"mode": "pass_phrase", "new_pass_phrase": PHRASE, "new_pin": "2603"})).refused(422, "validation_failed").names("/new_pin");
        let asked = rotate(json!({"mode": "pass_phrase", "new_pass_phrase": PHRASE, "minutes": 60})).expect(202);
        assert_eq!(ended(&owner, &asked)["result"]["reencrypted"], 1);
        assert_eq!(status(&owner)["unlocked_until"], "2026-01-05T10:00:00Z");
        charge(&owner, &owing(&owner, &pia), &card, "a").expect(200);
        let due = owing(&owner, &pia);

        // ten days to pay, charged one day before: on the 14th
        let owner = house.later(10 * 24 * 60);
        assert_eq!(status(&owner)["state"], "locked");
        charge(&owner, &due, &card, "b").refused(409, "encryption_locked");
        reveal(&owner, &card, json!({"pass_phrase": "quatre mots au hazard"})).refused(422, "validation_failed").names("/pass_phrase");
        reveal(&owner, &card, json!({"pass_phrase": PHRASE})).expect(200);
        assert_eq!(status(&owner)["state"], "locked", "a look does not unlock");
        owner.post_once("/v1/payment-queue/run", "now", json!({})).refused(409, "encryption_locked");
        for _ in 0..2 {
            let run = charge_what_is_due(&owner);
            assert_eq!((&run["state"], &run["result"]["approved"], &run["result"]["refused"]), (&json!("done"), &json!(0), &json!(0)));
        }
        assert_eq!((get(&owner, &due)["status"].clone(), todos(&owner, "pass_phrase_wanted")), (json!("due"), 1));
        assert_eq!(owner.get(&format!("/v1/transactions?invoice_id={due}")).expect(200).json()["data"], json!([]));

        let (zoe, newer) = with_card(&owner, "Zoe");
        assert_eq!(todos(&owner, "reencryption_needed"), 1);
        // what lies under the house's key is charged as little
        charge(&owner, &owing(&owner, &zoe), &newer, "c").refused(409, "encryption_locked");
        let by_version = status(&owner)["methods"].clone();
        assert_eq!(by_version, json!([{"key_version": 0, "count": 2}, {"key_version": 2, "count": 1}]));

        owner.post("/v1/encryption/unlock", json!({"pass_phrase": "wrong"})).refused(422, "validation_failed").names("/pass_phrase");
        let open = owner.post("/v1/encryption/unlock", json!({"pass_phrase": PHRASE})).expect(200);
        assert_eq!((open.text("/state"), todos(&owner, "pass_phrase_wanted")), ("ready".into(), 0));
        until(|| (todos(&owner, "reencryption_needed") == 0).then_some(()));
        assert_eq!(status(&owner)["methods"], json!([{"key_version": 0, "count": 1}, {"key_version": 2, "count": 2}]));
        assert_eq!(charge_what_is_due(&owner)["result"]["approved"], 1);
        assert_eq!(get(&owner, &due)["status"], "paid");
        charge(&owner, &owing(&owner, &zoe), &newer, "d").expect(200);
        owner.act("/v1/encryption/lock").expect(200);
        charge(&owner, &owing(&owner, &zoe), &newer, "e").refused(409, "encryption_locked");
        assert_eq!(count(world, "activities WHERE payload LIKE '%quatre%'"), "0");
    }

    /// A card is forgotten at once; its gateway hears of it as soon as the phrase is there.
    fn a_phrase_holds_forgetting_back(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (_, card) = with_card(&owner, "Pia");
        ended(&owner, &owner.post("/v1/encryption/rotate", json!({"mode": "pass_phrase", "new_pass_phrase": PHRASE})).expect(202));
        owner.act("/v1/encryption/lock").expect(200);
        let left = || count(world, "payment_methods WHERE forgotten_at IS NOT NULL");
        let outcome = || {
            let events = owner.get("/v1/events?kind=forget_method").expect(200).json();
            events["data"].as_array().unwrap().iter().map(|event| event["result"]["outcome"].clone()).collect::<Vec<_>>()
        };
        owner.delete(&format!("/v1/payment-methods/{card}")).expect(204);
        owner.get("/v1/payment-methods").expect(200).json()["data"].as_array().unwrap().iter().for_each(|row| assert_ne!(row["id"], json!(card)));
        until(|| outcome().contains(&json!("waits_for_pass_phrase")).then_some(()));
        assert_eq!((left(), todos(&owner, "pass_phrase_wanted")), ("1".into(), 1));
        owner.post("/v1/encryption/unlock", json!({"pass_phrase": PHRASE})).expect(200);
        until(|| outcome().contains(&json!("forgotten")).then_some(()));
        assert_eq!((left(), todos(&owner, "pass_phrase_wanted")), ("0".into(), 0));
    }

    /// Back to the house with the phrase; an earlier PIN goes on.
    fn from_phrase_to_phrase_and_back(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (pia, card) = with_card(&owner, "Pia");
        let rotate = |body: Value| owner.post("/v1/encryption/rotate", body);
        owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).expect(200);
        let asked = rotate(json!({"mode": "pass_phrase", "pin": "2603", "new_pass_phrase": PHRASE})).expect(202);
        ended(&owner, &asked);
        owner.post("/v1/encryption/pin", json!({"new_pin": "2603"})).refused(409, "wrong_state");
        rotate(json!({"new_pass_phrase": "deux mots de plus ici"})).refused(422, "validation_failed").names("/pass_phrase");
        let asked = rotate(json!({"pass_phrase": PHRASE, "new_pass_phrase": "deux mots de plus ici"})).expect(202);
        assert_eq!(ended(&owner, &asked)["result"]["reencrypted"], 1);
        owner.act("/v1/encryption/lock").expect(200);
        owner.post("/v1/encryption/unlock", json!({"pass_phrase": PHRASE})).refused(422, "validation_failed").names("/pass_phrase");
        let asked = rotate(json!({"mode": "house", "pass_phrase": "deux mots de plus ici"})).expect(202);
        assert_eq!(ended(&owner, &asked)["result"], json!({"key_version": 4, "reencrypted": 1, "unreadable": 1}));
        charge(&owner, &owing(&owner, &pia), &card, "a").expect(200);
        reveal(&owner, &card, json!({"pin": "2603"})).expect(200);
    }

    /// Nothing is stored, and no gateway takes the numbers of cards here.
    fn off_stores_nothing(world) {
        let house = House::of(world);
        let owner = house.sign_in("owner");
        let (pia, _) = with_card(&owner, "Pia");
        let rotate = |body: Value| owner.post("/v1/encryption/rotate", body);
        rotate(json!({"mode": "off"})).refused(422, "validation_failed").names("/forget_stored");
        let here = owner.post("/v1/gateways", taking_cards()).expect(201).text("/id");
        rotate(json!({"mode": "off", "forget_stored": true})).refused(409, "conflict").names("/mode");
        let path = format!("/v1/gateways/{here}");
        owner.patch(&path, json!({"is_enabled": false})).expect(200);
        let asked = rotate(json!({"mode": "off", "forget_stored": true})).expect(202);
        assert_eq!(ended(&owner, &asked)["state"], "succeeded");
        assert_eq!(owner.get("/v1/payment-methods").expect(200).json()["data"], json!([]));
        assert_eq!((count(world, "encryption_keys"), status(&owner)["mode"].clone()), ("0".into(), json!("off")));
        owner.patch(&path, json!({"is_enabled": true})).refused(409, "conflict").names("/is_enabled");
        store(&owner, &pia, "off").refused(409, "conflict").names("/method/card");
        let mut paying = crate::api::payments::card(GOOD);
        paying["save"] = json!(true);
        let invoice = owing(&owner, &pia);
        owner.post_once(&format!("/v1/invoices/{invoice}/pay"), "a", paying.clone()).refused(409, "conflict").names("/save");
        paying["save"] = json!(false);
        owner.post_once(&format!("/v1/invoices/{invoice}/pay"), "a", paying).expect(200);
        assert_eq!(count(world, "payment_methods WHERE gateway = 'fake' AND key_version > 0"), "0");
        ended(&owner, &rotate(json!({"mode": "house"})).expect(202));
        store(&owner, &pia, "on").expect(201);
    }
}

/// A gateway that gets the numbers of cards from us.
fn taking_cards() -> Value {
    let settings = json!({"account": "100000000001", "secret_key": "SECRETKEY"});
    json!({"connector": "bluepay", "name": "Cards here", "is_live": false, "settings": settings})
}
