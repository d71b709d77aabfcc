//! A billing run, and beside it the raw insert of the very rows it wrote: into the same schema with the same indexes and
//! settings, a thousand documents a transaction, all rows ready in memory before the clock runs.

use crate::meter::{Meter, Spent, memory};
use crate::population::multiply;
use crate::site::Site;
use comptoir_app::events::enqueue::{Task, row};
use comptoir_app::kernel::clock::fresh;
use comptoir_app::{AppState, Clock};
use comptoir_db::activities::{self, ActivityRow};
use comptoir_db::invoices::{self, ChainLinkRow, InvoiceLineRow, InvoiceRow};
use comptoir_db::ledger::{self, EntryRow, PostingRow};
use comptoir_db::mails::{self, MailRow};
use comptoir_db::{Db, Outcome, Scope};
use comptoir_db::{schema, sellers};
use comptoir_domain::events::EventKind;
use comptoir_domain::{Instant, InvoiceId, SellerId};
use diesel::prelude::*;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

pub const HEADING: &str = "\
| billing run | invoices | CPU µs each | raw insert, CPU µs each | raw ÷ run, CPU | invoices a second | raw ÷ run, wall | memory | none due, ms |
|---|---:|---:|---:|---:|---:|---:|---:|---:|";

/// Documents of one transaction of the raw insert.
const CHUNK: usize = 1_000;

/// Of more than so many, the rows of all documents do not fit in memory: the raw insert is left out.
const RAW_AT_MOST: usize = 100_000;

/// What a run writes for some documents.
#[derive(Clone, Default)]
struct Rows {
    invoices: Vec<InvoiceRow>,
    lines: Vec<InvoiceLineRow>,
    links: Vec<ChainLinkRow>,
    entries: Vec<EntryRow>,
    postings: Vec<PostingRow>,
    activities: Vec<ActivityRow>,
    mails: Vec<MailRow>,
}

macro_rules! load {
    ($db:expr, $table:ident, $row:ty, $seller:expr) => {
        $table::table.filter($table::seller_id.eq($seller)).select(<$row>::as_select()).load::<$row>($db).unwrap()
    };
}

/// One line of the table.
pub fn measure(site: &Site, count: usize) -> String {
    let now = Clock::System.now();
    let scope = site.scope(&mut site.connect());
    let today = now.date_in(sellers::own(&mut site.connect(), scope).unwrap().time_zone);
    multiply(site, count, today);
    let before = (count <= RAW_AT_MOST).then(|| site.copy());
    let mark = fresh::<InvoiceId>();
    let house = House::open(site, now, scope);
    let run = house.bill(count);
    let held = memory(std::process::id());
    let none_due = house.bill(0);
    drop(house);
    let raw = before.map(|before| insert(&before, written(&mut site.connect(), scope, mark)));
    line(site, count, (run, none_due, raw), held)
}

fn line(site: &Site, count: usize, (run, none_due, raw): (Spent, Spent, Option<Spent>), held: u64) -> String {
    let each = |spent: Spent| spent.cpu.as_micros() / u128::try_from(count).unwrap();
    let ratio = |one: Duration, other: Duration| {
        format!("{}.{:02}", one.as_micros() / other.as_micros(), one.as_micros() * 100 / other.as_micros() % 100)
    };
    let of_raw = |tell: &dyn Fn(Spent) -> String| raw.map_or("–".into(), tell);
    format!(
        "| {} | {count} | {} | {} | {} | {} | {} | {held} MB | {} |",
        site.server().0,
        each(run),
        of_raw(&|raw| each(raw).to_string()),
        of_raw(&|raw| ratio(raw.cpu, run.cpu)),
        u128::try_from(count).unwrap() * 1_000_000 / run.wall.as_micros(),
        of_raw(&|raw| ratio(raw.wall, run.wall)),
        none_due.wall.as_millis(),
    )
}

