//! A copy of a SQLite database as one file, taken while others write.

use crate::{Failure, Outcome};
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, RunQueryDsl};
use std::path::Path;

/// Writes one consistent state into a new file. On a connection of its own: `VACUUM` stands in no transaction.
pub fn copy_sqlite(database: &Path, target: &Path) -> Outcome<()> {
    let address = database.display().to_string();
    let mut connection =
        SqliteConnection::establish(&address).map_err(|error| Failure::Open(format!("{address}: {error}")))?;
    let vacuum = diesel::sql_query("VACUUM INTO ?");
    vacuum.bind::<diesel::sql_types::Text, _>(target.display().to_string()).execute(&mut connection)?;
    Ok(())
}
