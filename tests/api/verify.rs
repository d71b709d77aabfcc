//! The checks: a clean house has no faults, and whatever is spoiled is named, by the check that is there for it.

use crate::api::invoices::{first_client, issued, tamper};
use crate::api::ledger_templates;
use crate::api::orders::{corner, order_of, shopper, wish};
use crate::api::schet_facturas;
use crate::api::services::pay;
use crate::support::world::client;
use crate::support::{Actor, Backend, World};
use comptoir_app::verify::CHECKS;
use comptoir_db::Scope;
use comptoir_domain::{Id, InvoiceId, SellerId, TimeZone};
use serde_json::json;
use std::collections::BTreeMap;

/// What each check finds wrong for a seller, by its name; how much each looked at.
pub fn verify(world: &World, seller: &str) -> (BTreeMap<&'static str, Vec<String>>, BTreeMap<&'static str, usize>) {
    let owner = world.owner(seller);
    let id: SellerId = owner.get("/v1/seller").text("/id").parse().unwrap();
    let zone: TimeZone = owner.get("/v1/seller").text("/time_zone").parse().unwrap();
    let today = world.server.business.now().date_in(zone);
    let (mut wrong, mut counts) = (BTreeMap::new(), BTreeMap::new());
    for check in CHECKS {
        let checked = check.run(&mut world.database.connect(), Scope::of(id), today).unwrap();
        counts.insert(check.name, checked.count);
        if !checked.findings.is_empty() {
            let found = checked.findings.into_iter().map(|finding| format!("{}: {}", finding.subject, finding.detail));
            wrong.insert(check.name, found.collect());
        }
    }
    (wrong, counts)
}

/// An id as SQL writes it.
pub fn literal(world: &World, id: &impl Id) -> String {
    let digits = id.uuid().simple();
    match world.backend {
        Backend::Sqlite => format!("x'{digits}'"),
        Backend::Postgres => format!("'\\x{digits}'::bytea"),
    }
}

/// Something of everything: two paid invoices of the same series, a credit note over what was paid, credit used, an
/// order with a coupon, paid, for a plan that brings its costs along.
pub fn furnish(owner: &Actor) -> String {
    let client = first_client(owner);
    let invoice = issued(owner, "EUR", &[("3", "33.33"), ("1", "0.01")]);
    issued(owner, "EUR", &[("1", "5.00")]);
    owner
        .post(
            &format!("/v1/invoices/{invoice}/payments"),
            json!({"method": "cash", "amount": {"amount": "60.00", "currency": "EUR"}}),
        )
        .expect(201);
    let line = owner.get(&format!("/v1/invoices/{invoice}")).text("/lines/0/id");
    let half = json!([{"line_id": line, "amount": {"amount": "50.00", "currency": "EUR"}}]);
    let note = json!({"extent": "lines", "lines": half, "comment": "half of it"});
    owner.post(&format!("/v1/invoices/{invoice}/credit-notes"), note).expect(201);
    owner
        .post(
            &format!("/v1/clients/{client}/credits"),
            json!({"amount": {"amount": "7.00", "currency": "EUR"}, "reason": "sorry"}),
        )
        .expect(201);
    let coupon =
        json!({"name": "Ten", "code": "TEN", "value": {"percent": "10"}, "max_uses": 5, "max_uses_per_client": 1});
    owner.post("/v1/coupons", coupon).expect(201);
    let mut wanted = wish(owner, "verified.example", "Lyon");
    let plan = wanted["cart"]["items"][0]["plan_id"].as_str().unwrap().to_string();
    ledger_templates::make(owner, &plan, "Share", &ledger_templates::share(), json!({}));
    wanted["cart"]["coupon"] = json!("TEN");
    let quote = shopper(owner).post("/v1/store/quotes", wanted).expect(200);
    let placed = shopper(owner)
        .post_once("/v1/store/orders", "v", order_of("Vera", &quote.text("/token"), "transfer"))
        .expect(201);
    pay(owner, &placed.text("/order/invoice_id"));
    invoice
}

