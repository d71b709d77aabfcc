//! Brings a database to the present schema. Migrations have the same names for both databases and only go forward.

use crate::{Address, Db, Failure, Outcome};
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// A number of our own for the advisory lock, so that two instances starting together take turns.
const LOCK: i64 = 0x636f_6d70_746f_6972;

/// The last migration that this program knows, for the kind of database at an address.
pub fn newest(address: &Address) -> Outcome<String> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failure::Open(format!("migration: {error}"));
    let versions: Vec<String> = match address {
        Address::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(SQLITE).map_err(failed)?,
        Address::Postgres(_) => versions::<diesel::pg::Pg>(POSTGRES).map_err(failed)?,
    };
    Ok(versions.into_iter().max().unwrap_or_default())
}

fn versions<B: diesel::backend::Backend>(source: EmbeddedMigrations) -> diesel::migration::Result<Vec<String>> {
    let migrations = MigrationSource::<B>::migrations(&source)?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// Applies what is missing and says what it applied.
pub fn migrate(db: &mut Db) -> Outcome<Vec<String>> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failure::Open(format!("migration: {error}"));
    let names =
        |versions: Vec<diesel::migration::MigrationVersion<'_>>| versions.iter().map(ToString::to_string).collect();
    match db {
        Db::Sqlite(c) => c.run_pending_migrations(SQLITE).map(names).map_err(failed),
        Db::Pg(c) => {
            c.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
            let applied = c.run_pending_migrations(POSTGRES).map(names).map_err(failed);
            c.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            applied
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Of two migrations with one stamp, one would never be applied.
    #[test]
    fn stamps_are_taken_once_and_by_both_databases() {
        let sqlite = versions::<diesel::sqlite::Sqlite>(SQLITE).unwrap();
        let stamps: BTreeSet<_> = sqlite.iter().collect();
        assert_eq!(stamps.len(), sqlite.len());
        assert_eq!(sqlite, versions::<diesel::pg::Pg>(POSTGRES).unwrap());
    }
}
