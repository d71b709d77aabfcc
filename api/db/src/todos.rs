//! To-dos: what a person has to look at. One is open for one trouble, by its unique key.

use crate::schema::todos;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::todos::{TodoKind, TodoState};
use comptoir_domain::{AdministratorId, Instant, SellerId, TodoId};
use diesel::prelude::*;

/// A to-do.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = todos, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct TodoRow {
    pub seller_id: SellerId,
    pub id: TodoId,
    pub unique_key: String,
    pub kind: TodoKind,
    pub title: String,
    pub detail: String,
    pub subject_id: String,
    pub state: TodoState,
    pub assignee_id: Option<AdministratorId>,
    pub created_at: Instant,
    pub done_at: Option<Instant>,
    pub version: i64,
}

entity!(todos, TodoRow, TodoId);

/// Writes a to-do unless one with its key is open; says whether it is new.
pub fn raise(db: &mut Db, row: &TodoRow) -> Outcome<bool> {
    let written = on!(db, c => diesel::insert_into(todos::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(written == 1)
}

/// Closes the open to-do with a key, because its trouble is over, if there is one.
pub fn settle(db: &mut Db, scope: Scope, unique_key: &str, now: Instant) -> Outcome<()> {
    settle_all(db, scope, vec![unique_key.into()], now)
}

/// The same for several.
pub fn settle_all(db: &mut Db, scope: Scope, unique_keys: Vec<String>, now: Instant) -> Outcome<()> {
    let open = todos::table
        .filter(todos::seller_id.eq(scope.seller()))
        .filter(todos::unique_key.eq_any(unique_keys))
        .filter(todos::state.eq(TodoState::Open));
    let change =
        (todos::state.eq(TodoState::Done), todos::done_at.eq(Some(now)), todos::version.eq(todos::version + 1));
    diesel::update(open).set(change).execute(db)?;
    Ok(())
}

/// Which to-dos of a list are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default)]
pub struct TodoFilter {
    pub state: Vec<TodoState>,
    pub kind: Vec<TodoKind>,
    pub assignee_id: Option<AdministratorId>,
    pub subject_id: Option<String>,
}

/// The to-dos of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &TodoFilter, page: &Page) -> Outcome<Slice<TodoRow>> {
    let mut query = todos::table.filter(todos::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.state.is_empty() {
        query = query.filter(todos::state.eq_any(filter.state.clone()));
    }
    if !filter.kind.is_empty() {
        query = query.filter(todos::kind.eq_any(filter.kind.clone()));
    }
    if let Some(assignee) = filter.assignee_id {
        query = query.filter(todos::assignee_id.eq(assignee));
    }
    if let Some(subject) = &filter.subject_id {
        query = query.filter(todos::subject_id.eq(subject.clone()));
    }
    Ok(keyset!(db, query, page, todos::id: TodoId, TodoRow, {
        "title" => todos::title: String = title,
    }))
}
