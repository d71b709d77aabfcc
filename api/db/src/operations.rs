//! Long work that someone has asked for.

use crate::schema::operations;
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

/// The operations of a seller.
pub fn list(db: &mut Db, scope: Scope, state: &[OperationState], page: &Page) -> Outcome<Slice<OperationRow>> {
    let mut query = operations::table.filter(operations::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !state.is_empty() {
        query = query.filter(operations::state.eq_any(state.to_vec()));
    }
    Ok(keyset!(db, query, page, operations::id: OperationId, OperationRow, {}))
}