/// The house in which runs are made.
struct House {
    runtime: tokio::runtime::Runtime,
    state: Arc<AppState>,
    seller: SellerId,
    server: Option<u32>,
}

impl House {
    fn open(site: &Site, now: Instant, scope: Scope) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        Self { runtime, state: site.house(now), seller: scope.seller(), server: site.server().1 }
    }

    /// A run, which must write as many invoices as there are contracts due, or a few more.
    fn bill(&self, due: usize) -> Spent {
        let event = row(Some(self.seller), Task::by_hand(EventKind::ProcessInvoices), self.state.now());
        let meter = Meter::start(self.server);
        let told = self.runtime.block_on(self.state.handlers.run(&self.state, &event)).unwrap();
        let spent = meter.stop();
        let due = u64::try_from(due).unwrap();
        let made = told["invoices"].as_u64().unwrap();
        assert!(if due == 0 { made == 0 } else { made >= due }, "{told}");
        assert_eq!(told["parked"], 0);
        spent
    }
}

/// Everything that the run wrote, by a thousand documents.
fn written(db: &mut Db, scope: Scope, since: InvoiceId) -> Vec<Rows> {
    use schema::{activities, chain_links, invoice_lines, invoices, ledger_entries, ledger_postings, mails};
    let seller = scope.seller();
    let documents = invoices::table.filter(invoices::seller_id.eq(seller)).filter(invoices::id.gt(since));
    let documents = documents.order(invoices::sequence).select(InvoiceRow::as_select());
    let documents: Vec<InvoiceRow> = documents.load(db).unwrap();
    let mut lines = by(load!(db, invoice_lines, InvoiceLineRow, seller), |row| row.invoice_id);
    let mut links = by(load!(db, chain_links, ChainLinkRow, seller), |row| row.number.clone());
    let mut entries = by(load!(db, ledger_entries, EntryRow, seller), |row| row.subject_id.clone());
    let mut postings = by(load!(db, ledger_postings, PostingRow, seller), |row| row.entry_id);
    let mut facts = by(load!(db, activities, ActivityRow, seller), |row| row.subject_id.clone());
    let mut letters = by(load!(db, mails, MailRow, seller), |row| row.unique_key.clone());
    let mut one = |rows: &mut Rows, document: InvoiceRow| {
        let id = document.id.to_string();
        rows.lines.extend(lines.remove(&document.id).unwrap());
        rows.links.extend(links.remove(document.number.as_ref().unwrap()).unwrap());
        for entry in entries.remove(&id).unwrap() {
            rows.postings.extend(postings.remove(&entry.id).unwrap());
            rows.entries.push(entry);
        }
        rows.activities.extend(facts.remove(&id).unwrap());
        rows.mails.extend(letters.remove(&format!("invoice:{id}")).unwrap());
        rows.invoices.push(document);
    };
    let chunk = |documents: &[InvoiceRow]| {
        let mut rows = Rows::default();
        documents.iter().for_each(|document| one(&mut rows, document.clone()));
        rows
    };
    documents.chunks(CHUNK).map(chunk).collect()
}

fn by<K: Hash + Eq, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    rows.into_iter().for_each(|row| groups.entry(key(&row)).or_default().push(row));
    groups
}

fn insert(site: &Site, chunks: Vec<Rows>) -> Spent {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = site.store();
    let meter = Meter::start(site.server().1);
    for rows in chunks {
        runtime.block_on(store.write(move |tx| rows.insert(tx))).unwrap();
    }
    meter.stop()
}

impl Rows {
    fn insert(&self, tx: &mut Db) -> Outcome<()> {
        invoices::insert_many(tx, &self.invoices)?;
        invoices::insert_lines(tx, &self.lines)?;
        invoices::append_links(tx, &self.links)?;
        ledger::insert(tx, &self.entries, &self.postings)?;
        activities::append(tx, &self.activities)?;
        mails::enqueue(tx, &self.mails)?;
        Ok(())
    }
}
