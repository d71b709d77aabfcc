//! A database of its own for each test: a copy of a template that was filled once.

use comptoir_db::{Address, Db, Store, connection};
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Which database a test runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database that goes away with the test.
pub struct Database {
    pub address: Address,
    _folder: Option<tempfile::TempDir>,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

fn fresh_name(what: &str) -> String {
    format!("comptoir_{what}_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// The server that `scripts/test` has started. Without it the run fails: a test skipped on one database proves nothing.
fn postgres_url() -> String {
    std::env::var("COMPTOIR_TEST_POSTGRES")
        .expect("set COMPTOIR_TEST_POSTGRES=postgres://…@127.0.0.1:PORT (scripts/test does)")
}

fn postgres_admin() -> Db {
    let address = Address::Postgres(format!("{}/postgres", postgres_url()));
    connection::open(&address, connection::Purpose::Write).expect("the test PostgreSQL")
}

/// Runs statements.
pub fn run(db: &mut Db, sql: &str) {
    match db {
        Db::Sqlite(c) => c.batch_execute(sql).unwrap(),
        Db::Pg(c) => c.batch_execute(sql).unwrap(),
    }
}

impl Database {
    /// An empty, migrated database.
    pub fn empty(backend: Backend) -> Self {
        let database = Self::vacant(backend);
        Store::open(&database.address, 1).unwrap();
        database
    }

    /// A place for a database: no file yet, or one without tables.
    pub fn vacant(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                Self { address: Address::Sqlite(folder.path().join("comptoir.db")), _folder: Some(folder) }
            }
            Backend::Postgres => {
                let name = fresh_name("empty");
                run(&mut postgres_admin(), &format!("CREATE DATABASE {name}"));
                Self { address: Address::Postgres(format!("{}/{name}", postgres_url())), _folder: None }
            }
        }
    }

    /// A copy of this one. Nothing may be using the original.
    pub fn copy(&self) -> Self {
        match &self.address {
            Address::Sqlite(path) => {
                let folder = tempfile::tempdir().unwrap();
                let to = folder.path().join("comptoir.db");
                std::fs::copy(path, &to).unwrap();
                Self { address: Address::Sqlite(to), _folder: Some(folder) }
            }
            Address::Postgres(url) => {
                let template = url.rsplit('/').next().unwrap();
                let name = fresh_name("copy");
                run(&mut postgres_admin(), &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log"));
                Self { address: Address::Postgres(format!("{}/{name}", postgres_url())), _folder: None }
            }
        }
    }

    /// Moves what is still in the write-ahead log into the file, so that the file alone is the database.
    pub fn settle(&self) {
        if let Address::Sqlite(_) = self.address {
            run(&mut self.connect(), "PRAGMA wal_checkpoint(TRUNCATE);");
        }
    }

    /// A connection beside the server's.
    pub fn connect(&self) -> Db {
        connection::open(&self.address, connection::Purpose::Write).unwrap()
    }

    /// The rows of each table: equal digests, nothing written. One statement reads all of them.
    pub fn digest(&self) -> BTreeMap<String, String> {
        static SQLITE: OnceLock<String> = OnceLock::new();
        static POSTGRES: OnceLock<String> = OnceLock::new();
        let mut db = self.connect();
        let statement = match db {
            Db::Sqlite(_) => &SQLITE,
            Db::Pg(_) => &POSTGRES,
        };
        let sql = statement.get_or_init(|| {
            let tables: Vec<_> = table_names(&mut db).iter().map(|table| rows_of(&mut db, table)).collect();
            tables.join(" UNION ALL ")
        });
        let split = |word: String| word.split_once('\n').map(|(table, rows)| (table.into(), rows.into()));
        words(&mut db, sql).into_iter().filter_map(split).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Address::Postgres(url) = &self.address {
            let name = url.rsplit('/').next().unwrap();
            run(&mut postgres_admin(), &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

/// What a query answers, whose one column is called `word`.
pub fn words(db: &mut Db, sql: &str) -> Vec<String> {
    let rows: Vec<Word> = diesel::sql_query(sql).load(db).unwrap();
    rows.into_iter().map(|row| row.word).collect()
}

/// The names of all tables.
pub fn table_names(db: &mut Db) -> Vec<String> {
    let sql = match db {
        Db::Sqlite(_) => {
            "SELECT name AS word FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        }
        Db::Pg(_) => "SELECT tablename::text AS word FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    };
    words(db, sql)
}

/// A query that reads all of a table as one text, after its name.
fn rows_of(db: &mut Db, table: &str) -> String {
    match db {
        Db::Sqlite(_) => {
            let columns = words(db, &format!("SELECT name AS word FROM pragma_table_info('{table}')"));
            let quoted: Vec<_> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            format!(
                "SELECT '{table}' || char(10) || coalesce(group_concat(line, char(10)), '') AS word FROM (SELECT {} AS line FROM {table} ORDER BY 1)",
                quoted.join(" || ',' || ")
            )
        }
        Db::Pg(_) => format!(
            "SELECT '{table}' || chr(10) || coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '') AS word FROM {table} t"
        ),
    }
}

/// One template per database and process, filled by `fill` the first time it is needed.
pub fn template(backend: Backend, fill: impl FnOnce(&Database)) -> &'static Database {
    static SQLITE: OnceLock<Database> = OnceLock::new();
    static POSTGRES: OnceLock<Database> = OnceLock::new();
    let cell = match backend {
        Backend::Sqlite => &SQLITE,
        Backend::Postgres => &POSTGRES,
    };
    cell.get_or_init(|| {
        let database = Database::empty(backend);
        fill(&database);
        database.settle();
        database
    })
}
