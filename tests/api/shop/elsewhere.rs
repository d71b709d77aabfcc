//! Paying at the page of a gateway: led there by a form or a link, paid there, told by the gateway, and back again. The gateways are
//! simulators that were written from their protocols.

use crate::api::shop::{STORE, checkout, open, someone};
use crate::support::database::words;
use crate::support::{Answer, World};
use comptoir_simulators::redsys::Redsys;
use comptoir_simulators::shell::{Running, Trouble};
use comptoir_simulators::stripe::Stripe;
use serde_json::{Value, json};

fn set_up(world: &World, wish: Value) {
    let owner = world.owner("north");
    let code = owner.post("/v1/gateways", wish).expect(201).text("/code");
    let stores = owner.get("/v1/stores").expect(200).json();
    let store = stores["data"].as_array().unwrap().iter().find(|store| store["code"] == "corner").unwrap();
    let path = format!("/v1/stores/{}", store["id"].as_str().unwrap());
    owner.patch(&path, json!({"gateways": [code, "transfer"]})).expect(200);
}

fn told(world: &World, gateway: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    world.stranger.send("POST", &format!("/v1/gateway-callbacks/{gateway}/north"), headers, Some(body))
}

fn last_order(world: &World) -> Value {
    world.owner("north").get("/v1/orders?sort=-number").expect(200).json()["data"][0].clone()
}

