//! Charges without the client that his bank wants him to confirm: a mail and the account lead him to the bank; nothing else is
//! charged meanwhile; it ends when he pays in another way, or after the days that the seller has set.

use crate::api::invoices::books_balance;
use crate::api::payments::{bank, callbacks, post_back, taken, wait};
use crate::stories::billing::{GOOD, buy, care, email};
use crate::support::browser::Browser;
use crate::support::story::Story;
use crate::support::world::PASSWORD;
use crate::support::{Actor, World};
use serde_json::{Value, json};

/// The card of the fake whose bank wants to see the client.
const CONFIRMED: &str = "4000000000000119";

/// Somebody who pays 10.00 a month with a card whose bank wants to see him at each renewal.
fn subscriber(owner: &Actor, name: &str) -> String {
    let (client, _) = buy(owner, &care(owner, json!({})), name, GOOD, None);
    let card = json!({"number": CONFIRMED, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": name});
    let kept = json!({"client_id": client, "method": {"gateway": "fake", "card": card}});
    assert_eq!(owner.post_once("/v1/payment-methods", "kept", kept).expect(201).json()["is_default"], true);
    client
}

/// The store where she has bought learns her language.
fn speaks_french(owner: &Actor) {
    let stores = owner.get("/v1/stores").expect(200).json();
    let corner = stores["data"].as_array().unwrap().iter().find(|store| store["code"] == "corner").unwrap();
    owner
        .patch(&format!("/v1/stores/{}", corner["id"].as_str().unwrap()), json!({"locales": ["en", "fr-FR"]}))
        .expect(200);
}

/// The charges of a client, oldest first.
fn charges(world: &World, client: &str) -> Vec<Value> {
    let list =
        world.owner("north").get(&format!("/v1/transactions?client_id={client}&sort=created_at")).expect(200).json();
    list["data"].as_array().unwrap().clone()
}

fn states(world: &World, client: &str) -> Vec<String> {
    charges(world, client).iter().map(|row| row["state"].as_str().unwrap().to_string()).collect()
}

fn asked(story: &Story, name: &str) -> usize {
    story.mails(&email(name)).iter().filter(|subject| subject.starts_with("Confirmez le paiement")).count()
}

both! {
    /// The renewal of 5 February is charged on the 4th; the bank wants to see Cleo. Her mail leads to her account, and from
    /// there to the bank. Runs meanwhile charge nothing. She agrees: 10.00 for January and 10.00 for February.
    fn a_mail_leads_to_the_bank(world) {
        let client = subscriber(&world.owner("north"), "Cleo");
        speaks_french(&world.owner("north"));
        let story = Story::of(world);
        story.until("2026-02-05");
        assert_eq!((states(world, &client), asked(&story, "Cleo")), (vec!["approved".into(), "pending".into()], 1));
        assert_eq!(taken(world, "EUR"), 1000);

        let owner = world.owner("north");
        let mail = owner.get("/v1/mails?kind=payment_confirmation").expect(200).text("/data/0/id");
        let text = owner.get(&format!("/v1/mails/{mail}")).expect(200).text("/text");
        let link = text.split_whitespace().find(|word| word.ends_with("/pay/go/")).unwrap();
        let path = &link[link.find("/stores/").unwrap()..];
        // the default store speaks English only, and she French
        assert!(path.starts_with("/stores/north/corner/fr-FR/account/"), "{path}");
        let browser = Browser::new(&world.server.url);
        let sign_in = browser.open(path).expect(200).at("/account/sign-in/");
        let form = sign_in.form("/sign-in/").all(&[("email", &email("Cleo")), ("password", PASSWORD)]);
        let leave = browser.submit(&form).expect(200);
        assert!(leave.link("Continuer vers le paiement").contains("payment="), "{}", leave.main());
        let account = &path[..path.find("invoices/").unwrap()];
        for page in [account, path.trim_end_matches("pay/go/")] {
            let page = browser.open(page).expect(200);
            assert!(page.main().contains("Votre banque attend votre confirmation"), "{}", page.main());
        }
        let cleo = world.stranger.sign_in("client", "north", &email("Cleo"), PASSWORD);
        let waiting = cleo.get("/v1/me/confirmations").expect(200).json();
        let charge = charges(world, &client).pop().unwrap();
        assert_eq!((waiting["data"].as_array().unwrap().len(), &waiting["data"][0]["id"]), (1, &charge["id"]));
        assert_eq!(waiting["data"][0]["redirect_to"], charge["redirect_to"]);

        let now = world.server.business.now();
        wait(bank(world).confirm(charge["gateway_reference"].as_str().unwrap(), true, now)).unwrap();
        for callback in callbacks(world) {
            post_back(world, "north", &callback).expect(204);
        }
        assert_eq!((states(world, &client), taken(world, "EUR")), (vec!["approved".to_string(), "approved".into()], 2000));
        assert_eq!(cleo.get("/v1/me/confirmations").expect(200).json()["data"], json!([]));
        books_balance(&owner);
        story.until("2026-02-09");
        assert_eq!((states(world, &client).len(), taken(world, "EUR"), asked(&story, "Cleo")), (2, 2000, 1));
    }

    /// The fake's own page: it shows 10.00 and leads back to the account, whatever else somebody asks of it. Once decided it is
    /// decided.
    fn the_fake_has_a_page(world) {
        let client = subscriber(&world.owner("north"), "Cleo");
        let story = Story::of(world);
        story.until("2026-02-05");
        let charge = charges(world, &client).pop().unwrap();
        let id = charge["gateway_reference"].as_str().unwrap();
        let path = format!("/fake-gateway?payment={id}");
        assert!(charge["redirect_to"].as_str().unwrap().ends_with(&path), "{charge}");
        let page = world.stranger.get(&path).expect(200);
        assert!(page.text.contains("10.00 EUR") && page.text.contains("Confirm"), "{}", page.text);
        assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
        let decide = |agreed: &str| {
            let form = format!("payment={id}&agreed={agreed}&return_to=https://elsewhere.example/");
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            world.stranger.send("POST", "/fake-gateway", &headers, Some(form.as_bytes())).expect(303)
        };
        let back = decide("true");
        assert!(back.header("location").unwrap().ends_with("/pay/back/"), "{:?}", back.header("location"));
        decide("false");
        let owner = world.owner("north");
        let checked = owner.act(&format!("/v1/transactions/{}/check", charge["id"].as_str().unwrap())).expect(200);
        assert_eq!((checked.text("/state"), taken(world, "EUR")), ("approved".into(), 2000));
        assert!(world.stranger.get(&path).expect(200).text.contains("is decided"));
        world.stranger.get("/fake-gateway?payment=fake_99").expect(404);
    }

    /// Three days without a confirmation are a refusal like any other: it is tried again a day later, and the bank asks again.
    fn what_nobody_confirms_is_declined(world) {
        let client = subscriber(&world.owner("north"), "Cleo");
        let story = Story::of(world);
        story.until("2026-02-06");
        assert_eq!(states(world, &client), ["approved", "pending"]);
        story.until("2026-02-07");
        let charge = charges(world, &client).pop().unwrap();
        assert_eq!((&charge["state"], &charge["code"]), (&json!("declined"), &json!("not_confirmed")));
        assert_eq!(story.mails(&email("Cleo")).iter().filter(|subject| subject.starts_with("Paiement refusé")).count(), 1);
        let owner = world.owner("north");
        let mail = owner.get("/v1/mails?kind=payment_declined").expect(200).text("/data/0/id");
        let text = owner.get(&format!("/v1/mails/{mail}")).expect(200).text("/text");
        assert!(text.contains("n’a pas été confirmé à temps") && !text.contains("a refusé"), "{text}");
        story.until("2026-02-08");
        assert_eq!((states(world, &client), asked(&story, "Cleo")), (vec!["approved".into(), "declined".into(), "pending".into()], 2));
        assert_eq!(taken(world, "EUR"), 1000);
        let settings = json!({"collection": {"confirm_within_days": 31}}).to_string();
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        let wrong = world.owner("north").send("PUT", "/v1/settings", &headers, Some(settings.as_bytes()));
        wrong.refused(422, "validation_failed").names("/collection/confirm_within_days");
    }

    /// With another card the charge that waits ends, and only the other one takes money. Asked again with the same key, nothing
    /// happens twice.
    fn who_pays_in_another_way_ends_it(world) {
        let client = subscriber(&world.owner("north"), "Cleo");
        let story = Story::of(world);
        story.until("2026-02-05");
        let invoice = charges(world, &client).pop().unwrap()["invoice_id"].as_str().unwrap().to_string();
        let cleo = world.stranger.sign_in("client", "north", &email("Cleo"), PASSWORD);
        for _ in 0..2 {
            let card = json!({"gateway": "fake", "card": {"number": GOOD, "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Cleo"}});
            cleo.post_once(&format!("/v1/me/invoices/{invoice}/pay"), "other", card).expect(200);
            assert_eq!((states(world, &client), taken(world, "EUR")), (vec!["approved".into(), "voided".into(), "approved".into()], 2000));
        }
        books_balance(&world.owner("north"));
    }
}
