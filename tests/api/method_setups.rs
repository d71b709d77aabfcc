//! Methods that are kept without a payment, when the bank or the gateway wants the client's word first (PAY-01, PAY-07).

use crate::api::bank::{Debtor, debtor};
use crate::api::payments::{bank, wait};
use crate::support::house::House;
use crate::support::story::Story;
use crate::support::world::{PASSWORD, Seller};
use crate::support::{Actor, World};
use comptoir_simulators::paypal::{PayPal, Wallet};
use comptoir_simulators::shell::{Running, Trouble};
use comptoir_simulators::stripe::Stripe;
use serde_json::{Value, json};

/// The card of the fake that its bank wants to have confirmed before it is kept.
const ASKED: &str = "4000000000000135";
const BACK: &str = "https://shop.example/account/";

fn card(number: &str) -> Value {
    let card =
        json!({"number": number, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Tara Martin"});
    json!({"gateway": "fake", "card": card, "return_to": BACK})
}

/// Begun by the seller.
fn begin(owner: &Actor, client: &str, key: &str, method: Value) -> Value {
    owner.post_once("/v1/payment-methods", key, json!({"client_id": client, "method": method})).expect(202).json()
}

fn path(setup: &Value) -> String {
    format!("/v1/payment-method-setups/{}", setup["id"].as_str().unwrap())
}

fn confirm(actor: &Actor, setup: &Value) -> Value {
    actor.act(&format!("{}/confirm", path(setup))).expect(200).json()
}

/// The client at the fake's page.
fn at_the_bank(world: &World, setup: &Value, agreed: bool) {
    let (_, id) = setup["redirect_to"].as_str().unwrap().rsplit_once('=').unwrap();
    wait(bank(world).confirm(id, agreed, world.server.business.now())).unwrap();
}

fn methods(owner: &Actor, client: &str) -> Vec<Value> {
    let list = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).json();
    list["data"].as_array().unwrap().clone()
}

/// The stored method pays what is open.
fn pays(owner: &Actor, debtor: &Debtor, method: &Value) {
    let pay = json!({"payment_method_id": method});
    let paid = owner.post_once(&format!("/v1/invoices/{}/pay", debtor.invoice), "pay", pay).expect(200).json();
    assert_eq!(paid["state"], "approved");
}

/// One that waits for the first client.
pub fn prepare(seller: &mut Seller) {
    let client = seller.ids["cli"].clone();
    let setup = begin(&seller.owner, &client, "prepared", card(ASKED));
    seller.ids.insert("pms".into(), setup["id"].as_str().unwrap().into());
}

/// Whether an operation is about one.
pub fn concerns(path: &str) -> bool {
    path.contains("/payment-method-setups/")
}

both! {
    /// Tara keeps a card that her bank asks her about. It is there when she has agreed, once, is used first, and can be charged.
    fn a_card_is_kept_when_its_bank_has_the_clients_word(world) {
        let owner = world.owner("north");
        let tara = debtor(&owner, "Tara", "60.00");
        let herself = world.stranger.sign_in("client", "north", "tara@debtor.example", PASSWORD);
        let mine = |path: &str| path.replace("/v1/", "/v1/me/");
        let begun = herself.post_once("/v1/me/payment-methods", "keep", card(ASKED)).expect(202).json();
        assert_eq!((&begun["state"], &begun["client_id"], &begun["payment_method_id"]), (&json!("open"), &json!(tara.client), &Value::Null));
        let again = herself.post_once("/v1/me/payment-methods", "keep", card(ASKED)).expect(202).json();
        assert_eq!(again, begun);
        assert_eq!(herself.get(&mine(&path(&begun))).expect(200).json(), begun);
        assert_eq!(herself.act(&format!("{}/confirm", mine(&path(&begun)))).expect(200).json(), begun);
        let page = begun["redirect_to"].as_str().unwrap();
        let page = world.stranger.get(&page[page.find("/fake-gateway").unwrap()..]).expect(200);
        assert!(page.text.contains("keep a card") && page.text.contains("Confirm"), "{}", page.text);
        assert_eq!(methods(&owner, &tara.client), Vec::<Value>::new());

        debtor(&owner, "Theo", "10.00");
        let other = world.stranger.sign_in("client", "north", "theo@debtor.example", PASSWORD);
        other.get(&mine(&path(&begun))).refused(404, "not_found");
        other.act(&format!("{}/confirm", mine(&path(&begun)))).refused(404, "not_found");

        at_the_bank(world, &begun, true);
        let done = herself.act(&format!("{}/confirm", mine(&path(&begun)))).expect(200).json();
        assert_eq!((&done["state"], &done["redirect_to"]), (&json!("done"), &Value::Null));
        assert_eq!(confirm(&owner, &begun), done);
        assert_eq!(owner.get(&path(&begun)).expect(200).json(), done);
        let kept = methods(&owner, &tara.client);
        assert_eq!((kept.len(), &kept[0]["id"], &kept[0]["is_default"]), (1, &done["payment_method_id"], &json!(true)));
        let known = ["label", "kind", "brand", "last_four"].map(|name| kept[0][name].as_str().unwrap().to_string());
        assert_eq!(known, ["fake •••• 0135", "card", "fake", "0135"]);
        pays(&owner, &tara, &done["payment_method_id"]);
    }

    /// Whoever refuses has no method, however often it is asked; nor has one who cannot be sent to his bank.
    fn what_is_refused_is_not_kept(world) {
        let owner = world.owner("north");
        let tara = debtor(&owner, "Tara", "60.00");
        let begun = begin(&owner, &tara.client, "no", card(ASKED));
        at_the_bank(world, &begun, false);
        let ended = confirm(&owner, &begun);
        assert_eq!((&ended["state"], &ended["message"]), (&json!("declined"), &json!("the client refused")));
        assert_eq!(confirm(&owner, &begun), ended);
        let mut nowhere = card(ASKED);
        nowhere.as_object_mut().unwrap().remove("return_to");
        let wish = json!({"client_id": tara.client, "method": nowhere});
        owner.post_once("/v1/payment-methods", "nowhere", wish).refused(402, "payment_declined").names("/method/card");
        assert_eq!(methods(&owner, &tara.client), Vec::<Value>::new());
        let mut client = crate::support::world::client("north", "Page Ltd", "Pia");
        client["payment_method"] = card(ASKED);
        owner.post("/v1/clients", client).refused(422, "validation_failed").names("/payment_method/return_to");
    }

    /// A page of the gateway alone is enough where it keeps what is entered there.
    fn a_stay_at_the_page_is_enough(world) {
        let owner = world.owner("north");
        let tara = debtor(&owner, "Tara", "60.00");
        let begun = begin(&owner, &tara.client, "page", json!({"gateway": "fake", "return_to": BACK}));
        at_the_bank(world, &begun, true);
        let done = confirm(&owner, &begun);
        assert_eq!(methods(&owner, &tara.client)[0]["label"], "fake •••• 4242");
        pays(&owner, &tara, &done["payment_method_id"]);
    }

    /// After three days nobody is waited for (5 to 8 January). Theo has agreed and only forgot to come back: he has his card.
    fn who_does_not_come_back_is_not_waited_for(world) {
        let owner = world.owner("north");
        let [tara, theo] = ["Tara", "Theo"].map(|name| debtor(&owner, name, "60.00").client);
        let [hers, his] = [(&tara, "hers"), (&theo, "his")].map(|(client, key)| begin(&owner, client, key, card(ASKED)));
        at_the_bank(world, &his, true);
        let state = |setup: &Value| world.owner("north").get(&path(setup)).expect(200).text("/state");
        let story = Story::of(world);
        story.until("2026-01-07");
        assert_eq!([state(&hers), state(&his)], ["open", "open"]);
        story.until("2026-01-09");
        assert_eq!([state(&hers), state(&his)], ["abandoned", "done"]);
        let owner = world.owner("north");
        assert_eq!([&tara, &theo].map(|client| methods(&owner, client).len()), [0, 1]);
        at_the_bank(world, &hers, true);
        assert_eq!(confirm(&owner, &hers)["state"], "abandoned");
    }

    /// Most European cards: Stripe sends the client to his bank. While it is down nothing is decided.
    fn a_card_is_confirmed_at_stripe(world) {
        let owner = world.owner("north");
        let stripe = stripe(world, &owner);
        let tara = debtor(&owner, "Tara", "60.00");
        let token = stripe.with(|stripe| stripe.token("4000002500003155"));
        let method = json!({"gateway": "stripe", "token": token, "return_to": BACK});
        let begun = begin(&owner, &tara.client, "stripe", method);
        assert_eq!(confirm(&owner, &begun)["state"], "open");
        stripe.with(|stripe| stripe.visit(begun["redirect_to"].as_str().unwrap(), true));
        stripe.trouble(Trouble::DownBefore);
        owner.act(&format!("{}/confirm", path(&begun))).refused(503, "busy");
        let done = confirm(&owner, &begun);
        assert_eq!((&done["state"], methods(&owner, &tara.client).len()), (&json!("done"), 1));
        pays(&owner, &tara, &done["payment_method_id"]);
    }

    /// Two visas that end in 4242 are two, by their fingerprints; one that is entered anew takes its own place.
    fn cards_that_end_alike_are_two(world) {
        let owner = world.owner("north");
        let stripe = stripe(world, &owner);
        let client = debtor(&owner, "Tara", "60.00").client;
        let keep = |key: &str, number: &str| {
            let token = stripe.with(|stripe| {
                let token = stripe.token(number);
                let mut card = stripe.objects[&token]["card"].clone();
                card["last4"] = json!("4242");
                stripe.tamper(&token, "card", card);
                token
            });
            let method = json!({"client_id": client, "method": {"gateway": "stripe", "token": token}});
            owner.post_once("/v1/payment-methods", key, method).expect(201).json()
        };
        let (one, other) = (keep("one", "4242424242424242"), keep("other", "4000000000000259"));
        assert_eq!((&one["label"], &one["label"]), (&json!("visa •••• 4242"), &other["label"]));
        assert_ne!(one["id"], other["id"]);
        assert_eq!((&keep("again", "4242424242424242")["id"], methods(&owner, &client).len()), (&one["id"], 2));
        assert_eq!(&keep("again-2", "4000000000000259")["id"], &other["id"]);
    }

    /// PayPal keeps a wallet when its owner has agreed at its page. The answer that is lost is asked for again: one agreement.
    fn a_wallet_is_kept_at_paypal(world) {
        let owner = world.owner("north");
        let at = world.server.machine.now().seconds();
        // app:s3cret
        let paypal = Running::start(PayPal::new("Basic YXBwOnMzY3JldA==", "WH-9", at));
        let settings = json!({"client_id": "app", "client_secret": "s3cret", "webhook_id": "WH-9", "address": paypal.url});
        owner.post("/v1/gateways", json!({"connector": "paypal", "name": "PayPal", "settings": settings})).expect(201);
        let tara = debtor(&owner, "Tara", "60.00");
        let begun = begin(&owner, &tara.client, "paypal", json!({"gateway": "paypal", "return_to": BACK}));
        assert_eq!(confirm(&owner, &begun)["state"], "open");
        paypal.with(|paypal| paypal.visit(begun["redirect_to"].as_str().unwrap(), Some(Wallet::Pays)));
        paypal.trouble_for("SETUP_TOKEN", Trouble::FailedAfter);
        owner.act(&format!("{}/confirm", path(&begun))).refused(503, "busy");
        let done = confirm(&owner, &begun);
        assert_eq!((&done["state"], paypal.with(|paypal| paypal.vault.len())), (&json!("done"), 1));
        let kept = &methods(&owner, &tara.client)[0];
        assert_eq!((&kept["label"], &kept["kind"], &kept["brand"], &kept["last_four"]), (&json!("paypal anna@example.org"), &json!("agreement"), &Value::Null, &Value::Null));
        pays(&owner, &tara, &done["payment_method_id"]);
    }

    /// Whoever comes back in two windows at once has one card.
    fn asked_twice_at_once_it_is_kept_once(world) {
        let owner = world.owner("north");
        let tara = debtor(&owner, "Tara", "60.00").client;
        let begun = begin(&owner, &tara, "both", card(ASKED));
        at_the_bank(world, &begun, true);
        let asked: Vec<Value> = std::thread::scope(|scope| {
            let windows: Vec<_> = (0..4).map(|_| scope.spawn(|| confirm(&owner, &begun))).collect();
            windows.into_iter().map(|window| window.join().unwrap()).collect()
        });
        assert!(asked.iter().all(|told| told["state"] == "done" && told == &asked[0]), "{asked:?}");
        assert_eq!(methods(&owner, &tara).len(), 1);
        let kept = owner.get("/v1/activities?kind=payment_method.kept").expect(200).json();
        assert_eq!(kept["data"].as_array().unwrap().len(), 1);
    }

    /// A client comes back also while the pass-phrase is not at hand: his card waits for it as others do. Where nothing is stored
    /// any more, nothing is.
    fn what_comes_back_is_stored_as_the_seller_stores(world) {
        let owner = world.owner("north");
        let house = House::built_in(world);
        let rotate = |wish: Value| {
            owner.post("/v1/encryption/rotate", wish).expect(202);
            house.work();
        };
        rotate(json!({"mode": "pass_phrase", "new_pass_phrase": "quatre mots au hasard", "minutes": 60}));
        let tara = debtor(&owner, "Tara", "60.00");
        let [first, second] = ["first", "second"].map(|key| begin(&owner, &tara.client, key, card(ASKED)));
        at_the_bank(world, &first, true);
        at_the_bank(world, &second, true);
        owner.act("/v1/encryption/lock").expect(200);
        let done = confirm(&owner, &first);
        assert_eq!((&done["state"], methods(&owner, &tara.client).len()), (&json!("done"), 1));
        let pay = json!({"payment_method_id": done["payment_method_id"]});
        owner.post_once(&format!("/v1/invoices/{}/pay", tara.invoice), "pay", pay).refused(409, "encryption_locked");
        rotate(json!({"mode": "off", "forget_stored": true}));
        owner.act(&format!("{}/confirm", path(&second))).refused(409, "conflict");
        assert_eq!(owner.get(&path(&second)).expect(200).text("/state"), "open");
        assert_eq!(methods(&owner, &tara.client), Vec::<Value>::new());
    }

    /// What can be kept by itself is said of each gateway.
    fn gateways_say_what_they_keep(world) {
        let known = world.owner("north").get("/v1/connectors").expect(200).json();
        let keeps = |code: &str| {
            let found = known["payment"].as_array().unwrap().iter().find(|one| one["connector"] == code).unwrap();
            found["keeps"].clone()
        };
        assert_eq!([keeps("stripe"), keeps("paypal"), keeps("bluepay")], [json!(["token"]), json!(["page"]), json!(["card"])]);
        assert_eq!([keeps("cheque"), keeps("worldpay_xml")], [json!([]), json!([])]);
    }
}

fn stripe(world: &World, owner: &Actor) -> Running<Stripe> {
    let stripe = Running::start(Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds()));
    let settings = json!({"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1", "address": stripe.url});
    owner.post("/v1/gateways", json!({"connector": "stripe", "name": "Stripe", "settings": settings})).expect(201);
    stripe
}
