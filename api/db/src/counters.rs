//! Numbers for people that count up per seller (client numbers…). Gaps are allowed where a number is taken and not used; invoice
//! numbers are not made here.

use crate::schema::counters;
use crate::{Db, Outcome, Scope};
use diesel::prelude::*;

/// The next number of a series that starts at `first`. The row stays locked until the transaction ends.
pub fn next(db: &mut Db, scope: Scope, name: &str, first: i64) -> Outcome<i64> {
    take(db, scope, name, first, 1)
}

/// The same for several at once: the last of them.
pub fn take(db: &mut Db, scope: Scope, name: &str, first: i64, count: i64) -> Outcome<i64> {
    let key = (counters::seller_id.eq(scope.seller()), counters::name.eq(name));
    let start = (key.0, key.1, counters::value.eq(first - 1));
    on!(db, c => diesel::insert_into(counters::table).values(start).on_conflict_do_nothing().execute(c))?;
    let row = counters::table.find((scope.seller(), name));
    Ok(diesel::update(row)
        .set(counters::value.eq(counters::value + count))
        .returning(counters::value)
        .get_result(db)?)
}
