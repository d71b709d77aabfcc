//! Long work that someone has asked for.

use crate::schema::{operation_steps, operations};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::operations::{OperationKind, OperationState};
use comptoir_domain::{Instant, OperationId, SellerId};
use diesel::prelude::*;

/// An operation.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = operations, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct OperationRow {
    pub seller_id: SellerId,
    pub id: OperationId,
    pub kind: OperationKind,
    pub state: OperationState,
    /// So many steps are done.
    pub done: i64,
    /// Of so many; nothing until that is known.
    pub total: i64,
    /// What came of it, as the kind says it.
    pub result: Json<serde_json::Value>,
    /// Why nothing came of it.
    pub error: String,
    pub created_at: Instant,
    pub finished_at: Option<Instant>,
    pub version: i64,
}

entity!(operations, OperationRow, OperationId);

/// What came of a step that is a transaction of its own.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = operation_steps)]
pub struct OperationStepRow {
    pub seller_id: SellerId,
    pub operation_id: OperationId,
    /// Counted from 0.
    pub position: i64,
    pub result: Json<serde_json::Value>,
}

/// Writes what came of a step.
pub fn insert_step(db: &mut Db, row: &OperationStepRow) -> Outcome<()> {
    diesel::insert_into(operation_steps::table).values(row).execute(db)?;
    Ok(())
}

/// What came of the steps of an operation so far, in order.
pub fn steps(db: &mut Db, scope: Scope, operation: OperationId) -> Outcome<Vec<OperationStepRow>> {
    let found = operation_steps::table
        .filter(operation_steps::seller_id.eq(scope.seller()))
        .filter(operation_steps::operation_id.eq(operation))
        .order(operation_steps::position);
    Ok(found.select(OperationStepRow::as_select()).load(db)?)
}

/// The operations of a seller.
pub fn list(db: &mut Db, scope: Scope, state: &[OperationState], page: &Page) -> Outcome<Slice<OperationRow>> {
    let mut query = operations::table.filter(operations::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !state.is_empty() {
        query = query.filter(operations::state.eq_any(state.to_vec()));
    }
    Ok(keyset!(db, query, page, operations::id: OperationId, OperationRow, {}))
}
