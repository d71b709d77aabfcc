//! Invoices: drafted, issued with gapless numbers, frozen, chained, booked and corrected by credit notes.

use crate::support::{Actor, Backend, World};
use comptoir_db::Db;
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Runs SQL beside the server, as a tamperer would.
pub fn tamper(world: &World, sql: &str) {
    match &mut world.database.connect() {
        Db::Sqlite(c) => c.batch_execute(sql).unwrap(),
        Db::Pg(c) => c.batch_execute(sql).unwrap(),
    }
}

#[derive(diesel::QueryableByName)]
struct Hash {
    #[diesel(sql_type = diesel::sql_types::Text)]
    hash: String,
}

/// The hashes of a seller's chain, in order.
pub fn hashes(world: &World, seller: &str) -> Vec<String> {
    use diesel::RunQueryDsl;
    let id: comptoir_domain::SellerId = seller.parse().unwrap();
    let digits = comptoir_domain::Id::uuid(&id).simple().to_string();
    let sql = match world.backend {
        Backend::Sqlite => {
            format!("SELECT hash FROM chain_links WHERE lower(hex(seller_id)) = '{digits}' ORDER BY seq")
        }
        Backend::Postgres => {
            format!("SELECT hash FROM chain_links WHERE encode(seller_id, 'hex') = '{digits}' ORDER BY seq")
        }
    };
    let rows: Vec<Hash> = diesel::sql_query(sql).load(&mut world.database.connect()).unwrap();
    rows.into_iter().map(|row| row.hash).collect()
}

/// The seller's first client.
pub fn first_client(owner: &Actor) -> String {
    let list = owner.get("/v1/clients?sort=number").expect(200).json();
    let first = list["data"].as_array().unwrap().iter().find(|item| item["name"] == "First Ltd").unwrap();
    first["id"].as_str().unwrap().to_string()
}

/// A one-off draft over lines of (quantity, unit price).
pub fn draft(owner: &Actor, currency: &str, lines: &[(&str, &str)]) -> String {
    let line =
        |(quantity, price): &(&str, &str)| json!({"description": "Work", "quantity": quantity, "unit_price": price});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    let wish = json!({"client_id": first_client(owner), "currency": currency, "lines": lines});
    owner.post("/v1/invoices", wish).expect(201).text("/id")
}

/// The same, issued.
pub fn issued(owner: &Actor, currency: &str, lines: &[(&str, &str)]) -> String {
    let id = draft(owner, currency, lines);
    owner.act(&format!("/v1/invoices/{id}/issue")).expect(200);
    id
}

pub fn get(owner: &Actor, id: &str) -> Value {
    owner.get(&format!("/v1/invoices/{id}")).expect(200).json()
}

/// The latest draft of the seller that no order waits for.
pub fn a_draft(owner: &Actor) -> String {
    let list = owner.get("/v1/invoices?status=draft").expect(200).json();
    let free = list["data"].as_array().unwrap().iter().find(|draft| draft["order_id"].is_null()).unwrap();
    free["id"].as_str().unwrap().into()
}

/// An open invoice and a draft.
pub fn furnish(owner: &Actor, _: &str) {
    issued(owner, "EUR", &[("1", "100.00"), ("2", "10.00")]);
    draft(owner, "EUR", &[("1", "12.00")]);
}

/// What the seller's chain says of itself.
pub fn verify(owner: &Actor) -> Value {
    owner.get("/v1/invoices/verify-chain").expect(200).json()
}

/// Zero in every currency, with at least one posting.
#[track_caller]
pub fn books_balance(owner: &Actor) {
    let trial = owner.get("/v1/ledger/trial-balance").expect(200).json();
    let sums = trial["sums"].as_array().unwrap();
    assert!(!sums.is_empty());
    assert!(sums.iter().all(|sum| sum["amount"].as_str().unwrap().trim_matches(['0', '.']).is_empty()), "{trial}");
}