/// An imported subscription that went to another client.
fn transferred(owner: &Actor, seller: &str) {
    let next = owner.post("/v1/clients", client(seller, "Next Ltd", "Otto")).expect(201).text("/id");
    let item = wish(owner, "moved.example", "Lyon")["cart"]["items"][0].clone();
    let import = json!({"client_id": first_client(owner), "store_id": corner(owner)["id"], "gateway": "transfer",
        "next_renewal_on": "2026-01-20", "item": item});
    let old = owner.post("/v1/subscriptions/import", import).expect(201).text("/id");
    let path = format!("/v1/subscriptions/{old}/transfer");
    let new = owner.post_once(&path, "moved", json!({"client_id": next})).expect(201);
    assert_eq!(new.text("/items/0/from_on"), "2026-01-20");
}

/// What is spoiled, how it is put right again, and which checks must speak.
type Spoiling = (String, String, &'static [&'static str]);

/// A schet-factura that is made for it.
fn spoiled_certificates(world: &World, owner: &Actor, mine: &str) -> Vec<Spoiling> {
    schet_facturas::document(world, owner, "north");
    let certificate = owner.get("/v1/schet-facturas").expect(200).text("/data/0/sha256");
    vec![
        (
            format!(
                "UPDATE schet_facturas SET frozen_hash = 'f' || substr(frozen_hash, 1, 63), sequence = 2 WHERE {mine}"
            ),
            format!("UPDATE schet_facturas SET sequence = 1, frozen_hash = '{certificate}' WHERE {mine}"),
            &["certificates"],
        ),
        (
            format!(
                "UPDATE schet_factura_lines SET net_minor = net_minor + 1, gross_minor = gross_minor + 1 WHERE {mine}"
            ),
            format!(
                "UPDATE schet_factura_lines SET net_minor = net_minor - 1, gross_minor = gross_minor - 1 WHERE {mine}"
            ),
            &["certificates", "documented"],
        ),
    ]
}

