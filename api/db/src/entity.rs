//! What every seller-owned row with an id and a version can do: be found, locked, inserted, saved.

/// Writes `find`, `lock`, `insert` and `save` for a table with the key (seller_id, id) and a `version`.
#[macro_export]
macro_rules! entity {
    ($table:ident, $row:ty, $id:ty) => {
        /// The row, or `not_found` if it does not exist or is another seller's.
        pub fn find(db: &mut $crate::Db, scope: $crate::Scope, id: $id) -> $crate::Outcome<$row> {
            Ok(read_row!(db, $table::table.find((scope.seller(), id)), $row)?)
        }

        /// The same, kept from changing until the transaction ends.
        pub fn lock(db: &mut $crate::Db, scope: $crate::Scope, id: $id) -> $crate::Outcome<$row> {
            Ok(lock_row!(db, $table::table.find((scope.seller(), id)), $row)?)
        }

        /// Writes a new row.
        pub fn insert(db: &mut $crate::Db, row: &$row) -> $crate::Outcome<()> {
            diesel::insert_into($table::table).values(row).execute(db)?;
            Ok(())
        }

        /// Writes the row back with the next version; `stale` if someone was faster.
        pub fn save(db: &mut $crate::Db, row: &mut $row) -> $crate::Outcome<()> {
            let read = row.version;
            row.version += 1;
            let target = $table::table.find((row.seller_id, row.id)).filter($table::version.eq(read));
            if diesel::update(target).set(&*row).execute(db)? == 1 {
                return Ok(());
            }
            row.version = read;
            Err(comptoir_domain::Problem::new(comptoir_domain::Code::Stale, "read it again and repeat your change")
                .into())
        }
    };
}

use crate::Outcome;
use comptoir_domain::{Id, Problem};
use std::collections::HashMap;

/// The rows that were found for `ids`, in that order; `not_found` if one is missing, because it does not exist or is
/// another seller's.
pub fn in_order<I: Id, R: Clone>(ids: &[I], rows: Vec<R>, id: impl Fn(&R) -> I) -> Outcome<Vec<R>> {
    let by_id: HashMap<I, R> = rows.into_iter().map(|row| (id(&row), row)).collect();
    let found: Option<Vec<R>> = ids.iter().map(|id| by_id.get(id).cloned()).collect();
    found.ok_or_else(|| Problem::not_found().into())
}
