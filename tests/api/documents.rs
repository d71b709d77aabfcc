//! Issued documents, found again: sent once more, by filters, by their mails, and as they were frozen.

use crate::api::invoices::{draft, first_client, get, hashes, issued, tamper, verify};
use crate::stories::billing::{GOOD, buy, care};
use crate::support::Actor;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn put_settings(owner: &Actor, settings: Value) {
    let headers = [("content-type", "application/json"), ("if-match", "*")];
    owner.send("PUT", "/v1/settings", &headers, Some(settings.to_string().as_bytes())).expect(200);
}

/// The recipients of some mails, in the order of the alphabet.
fn recipients(mails: &Value) -> Vec<String> {
    let mut all: Vec<_> =
        mails.as_array().unwrap().iter().map(|mail| mail["recipient"].as_str().unwrap().to_string()).collect();
    all.sort();
    all
}

fn mails(owner: &Actor, query: &str) -> Value {
    owner.get(&format!("/v1/mails?{query}&limit=100")).expect(200).json()["data"].clone()
}

fn ids(owner: &Actor, path: &str) -> Vec<String> {
    let list = owner.get(path).expect(200).json();
    list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_string()).collect()
}

fn sha256(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

both! {
    /// INV-10: the guide resends an invoice as often as one likes; a setting says who gets it (INV-04).
    fn sent_again_to_whom_the_seller_has_chosen(world) {
        let owner = world.owner("north");
        let (client, id) = (first_client(&owner), issued(&owner, "EUR", &[("2", "50.00")]));
        let first = mails(&owner, &format!("invoice_id={id}"));
        assert_eq!(recipients(&first), ["alice@north-client.example"]);
        // the client is called otherwise meanwhile; what was issued is not
        owner.patch(&format!("/v1/clients/{client}"), json!({"company": "Renamed"})).expect(200);
        let path = format!("/v1/invoices/{id}/resend");
        let again = owner.post(&path, json!({})).expect(202).json();
        assert_eq!((recipients(&again["mails"]), &again["mails"][0]["invoice_id"], &again["mails"][0]["state"]), (vec!["alice@north-client.example".into()], &json!(id), &json!("queued")));
        let text = |mail: &Value| owner.get(&format!("/v1/mails/{}", mail["id"].as_str().unwrap())).expect(200).json()["text"].clone();
        assert_eq!(text(&again["mails"][0]), text(&first[0]));
        assert!(text(&first[0]).as_str().unwrap().contains("100,00"));
        owner.patch(&format!("/v1/clients/{client}"), json!({"company": "First Ltd"})).expect(200);
        let chosen = json!({"seller": true, "client": true, "contacts": true, "addresses": ["Books@Example.com", "books@example.com"]});
        put_settings(&owner, json!({"billing": {"recipients": chosen}, "usage": {"limit": chosen}}));
        // one address, in the spelling in which addresses are kept
        let kept = owner.get("/v1/settings").expect(200).json();
        assert_eq!([&kept["billing"]["recipients"], &kept["usage"]["limit"]].map(|of| of["addresses"].clone()), [json!(["books@example.com"]), json!(["books@example.com"])]);
        let wish = json!({"addresses": ["Else@Example.com", "books@example.com"]});
        let all = ["alice@north-client.example", "bob@north-client.example", "books@example.com", "else@example.com", "hello@north.example"];
        assert_eq!(recipients(&owner.post(&path, wish).expect(202).json()["mails"]), all);
        let only = json!({"usual": false, "addresses": ["else@example.com"]});
        assert_eq!(recipients(&owner.post(&path, only).expect(202).json()["mails"]), ["else@example.com"]);
        let told = owner.get("/v1/activities?kind=invoice.resent").expect(200).json();
        assert_eq!((told["data"].as_array().unwrap().len(), &told["data"][0]["subject_id"]), (3, &json!(id)));
        // what is issued from now on goes to all of them at once
        let next = issued(&owner, "EUR", &[("1", "1.00")]);
        let all = [&all[..3], &all[4..]].concat();
        assert_eq!(recipients(&mails(&owner, &format!("invoice_id={next}"))), all);
        // a credit note likewise
        let note = owner.act(&format!("/v1/invoices/{next}/cancel")).expect(200).text("/id");
        let sent = owner.post(&format!("/v1/invoices/{note}/resend"), json!({})).expect(202).json();
        assert_eq!((recipients(&sent["mails"]), &sent["mails"][0]["kind"]), (all.iter().map(ToString::to_string).collect(), &json!("credit_note")));
        assert_eq!(mails(&owner, &format!("invoice_id={note}&kind=credit_note")).as_array().unwrap().len(), 8);
    }

    fn what_cannot_be_sent_is_refused(world) {
        let owner = world.owner("north");
        let (id, unissued) = (issued(&owner, "EUR", &[("1", "50.00")]), draft(&owner, "EUR", &[("1", "5.00")]));
        put_settings(&owner, json!({"billing": {"recipients": {"client": false}}}));
        let silent = issued(&owner, "EUR", &[("1", "50.00")]);
        assert_eq!(mails(&owner, &format!("invoice_id={silent}")), json!([]));
        let south = world.owner("south");
        let before = world.database.digest();
        let path = format!("/v1/invoices/{id}/resend");
        owner.post(&format!("/v1/invoices/{unissued}/resend"), json!({"addresses": ["else@example.com"]})).refused(409, "wrong_state");
        owner.post(&path, json!({})).refused(422, "validation_failed").names("/addresses");
        owner.post(&path, json!({"addresses": ["else@example.com", "nobody"]})).refused(422, "validation_failed").names("/addresses/1");
        owner.post(&path, json!({"addresses": vec!["else@example.com"; 21]})).refused(422, "validation_failed").names("/addresses");
        south.post(&path, json!({})).refused(404, "not_found");
        let wrong = json!({"billing": {"recipients": {"addresses": ["nobody"]}}}).to_string();
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        owner.send("PUT", "/v1/settings", &headers, Some(wrong.as_bytes())).refused(422, "validation_failed").names("/billing/recipients/addresses/0");
        assert_eq!(world.database.digest(), before);
    }

    /// Clients send their own to themselves, whoever else gets them.
    fn clients_send_theirs_to_themselves(world) {
        let owner = world.owner("north");
        put_settings(&owner, json!({"billing": {"recipients": {"client": false, "seller": true}}}));
        let (id, unissued) = (issued(&owner, "EUR", &[("1", "50.00")]), draft(&owner, "EUR", &[("1", "5.00")]));
        let bob = world.stranger.sign_in("client", "north", "bob@north-client.example", crate::support::world::PASSWORD);
        let sent = bob.act(&format!("/v1/me/invoices/{id}/resend")).expect(202).json();
        assert_eq!(recipients(&sent["mails"]), ["bob@north-client.example"]);
        bob.act(&format!("/v1/me/invoices/{unissued}/resend")).refused(404, "not_found");
        let plan = care(&owner, json!({}));
        buy(&owner, &plan, "Jana", GOOD, None);
        let jana = world.stranger.sign_in("client", "north", "jana@story.example", crate::support::world::PASSWORD);
        jana.act(&format!("/v1/me/invoices/{id}/resend")).refused(404, "not_found");
    }

    fn found_by_what_one_knows(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, subscription) = buy(&owner, &plan, "Jana", GOOD, None);
        let sold = owner.get(&format!("/v1/invoices?client_id={client}")).expect(200).json()["data"][0].clone();
        let order = sold["order_id"].as_str().unwrap();
        let wish = json!({"client_id": first_client(&owner), "currency": "USD", "due_on": "2026-03-01", "issue": true,
            "lines": [{"description": "Work", "quantity": "1", "unit_price": "9.00"}]});
        let dollars = owner.post("/v1/invoices", wish).expect(201).json();
        let [sold_id, dollar_id] = [&sold, &dollars].map(|one| one["id"].as_str().unwrap().to_string());
        for (query, found) in [
            (format!("number={}", dollars["number"].as_str().unwrap()), vec![&dollar_id]),
            ("number=2026".into(), vec![]),
            ("currency=USD".into(), vec![&dollar_id]),
            (format!("order_id={order}"), vec![&sold_id]),
            (format!("subscription_id={subscription}"), vec![&sold_id]),
            ("due_on_gte=2026-03-01&due_on_lt=2026-03-02".into(), vec![&dollar_id]),
            ("due_on_gte=2026-03-02".into(), vec![]),
            (format!("client_id={client}&status=paid&kind=invoice"), vec![&sold_id]),
        ] {
            assert_eq!(ids(&owner, &format!("/v1/invoices?{query}")).iter().collect::<Vec<_>>(), found, "{query}");
        }
        let jana = world.stranger.sign_in("client", "north", "jana@story.example", crate::support::world::PASSWORD);
        assert_eq!(ids(&jana, &format!("/v1/me/invoices?subscription_id={subscription}&status=paid")), std::slice::from_ref(&sold_id));
        assert!(ids(&jana, "/v1/me/invoices?status=due").is_empty());
        // one of hers without such an invoice has none; one of somebody else is not there, whoever's it is
        assert!(ids(&jana, &format!("/v1/me/invoices?subscription_id={subscription}&status=due")).is_empty());
        let (_, other) = buy(&owner, &plan, "Kim", GOOD, None);
        for foreign in [&other, &world.seller("south").ids["sub"]] {
            jana.get(&format!("/v1/me/invoices?subscription_id={foreign}")).refused(404, "not_found");
        }
        owner.get("/v1/invoices?currency=XYZW").refused(400, "invalid_parameter").names("?currency");
        // mails by client, by document, and by where they stand
        let kinds = |query: &str| mails(&owner, query).as_array().unwrap().iter().map(|mail| mail["kind"].as_str().unwrap().to_string()).collect::<Vec<_>>();
        let of_client = kinds(&format!("client_id={client}"));
        assert!(["invoice", "payment_card", "new_order", "client_welcome"].iter().all(|kind| of_client.iter().any(|one| one == kind)), "{of_client:?}");
        assert_eq!(kinds(&format!("client_id={client}&kind=client_welcome&state=queued")), ["client_welcome"]);
        let mut about = kinds(&format!("invoice_id={sold_id}"));
        about.sort();
        assert_eq!(about, ["invoice", "payment_card"]);
        for query in [format!("client_id={}", world.seller("south").ids["cli"]), format!("invoice_id={}", world.seller("south").ids["inv"])] {
            owner.get(&format!("/v1/mails?{query}")).refused(404, "not_found");
        }
    }

    /// The contract runs from 5 January for a month, so the last day is 4 February. The client reads French.
    fn days_in_mails_are_written_as_the_reader_writes_them(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let (client, _) = buy(&owner, &plan, "Jana", GOOD, None);
        for kind in ["invoice", "new_order"] {
            let mail = mails(&owner, &format!("client_id={client}&kind={kind}"))[0]["id"].as_str().unwrap().to_string();
            let text = owner.get(&format!("/v1/mails/{mail}")).expect(200).text("/text");
            assert!(text.contains("Care, 5 janvier 2026 – 4 février 2026"), "{text}");
            assert!(!text.contains("2026-01-05"), "{text}");
        }
    }

    /// Whoever has the bytes can check the hash, and whoever has the links the chain, without us.
    fn the_frozen_form_is_what_was_hashed(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "EUR", &[("1", "50.00")]);
        let next = issued(&owner, "EUR", &[("1", "60.00")]);
        let note = owner.act(&format!("/v1/invoices/{next}/cancel")).expect(200).text("/id");
        let shown = get(&owner, &id);
        owner.patch("/v1/seller", json!({"company": "Moved On"})).expect(200);
        let client = first_client(&owner);
        owner.patch(&format!("/v1/clients/{client}"), json!({"company": "Renamed"})).expect(200);
        let frozen = owner.get(&format!("/v1/invoices/{id}/frozen")).expect(200);
        assert_eq!((sha256(&frozen.text), frozen.header("content-type")), (shown["sha256"].as_str().unwrap().to_string(), Some("application/json")));
        let form = frozen.json();
        assert_eq!((&form["buyer"]["name"], &form["seller"]["company"], &form["gross"]["amount"]), (&json!("First Ltd"), &json!("north Hosting"), &json!("50.00")));
        let now = get(&owner, &id);
        assert_eq!((&now["buyer"], &now["seller"]), (&form["buyer"], &form["seller"]));
        let seal = owner.get(&format!("/v1/invoices/{id}/seal")).expect(200).json();
        assert_eq!((&seal["sha256"], &seal["number"], &seal["seq"], &seal["fault"]), (&shown["sha256"], &shown["number"], &json!(3), &Value::Null));
        let chain = hashes(world, &owner.get("/v1/seller").text("/id"));
        assert_eq!((&seal["previous_hash"], &seal["hash"]), (&json!(chain[1]), &json!(chain[2])));
        // the text of the notes on invoice law: parts with bars between them, the previous hash last
        let text = seal["text"].as_str().unwrap();
        assert_eq!(sha256(text), chain[2]);
        assert!(text.starts_with("v1|") && text.contains("|INV|3|380|2026-3|2026-01-05T09:00:00Z|EUR|5000|0|5000|") && text.ends_with(&chain[1]), "{text}");
        // the whole chain, and that of one series
        let numbers = |query: &str| {
            let list = owner.get(&format!("/v1/invoices/chain?sort=created_at{query}")).expect(200).json();
            list["data"].as_array().unwrap().iter().map(|link| link["number"].as_str().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(numbers(""), ["2026-1", "2026-2", "2026-3", "2026-4", "C-2026-1"]);
        assert_eq!(numbers("&series=credit_note:2026"), ["C-2026-1"]);
        let page = owner.get("/v1/invoices/chain?limit=2&sort=created_at").expect(200);
        let rest = owner.get(&format!("/v1/invoices/chain?limit=2&sort=created_at&cursor={}", page.text("/next_cursor"))).expect(200).json();
        assert_eq!((&rest["data"][0]["number"], &rest["data"][0]["previous_hash"]), (&json!("2026-3"), &page.json()["data"][1]["hash"]));
        assert_eq!(owner.get(&format!("/v1/invoices/{note}/seal")).expect(200).text("/kind"), "381");
        tamper(world, "UPDATE chain_links SET gross_minor = 1 WHERE gross_minor = 5000");
        assert_eq!(owner.get(&format!("/v1/invoices/{id}/seal")).expect(200).text("/fault"), "wrong_hash");
        assert_eq!(verify(&owner)["intact"], false);
        owner.patch(&format!("/v1/clients/{client}"), json!({"company": "First Ltd"})).expect(200);
        let unissued = draft(&owner, "EUR", &[("1", "5.00")]);
        for what in ["frozen", "seal"] {
            owner.get(&format!("/v1/invoices/{unissued}/{what}")).refused(409, "wrong_state");
            world.owner("south").get(&format!("/v1/invoices/{id}/{what}")).refused(404, "not_found");
        }
        assert_eq!(get(&owner, &unissued)["seller"], Value::Null);
    }
}
