//! The sandboxes of a seller, as the live database knows them.

use crate::schema::sandboxes;
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::sandboxes::{Journey, SandboxState};
use comptoir_domain::{Instant, SandboxId, SellerId};
use diesel::prelude::*;

/// A sandbox.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sandboxes, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct SandboxRow {
    pub seller_id: SellerId,
    pub id: SandboxId,
    pub name: String,
    pub state: SandboxState,
    /// Why the copy, or the last advance, came to nothing.
    pub error: String,
    /// What its clocks show.
    pub clock_at: Instant,
    /// The advance that is under way, or the last one.
    pub journey: Json<Option<Journey>>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(sandboxes, SandboxRow, SandboxId);

/// The sandboxes of a seller.
pub fn list(db: &mut Db, scope: Scope, state: &[SandboxState], page: &Page) -> Outcome<Slice<SandboxRow>> {
    let mut query = sandboxes::table.filter(sandboxes::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !state.is_empty() {
        query = query.filter(sandboxes::state.eq_any(state.to_vec()));
    }
    Ok(keyset!(db, query, page, sandboxes::id: SandboxId, SandboxRow, {
        "name" => sandboxes::name: String = name,
    }))
}

/// How many a seller has.
pub fn count(db: &mut Db, scope: Scope) -> Outcome<i64> {
    Ok(sandboxes::table.filter(sandboxes::seller_id.eq(scope.seller())).count().get_result(db)?)
}

/// A sandbox by its address, whosever it is: who may do what in it, it decides itself.
pub fn by_address(db: &mut Db, id: SandboxId) -> Outcome<Option<SandboxRow>> {
    let found = sandboxes::table.filter(sandboxes::id.eq(id));
    Ok(found.select(SandboxRow::as_select()).first(db).optional()?)
}

/// The same seen from the work that is done for it: `None` if it has been removed meanwhile.
pub fn lock_if_there(db: &mut Db, scope: Scope, id: SandboxId) -> Outcome<Option<SandboxRow>> {
    match lock(db, scope, id) {
        Ok(row) => Ok(Some(row)),
        Err(crate::Failure::Database(diesel::result::Error::NotFound)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Forgets a sandbox.
pub fn delete(db: &mut Db, scope: Scope, id: SandboxId) -> Outcome<()> {
    diesel::delete(sandboxes::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
