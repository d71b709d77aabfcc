//! What is known of a stored method besides the text that shows it (PAY-07), also of those that were stored before it was asked.

use crate::api::bank::{debtor, sepa};
use crate::api::payments::card;
use crate::support::Backend;
use comptoir_db::Db;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

both! {
    /// Methods of before: the migration's own words, on a world that has forgotten what is known.
    fn what_was_stored_before_is_known_by_its_label(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let client = debtor(&owner, "Tara", "60.00").client;
        let table = [
            ("4242424242424242", "stripe", "visa •••• 4242", ["card", "visa", "4242"]),
            ("4000000000000010", "redsys", "card •••• 0010", ["card", "", "0010"]),
            ("4000000000000036", "redsys", "card", ["card", "", ""]),
            ("4000000000000051", "paypal", "paypal tara@example.org", ["agreement", "", ""]),
            ("4000000000000069", "sepa", "ES91 •••• •••• 1332", ["bank_account", "", "1332"]),
            ("4000000000000077", "stripe", "sepa_debit •••• 3000", ["bank_account", "", "3000"]),
        ];
        let (folder, begin, end) = match world.backend {
            Backend::Sqlite => ("sqlite", "PRAGMA defer", "-- Methods that their clients"),
            Backend::Postgres => ("postgres", "UPDATE payment_methods SET kind", "CREATE INDEX payment_methods_client"),
        };
        let path = format!("{}/../migrations/{folder}/2026-11-30-001201_kept_methods/up.sql", env!("CARGO_MANIFEST_DIR"));
        let script = std::fs::read_to_string(path).unwrap();
        let mut words = String::from("BEGIN; UPDATE payment_methods SET kind = 'card', brand = NULL, last_four = NULL;");
        for (number, gateway, label, _) in table {
            let wish = json!({"client_id": client, "method": card(number)});
            owner.post_once("/v1/payment-methods", number, wish).expect(201);
            let old = format!("fake •••• {}", &number[12..]);
            words += &format!("UPDATE payment_methods SET gateway = '{gateway}', label = '{label}' WHERE label = '{old}' AND client_id IN (SELECT client_id FROM contacts WHERE first_name = 'Tara');");
        }
        let from = script.find(begin).unwrap();
        words += &format!("{}; COMMIT;", &script[from..script.find(end).unwrap()]);
        match &mut world.database.connect() {
            Db::Sqlite(c) => c.batch_execute(&words).unwrap(),
            Db::Pg(c) => c.batch_execute(&words).unwrap(),
        }
        let kept = owner.get(&format!("/v1/payment-methods?client_id={client}&sort=created_at")).expect(200).json();
        let known: Vec<_> = kept["data"].as_array().unwrap().iter().map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_string();
            (text("label"), ["kind", "brand", "last_four"].map(text))
        }).collect();
        for (_, _, label, want) in table {
            let (_, found) = known.iter().find(|(known, _)| known == label).unwrap();
            assert_eq!(*found, want, "{label}");
        }
        assert_eq!(known.len(), table.len());
    }

    /// An account is shown with its last characters, as a card with its last digits.
    fn an_account_says_what_it_is(world) {
        let owner = world.owner("north");
        owner.post("/v1/gateways", sepa()).expect(201);
        let client = debtor(&owner, "Tara", "60.00").client;
        let id = crate::api::bank::store(&owner, &client, "DE89370400440532013000");
        let kept = owner.get(&format!("/v1/payment-methods?client_id={client}")).expect(200).json()["data"][0].clone();
        let known = ["id", "kind", "brand", "last_four"].map(|name| kept[name].clone());
        assert_eq!(known, [json!(id), json!("bank_account"), Value::Null, json!("3000")]);
    }
}
