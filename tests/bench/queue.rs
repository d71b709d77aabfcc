//! The payment queue: invoices of as many clients are due, each is charged to a stored method at the fake gateway, which takes
//! 20 ms to answer and reaches the disk with every payment.

use crate::meter::{Meter, Spent, memory};
use crate::population::multiply;
use crate::site::{LATENCY, Site};
use chrono::TimeDelta;
use comptoir_app::events::enqueue::{Task, row};
use comptoir_app::kernel::clock::fresh;
use comptoir_app::payment_methods::owner;
use comptoir_app::{AppState, Clock};
use comptoir_connectors::payment::fake::ALWAYS_GOOD;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::schema::{clients, payment_methods};
use comptoir_db::{Db, Scope, sellers};
use comptoir_domain::events::EventKind;
use comptoir_domain::payment_methods::MethodKind;
use comptoir_domain::{ClientId, Instant};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::HashSet;

pub const HEADING: &str = "\
| payment queue | charges | a second | of what the gateway would take alone | CPU µs each | memory before and after | the bank's book | none due, ms |
|---|---:|---:|---:|---:|---:|---:|---:|";

/// Rows of one statement.
const ROWS: usize = 1_000;

/// The table, of one line.
pub fn measure(site: &Site, count: usize) -> String {
    let now = Clock::System.now();
    let scope = site.scope(&mut site.connect());
    let today = now.date_in(sellers::own(&mut site.connect(), scope).unwrap().time_zone);
    multiply(site, count, today);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let run = |kind: EventKind, at: Instant| -> (Value, Spent) {
        let house = site.house(at);
        let event = row(Some(scope.seller()), Task::by_hand(kind), house.now());
        let meter = Meter::start(site.server().1);
        let told = runtime.block_on(house.handlers.run(&house, &event)).unwrap();
        (told, meter.stop())
    };
    run(EventKind::ProcessInvoices, now);
    give_methods(&mut site.connect(), &site.house(now), scope);
    // when all of it is due, however long there is to pay
    let due = now.plus(TimeDelta::days(60));
    let before = memory(std::process::id());
    let (told, spent) = run(EventKind::ProcessPaymentQueue, due);
    let after = memory(std::process::id());
    let charges = usize::try_from(told["approved"].as_u64().unwrap()).unwrap();
    assert!(charges >= count && told["refused"] == 0 && told["undecided"] == 0, "{told}");
    let (told, none_due) = run(EventKind::ProcessPaymentQueue, due);
    assert_eq!(told["approved"], 0, "{told}");
    let book = std::fs::metadata(site.book()).unwrap().len() / 1_000_000;
    let charges = u128::try_from(charges).unwrap();
    // 64 charges are under way at once
    let alone = charges * LATENCY.as_micros() / 64;
    format!(
        "\n{HEADING}\n| {} | {charges} | {} | {}.{:02} | {} | {before} MB, {after} MB | {book} MB | {} |",
        site.server().0,
        charges * 1_000_000 / spent.wall.as_micros(),
        spent.wall.as_micros() / alone,
        spent.wall.as_micros() * 100 / alone % 100,
        spent.cpu.as_micros() / charges,
        none_due.wall.as_millis(),
    )
}

/// Every client who has none gets a stored method.
fn give_methods(db: &mut Db, house: &AppState, scope: Scope) {
    let seller = scope.seller();
    let own = clients::table.filter(clients::seller_id.eq(seller)).select(clients::id);
    let clients: Vec<ClientId> = own.load(db).unwrap();
    let with = payment_methods::table.filter(payment_methods::seller_id.eq(seller)).select(payment_methods::client_id);
    let with: HashSet<ClientId> = with.load(db).unwrap().into_iter().collect();
    // under the key of the house: that of the seller is made with the first method that is stored over HTTP
    let method = |client_id| PaymentMethodRow {
        seller_id: seller,
        id: fresh(),
        client_id,
        gateway: "fake".into(),
        token_sealed: house.keyring.house().seal(&owner(client_id, "fake"), ALWAYS_GOOD.as_bytes()).unwrap(),
        label: "fake •••• 4242".into(),
        expires_on: None,
        is_default: true,
        created_at: house.now().business,
        version: 1,
        key_version: 0,
        retired_at: None,
        forgotten_at: None,
        card_country: None,
        kind: MethodKind::Card,
        brand: None,
        last_four: None,
        fingerprint: None,
    };
    let rows: Vec<PaymentMethodRow> = clients.into_iter().filter(|id| !with.contains(id)).map(method).collect();
    db.savepoint(|db| {
        for part in rows.chunks(ROWS) {
            match db {
                Db::Sqlite(c) => diesel::insert_into(payment_methods::table).values(part).execute(c).unwrap(),
                Db::Pg(c) => diesel::insert_into(payment_methods::table).values(part).execute(c).unwrap(),
            };
        }
        Ok(())
    })
    .unwrap();
}
