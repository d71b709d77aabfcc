//! The program is killed (SIGKILL) at random moments of its work and started again, many times over. In the end it has
//! come to the same as one that nobody disturbed: the same documents, payments, books and mails, the same money at the
//! bank, and every mail has gone out. `COMPTOIR_TEST_SEED` repeats the moments of a run.

use super::books::{agree, bank, faults, told};
use super::population::settle_in;
use crate::support::chance::Chance;
use crate::support::database::{Database, words};
use crate::support::site::Site;
use crate::support::story::Story;
use crate::support::{Backend, World};
use comptoir_app::Clock;
use comptoir_db::Db;
use comptoir_domain::events::EventKind;
use std::collections::BTreeSet;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How many clients there are.
const CLIENTS: usize = 40;

/// How often the server is killed.
fn kills_of_server() -> usize {
    if std::env::var("COMPTOIR_TEST_LONG").is_ok() { 50 } else { 8 }
}

/// When to kill.
#[derive(Clone, Copy)]
enum Moment {
    /// So long after the start.
    After(Duration),
    /// As soon as the bank's book has so many bytes; after a second at the latest.
    Charged(u64),
    /// So long after it has done so many steps; after three seconds at the latest.
    Done(i64, Duration),
}

/// Kills a process at a moment, if it still lives; whether it did.
fn kill_at(site: &Site, mut child: Child, moment: Moment) -> bool {
    match moment {
        Moment::Done(..) => {}
        Moment::After(time) => sleep(time),
        Moment::Charged(bytes) => {
            let began = Instant::now();
            while book_size(site) < bytes && began.elapsed() < Duration::from_secs(1) {
                sleep(Duration::from_micros(200));
            }
        }
    }
    if let Moment::Done(wanted, later) = moment {
        let (began, mut db) = (Instant::now(), site.database.connect());
        while steps(&mut db) < wanted && began.elapsed() < Duration::from_secs(3) {
            sleep(Duration::from_millis(1));
        }
        sleep(later);
    }
    let lives = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    lives
}

fn book_size(site: &Site) -> u64 {
    std::fs::metadata(site.book()).unwrap().len()
}

/// Two houses on copies of what a world has come to; the world ends.
fn two_of(world: World) -> (Site, Site) {
    let World { server, database, .. } = world;
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("bank.jsonl");
    std::fs::copy(&server.fake_book, &book).unwrap();
    drop(server);
    database.settle();
    (Site::copy(&database, &book), Site::copy(&database, &book))
}

/// Insists that two houses have ended the same, and well as of a day.
fn same(calm: &Site, disturbed: &Site, as_of: &str, counts: impl Fn(&String) -> bool) {
    let all = |site: &Site| told(&site.database).into_iter().filter(&counts).collect::<Vec<_>>();
    agree(&all(calm), &all(disturbed), "undisturbed and killed");
    assert_eq!(bank(&calm.book()), bank(&disturbed.book()));
    assert_eq!(twice(&disturbed.database), [""; 0], "charged twice");
    for site in [calm, disturbed] {
        assert_eq!(faults(&site.database), [""; 0]);
        let verified = site.command(&["verify", "--as-of", as_of]).output().unwrap();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
        let waiting = "SELECT CAST(count(*) AS TEXT) AS word FROM mails WHERE state = 'queued'";
        assert_eq!(words(&mut site.database.connect(), waiting), ["0"], "mails that nobody got");
        assert_eq!(site.sent(), site.outbox(), "mails that are not there");
    }
}

/// Invoices that were paid twice by the payment queue.
fn twice(database: &Database) -> Vec<String> {
    let paid = "SELECT CAST(invoices.number AS TEXT) AS word FROM transactions
        JOIN invoices ON invoices.id = transactions.invoice_id
        WHERE transactions.state = 'approved' AND transactions.payment_method_id IS NOT NULL
        GROUP BY invoices.number, transactions.payment_method_id HAVING count(*) > 1";
    words(&mut database.connect(), paid)
}

