//! What a house has come to, in words that do not depend on when, how often and by whom it was worked out: no ids, no
//! instants, no attempts. Two houses that say the same have ended the same.

use crate::support::database::{Database, words};
use crate::support::server::MASTER;
use comptoir_app::gateways::ready::fake_settings;
use comptoir_app::verify::CHECKS;
use comptoir_connectors::payment::fake::FakeGateway;
use comptoir_db::verify::numbered;
use comptoir_db::{Scope, sellers};
use std::path::Path;

/// What belongs to a client is named by seller and client.
const WHOSE: &str =
    "JOIN clients c ON c.seller_id = x.seller_id AND c.id = x.client_id JOIN sellers s ON s.id = x.seller_id";

/// The tables that count: a name, the columns, and where they come from.
const WORDS: &[(&str, &[&str], &str)] = &[
    (
        "document",
        &["x.kind", "x.state", "x.issued_on", "x.due_on", "x.currency", "x.gross_minor", "x.open_minor"],
        "FROM invoices x {whose}",
    ),
    // lines that share the last three columns stand on one document
    (
        "line",
        &[
            "l.kind",
            "l.description",
            "l.quantity",
            "l.unit_price",
            "l.share",
            "l.period_from",
            "l.period_to",
            "l.coupon_discount_minor",
            "l.net_minor",
            "l.tax_minor",
            "x.issued_on",
            "x.due_on",
            "x.gross_minor",
        ],
        "FROM invoices x JOIN invoice_lines l ON l.seller_id = x.seller_id AND l.invoice_id = x.id {whose}",
    ),
    (
        "payment",
        &["x.kind", "x.state", "x.gateway", "x.currency", "x.amount_minor"],
        "FROM transactions x {whose} WHERE x.state <> 'error'",
    ),
    (
        "subscription",
        &["x.name", "x.status", "x.anchor_on", "x.billed_through", "x.next_invoice_on", "x.ends_on", "x.coupon_cycles"],
        "FROM subscriptions x {whose}",
    ),
    (
        "hold",
        &["h.kind", "h.placed_on", "h.lifted_on"],
        "FROM subscription_holds h JOIN subscriptions x ON x.seller_id = h.seller_id AND x.id = h.subscription_id {whose}",
    ),
    (
        "books",
        &["x.kind", "p.debit", "p.credit", "p.currency", "p.amount_minor"],
        "FROM ledger_entries x JOIN ledger_postings p ON p.seller_id = x.seller_id AND p.entry_id = x.id {whose}",
    ),
    ("credit", &["x.kind", "x.currency", "x.amount_minor", "x.balance_minor"], "FROM client_credits x {whose}"),
    (
        "dunned",
        &["d.step"],
        "FROM dunning_steps d JOIN invoices x ON x.seller_id = d.seller_id AND x.id = d.invoice_id {whose}",
    ),
    ("mail", &["x.recipient", "x.kind", "x.state", "count(*)"], "FROM mails x GROUP BY x.recipient, x.kind, x.state"),
    ("coupon", &["x.name", "x.uses"], "FROM coupons x"),
];

/// All that a database says, sorted.
pub fn told(database: &Database) -> Vec<String> {
    let mut db = database.connect();
    let mut told = Vec::new();
    for (name, columns, source) in WORDS {
        let owner = if source.contains("{whose}") { &["s.code", "c.number"][..] } else { &[] };
        let columns = owner.iter().chain(*columns).map(|column| format!("coalesce(CAST({column} AS TEXT), '-')"));
        let columns: Vec<_> = columns.collect();
        let sql = format!("SELECT {} AS word {}", columns.join(" || ' | ' || "), source.replace("{whose}", WHOSE));
        told.extend(words(&mut db, &sql).into_iter().map(|word| format!("{name}: {word}")));
    }
    told.sort();
    told
}

/// Insists that two houses say the same; shows what only one of them says.
#[track_caller]
pub fn agree(one: &[String], other: &[String], what: &str) {
    let beyond = |mine: &[String], theirs: &[String]| {
        let mut rest = theirs.to_vec();
        let missing = |word: &&String| match rest.iter().position(|their| their == *word) {
            Some(at) => {
                rest.swap_remove(at);
                false
            }
            None => true,
        };
        mine.iter().filter(missing).cloned().collect::<Vec<_>>()
    };
    let (ours, theirs) = (beyond(one, other), beyond(other, one));
    assert!(ours.is_empty() && theirs.is_empty(), "{what}: only the first says {ours:#?}\nonly the second {theirs:#?}");
}

/// What the checks of the domain find wrong with any seller.
pub fn faults(database: &Database) -> Vec<String> {
    let mut db = database.connect();
    let mut found = Vec::new();
    for seller in sellers::all(&mut db).unwrap() {
        let scope = Scope::of(seller.id);
        // the day of the last document: until then everything has been worked on
        let today = numbered(&mut db, scope).unwrap().iter().map(|document| document.issued_on).max();
        for check in CHECKS {
            let checked = check.run(&mut db, scope, today.unwrap_or_default()).unwrap();
            let named = checked.findings.into_iter();
            found.extend(named.map(|one| format!("{}: {}: {}: {}", seller.code, check.name, one.subject, one.detail)));
        }
    }
    found
}

/// What the bank took: how many payments, of how much, what was given back.
pub fn bank(book: &Path) -> Vec<String> {
    let gateway = FakeGateway::open(book, fake_settings(&MASTER, "http://127.0.0.1:8080")).unwrap();
    let totals = tokio::runtime::Runtime::new().unwrap().block_on(gateway.totals()).unwrap();
    totals
        .values()
        .map(|all| format!("{} payments, {} taken, {} back", all.payments, all.taken, all.refunded))
        .collect()
}
