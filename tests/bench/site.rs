//! A house that `comptoir demo` has filled, with a database and a folder of its own.

use crate::meter::server_on;
use comptoir_app::kernel::keys::MasterKey;
use comptoir_app::{AppState, Clock, MailRoute, PanelRoute, Settings};
use comptoir_db::{Address, Db, Scope, Store, connection, sellers};
use comptoir_domain::Instant;
use diesel::connection::SimpleConnection;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// The seller that is looked at: sells in EUR with French VAT in the prices.
pub const SELLER: &str = "atelier";

/// The master key of every house that is measured.
const MASTER: [u8; 32] = [7; 32];

/// How long the fake gateway takes to answer.
pub const LATENCY: Duration = Duration::from_millis(20);

pub struct Site {
    pub address: Address,
    pub folder: tempfile::TempDir,
}

/// The program beside this one, as `scripts/bench` has built it.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.ancestors().nth(2).unwrap().join("comptoir")
}

impl Site {
    pub fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::Sqlite(folder.path().join("comptoir.db"));
        Self { address, folder }.filled()
    }

    pub fn on_postgres() -> Self {
        let server = std::env::var("COMPTOIR_TEST_POSTGRES").expect("scripts/bench starts a PostgreSQL");
        let name = format!("bench_{}", std::process::id());
        sql(&Address::Postgres(format!("{server}/postgres")), &format!("CREATE DATABASE {name}"));
        let address = Address::Postgres(format!("{server}/{name}"));
        Self { address, folder: tempfile::tempdir().unwrap() }.filled()
    }

    /// A year of a handful of clients, by use cases alone.
    fn filled(self) -> Self {
        let arguments = ["demo", "--no-serve", "--clients", "9"];
        assert!(self.command(&arguments).stdout(Stdio::null()).status().unwrap().success());
        self
    }

    /// The same database once more. Nothing may be using this one.
    pub fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = match &self.address {
            Address::Sqlite(path) => {
                sql(&self.address, "PRAGMA wal_checkpoint(TRUNCATE)");
                let to = folder.path().join("comptoir.db");
                std::fs::copy(path, &to).unwrap();
                Address::Sqlite(to)
            }
            Address::Postgres(url) => {
                let (server, name) = url.rsplit_once('/').unwrap();
                let admin = Address::Postgres(format!("{server}/postgres"));
                sql(&admin, &format!("CREATE DATABASE {name}_copy TEMPLATE {name}"));
                Address::Postgres(format!("{server}/{name}_copy"))
            }
        };
        Self { address, folder }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let url = match &self.address {
            Address::Sqlite(path) => format!("sqlite:{}", path.display()),
            Address::Postgres(url) => url.clone(),
        };
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.folder.path());
        command.env("COMPTOIR_DATABASE_URL", url).env("COMPTOIR_MASTER_KEY", "07".repeat(32));
        command.env("COMPTOIR_LOG", "error").env("COMPTOIR_PANEL", "fake").env("COMPTOIR_WEBSPACES", "panel.jsonl");
        command
    }

    pub fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// The house in this process, its clocks standing.
    pub fn house(&self, now: Instant) -> Arc<AppState> {
        let at = |name: &str| self.folder.path().join(name);
        let settings = Settings {
            mail: MailRoute::Outbox(at("outbox")),
            fake_book: self.book(),
            fake_latency: LATENCY,
            panel: PanelRoute::Fake(at("book-of-panel.jsonl")),
            ..Settings::default()
        };
        let state = AppState::new(self.store(), &MasterKey::new(MASTER), settings).unwrap();
        Arc::new(state.with_clocks(Clock::detached(now), Clock::detached(now)))
    }

    /// The book of the fake gateway, which the demonstration has begun: no payment has the id of another.
    pub fn book(&self) -> PathBuf {
        self.folder.path().join("var/fake-gateway.jsonl")
    }

    pub fn store(&self) -> Store {
        Store::open(&self.address, 4).unwrap()
    }

    /// Runs something on the whole of a seller.
    pub fn scope(&self, db: &mut Db) -> Scope {
        Scope::of(sellers::by_code(db, SELLER).unwrap().unwrap().id)
    }

    pub fn connect(&self) -> Db {
        connection::open(&self.address, connection::Purpose::Write).unwrap()
    }

    /// What the database is called, and the process that it is, if that is not this one.
    pub fn server(&self) -> (&'static str, Option<u32>) {
        match &self.address {
            Address::Sqlite(_) => ("SQLite", None),
            Address::Postgres(url) => {
                let port = url.rsplit_once('/').and_then(|(server, _)| server.rsplit_once(':')).unwrap().1;
                ("PostgreSQL", Some(server_on(port)))
            }
        }
    }
}

fn sql(address: &Address, text: &str) {
    match connection::open(address, connection::Purpose::Write).unwrap() {
        Db::Sqlite(mut c) => c.batch_execute(text).unwrap(),
        Db::Pg(mut c) => c.batch_execute(text).unwrap(),
    }
}
