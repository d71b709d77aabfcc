//! Killed (SIGKILL) in the middle of sealing thousands of methods under a newer key, again and again: each opens at any time, none
//! is lost or done twice, and in the end all are under the newest key. `COMPTOIR_TEST_SEED` repeats the moments of a run.

use crate::api::encryption::with_card;
use crate::api::invoices::first_client;
use crate::support::chance::Chance;
use crate::support::database::words;
use crate::support::server::{MASTER, epoch};
use crate::support::site::Site;
use crate::support::{Backend, World};
use comptoir_app::Clock;
use comptoir_app::encryption::{Held, Keyring};
use comptoir_app::kernel::clock::fresh;
use comptoir_app::kernel::keys::Purpose;
use comptoir_app::kernel::seal::seal;
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::{Outcome, Scope, Store};
use comptoir_domain::payment_methods::MethodKind;
use comptoir_domain::{ClientId, SellerId};
use secrecy::ExposeSecret;
use serde_json::json;
use std::time::{Duration, Instant};

/// How many methods there are besides the few of the world.
const METHODS: usize = 3000;

fn block_on<T>(work: impl Future<Output = Outcome<T>>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work).unwrap()
}

/// Many methods of one client, each with a token of its own, sealed as before there were keys of sellers.
fn fill(world: &World, seller: SellerId, client: ClientId) {
    let key = MASTER.subkey(Purpose::PaymentMethods);
    let row = move |at: usize| PaymentMethodRow {
        seller_id: seller,
        id: fresh(),
        client_id: client,
        gateway: "fake".into(),
        token_sealed: seal(&key, &format!("{client}:fake"), format!("fake_tok_{at}").as_bytes()).unwrap(),
        label: format!("card {at}"),
        expires_on: None,
        is_default: false,
        created_at: epoch(),
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
    let store = Store::open(&world.database.address, 1).unwrap();
    block_on(store.write(move |tx| (0..METHODS).try_for_each(|at| payment_methods::insert(tx, &row(at)))));
}

/// How many methods are under the third key.
fn progress(site: &Site) -> u64 {
    let sql =
        "SELECT CAST(count(*) AS TEXT) AS word FROM payment_methods WHERE key_version = 3 AND label LIKE 'card %'";
    words(&mut site.database.connect(), sql)[0].parse().unwrap()
}

/// Every method opens, to just what was sealed; how many are under the newest key.
fn all_open(site: &Site, scope: Scope) -> usize {
    let store = Store::open(&site.database.address, 1).unwrap();
    let ring = Keyring::new(MASTER.subkey(Purpose::PaymentMethods));
    let (keys, rows) = block_on(
        store.read(move |db| Ok((ring.keys(db, scope, Clock::System.now())?, payment_methods::all(db, scope)?))),
    );
    let ours: Vec<_> = rows.iter().filter(|row| row.label.starts_with("card ")).collect();
    assert_eq!(ours.len(), METHODS);
    for row in &ours {
        let Held::Open(token) = keys.look(row) else {
            panic!("{} under key {} does not open", row.id, row.key_version)
        };
        assert_eq!(token.expose_secret(), row.label.replace("card ", "fake_tok_"));
    }
    rows.iter().filter(|row| row.key_version == keys.row.key_version).count()
}

fn story(backend: Backend) {
    let world = World::open(backend);
    let owner = world.owner("north");
    let seller: SellerId = owner.get("/v1/seller").expect(200).text("/id").parse().unwrap();
    with_card(&owner, "Pia");
    fill(&world, seller, first_client(&owner).parse().unwrap());
    // twice, before anyone has worked: the first card has two keys to go through
    for _ in 0..2 {
        owner.post("/v1/encryption/rotate", json!({})).expect(202);
    }
    let World { server, database, .. } = world;
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("bank.jsonl");
    std::fs::copy(&server.fake_book, &book).unwrap();
    drop(server);
    database.settle();
    let site = Site::copy(&database, &book);
    let (serve, scope) = (["serve", "--listen", "127.0.0.1:0"], Scope::of(seller));

    let (mut chance, mut seen) = (Chance::new(), Vec::new());
    for left in (1..=5).rev() {
        let done = progress(&site);
        let rest = METHODS as u64 - done;
        if rest == 0 {
            break;
        }
        let goal = done + chance.below((2 * rest / left).clamp(1, rest));
        let mut child = site.start(&serve);
        let began = Instant::now();
        while progress(&site) <= goal && progress(&site) < METHODS as u64 && began.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        all_open(&site, scope);
        seen.push(progress(&site));
        site.let_leases_run_out();
    }
    assert!(seen.iter().filter(|done| (1..METHODS as u64).contains(*done)).count() >= 2, "killed at {seen:?} only");

    let mut child = site.start(&serve);
    let began = Instant::now();
    let open =
        "SELECT CAST(count(*) AS TEXT) AS word FROM operations WHERE kind = 'reencrypt' AND state <> 'succeeded'";
    while words(&mut site.database.connect(), open) != ["0"] {
        assert!(began.elapsed() < Duration::from_secs(120), "it is never done: {}", site.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // the world's own method was sealed by nobody; Pia's and all the others are under the third key, and no other is left
    assert_eq!(all_open(&site, scope), METHODS + 1);
    let mut db = site.database.connect();
    assert_eq!(words(&mut db, "SELECT CAST(key_version AS TEXT) AS word FROM encryption_keys"), ["3"]);
    // each was counted once, by one of the two operations
    let results = words(&mut db, "SELECT result AS word FROM operations WHERE kind = 'reencrypt'");
    let counted: i64 = results
        .iter()
        .map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap()["reencrypted"].as_i64().unwrap())
        .sum();
    assert_eq!(counted, METHODS as i64 + 1);
}

#[test]
fn on_sqlite() {
    story(Backend::Sqlite);
}

#[test]
fn on_postgres() {
    story(Backend::Postgres);
}
