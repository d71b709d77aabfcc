//! Lists by cursor: sorted by one column and the id, continued after the last row seen, stable under inserts.

use crate::Failure;
use comptoir_domain::{Code, Problem};

/// Where a list goes on: the last row's sort value and id. Opaque outside.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    /// The text of the sort column's value; empty when the id alone sorts.
    pub value: String,
    /// The text form of the last id.
    pub id: String,
}

/// Which part of a list is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// At most so many rows.
    pub limit: i64,
    /// The column to sort by, one of the list's own names.
    pub sort: String,
    /// From the largest down.
    pub descending: bool,
    /// Go on after this row.
    pub after: Option<Cursor>,
}

/// One page of rows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slice<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where to go on, if there is more.
    pub next: Option<Cursor>,
}

impl<T> Slice<T> {
    /// Cuts the one row too many that was read to see whether there is more.
    pub fn cut(mut rows: Vec<T>, page: &Page, cursor: impl Fn(&T) -> Cursor) -> Self {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(cursor);
        Self { rows, next }
    }
}

/// A cursor that cannot have come from this list.
pub fn foreign_cursor() -> Failure {
    Problem::new(Code::InvalidCursor, "start the list again without a cursor").into()
}

/// Reads one page of a boxed query, sorted by one of the named columns (with the type and the field of its value in the
/// row) or else by the id, which is the order of creation.
///
/// ```text
/// keyset!(c, query, page, clients::id: ClientId, ClientRow, { "number" => clients::number: i64 = number })
/// ```
#[macro_export]
macro_rules! keyset {
    ($db:expr, $query:expr, $page:expr, $id:path: $id_type:ty, $row:ty, { $($name:literal => $column:path: $type:ty = $field:ident),* $(,)? }) => {{
        let page: &$crate::Page = $page;
        let mut query = $query;
        let after: Option<($id_type, &str)> = match &page.after {
            Some(cursor) => Some((cursor.id.parse().map_err(|_| $crate::paging::foreign_cursor())?, cursor.value.as_str())),
            None => None,
        };
        query = match page.sort.as_str() {
            $($name => {
                if let Some((id, value)) = after {
                    let value: $type = value.parse().map_err(|_| $crate::paging::foreign_cursor())?;
                    query = if page.descending {
                        query.filter($column.lt(value.clone()).or($column.eq(value).and($id.lt(id))))
                    } else {
                        query.filter($column.gt(value.clone()).or($column.eq(value).and($id.gt(id))))
                    };
                }
                if page.descending { query.order(($column.desc(), $id.desc())) } else { query.order(($column.asc(), $id.asc())) }
            })*
            _ => {
                if let Some((id, _)) = after {
                    query = if page.descending { query.filter($id.lt(id)) } else { query.filter($id.gt(id)) };
                }
                if page.descending { query.order($id.desc()) } else { query.order($id.asc()) }
            }
        };
        let rows: Vec<$row> = query.select(<$row>::as_select()).limit(page.limit + 1).load($db)?;
        $crate::Slice::cut(rows, page, |row| $crate::Cursor {
            value: match page.sort.as_str() { $($name => row.$field.to_string(),)* _ => String::new() },
            id: row.id.to_string(),
        })
    }};
}