/// An account's balance in a currency.
pub fn balance(owner: &Actor, account: &str, currency: &str) -> String {
    let trial = owner.get("/v1/ledger/trial-balance").expect(200).json();
    let found = trial["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["account"] == account && one["balance"]["currency"] == currency);
    found.map_or("0".into(), |one| one["balance"]["amount"].as_str().unwrap().into())
}

both! {
    fn a_draft_becomes_an_invoice(world) {
        let owner = world.owner("north");
        let wish = json!({"client_id": first_client(&owner), "currency": "USD", "due_on": "2026-01-20", "comment": "Hello",
            "lines": [{"description": "Moving", "quantity": "2.5", "unit_price": "19.99"}, {"description": "Gift", "quantity": "1", "unit_price": "0"}]});
        let made = owner.post("/v1/invoices", wish).expect(201);
        let view = made.json();
        // 2.5 x 19.99 = 49.975, half up
        assert_eq!((&view["gross"]["amount"], &view["status"], &view["number"]), (&json!("49.98"), &json!("draft"), &Value::Null));
        let id = made.text("/id");
        owner.patch(&format!("/v1/invoices/{id}"), json!({"comment": "Changed"})).expect(200);
        let view = owner.act(&format!("/v1/invoices/{id}/issue")).expect(200).json();
        // two of this year were furnished
        assert_eq!((&view["number"], &view["issued_on"], &view["due_on"]), (&json!("2026-3"), &json!("2026-01-05"), &json!("2026-01-20")));
        assert_eq!((&view["status"], &view["comment"], &view["open"]["amount"]), (&json!("due"), &json!("Changed"), &json!("49.98")));
        let steps = owner.get(&format!("/v1/invoices/{id}/lines/{}/explain", view["lines"][0]["id"].as_str().unwrap())).expect(200).json();
        assert_eq!((&steps["steps"][0]["rule"], &steps["steps"][0]["result"]), (&json!("listed"), &json!("49.98")));
        assert_eq!((balance(&owner, "receivable", "USD"), balance(&owner, "revenue_other", "USD")), ("49.98".into(), "49.98".into()));
        books_balance(&owner);
        assert_eq!(world.contact("north").get(&format!("/v1/me/invoices/{id}")).expect(200).json(), view);
    }

    fn what_is_issued_never_changes(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "EUR", &[("1", "50.00")]);
        let before = world.database.digest();
        owner.patch(&format!("/v1/invoices/{id}"), json!({"comment": "late"})).refused(409, "wrong_state");
        owner.act(&format!("/v1/invoices/{id}/issue")).refused(409, "wrong_state");
        assert_eq!(world.database.digest(), before);
        // the client moves away; the document stays
        let seal = get(&owner, &id)["sha256"].clone();
        owner.patch(&format!("/v1/clients/{}", first_client(&owner)), json!({"company": "Renamed"})).expect(200);
        let after = get(&owner, &id);
        assert_eq!((&after["sha256"], &after["buyer"]["name"]), (&seal, &json!("First Ltd")));
        assert_eq!(verify(&owner)["intact"], true);
    }

    fn tampering_is_found(world) {
        let owner = world.owner("north");
        issued(&owner, "EUR", &[("1", "50.00")]);
        issued(&owner, "EUR", &[("1", "60.00")]);
        assert_eq!(verify(&owner), json!({"intact": true, "links": 4, "first_break": null, "changed": [], "gaps": []}));
        for (damage, repair) in [
            ("UPDATE invoices SET gross_minor = 1 WHERE gross_minor = 5000", "UPDATE invoices SET gross_minor = 5000 WHERE gross_minor = 1"),
            ("UPDATE invoice_lines SET description = 'Less' WHERE net_minor = 5000", "UPDATE invoice_lines SET description = 'Work' WHERE net_minor = 5000"),
            ("UPDATE invoices SET frozen = replace(frozen, '50.00', '5.00') WHERE number = '2026-3'", "UPDATE invoices SET frozen = replace(frozen, '\"5.00\"', '\"50.00\"') WHERE number = '2026-3'"),
        ] {
            tamper(world, damage);
            let report = verify(&owner);
            assert_eq!((&report["intact"], &report["changed"]), (&json!(false), &json!(["2026-3"])), "{damage}");
            tamper(world, repair);
            assert_eq!(verify(&owner)["intact"], true, "{repair}");
        }
        tamper(world, "UPDATE chain_links SET gross_minor = 1 WHERE gross_minor = 5000");
        assert_eq!(verify(&owner)["first_break"], json!({"seq": 3, "fault": "wrong_hash"}));
        tamper(world, "UPDATE chain_links SET gross_minor = 5000 WHERE gross_minor = 1");
        tamper(world, "DELETE FROM chain_links WHERE number = '2026-4'");
        assert_eq!(verify(&owner)["first_break"], json!({"seq": 4, "fault": "missing_seq"}));
    }

    fn a_draft_is_dropped_an_invoice_reversed(world) {
        let owner = world.owner("north");
        let unwanted = draft(&owner, "EUR", &[("1", "5.00")]);
        owner.act(&format!("/v1/invoices/{unwanted}/cancel")).expect(204);
        owner.get(&format!("/v1/invoices/{unwanted}")).refused(404, "not_found");
        let id = issued(&owner, "EUR", &[("1", "50.00"), ("3", "7.00")]);
        let note = owner.act(&format!("/v1/invoices/{id}/cancel")).expect(200).json();
        assert_eq!((&note["number"], &note["gross"]["amount"], &note["credits_invoice_id"]), (&json!("C-2026-1"), &json!("-71.00"), &json!(id)));
        let cancelled = get(&owner, &id);
        assert_eq!((&cancelled["status"], &cancelled["open"]["amount"], &cancelled["number"]), (&json!("cancelled"), &json!("0.00"), &json!("2026-3")));
        owner.act(&format!("/v1/invoices/{id}/cancel")).refused(409, "wrong_state");
        // the furnished 120.00 alone is left
        assert_eq!(balance(&owner, "receivable", "EUR"), "120.00");
        books_balance(&owner);
        assert_eq!(verify(&owner)["intact"], true);
    }

    fn credited_line_by_line_and_by_amount(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "50.00"), ("1", "30.00")]);
        let line = get(&owner, &id)["lines"][0]["id"].clone();
        let path = format!("/v1/invoices/{id}/credit-notes");
        let part = json!({"extent": "lines", "lines": [{"line_id": line, "amount": {"amount": "20.00", "currency": "USD"}}]});
        assert_eq!(owner.post(&path, part).expect(201).json()["gross"]["amount"], "-20.00");
        assert_eq!(get(&owner, &id)["open"]["amount"], "60.00");
        // 30.00 of the first line and 30.00 of the second are left
        let too_much = json!({"extent": "amount", "amount": {"amount": "60.01", "currency": "USD"}});
        let before = world.database.digest();
        owner.post(&path, too_much).refused(422, "validation_failed").names("/amount");
        owner.post(&path, json!({"extent": "lines"})).refused(422, "validation_failed").names("/lines");
        assert_eq!(world.database.digest(), before);
        owner.post(&path, json!({"extent": "amount", "amount": {"amount": "60.00", "currency": "USD"}})).expect(201);
        assert_eq!(get(&owner, &id)["status"], "cancelled");
        books_balance(&owner);
    }

    fn given_up(world) {
        let owner = world.owner("north");
        let id = issued(&owner, "USD", &[("1", "40.00")]);
        assert_eq!(owner.act(&format!("/v1/invoices/{id}/write-off")).expect(200).text("/status"), "uncollectible");
        owner.act(&format!("/v1/invoices/{id}/write-off")).refused(409, "wrong_state");
        assert_eq!((balance(&owner, "bad_debt", "USD"), balance(&owner, "receivable", "USD")), ("40.00".into(), "0".into()));
    }

    fn statuses_are_filters(world) {
        let owner = world.owner("north");
        let gone = issued(&owner, "EUR", &[("1", "40.00")]);
        owner.act(&format!("/v1/invoices/{gone}/write-off")).expect(200);
        let reversed = issued(&owner, "EUR", &[("1", "41.00")]);
        owner.act(&format!("/v1/invoices/{reversed}/cancel")).expect(200);
        issued(&owner, "EUR", &[("1", "0")]);
        for day in ["2026-01-19T12:00:00Z", "2026-01-20T12:00:00Z"] {
            world.server.business.advance_to(day.parse().unwrap());
            let all = owner.get("/v1/invoices").expect(200).json()["data"].as_array().unwrap().clone();
            let mut seen = 0;
            for status in ["draft", "due", "overdue", "partly_paid", "paid", "cancelled", "refunded", "uncollectible"] {
                let listed = owner.get(&format!("/v1/invoices?status={status}")).expect(200).json()["data"].as_array().unwrap().clone();
                let want: Vec<_> = all.iter().filter(|item| item["status"] == status).cloned().collect();
                assert_eq!(listed, want, "{status}");
                seen += listed.len();
            }
            assert_eq!(seen, all.len());
        }
        // furnished on the 5th, fourteen days to pay: overdue on the 20th
        assert_eq!(owner.get("/v1/invoices?status=overdue").json()["data"].as_array().unwrap().len(), 1);
    }

    fn twenty_at_once_leave_no_gap(world) {
        let owner = world.owner("north");
        let drafts: Vec<_> = (0..20).map(|_| draft(&owner, "EUR", &[("1", "1.00")])).collect();
        let numbers: Vec<String> = std::thread::scope(|scope| {
            let issue = |id: &String| owner.act(&format!("/v1/invoices/{id}/issue")).expect(200).text("/number");
            let threads: Vec<_> = drafts.iter().map(|id| scope.spawn(move || issue(id))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let want: BTreeSet<_> = (3..=22).map(|count| format!("2026-{count}")).collect();
        assert_eq!(BTreeSet::from_iter(numbers), want);
        assert_eq!(verify(&owner), json!({"intact": true, "links": 22, "first_break": null, "changed": [], "gaps": []}));
        books_balance(&owner);
    }

    fn a_new_year_counts_from_one(world) {
        let owner = world.owner("north");
        world.server.business.advance_to("2026-12-31T23:30:00Z".parse().unwrap());
        // in Paris it is 2027 already
        let id = issued(&owner, "EUR", &[("1", "1.00")]);
        assert_eq!((&get(&owner, &id)["number"], &get(&owner, &id)["issued_on"]), (&json!("2027-1"), &json!("2027-01-01")));
        assert_eq!(verify(&owner)["intact"], true);
    }
}

#[test]
fn strangers_drafts_are_not_shown_to_clients() {
    let world = World::open(Backend::Sqlite);
    let (owner, contact) = (world.owner("north"), world.contact("north"));
    let id = draft(&owner, "EUR", &[("1", "1.00")]);
    contact.get(&format!("/v1/me/invoices/{id}")).refused(404, "not_found");
    assert_eq!(contact.get("/v1/me/invoices").expect(200).json()["data"].as_array().unwrap().len(), 2);
}
