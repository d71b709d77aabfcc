//! What copying a database as a whole and putting a copy in its place need to know and to do.

use crate::{Db, Failure, Outcome};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use std::path::Path;

/// Writes one consistent state into a new file, while others write. On a connection of its own: `VACUUM` stands in no
/// transaction.
pub fn copy_sqlite(database: &Path, target: &Path) -> Outcome<()> {
    let mut connection = establish(database)?;
    let vacuum = diesel::sql_query("VACUUM INTO ?");
    vacuum.bind::<Text, _>(target.display().to_string()).execute(&mut connection)?;
    Ok(())
}

/// Brings everything of a database into its one file, so that the file can be replaced; `false` if someone is using it.
/// A file that is no database is nobody's.
pub fn close_sqlite(database: &Path) -> Outcome<bool> {
    // needs the database for itself, and fails at once if it is not alone
    let closed = establish(database)?.batch_execute("PRAGMA journal_mode = DELETE;");
    Ok(!closed.is_err_and(|error| Failure::from(error).is_retryable()))
}

/// Whether every page of a database is sound.
pub fn is_sound(connection: &mut Db) -> Outcome<bool> {
    match connection {
        Db::Sqlite(c) => {
            let found: Vec<Word> =
                diesel::sql_query("SELECT integrity_check AS word FROM pragma_integrity_check").load(c)?;
            Ok(found.iter().map(|row| row.word.as_str()).eq(["ok"]))
        }
        Db::Pg(_) => Ok(true),
    }
}

fn establish(database: &Path) -> Outcome<SqliteConnection> {
    let address = database.display().to_string();
    SqliteConnection::establish(&address).map_err(|error| Failure::Open(format!("{address}: {error}")))
}

#[derive(diesel::QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

/// The last migration that a database has seen; a refusal if it is none of ours.
pub fn schema_of(db: &mut Db) -> Outcome<String> {
    let last = diesel::sql_query("SELECT max(version) AS word FROM __diesel_schema_migrations");
    let found: Result<Word, _> = on!(db, c => last.get_result(c));
    found.map(|row| row.word).map_err(|_| Failure::Open("there is no database of Comptoir's".into()))
}

/// How a PostgreSQL database stands: who is there, and what.
#[derive(Debug, diesel::QueryableByName)]
pub struct PostgresStanding {
    /// The schema in which our tables are, or would be.
    #[diesel(sql_type = Text)]
    pub namespace: String,
    /// Tables, views and sequences in it.
    #[diesel(sql_type = BigInt)]
    pub tables: i64,
    /// Connections besides this one.
    #[diesel(sql_type = BigInt)]
    pub visitors: i64,
}

/// Asks a PostgreSQL database how it stands.
pub fn standing(db: &mut PgConnection) -> Outcome<PostgresStanding> {
    let sql = "SELECT current_schema()::text AS namespace,
        (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::text::regnamespace
            AND relkind IN ('r', 'p', 'v', 'm', 'S')) AS tables,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND pid <> pg_backend_pid() AND backend_type = 'client backend') AS visitors";
    Ok(diesel::sql_query(sql).get_result(db)?)
}
