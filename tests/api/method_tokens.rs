//! Cards that the gateway's own fields in a page have taken: a token of them is kept without a payment (PAY-07, SetupIntents).

use crate::api::bank::{debtor, sepa};
use comptoir_simulators::shell::Running;
use comptoir_simulators::stripe::Stripe;
use serde_json::json;

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
