//! Everything in which SQLite and PostgreSQL differ.

/// Runs the same expression on the concrete connection: for multi-row inserts, `on_conflict` and other things that
/// diesel does not offer on the connection that may be either.
#[macro_export]
macro_rules! on {
    ($db:expr, $c:ident => $body:expr) => {
        match $db {
            $crate::Db::Sqlite($c) => $body,
            $crate::Db::Pg($c) => $body,
        }
    };
}

/// Reads one row on the connection that it is, which is quicker than on the one that may be either.
#[macro_export]
macro_rules! read_row {
    ($db:expr, $query:expr, $row:ty) => {
        on!($db, c => $query.select(<$row>::as_select()).get_result::<$row>(c))
    };
}

/// Reads rows in the same way.
#[macro_export]
macro_rules! read_rows {
    ($db:expr, $query:expr, $row:ty) => {
        on!($db, c => $query.select(<$row>::as_select()).load::<$row>(c))
    };
}

/// Locks one row until the transaction ends. On SQLite a writer is alone already.
#[macro_export]
macro_rules! lock_row {
    ($db:expr, $query:expr, $row:ty) => {
        match $db {
            $crate::Db::Sqlite(c) => $query.select(<$row>::as_select()).get_result::<$row>(c),
            $crate::Db::Pg(c) => $query.select(<$row>::as_select()).for_update().get_result::<$row>(c),
        }
    };
}

/// Lets writers pass one by one where they take a turn by the same row, while others may still point to it. On SQLite a
/// writer is alone already.
#[macro_export]
macro_rules! take_turn {
    ($db:expr, $query:expr, $row:ty) => {
        match $db {
            $crate::Db::Sqlite(_) => Ok(()),
            $crate::Db::Pg(c) => {
                $query.select(<$row>::as_select()).for_no_key_update().get_result::<$row>(c).map(|_| ())
            }
        }
    };
}

/// Locks the rows of a query that nobody else has locked, so that several workers never wait for each other.
#[macro_export]
macro_rules! lock_free_rows {
    ($db:expr, $query:expr, $row:ty) => {
        match $db {
            $crate::Db::Sqlite(c) => $query.select(<$row>::as_select()).load::<$row>(c),
            $crate::Db::Pg(c) => $query.select(<$row>::as_select()).for_update().skip_locked().load::<$row>(c),
        }
    };
}

/// How many rows a statement of [`together!`] has: enough that the rest, which is prepared for each call, is small beside a
/// chunk of a billing run, and few enough to keep with each connection.
pub(crate) const TOGETHER: usize = 32;

/// Writes many rows by few statements, and adds up how many were written. The statement for [`TOGETHER`] of them and that for one
/// are prepared once; only that for a rest is prepared for it.
#[macro_export]
macro_rules! together {
    ($rows:expr, $some:ident => $write:expr) => {{
        let (whole, rest) = $rows.as_chunks::<{ $crate::portable::TOGETHER }>();
        let mut written = 0;
        for $some in whole {
            written += $write;
        }
        match rest {
            [] => {}
            [$some] => written += $write,
            $some => written += $write,
        }
        written
    }};
}

/// Inserts many rows.
#[macro_export]
macro_rules! insert_many {
    ($db:expr, $table:path, $rows:expr) => {
        $crate::together!($rows, some => on!($db, c => diesel::insert_into($table).values(some).execute(c))?)
    };
}

use crate::DbBackend;
use comptoir_domain::schedule::{Cycle, Share};
use comptoir_domain::{FraudScore, Percent, Quantity, UnitPrice, UnitsPerEuro};
use diesel::serialize::{IsNull, Output, ToSql};
use diesel::sql_types::Text;

/// Decimals, cycles and shares, whose text is made on the fly: the connection that may be either passes them on to the one it is.
macro_rules! decimals {
    ($($name:ident),+) => { $(
        impl ToSql<Text, DbBackend> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DbBackend>) -> diesel::serialize::Result {
                out.set_value((Text, self));
                Ok(IsNull::No)
            }
        }
    )+ };
}

decimals!(FraudScore, Percent, UnitPrice, Quantity, UnitsPerEuro, Cycle, Share);
