//! Conditions whose statements are prepared once, and kept with their connection.
//!
//! diesel prepares a statement with a list of values, or with a condition in words, anew for each call, which on SQLite costs
//! more than to run it. (So it does every UPDATE, whatever stands in it.) [`among`] fills a list up with its last value to a power of two, so that there are few statements.
//! Their texts are made for each call all the same, which is quicker on the connection that it is (`on!`, `read_rows!`).

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType};
use diesel::{Expression, QueryResult};

/// Whether a column has one of some values; of no values it has none.
pub(crate) fn among<C, T>(column: C, values: impl IntoIterator<Item = T>) -> Among<C, T> {
    Among { column, values: values.into_iter().collect() }
}

/// The condition.
#[derive(Debug, Clone)]
pub(crate) struct Among<C, T> {
    column: C,
    values: Vec<T>,
}

impl<C, T, B> QueryFragment<B> for Among<C, T>
where
    B: Backend + HasSqlType<C::SqlType>,
    C: Expression + QueryFragment<B>,
    T: ToSql<C::SqlType, B>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B>) -> QueryResult<()> {
        let Some(last) = self.values.last() else {
            out.push_sql("1=0");
            return Ok(());
        };
        self.column.walk_ast(out.reborrow())?;
        let places = self.values.len().next_power_of_two();
        let filled = self.values.iter().chain(std::iter::repeat(last)).take(places);
        for (place, value) in filled.enumerate() {
            out.push_sql(if place == 0 { " IN (" } else { ", " });
            out.push_bind_param::<C::SqlType, T>(value)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl<C: Expression, T> Expression for Among<C, T> {
    type SqlType = Bool;
}

/// The text tells the statements apart.
impl<C, T> QueryId for Among<C, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C: ValidGrouping<()>, T> ValidGrouping<()> for Among<C, T> {
    type IsAggregate = is_aggregate::No;
}

impl<C: AppearsOnTable<S>, T, S: ?Sized> AppearsOnTable<S> for Among<C, T> where Self: Expression {}

/// A condition that stands in the query as it is written here, as the planner wants it that is to use a partial index. diesel's
/// own (`sql`) is prepared anew for each call.
pub(crate) const fn word_for_word(condition: &'static str) -> WordForWord {
    WordForWord(condition)
}

/// The condition.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WordForWord(&'static str);

impl<B: Backend> QueryFragment<B> for WordForWord {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

impl Expression for WordForWord {
    type SqlType = Bool;
}

/// The text tells the statements apart.
impl QueryId for WordForWord {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl ValidGrouping<()> for WordForWord {
    type IsAggregate = is_aggregate::No;
}

impl<S: ?Sized> AppearsOnTable<S> for WordForWord {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::services;
    use diesel::sqlite::Sqlite;

    fn text(names: &[&str]) -> String {
        let names = names.iter().map(ToString::to_string);
        diesel::debug_query::<Sqlite, _>(&among(services::name, names)).to_string()
    }

    #[test]
    fn a_list_is_filled_up() {
        assert_eq!(text(&[]), "1=0 -- binds: []");
        for (names, places) in
            [(&["a"][..], 1), (&["a", "b"], 2), (&["a", "b", "c"], 4), (&["a", "b", "c", "d", "e"], 8)]
        {
            assert_eq!(text(names).split(" -- ").next().unwrap().matches(',').count() + 1, places, "{names:?}");
        }
    }
}
