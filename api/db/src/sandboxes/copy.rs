//! Copying a seller's rows into a sandbox's empty database: one consistent state, read without keeping anyone from
//! writing.

use super::place::{Place, Word};
use super::tables::{Rows, TABLES, Table};
use crate::connection::{Purpose, open};
use crate::{Db, Outcome};
use comptoir_domain::SellerId;
use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{Binary, Text};

/// Copies a seller's rows under the same ids; says how many. The sandbox's database has all its tables and no rows.
/// If this fails, it still has none.
pub fn copy(place: &Place, seller: SellerId) -> Outcome<usize> {
    let mut db = open(place.address(), Purpose::Write)?;
    let live = place.name_live(&mut db)?;
    // on SQLite deferred: BEGIN IMMEDIATE would lock the live database too
    match &mut db {
        Db::Sqlite(c) => c.batch_execute("BEGIN")?,
        Db::Pg(c) => c.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ")?,
    }
    let mut copied = 0;
    for table in TABLES {
        let columns = columns(&mut db, table.name)?;
        if let Some(sql) = statement(table, &columns, &live) {
            copied += on!(&mut db, c => diesel::sql_query(sql).bind::<Binary, _>(seller).execute(c))?;
        }
    }
    // dropped before this, the connection takes its rows along
    on!(&mut db, c => c.batch_execute("COMMIT"))?;
    Ok(copied)
}

/// The columns of a table of the sandbox.
fn columns(db: &mut Db, table: &str) -> Outcome<Vec<String>> {
    let sql = match db {
        Db::Sqlite(_) => "SELECT name AS word FROM pragma_table_info($1, 'main') ORDER BY cid",
        Db::Pg(_) => {
            "SELECT column_name::text AS word FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    let found: Vec<Word> = on!(db, c => diesel::sql_query(sql).bind::<Text, _>(table).load(c))?;
    Ok(found.into_iter().map(|column| column.word).collect())
}

/// The statement that copies a table, if it is copied.
fn statement(table: &Table, columns: &[String], live: &str) -> Option<String> {
    let seller = if table.name == "sellers" { "id" } else { "seller_id" };
    let condition = match table.rows {
        Rows::All => format!("{seller} = $1"),
        // the seller is bound to every statement
        Rows::House => "$1 IS NOT NULL".into(),
        Rows::Where(condition) => format!("{seller} = $1 AND {condition}"),
        Rows::None(_) => return None,
    };
    let columns: Vec<&String> = columns.iter().filter(|column| Some(column.as_str()) != table.counted).collect();
    let changed = |column: &str| table.changed.iter().find(|(name, _)| *name == column).map(|(_, value)| *value);
    let quoted = |column: &&String| format!("\"{column}\"");
    let values: Vec<_> =
        columns.iter().map(|column| changed(column).map_or_else(|| quoted(column), String::from)).collect();
    let columns: Vec<_> = columns.iter().map(quoted).collect();
    let order = table.counted.map(|column| format!(" ORDER BY {column}")).unwrap_or_default();
    let (name, columns, values) = (table.name, columns.join(", "), values.join(", "));
    Some(format!("INSERT INTO {name} ({columns}) SELECT {values} FROM {live}.{name} WHERE {condition}{order}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandboxes::tables::Rows;

    #[test]
    fn a_statement_says_what_the_table_says() {
        let table = Table {
            name: "things",
            rows: Rows::Where("state <> 'new'"),
            changed: &[("state", "'old'")],
            counted: Some("sequence"),
        };
        let columns = ["sequence", "seller_id", "state"].map(String::from);
        assert_eq!(
            statement(&table, &columns, "live").unwrap(),
            "INSERT INTO things (\"seller_id\", \"state\") SELECT \"seller_id\", 'old' FROM live.things \
             WHERE seller_id = $1 AND state <> 'new' ORDER BY sequence"
        );
        assert_eq!(statement(&Table { rows: Rows::None("why"), ..table }, &columns, "live"), None);
        let columns = ["kind", "pattern"].map(String::from);
        assert_eq!(
            statement(&Table { rows: Rows::House, changed: &[], counted: None, ..table }, &columns, "live").unwrap(),
            "INSERT INTO things (\"kind\", \"pattern\") SELECT \"kind\", \"pattern\" FROM live.things WHERE $1 IS NOT NULL"
        );
    }

    #[test]
    fn every_table_stands_once() {
        let mut names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