/// A command of the billing cycle as of a day, and how often it is killed.
const CYCLE: &[(&str, &str, usize)] = &[
    ("process_invoices", "2026-03-20", 4),
    ("process_payment_queue", "2026-03-30", 8),
    ("process_payment_queue", "2026-03-31", 1),
    ("process_payment_queue", "2026-04-03", 0),
    ("process_payment_queue", "2026-04-08", 0),
    ("process_payment_queue", "2026-04-13", 0),
    ("process_suspensions", "2026-04-20", 2),
];

/// Renewals of the end of January: invoiced, charged (some declined, charged again), dunned and suspended. So many charges are
/// under way at once, and each takes the bank two milliseconds.
fn commands(backend: Backend, at_once: &str) {
    let world = World::open(backend);
    settle_in(&world, &["2026-01-29", "2026-01-30", "2026-01-31"], CLIENTS);
    let (calm, disturbed) = two_of(world);
    let [calm, disturbed] =
        [calm, disturbed].map(|site| site.with("COMPTOIR_CHARGES_AT_ONCE", at_once).with("COMPTOIR_FAKE_LATENCY", "2"));
    let (mut chance, mut hits, mut seen) = (Chance::new(), 0, BTreeSet::new());
    for (kind, day, kills) in CYCLE {
        let words = ["events", "run", "--kind", kind, "--as-of", day];
        let size = book_size(&calm);
        let (whole, charges) = (calm.run(&words), book_size(&calm) - size);
        let end = steps(&mut calm.database.connect());
        let share = charges * 2 / u64::try_from(*kills).unwrap().max(1);
        for left in (1..=*kills).rev() {
            let done = steps(&mut disturbed.database.connect());
            let rest = u64::try_from(end - done).unwrap_or_default();
            let next = i64::try_from(chance.below((2 * rest / u64::try_from(left).unwrap()).max(1))).unwrap();
            // every other one among the charges, which are a small part of the time; the others after a part of what is left
            let moment = match left % 2 {
                0 if charges > 0 => Moment::Charged(book_size(&disturbed) + chance.below(share.max(1))),
                _ if rest > 0 => Moment::Done(done + next, chance.before(Duration::from_millis(5))),
                _ => Moment::After(chance.before(whole)),
            };
            hits += usize::from(kill_at(&disturbed, disturbed.start(&words), moment));
            seen.insert(progress(&disturbed));
            disturbed.let_leases_run_out();
        }
        disturbed.run(&words);
    }
    assert!(hits >= 5, "only {hits} were killed at work");
    println!("{hits} killed, having come so far: {seen:?}");
    // more than before and after all charges
    let charged: BTreeSet<_> = seen.iter().map(|seen| &seen[0]).collect();
    assert!(charged.len() >= 3, "they were killed at {seen:?} only");
    // the day of the last billing run: what was due after it nobody has invoiced here
    same(&calm, &disturbed, "2026-03-20", |_| true);
}

/// Until the latest billing and payment run that the scheduler has queued is over, nothing is due and no mail waits.
fn until_quiet(site: &Site, child: &mut Child) -> Duration {
    let began = Instant::now();
    let waits = "SELECT CAST((SELECT count(*) FROM mails WHERE state = 'queued')
        + (SELECT count(*) FROM events WHERE state = 'running' OR (state = 'queued' AND attempts = 0)) AS TEXT) AS word";
    let runs = "SELECT DISTINCT kind AS word FROM events WHERE state IN ('done', 'failed')
        AND (unique_key LIKE 'business:process_invoices:%' OR unique_key LIKE 'business:process_payment_queue:%')";
    loop {
        sleep(Duration::from_millis(200));
        assert!(child.try_wait().unwrap().is_none(), "the server has ended: {}", site.log());
        let mut db = site.database.connect();
        if words(&mut db, runs).len() == 2 && words(&mut db, waits) == ["0"] {
            return began.elapsed();
        }
        assert!(began.elapsed() < Duration::from_secs(120), "the server is never done: {}", site.log());
    }
}

/// How many payments are decided, and how many documents and mails there are: how far a house has come.
fn progress(site: &Site) -> Vec<String> {
    let tables = ["transactions WHERE state = 'approved'", "invoices", "mails WHERE state = 'sent'"];
    let count = |table| format!("SELECT CAST(count(*) AS TEXT) AS word FROM {table}");
    tables.iter().flat_map(|table| words(&mut site.database.connect(), &count(table))).collect()
}

