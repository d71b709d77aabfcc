//! Where the database of a sandbox lies: a file in its folder, or a schema beside the live one in the same PostgreSQL
//! database. Names follow from the id, so what is left of a sandbox can be found without a record of it.

use crate::connection::{Purpose, open};
use crate::{Address, Db, Failure, Outcome};
use comptoir_domain::SandboxId;
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use std::path::Path;
use url::Url;

/// The place of one sandbox.
#[derive(Clone, Debug)]
pub struct Place {
    live: Address,
    address: Address,
    /// On PostgreSQL; made of letters, digits and an underscore.
    schema: String,
}

#[derive(diesel::QueryableByName)]
pub(super) struct Word {
    #[diesel(sql_type = Text)]
    pub(super) word: String,
}

impl Place {
    /// The place of a sandbox of the house whose data lives at `live`; on SQLite below `folder`, which is its own.
    pub fn of(live: &Address, folder: &Path, id: SandboxId) -> Outcome<Self> {
        let schema = id.to_string();
        let address = match live {
            Address::Sqlite(_) => Address::Sqlite(folder.join("comptoir.db")),
            Address::Postgres(url) => Address::Postgres(in_schema(url, &schema)?),
        };
        Ok(Self { live: live.clone(), address, schema })
    }

    /// For opening it.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether there is anything. A database that is not there must not be opened: it would come into being, empty.
    pub fn exists(&self) -> Outcome<bool> {
        if let Address::Sqlite(path) = &self.address {
            return Ok(path.exists());
        }
        let wanted = "SELECT schema_name::text AS word FROM information_schema.schemata WHERE schema_name = $1";
        let found: Vec<Word> = on!(&mut open(&self.live, Purpose::Read)?, c =>
            diesel::sql_query(wanted).bind::<Text, _>(&self.schema).load(c))?;
        Ok(!found.is_empty())
    }

    /// Makes room for a new database. On SQLite opening it does.
    pub fn create(&self) -> Outcome<()> {
        self.on_postgres(&format!("CREATE SCHEMA {}", self.schema))
    }

    /// Removes the database. On SQLite it goes with the folder.
    pub fn remove(&self) -> Outcome<()> {
        self.on_postgres(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema))
    }

    fn on_postgres(&self, sql: &str) -> Outcome<()> {
        match &self.live {
            Address::Sqlite(_) => Ok(()),
            Address::Postgres(_) => Ok(on!(&mut open(&self.live, Purpose::Write)?, c => c.batch_execute(sql))?),
        }
    }

    /// How statements on a connection to the sandbox name the live tables, which SQLite attaches first.
    pub(super) fn name_live(&self, db: &mut Db) -> Outcome<String> {
        match (&self.live, db) {
            (Address::Sqlite(path), Db::Sqlite(c)) => {
                let path = path.to_str().ok_or_else(|| Failure::Open("the path is not UTF-8".into()))?;
                diesel::sql_query("ATTACH DATABASE $1 AS live").bind::<Text, _>(path).execute(c)?;
                Ok("live".into())
            }
            _ => {
                let asked = diesel::sql_query("SELECT current_schema()::text AS word");
                let found: Word = on!(&mut open(&self.live, Purpose::Read)?, c => asked.get_result(c))?;
                Ok(format!("\"{}\"", found.word.replace('"', "\"\"")))
            }
        }
    }
}

/// The same PostgreSQL database, with another schema in place of the usual ones, and without waiting for the disk at each
/// commit. `options` that the URL has already stay.
fn in_schema(url: &str, schema: &str) -> Outcome<String> {
    let mut url = Url::parse(url).map_err(|error| Failure::Open(format!("the database URL: {error}")))?;
    let (set, others): (Vec<_>, Vec<_>) = url.query_pairs().into_owned().partition(|(name, _)| name == "options");
    let ours = [format!("-csearch_path={schema}"), "-csynchronous_commit=off".into()];
    let set: Vec<String> = set.into_iter().map(|(_, value)| value).chain(ours).collect();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair("options", &set.join(" "));
    // libpq reads %20 as a space, and + as itself
    let query = url.query().unwrap_or_default().replace('+', "%20");
    url.set_query(Some(&query));
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_asked_for_by_the_address() {
        for (live, sandbox) in [
            ("postgres://a:b@h:5/d", "postgres://a:b@h:5/d?options=-csearch_path%3Dsbx_1%20-csynchronous_commit%3Doff"),
            (
                "postgresql://h/d?sslmode=disable",
                "postgresql://h/d?sslmode=disable&options=-csearch_path%3Dsbx_1%20-csynchronous_commit%3Doff",
            ),
            (
                "postgres://h/d?options=-cwork_mem%3D9MB",
                "postgres://h/d?options=-cwork_mem%3D9MB%20-csearch_path%3Dsbx_1%20-csynchronous_commit%3Doff",
            ),
        ] {
            assert_eq!(in_schema(live, "sbx_1").unwrap(), sandbox);
        }
        assert!(in_schema("postgres//", "x").is_err());
    }
}
