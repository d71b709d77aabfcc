//! On and off, who gets them by mail, what is refused, and what a dry run says.

use super::{company, document, papers, plan, rub, run, settle, sold, vostok};
use crate::api::invoices::tamper;
use crate::api::verify::literal;
use crate::support::story::Story;
use crate::support::{Actor, World};
use comptoir_domain::InvoiceId;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

/// Vostok with a company that has a month of Bronze.
fn with_roma(world: &World) -> Actor {
    let owner = vostok(world);
    let roma = company(&owner, "vostok", "Roma", "RU");
    sold(&owner, &roma, &plan(&owner, "bronze", "1-month", "1000.00", json!({})), "1-month");
    owner
}

fn mails(owner: &Actor) -> Vec<Value> {
    owner.get("/v1/mails?kind=schet_factura").expect(200).json()["data"].as_array().unwrap().clone()
}

both! {
    fn off_they_are_neither_made_nor_visible(world) {
        let owner = world.owner("north");
        let refused = owner.get("/v1/schet-facturas").refused(404, "not_found");
        assert!(refused.text.contains("schet_facturas.enabled"), "{}", refused.text);
        let id = document(world, &owner, "north");
        let own = owner.get(&format!("/v1/schet-facturas/{id}")).expect(200).json();
        assert_eq!((&own["period"], &own["payments"][0]["number"]), (&json!({"from": "2026-01-05", "to": "2026-01-06"}), &json!("315")));
        let before = world.database.digest();
        settle(&owner, json!({"enabled": false})).expect(200);
        for path in [String::new(), format!("/{id}"), format!("/{id}/frozen")] {
            owner.get(&format!("/v1/schet-facturas{path}")).refused(404, "not_found");
        }
        owner.post(&format!("/v1/schet-facturas/{id}/send"), json!({})).refused(404, "not_found");
        let story = Story::of(world);
        story.sleep_until("2026-02-01");
        assert_eq!(run(&story), 0);
        let owner = world.owner("north");
        let seen = owner.post("/v1/events/preview", json!({"kind": "process_schet_facturas"})).expect(200).json();
        assert_eq!(seen["count"], 0);
        assert_eq!(world.database.digest()["schet_facturas"], before["schet_facturas"]);
        // elsewhere they are off as long as nobody says otherwise, in Russia they are on
        settle(&owner, json!({})).expect(200);
        owner.get("/v1/schet-facturas").refused(404, "not_found");
        let east = vostok(world);
        assert_eq!(papers(&east, ""), Vec::<Value>::new());
        settle(&east, json!({"enabled": false})).expect(200);
        east.get("/v1/schet-facturas").refused(404, "not_found");
    }

    fn a_dry_run_says_what_would_be_written(world) {
        let owner = with_roma(world);
        let story = Story::of(world);
        run(&story);
        let before = world.database.digest();
        let seen = owner.post("/v1/events/preview", json!({"kind": "process_schet_facturas", "as_of": "2026-02-01"})).expect(200).json();
        assert_eq!((&seen["count"], &seen["items"][0]["action"], &seen["items"][0]["amount"]), (&json!(1), &json!("document"), &rub("1062.58")));
        assert_eq!(world.database.digest()["schet_facturas"], before["schet_facturas"]);
        let none = owner.post("/v1/events/preview", json!({"kind": "process_schet_facturas", "as_of": "2026-01-31"})).expect(200).json();
        assert_eq!(none["count"], 0);
    }

    fn clients_get_them_by_mail_if_the_seller_allows_it(world) {
        let owner = with_roma(world);
        let story = Story::of(world);
        run(&story);
        story.sleep_until("2026-02-01");
        assert_eq!((run(&story), mails(&world.owner("vostok")).len()), (json!(1), 0));
        let owner_now = world.owner("vostok");
        settle(&owner_now, json!({"send_to_clients": true})).expect(200);
        let zoe = company(&owner_now, "vostok", "Zoe", "RU");
        sold(&owner_now, &zoe, &plan(&owner_now, "silver", "1-month", "280.00", json!({})), "1-month");
        story.sleep_until("2026-03-01");
        // the rest of Bronze, and 28 days of Silver
        assert_eq!(run(&story), 2);
        let owner_now = world.owner("vostok");
        let told = mails(&owner_now);
        let mut to: Vec<_> = told.iter().map(|mail| mail["recipient"].as_str().unwrap()).collect();
        to.sort_unstable();
        assert_eq!(to, ["roma@vostok-client.example", "zoe@vostok-client.example"]);
        let zoes = told.iter().find(|mail| mail["recipient"] == "zoe@vostok-client.example").unwrap();
        let mail = owner_now.get(&format!("/v1/mails/{}", zoes["id"].as_str().unwrap())).expect(200).json();
        let text = mail["text"].as_str().unwrap();
        for part in ["schet-factura 3", "silver", "March 1, 2026", "no request for payment"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!((run(&story), mails(&owner_now).len()), (json!(0), 2));
        drop(owner);
    }

    /// What cannot be written keeps nobody else's from being written, comes before a person, and is tried again.
    fn one_that_cannot_be_written_is_set_apart(world) {
        let owner = with_roma(world);
        let zoe = company(&owner, "vostok", "Zoe", "RU");
        let (_, invoice) = sold(&owner, &zoe, &plan(&owner, "silver", "1-month", "280.00", json!({})), "1-month");
        let story = Story::of(world);
        run(&story);
        story.sleep_until("2026-02-01");
        let this = format!("WHERE id = {}", literal(world, &invoice.parse::<InvoiceId>().unwrap()));
        tamper(world, &format!("UPDATE invoices SET taxes = '?' || taxes {this}"));
        let seen = world.owner("vostok").post("/v1/events/preview", json!({"kind": "process_schet_facturas"})).expect(200).json();
        let mut actions: Vec<_> = seen["items"].as_array().unwrap().iter().map(|item| item["action"].as_str().unwrap()).collect();
        actions.sort_unstable();
        assert_eq!(actions, ["document", "park"]);
        assert_eq!(story.run(EventKind::ProcessSchetFacturas), json!({"schet_facturas": 1, "parked": 1}));
        let owner = world.owner("vostok");
        let todos = owner.get("/v1/todos?kind=billing_parked").expect(200).json();
        assert_eq!((todos["data"].as_array().unwrap().len(), &todos["data"][0]["subject_id"]), (1, &json!(zoe)));
        tamper(world, &format!("UPDATE invoices SET taxes = substr(taxes, 2) {this}"));
        assert_eq!((run(&story), run(&story)), (json!(1), json!(0)));
        let numbers: Vec<_> = papers(&owner, "").into_iter().map(|paper| paper["number"].clone()).collect();
        assert_eq!(numbers, ["1", "2"]);
    }

    /// By hand, whatever is settled about mails that go out by themselves.
    fn sent_again_to_whom_an_administrator_wants(world) {
        let owner = world.owner("north");
        let id = document(world, &owner, "north");
        let path = format!("/v1/schet-facturas/{id}/send");
        let sent = owner.post(&path, json!({})).expect(202).json();
        let of = |sent: &Value| sent["mails"].as_array().unwrap().iter().map(|mail| mail["recipient"].as_str().unwrap().to_string()).collect::<Vec<_>>();
        assert_eq!((of(&sent), &sent["mails"][0]["kind"]), (vec!["leaver@north-client.example".to_string()], &json!("schet_factura")));
        let more = owner.post(&path, json!({"usual": false, "addresses": ["Books@Example.com"]})).expect(202).json();
        assert_eq!(of(&more), ["books@example.com"]);
        let told = owner.get("/v1/activities?kind=schet_factura.sent").expect(200).json();
        assert_eq!((told["data"].as_array().unwrap().len(), &told["data"][0]["subject_id"]), (2, &json!(id)));
        let before = world.database.digest();
        owner.post(&path, json!({"usual": false})).refused(422, "validation_failed").names("/addresses");
        owner.post(&path, json!({"addresses": ["nobody"]})).refused(422, "validation_failed").names("/addresses/0");
        owner.post(&path, json!({"to": "me"})).refused(422, "invalid_body").names("/to");
        world.contact("north").post(&path, json!({})).refused(401, "wrong_audience");
        // another seller sees nothing of it
        let south = world.owner("south");
        assert_eq!(world.database.digest()["mails"], before["mails"]);
        settle(&south, json!({"enabled": true})).expect(200);
        south.post(&path, json!({})).refused(404, "not_found");
        south.get(&format!("/v1/schet-facturas/{id}")).refused(404, "not_found");
        assert_eq!(papers(&south, ""), Vec::<Value>::new());
        let client = owner.get(&format!("/v1/schet-facturas/{id}")).text("/client_id");
        south.get(&format!("/v1/schet-facturas?client_id={client}")).refused(404, "not_found");
        assert_eq!((papers(&owner, &format!("client_id={client}")).len(), papers(&owner, "number=77").len()), (1, 0));
    }

    fn wrong_settings_are_named(world) {
        let owner = world.owner("north");
        let before = world.database.digest();
        for (wrong, place) in [
            (json!({"day_of_month": 0}), "day_of_month"),
            (json!({"inn": "7707083894"}), "inn"),
            (json!({"inn": "500100732259", "kpp": "773601001"}), "kpp"),
            (json!({"kpp": "77360100"}), "kpp"),
            (json!({"director": " Ivan"}), "director"),
            (json!({"entrepreneur_registration": "304500116000157"}), "entrepreneur"),
        ] {
            settle(&owner, wrong).refused(422, "validation_failed").names(&format!("/schet_facturas/{place}"));
        }
        settle(&owner, json!({"enabeld": true})).refused(422, "invalid_body").names("/schet_facturas/enabeld");
        assert_eq!(world.database.digest(), before);
        let kept = settle(&owner, json!({"enabled": true, "starts_on": "2026-03-01", "entrepreneur": "Pavel Orlov", "entrepreneur_registration": "304500116000157"}));
        let kept = kept.expect(200).json()["schet_facturas"].clone();
        assert_eq!((&kept["starts_on"], &kept["send_to_clients"], &kept["only_companies"], &kept["day_of_month"]), (&json!("2026-03-01"), &json!(false), &json!(true), &json!(1)));
    }
}