/// The steps that a house has done: payments begun and decided, documents, mails written and sent.
fn steps(db: &mut Db) -> i64 {
    let sum =
        "SELECT CAST((SELECT count(*) FROM transactions) + (SELECT count(*) FROM transactions WHERE state <> 'new')
        + (SELECT count(*) FROM invoices) + (SELECT count(*) FROM mails)
        + (SELECT count(*) FROM mails WHERE state = 'sent') AS TEXT) AS word";
    words(db, sum)[0].parse().unwrap()
}

/// The whole server with its scheduler and its worker, by the system's clock: contracts of five weeks ago, some of whose
/// renewals are to be charged today and the others to be invoiced.
fn server(backend: Backend) {
    let today = Clock::System.now().utc().date_naive();
    let ago = |days: u64| (today - chrono::Days::new(days)).to_string();
    let world = World::open(backend);
    settle_in(&world, &[&ago(38), &ago(37), &ago(22), &ago(21)], CLIENTS / 2);
    // the elder half is invoiced in time, as by a house that worked until then
    let story = Story::of(&world);
    story.sleep_until(&ago(16));
    story.run(EventKind::ProcessInvoices);
    drop(story);
    let (calm, disturbed) = two_of(world);
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let finish = |site: &Site| {
        // orders are given up every ten minutes, which may fall into the time of one house and not of the other
        for kind in ["process_invoices", "process_payment_queue", "expire_orders"] {
            site.run(&["events", "run", "--kind", kind]);
        }
    };
    let mut child = calm.start(&serve);
    let whole = until_quiet(&calm, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    let end = steps(&mut calm.database.connect());
    finish(&calm);

    let (mut chance, mut hits, mut at_work, mut seen) = (Chance::new(), 0, 0, BTreeSet::new());
    let kills = kills_of_server();
    for left in (1..=kills).rev() {
        // now and then before it has begun, mostly after a part of what is left, such that there is enough for all kills
        let done = steps(&mut disturbed.database.connect());
        let rest = u64::try_from(end - done).unwrap_or_default();
        let next = chance.below((2 * rest / u64::try_from(left).unwrap()).max(1));
        let moment = match rest {
            0 => Moment::After(chance.before(whole)),
            _ => Moment::Done(done + i64::try_from(next).unwrap(), chance.before(Duration::from_millis(40))),
        };
        hits += usize::from(kill_at(&disturbed, disturbed.start(&serve), moment));
        at_work += usize::from(steps(&mut disturbed.database.connect()) < end);
        seen.insert(progress(&disturbed));
        disturbed.let_leases_run_out();
    }
    let mut child = disturbed.start(&serve);
    until_quiet(&disturbed, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    finish(&disturbed);
    println!("{at_work} of {kills} killed at work, having come so far: {seen:?}; undisturbed it takes {whole:?}");
    assert!(at_work * 2 >= kills, "only {at_work} of {kills} were killed before all was done");
    assert!(seen.len() >= 3, "they were killed at {seen:?} only");
    assert_eq!(hits, kills, "the server ended by itself: {}", disturbed.log());
    // whether someone is reminded before he is charged depends on which of two events is done first
    let is_sure = |word: &String| !word.starts_with("dunned") && !word.contains("remind") && !word.contains("overdue");
    same(&calm, &disturbed, &today.to_string(), is_sure);
}

#[test]
fn commands_on_sqlite() {
    commands(Backend::Sqlite, "2");
}

#[test]
fn many_charges_at_once_on_sqlite() {
    commands(Backend::Sqlite, "64");
}

#[test]
fn commands_on_postgres() {
    commands(Backend::Postgres, "2");
}

#[test]
fn many_charges_at_once_on_postgres() {
    commands(Backend::Postgres, "64");
}

#[test]
fn the_server_on_sqlite() {
    server(Backend::Sqlite);
}

#[test]
fn the_server_on_postgres() {
    server(Backend::Postgres);
}
