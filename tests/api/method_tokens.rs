//! Cards that the gateway's own fields in a page have taken: a token of them is kept without a payment (PAY-07, SetupIntents).

use crate::api::bank::{debtor, sepa};
use crate::api::fraud::advance;
use crate::api::payments::card;
use crate::support::house::House;
use chrono::TimeDelta;
use comptoir_simulators::shell::{Running, Trouble};
use comptoir_simulators::stripe::Stripe;
use serde_json::{Value, json};

both! {
    /// The card is kept with Stripe, and an invoice charged to it later. What the bank refuses is refused where it was given.
    fn a_token_is_kept_and_charged(world) {
        let owner = world.owner("north");
        let stripe = Running::start(Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds()));
        let settings = json!({"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1", "address": stripe.url});
        owner.post("/v1/gateways", json!({"connector": "stripe", "name": "Stripe", "settings": settings})).expect(201);
        let debtor = debtor(&owner, "Tara", "60.00");
        let keep = |key: &str, method: serde_json::Value| {
            owner.post_once("/v1/payment-methods", key, json!({"client_id": debtor.client, "method": method}))
        };
        let kept = keep("good", json!({"gateway": "stripe", "token": "pm_card_visa"})).expect(201).json();
        assert_eq!((&kept["label"], &kept["is_default"]), (&json!("visa •••• 4242"), &json!(true)));
        keep("bad", json!({"gateway": "stripe", "token": "pm_card_visa_chargeDeclined"})).refused(402, "payment_declined").names("/method/token");
        let pay = json!({"payment_method_id": kept["id"]});
        let paid = owner.post_once(&format!("/v1/invoices/{}/pay", debtor.invoice), "pay", pay).expect(200).json();
        assert_eq!((&paid["state"], &paid["amount"]["amount"]), (&json!("approved"), &json!("60.00")));
    }

    /// Each gateway keeps what it can, and nobody a card that has expired (today is 5 January 2026).
    fn what_is_not_kept_names_its_place(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let client = debtor(&owner, "Tara", "60.00").client;
        let card = json!({"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Tara"});
        for (key, method, place) in [
            ("none", json!({"gateway": "fake"}), "/method/card"),
            ("elsewhere", json!({"gateway": "fake", "token": "pm_card_visa"}), "/method/token"),
            ("both", json!({"gateway": "fake", "token": "pm_card_visa", "card": card}), "/method/token"),
            ("expired", json!({"gateway": "fake", "card": {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2025, "code": "123", "holder": "Tara"}}), "/method/card/expiry_year"),
            ("account", json!({"gateway": "sepa", "token": "pm_card_visa"}), "/method/token"),
        ] {
            let wish = json!({"client_id": client, "method": method});
            owner.post_once("/v1/payment-methods", key, wish).refused(422, "validation_failed").names(place);
        }
    }
}

fn kept_at(stripe: &Running<Stripe>) -> usize {
    let attached = |object: &&Value| object["object"] == "payment_method" && !object["customer"].is_null();
    stripe.with(|stripe| stripe.objects.values().filter(attached).count())
}

both! {
    /// What is forgotten here is forgotten by the gateway, too, as soon as it answers; a card that is kept once more is not.
    fn the_gateway_forgets_as_well(world) {
        let owner = world.owner("north");
        let stripe = Running::start(Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds()));
        let settings = json!({"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "publishable_key": "pk_test_1", "address": stripe.url});
        owner.post("/v1/gateways", json!({"connector": "stripe", "name": "Stripe", "settings": settings})).expect(201);
        let client = debtor(&owner, "Tara", "60.00").client;
        let keep = |key: &str| {
            let token = stripe.with(|stripe| stripe.token("4242424242424242"));
            let wish = json!({"client_id": client, "method": {"gateway": "stripe", "token": token}});
            owner.post_once("/v1/payment-methods", key, wish).expect(201).json()
        };
        let house = House::built_in(world);
        let first = keep("first");
        assert_eq!(first["card_country"], json!("US"));
        // the same card, entered anew: the gateway has it twice, and keeps the newer one
        let second = keep("second");
        assert_eq!((&second["id"], kept_at(&stripe)), (&first["id"], 2));
        house.work();
        assert_eq!(kept_at(&stripe), 1);
        stripe.trouble(Trouble::DownBefore);
        let path = format!("/v1/payment-methods/{}", second["id"].as_str().unwrap());
        owner.delete(&path).expect(204);
        owner.delete(&path).refused(404, "not_found");
        assert_eq!(owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).json()["data"], json!([]));
        house.work();
        assert_eq!(kept_at(&stripe), 1);
        advance(world, TimeDelta::hours(1));
        house.work();
        assert_eq!(kept_at(&stripe), 0);
        // nothing is left of it, so the gateway may go
        let owner = world.owner("north");
        let gateway = owner.get("/v1/gateways").expect(200).text("/data/0/id");
        owner.delete(&format!("/v1/gateways/{gateway}")).expect(204);
    }

    /// A gateway may give a card that it knows the token that it had: then there is nothing to forget.
    fn a_token_that_lives_on_is_kept(world) {
        let owner = world.owner("north");
        let client = debtor(&owner, "Tara", "60.00").client;
        let keep = |key: &str| owner.post_once("/v1/payment-methods", key, json!({"client_id": client, "method": card("4242424242424242")})).expect(201).json();
        let (first, second) = (keep("first"), keep("second"));
        assert_eq!(first["id"], second["id"]);
        House::built_in(world).work();
        let done = owner.get("/v1/events?kind=forget_method").expect(200).json();
        assert_eq!(done["data"].as_array().unwrap().len(), 0, "the fake gave the same token again");
        owner.delete(&format!("/v1/payment-methods/{}", second["id"].as_str().unwrap())).expect(204);
        House::built_in(world).work();
        let done = owner.get("/v1/events?kind=forget_method").expect(200);
        assert_eq!((done.text("/data/0/state"), done.text("/data/0/result/outcome")), ("done".into(), "forgotten".into()));
    }
}