both! {
    fn a_clean_house_has_no_faults(world) {
        for seller in ["provider", "north", "south"] {
            let owner = world.owner(seller);
            furnish(&owner);
            transferred(&owner, seller);
            schet_facturas::document(world, &owner, seller);
            let (wrong, counts) = verify(world, seller);
            assert!(wrong.is_empty(), "{seller}: {wrong:#?}");
            assert!(counts.values().all(|count| *count > 0), "{seller}: {counts:#?}");
        }
    }

    fn the_owner_of_the_house_asks_over_http(world) {
        let (provider, north) = (world.owner("provider"), world.owner("north"));
        let invoice: InvoiceId = furnish(&north).parse().unwrap();
        let before = world.database.digest();
        let clean = provider.get("/v1/verify").expect(200).json();
        assert_eq!((&clean["is_clean"], &clean["count"], &clean["findings"]), (&json!(true), &json!(0), &json!([])));
        assert_eq!(clean["checks"], json!(3 * CHECKS.len()));
        assert!(clean["looked_at"].as_u64().unwrap() > 10, "{clean}");
        assert_eq!(world.database.digest(), before);
        tamper(world, &format!("UPDATE invoices SET open_minor = open_minor + 100 WHERE id = {}", literal(world, &invoice)));
        let spoiled = provider.get("/v1/verify").expect(200).json();
        assert_eq!((&spoiled["is_clean"], &spoiled["count"]), (&json!(false), &json!(1)));
        let finding = &spoiled["findings"][0];
        assert_eq!((&finding["seller"], &finding["check"], &finding["subject"]), (&json!("north"), &json!("open"), &json!(invoice)));
        // a reseller sees what is its own
        let own = north.get("/v1/verify").expect(200).json();
        assert_eq!((&own["checks"], &own["findings"]), (&json!(CHECKS.len()), &spoiled["findings"]));
        assert_eq!(world.owner("south").get("/v1/verify").expect(200).json()["is_clean"], true);
        world.stranger.get("/v1/verify").refused(401, "unauthenticated");
    }

    fn what_is_spoiled_is_named(world) {
        let owner = world.owner("north");
        let invoice = furnish(&owner);
        let id: InvoiceId = invoice.parse().unwrap();
        let seller: SellerId = owner.get("/v1/seller").text("/id").parse().unwrap();
        let number = owner.get(&format!("/v1/invoices/{invoice}")).text("/number");
        let (invoice_sql, mine) = (literal(world, &id), format!("seller_id = {}", literal(world, &seller)));
        let this = format!("{mine} AND id = {invoice_sql}");
        let entry = format!("SELECT id FROM ledger_entries WHERE {mine} AND subject_id = '{invoice}' AND kind = 'invoice_issued'");
        let item = format!("SELECT item_id FROM invoice_lines WHERE {mine} AND item_id IS NOT NULL AND kind = 'recurring'");
        // what is spoiled, how it is put right again, and which checks must speak
        let cases: Vec<Spoiling> = vec![
            (format!("UPDATE invoice_lines SET period_from = '2026-01-07' WHERE {mine} AND kind = 'recurring'"),
             format!("UPDATE invoice_lines SET period_from = '2026-01-05' WHERE {mine} AND kind = 'recurring'"), &["documents", "due", "periods"]),
            (format!("UPDATE subscriptions SET billed_through = '2026-03-05' WHERE {mine}"),
             format!("UPDATE subscriptions SET billed_through = '2026-02-05' WHERE {mine}"), &["billed", "due"]),
            (format!("UPDATE subscriptions SET billed_through = '2026-01-20' WHERE {mine}"),
             format!("UPDATE subscriptions SET billed_through = '2026-02-05' WHERE {mine}"), &["billed"]),
            (format!("INSERT INTO waived_periods SELECT seller_id, subscription_id, id, 'recurring', '2026-01-20', '2026-02-05', 'hold' FROM subscription_items WHERE {mine} AND id IN ({item})"),
             format!("DELETE FROM waived_periods WHERE {mine}"), &["periods"]),
            (format!("UPDATE invoice_lines SET net_minor = net_minor + 1 WHERE {mine} AND invoice_id = {invoice_sql} AND position = 1"),
             format!("UPDATE invoice_lines SET net_minor = net_minor - 1 WHERE {mine} AND invoice_id = {invoice_sql} AND position = 1"), &["documents", "sums", "traces"]),
            (format!("UPDATE subscription_items SET unit_price = '777' WHERE {mine}"),
             format!("UPDATE subscription_items SET unit_price = (SELECT unit_price FROM invoice_lines WHERE {mine} AND item_id = subscription_items.id AND kind = 'recurring') WHERE {mine}"), &["due"]),
            (format!("UPDATE subscriptions SET status = 'active', next_invoice_on = NULL WHERE {mine} AND next_invoice_on IS NOT NULL"),
             format!("UPDATE subscriptions SET status = 'pending', next_invoice_on = '2026-01-26' WHERE {mine} AND status = 'active'"), &["due", "statuses"]),
            (format!("UPDATE invoice_lines SET share = '15/31' WHERE {mine} AND kind = 'recurring'"),
             format!("UPDATE invoice_lines SET share = '31/31' WHERE {mine} AND kind = 'recurring'"), &["documents", "due", "traces"]),
            (format!("UPDATE invoice_lines SET trace = replace(trace, '\"result\":\"', '\"result\":\"9') WHERE {mine} AND invoice_id = {invoice_sql} AND position = 1"),
             format!("UPDATE invoice_lines SET trace = replace(trace, '\"result\":\"9', '\"result\":\"') WHERE {mine} AND invoice_id = {invoice_sql} AND position = 1"), &["traces"]),
            (format!("UPDATE invoices SET gross_minor = gross_minor + 1 WHERE {this}"),
             format!("UPDATE invoices SET gross_minor = gross_minor - 1 WHERE {this}"), &["booked_documents", "documents", "open", "sums"]),
            (format!("UPDATE invoices SET comment = 'forged' WHERE {this}"),
             format!("UPDATE invoices SET comment = '' WHERE {this}"), &["documents"]),
            (format!("UPDATE invoices SET frozen_hash = 'f' || substr(frozen_hash, 1, 63) WHERE {this}"),
             format!("UPDATE invoices SET frozen_hash = (SELECT frozen_hash FROM chain_links WHERE {mine} AND chain_links.number = invoices.number) WHERE {this}"), &["documents"]),
            (format!("UPDATE chain_links SET happened_at = happened_at + 1000000 WHERE {mine} AND seq = 2"),
             format!("UPDATE chain_links SET happened_at = happened_at - 1000000 WHERE {mine} AND seq = 2"), &["chain"]),
            (format!("UPDATE invoices SET sequence = 900 WHERE {this}"),
             format!("UPDATE invoices SET sequence = {} WHERE {this}", number.rsplit('-').next().unwrap()), &["numbers"]),
            (format!("UPDATE ledger_postings SET amount_minor = amount_minor + 1 WHERE {mine} AND entry_id IN ({entry}) AND position = (SELECT min(position) FROM ledger_postings WHERE {mine} AND entry_id IN ({entry}))"),
             format!("UPDATE ledger_postings SET amount_minor = amount_minor - 1 WHERE {mine} AND entry_id IN ({entry}) AND position = (SELECT min(position) FROM ledger_postings WHERE {mine} AND entry_id IN ({entry}))"), &["booked_documents"]),
            (format!("UPDATE ledger_postings SET amount_minor = amount_minor + 1 WHERE {mine} AND debit = 'cash' AND credit = 'receivable'"),
             format!("UPDATE ledger_postings SET amount_minor = amount_minor - 1 WHERE {mine} AND debit = 'cash' AND credit = 'receivable'"), &["booked_payments"]),
            (format!("UPDATE ledger_postings SET amount_minor = amount_minor + 1 WHERE {mine} AND debit = 'refunds'"),
             format!("UPDATE ledger_postings SET amount_minor = amount_minor - 1 WHERE {mine} AND debit = 'refunds'"), &["booked_credits"]),
            (format!("UPDATE template_postings SET currency = 'CHF' WHERE {mine}"),
             format!("UPDATE template_postings SET currency = (SELECT currency FROM invoices WHERE {this}) WHERE {mine}"), &["booked_templates"]),
            (format!("INSERT INTO ledger_entries SELECT seller_id, {invoice_sql}, booked_on, 'write_off', '{invoice}', client_id, created_at FROM ledger_entries WHERE {mine} AND id IN ({entry})"),
             format!("DELETE FROM ledger_entries WHERE {this}"), &["entries"]),
            (format!("UPDATE allocations SET amount_minor = amount_minor - 1 WHERE {mine} AND invoice_id = {invoice_sql}"),
             format!("UPDATE allocations SET amount_minor = amount_minor + 1 WHERE {mine} AND invoice_id = {invoice_sql}"), &["open"]),
            (format!("UPDATE client_credits SET balance_minor = balance_minor + 1 WHERE {mine} AND kind = 'granted'"),
             format!("UPDATE client_credits SET balance_minor = balance_minor - 1 WHERE {mine} AND kind = 'granted'"), &["credits"]),
            (format!("UPDATE coupons SET uses = uses + 1 WHERE {mine} AND code = 'TEN'"),
             format!("UPDATE coupons SET uses = uses - 1 WHERE {mine} AND code = 'TEN'"), &["coupons"]),
            (format!("UPDATE coupon_uses SET state = 'released' WHERE {mine} AND state = 'used'"),
             format!("UPDATE coupon_uses SET state = 'used' WHERE {mine} AND state = 'released'"), &["coupons"]),
            (format!("INSERT INTO usage_months SELECT seller_id, subscription_id, resource, month_from, month_to, 0, 1000, '1', 9000000000, created_at FROM usage_records WHERE {mine}"),
             format!("DELETE FROM usage_months WHERE {mine}"), &["overuse"]),
            (format!("INSERT INTO subscription_transfers SELECT seller_id, id, id, '', '2026-01-05', created_at FROM subscriptions WHERE {mine}"),
             format!("DELETE FROM subscription_transfers WHERE {mine}"), &["transfers"]),
            (format!("UPDATE services SET observed = 'suspended' WHERE {mine} AND is_settled"),
             format!("UPDATE services SET observed = desired WHERE {mine} AND is_settled"), &["services"]),
        ];
        let certificates = spoiled_certificates(world, &owner, &mine);
        for (spoil, mend, speaking) in cases.iter().chain(&certificates) {
            tamper(world, spoil);
            let (wrong, _) = verify(world, "north");
            assert_eq!(wrong.keys().copied().collect::<Vec<_>>(), *speaking, "{spoil}: {wrong:#?}");
            assert_eq!(verify(world, "south").0, BTreeMap::new(), "{spoil}");
            tamper(world, mend);
            assert_eq!(verify(world, "north").0, BTreeMap::new(), "{mend}");
        }
        tamper(world, &format!("UPDATE invoices SET open_minor = open_minor + 100 WHERE {this}"));
        let (wrong, _) = verify(world, "north");
        assert!(wrong["open"].len() == 1 && wrong["open"][0].starts_with(&invoice), "the finding names the thing: {wrong:#?}");
        let heard = |name: &str| cases.iter().chain(&certificates).any(|(_, _, speaking)| speaking.contains(&name));
        assert!(CHECKS.iter().all(|check| heard(check.name)), "each has to speak once");
    }
}
