//! One connection type for both databases, and how it is opened.

use crate::Failure;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use std::path::PathBuf;

/// A connection to either database. Queries take `&mut Db` and do not know which one it is.
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// SQLite, the default.
    Sqlite(SqliteConnection),
    /// PostgreSQL.
    Pg(PgConnection),
}

/// The query dialect that stands for both.
pub type DbBackend = <Db as Connection>::Backend;

/// Where the data lives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

impl std::str::FromStr for Address {
    type Err = Failure;

    /// `sqlite:var/comptoir.db`, `sqlite://…` or `postgres://user:password@host/name`. A bare path is refused, so that
    /// a misspelt URL never creates an empty database.
    fn from_str(text: &str) -> Result<Self, Failure> {
        if let Some(path) = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            if !path.is_empty() {
                return Ok(Self::Sqlite(path.into()));
            }
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.into()));
        }
        Err(Failure::Open("the database URL must look like sqlite:var/comptoir.db or postgres://user@host/name".into()))
    }
}

/// What a connection is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Reading only.
    Read,
    /// Reading and writing.
    Write,
}

/// WAL lets readers go on while one writes; FULL makes a commit survive a power cut; the cache and the rare
/// checkpoints were measured to save a fifth of a billing run's CPU.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16000; PRAGMA temp_store = MEMORY;";

/// Plans that PostgreSQL makes once for a connection, such as those of foreign keys, must not scan a table because it was
/// small that day: measured, they took two thirds of the CPU of a billing run into a young house.
const POSTGRES_SETTINGS: &str =
    "SET TIME ZONE 'UTC'; SET idle_in_transaction_session_timeout = '60s'; SET random_page_cost = 1.1;";

/// Opens one connection.
pub fn open(address: &Address, purpose: Purpose) -> Result<Db, Failure> {
    match address {
        Address::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)
                    .map_err(|error| Failure::Open(format!("{}: {error}", folder.display())))?;
            }
            let path = path.to_str().ok_or_else(|| Failure::Open("the path is not UTF-8".into()))?;
            let mut connection =
                SqliteConnection::establish(path).map_err(|error| Failure::Open(format!("{path}: {error}")))?;
            connection.batch_execute(SQLITE_PRAGMAS)?;
            if purpose == Purpose::Read {
                connection.batch_execute("PRAGMA query_only = ON;")?;
            }
            Ok(Db::Sqlite(connection))
        }
        Address::Postgres(url) => {
            let mut connection = PgConnection::establish(url).map_err(|error| Failure::Open(error.to_string()))?;
            connection.batch_execute(POSTGRES_SETTINGS)?;
            Ok(Db::Pg(connection))
        }
    }
}

impl Db {
    /// Begins a transaction. Writers on SQLite take the lock at once: a reader that turns into a writer halfway could
    /// be refused whatever the timeout.
    pub(crate) fn begin(&mut self, purpose: Purpose) -> Result<(), Failure> {
        use diesel::connection::AnsiTransactionManager as Ansi;
        match (self, purpose) {
            (Db::Sqlite(c), Purpose::Write) => Ansi::begin_transaction_sql(c, "BEGIN IMMEDIATE")?,
            (Db::Sqlite(c), Purpose::Read) => Ansi::begin_transaction_sql(c, "BEGIN")?,
            (Db::Pg(c), Purpose::Write) => Ansi::begin_transaction_sql(c, "BEGIN")?,
            (Db::Pg(c), Purpose::Read) => {
                Ansi::begin_transaction_sql(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?
            }
        }
        Ok(())
    }

    pub(crate) fn commit(&mut self) -> Result<(), Failure> {
        use diesel::connection::{AnsiTransactionManager as Ansi, TransactionManager};
        Ok(on!(self, c => Ansi::commit_transaction(c))?)
    }

    pub(crate) fn rollback(&mut self) -> Result<(), Failure> {
        use diesel::connection::{AnsiTransactionManager as Ansi, TransactionManager};
        Ok(on!(self, c => Ansi::rollback_transaction(c))?)
    }

    /// Runs `work` in a savepoint of the current transaction: when it fails, its writes alone are undone.
    pub fn savepoint<T>(&mut self, work: impl FnOnce(&mut Db) -> Result<T, Failure>) -> Result<T, Failure> {
        self.transaction(work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_address_is_refused() {
        for text in ["", "comptoir.db", "sqlite:", "postgre://x", "mysql://x", "http://x"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        assert_eq!("sqlite:var/a.db".parse::<Address>().unwrap(), Address::Sqlite("var/a.db".into()));
        assert!(matches!("postgres://localhost/x".parse::<Address>(), Ok(Address::Postgres(_))));
    }
}
