//! What stands between a seller and a client, and how it came to that.

use super::client_groups::member;
use super::orders::corner;
use crate::stories::billing::care;
use crate::support::{Actor, World};
use serde_json::{Value, json};

fn eur(amount: &str) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

#[track_caller]
fn account(owner: &Actor, client: &str) -> Value {
    owner.get(&format!("/v1/clients/{client}/account")).expect(200).json()["totals"].clone()
}

fn totals(receivable: &str, credit: &str, payable: &str, refunds: &str, expenses: &str) -> Value {
    json!([{"currency": "EUR", "receivable": eur(receivable), "credit": eur(credit), "payable": eur(payable), "refunds": eur(refunds), "expenses": eur(expenses)}])
}

/// Kind, account and change of each movement, the oldest first.
fn movements(actor: &Actor, path: &str) -> Vec<(String, Vec<(String, String)>)> {
    let list = actor.get(path).expect(200).json();
    let change = |change: &Value| {
        (change["account"].as_str().unwrap().to_string(), change["change"]["amount"].as_str().unwrap().to_string())
    };
    let one = |row: &Value| {
        (row["kind"].as_str().unwrap().to_string(), row["changes"].as_array().unwrap().iter().map(change).collect())
    };
    list["data"].as_array().unwrap().iter().map(one).collect()
}

both! {
    /// A plan of 10.00 with 10 % off for the client: 9.00 are owed and 1.00 was given. 2.00 of goodwill make 2.00 of credit
    /// and cost 2.00 more; used, 7.00 are owed. 9.50 in cash pay them, and 2.50 are to its credit.
    fn totals_and_the_movements_they_come_from(world) {
        let owner = world.owner("north");
        let plan = care(&owner, json!({}));
        let client = member(&owner, "Mira", json!({"guaranteed_discount": "10"}));
        assert_eq!(account(&owner, &client), json!([]));
        let order = json!({"client_id": client, "order": {"store_id": corner(&owner)["id"], "gateway": "transfer", "cart": {"items": [{"plan_id": plan, "cycle": "1-month"}]}}});
        let invoice = owner.post_once("/v1/orders", "o", order).expect(201).text("/invoice_id");
        assert_eq!(account(&owner, &client), totals("9.00", "0.00", "0.00", "0.00", "1.00"));
        owner.post(&format!("/v1/clients/{client}/credits"), json!({"amount": eur("2.00"), "reason": "sorry"})).expect(201);
        assert_eq!(account(&owner, &client), totals("9.00", "2.00", "0.00", "0.00", "3.00"));
        owner.post(&format!("/v1/invoices/{invoice}/apply-credit"), json!({})).expect(200);
        assert_eq!(account(&owner, &client), totals("7.00", "0.00", "0.00", "0.00", "3.00"));
        owner.post_once(&format!("/v1/invoices/{invoice}/payments"), "p", json!({"method": "cash", "amount": eur("9.50")})).expect(201);
        assert_eq!(account(&owner, &client), totals("0.00", "2.50", "0.00", "0.00", "3.00"));
        let pair = |account: &str, change: &str| (account.to_string(), change.to_string());
        let want = [
            ("invoice_issued".to_string(), vec![pair("receivable", "9.00")]),
            ("credit_granted".to_string(), vec![pair("client_credit", "2.00")]),
            ("credit_applied".to_string(), vec![pair("receivable", "-2.00"), pair("client_credit", "-2.00")]),
            ("payment_received".to_string(), vec![pair("receivable", "-7.00"), pair("client_credit", "2.50")]),
        ];
        let path = format!("/v1/clients/{client}/account/movements");
        assert_eq!(movements(&owner, &format!("{path}?sort=created_at")), want);
        let page = owner.get(&format!("{path}?limit=3")).expect(200).json();
        let rest = owner.get(&format!("{path}?limit=3&cursor={}", page["next_cursor"].as_str().unwrap())).expect(200).json();
        assert_eq!((page["data"][0]["kind"].as_str(), rest["data"][0]["kind"].as_str()), (Some("payment_received"), Some("invoice_issued")));
        // the client sees the same, but not what it has cost
        let mira = world.stranger.sign_in("client", "north", "mira@north-client.example", crate::support::world::PASSWORD);
        let mut own = totals("0.00", "2.50", "0.00", "0.00", "3.00");
        own[0]["expenses"] = Value::Null;
        assert_eq!(mira.get("/v1/me/account").expect(200).json()["totals"], own);
        assert_eq!(movements(&mira, "/v1/me/account/movements?sort=created_at"), want);
        let key = owner.post("/v1/api-keys", json!({"name": "CRM", "permissions": ["clients:read"]})).expect(201).text("/secret");
        owner.with_token(key).get(&format!("/v1/clients/{client}/account")).refused(403, "forbidden");
    }

    /// Refunds that are begun and not done are payable; what is done or has failed is not.
    fn refunds_under_way_are_payable(world) {
        let north = world.seller("north");
        let client = north.ids["cli"].clone();
        let before = account(&north.owner, &client)[0]["payable"].clone();
        assert_eq!(before, eur("0.00"));
        for (state, minor) in [("pending", 125), ("unknown", 200), ("approved", 5_000), ("error", 7_000)] {
            refund(world, &client, state, minor);
        }
        assert_eq!(account(&north.owner, &client)[0]["payable"], eur("3.25"));
    }
}

/// A refund as a gateway left it. Only its existence matters here.
fn refund(world: &World, client: &str, state: &str, minor: i64) {
    use comptoir_app::kernel::clock::fresh;
    use comptoir_db::payments::{TransactionDetail, TransactionRow, insert};
    let now = world.server.business.now();
    let row = TransactionRow {
        payment_method_id: None,
        is_debit: false,
        books: comptoir_domain::payments::Books::Client,
        payer: None,
        seller_id: world.owner("north").get("/v1/seller").text("/id").parse().unwrap(),
        id: fresh(),
        kind: comptoir_domain::payments::TransactionKind::Refund,
        state: state.parse().unwrap(),
        client_id: Some(client.parse().unwrap()),
        invoice_id: None,
        order_id: None,
        refunds_transaction_id: None,
        gateway: "fake".into(),
        reference: format!("refund-{state}"),
        gateway_reference: None,
        currency: "EUR".parse().unwrap(),
        amount_minor: minor,
        attempts: 0,
        detail: comptoir_db::Json(TransactionDetail::default()),
        comment: String::new(),
        created_at: now,
        settled_at: None,
        version: 1,
    };
    insert(&mut world.database.connect(), &row).unwrap();
}