both! {
    /// Redsys wants a signed form. Who comes back before the bank has told is told to wait; a forged notice changes nothing;
    /// the genuine one, twice, pays once. 15.00 and 20 % are 18.00.
    fn by_a_form_to_redsys(world) {
        let bank = Running::start(Redsys::default());
        let (owner, browser) = open(world);
        set_up(world, json!({"connector": "redsys", "name": "BBVA", "labels": {"en": "Card at BBVA"},
            "settings": {"merchant": "999008881", "terminal": "1", "key": "sq7HjrUOBfKmC576ILgskD5srU870gJ7", "address": bank.url}}));
        let form = someone(checkout(&browser, "r.example"), "Rosa").with("payment", "redsys");
        assert!(browser.open(&format!("{STORE}/checkout/")).main().contains("Card at BBVA"));
        let pay = browser.submit(&form).expect(200);
        assert!(pay.main().contains("You pay at Card at BBVA"), "{}", pay.main());
        let leave = browser.submit(&pay.form(&pay.path)).expect(200);
        let form = leave.form("/sis/realizarPago");
        let origin = bank.url.clone();
        assert!(leave.headers["content-security-policy"].to_str().unwrap().contains(&format!("form-action 'self' {origin}")));
        let fields: Vec<(String, String)> = form.fields.clone();
        let (notify, body) = bank.with(|bank| bank.visit(&fields, true)).unwrap();
        assert!(notify.ends_with("/v1/gateway-callbacks/redsys/north"), "{notify}");
        assert_eq!(last_order(world)["state"], "waiting_for_payment");
        let typed = [("content-type", "application/x-www-form-urlencoded")];
        let forged = body.replace("Ds_Signature=", "Ds_Signature=x");
        told(world, "redsys", &typed, forged.as_bytes()).expect(401);
        assert_eq!(last_order(world)["state"], "waiting_for_payment");
        for _ in 0..2 {
            told(world, "redsys", &typed, body.as_bytes()).expect(204);
        }
        let order = last_order(world);
        assert_ne!(order["state"], "waiting_for_payment");
        let paid = owner.get("/v1/transactions?gateway=redsys").expect(200).json();
        let states: Vec<_> = paid["data"].as_array().unwrap().iter().map(|one| (&one["state"], &one["amount"]["amount"])).collect();
        assert_eq!(states, [(&json!("approved"), &json!("18.00"))]);
        let back = browser.open(&format!("{}back/", leave.path.trim_end_matches("go/"))).expect(200);
        assert!(back.path.contains("/checkout/result/"), "{}", back.path);
    }

    /// Redsys cannot be asked about a refund whose answer was lost: the credit stays spent and a person looks; what he saw there
    /// is the end of it, and of the to-do.
    fn a_lost_refund_waits_for_a_person(world) {
        let bank = Running::start(Redsys::default());
        let (owner, browser) = open(world);
        set_up(world, json!({"connector": "redsys", "name": "BBVA",
            "settings": {"merchant": "999008881", "terminal": "1", "key": "sq7HjrUOBfKmC576ILgskD5srU870gJ7", "address": bank.url}}));
        let form = someone(checkout(&browser, "l.example"), "Lola").with("payment", "redsys");
        let pay = browser.submit(&form).expect(200);
        let leave = browser.submit(&pay.form(&pay.path)).expect(200);
        let fields = leave.form("/sis/realizarPago").fields;
        let (_, body) = bank.with(|bank| bank.visit(&fields, true)).unwrap();
        let typed = [("content-type", "application/x-www-form-urlencoded")];
        told(world, "redsys", &typed, body.as_bytes()).expect(204);
        let payment = owner.get("/v1/transactions?gateway=redsys").expect(200).text("/data/0/id");
        bank.trouble(Trouble::FailedAfter);
        let wish = json!({"credit_note": {"extent": "whole"}, "reason": "Lost"});
        let lost = owner.post_once(&format!("/v1/transactions/{payment}/refund"), "lost", wish).expect(202);
        assert_eq!(lost.json()["state"], "unknown");
        let id = lost.text("/id");
        let todos = || {
            let all = owner.get("/v1/todos?kind=payment_unknown&state=open").expect(200).json();
            all["data"].as_array().unwrap().iter().filter(|todo| todo["subject_id"] == json!(id)).count()
        };
        assert_eq!(todos(), 1);
        owner.act(&format!("/v1/transactions/{id}/check")).refused(409, "conflict");
        let seen = json!({"state": "approved", "comment": "It is in the bank's list"});
        owner.post(&format!("/v1/transactions/{id}/decide"), seen).expect(200);
        assert_eq!(todos(), 0);
        assert_eq!(owner.get(&format!("/v1/transactions/{payment}")).expect(200).json()["state"], "refunded");
    }

    /// Stripe has a page with an address. Whoever comes back before Stripe has told makes us ask, and so it is paid.
    fn by_a_link_to_stripe(world) {
        let stripe = Running::start(Stripe::new("sk_test_1", "whsec_1", world.server.machine.now().seconds()));
        let (owner, browser) = open(world);
        set_up(world, json!({"connector": "stripe", "name": "Stripe",
            "settings": {"secret_key": "sk_test_1", "webhook_secret": "whsec_1", "address": stripe.url}}));
        let pay = browser.submit(&someone(checkout(&browser, "s.example"), "Sven").with("payment", "stripe")).expect(200);
        let leave = browser.submit(&pay.form(&pay.path)).expect(200);
        let to = leave.link("Continue to payment");
        stripe.with(|stripe| stripe.visit(&to, true));
        let back = browser.open(&format!("{}back/", leave.path.trim_end_matches("go/"))).expect(200);
        assert!(back.path.contains("/checkout/result/"), "{}", back.path);
        assert_ne!(last_order(world)["state"], "waiting_for_payment");
        for event in stripe.with(|stripe| stripe.posts()) {
            let headers: Vec<_> = event.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            told(world, "stripe", &headers, &event.body).expect(204);
        }
        let paid = owner.get("/v1/transactions?gateway=stripe").expect(200).json();
        assert_eq!(paid["data"].as_array().unwrap().len(), 1, "{paid}");
        // and back to the card
        let payment = paid["data"][0]["id"].as_str().unwrap();
        let wish = json!({"credit_note": {"extent": "whole"}, "reason": "Changed her mind"});
        let done = owner.post_once(&format!("/v1/transactions/{payment}/refund"), "back", wish).expect(200).json();
        assert_eq!((&done["state"], &done["amount"]["amount"]), (&json!("approved"), &json!("18.00")));
    }

    /// Secrets go in and never come out: not over HTTP, not in the activities, not in the database.
    fn secrets_stay_inside(world) {
        let owner = world.owner("north");
        let secret = "sk_test_51SecretOfNorth";
        let wish = json!({"connector": "stripe", "name": "Stripe", "settings": {"secret_key": secret, "publishable_key": "pk_test_1"}});
        let made = owner.post("/v1/gateways", wish).expect(201);
        assert_eq!((&made.json()["secrets"], &made.json()["settings"]), (&json!(["secret_key"]), &json!({"publishable_key": "pk_test_1"})));
        let path = format!("/v1/gateways/{}", made.text("/id"));
        let kept = owner.patch(&path, json!({"name": "Stripe EU"})).expect(200);
        assert_eq!(kept.json()["secrets"], json!(["secret_key"]));
        owner.patch(&path, json!({"settings": {"secret_key": null}})).refused(422, "validation_failed").names("/settings/secret_key");
        for text in [made.text.clone(), kept.text, owner.get("/v1/activities?limit=100").expect(200).text] {
            assert!(!text.contains(secret));
        }
        let kept = words(&mut world.database.connect(), "SELECT settings || secrets_sealed AS word FROM gateways WHERE connector = 'stripe'");
        assert!(kept.len() == 1 && !kept[0].contains(secret) && kept[0].contains("pk_test_1"), "{kept:?}");
    }
}
