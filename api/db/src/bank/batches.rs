//! Batches of direct debits, and the files that were made of them.

use crate::schema::debit_batches;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::bank::BatchState;
use comptoir_domain::{DebitBatchId, Instant, SellerId};
use diesel::prelude::*;

/// A batch. Its file is sealed, because account numbers are in it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = debit_batches, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct DebitBatchRow {
    pub seller_id: SellerId,
    pub id: DebitBatchId,
    pub gateway: String,
    pub state: BatchState,
    /// Its number at the bank; it gets one when it is closed.
    pub name: Option<String>,
    pub file_name: Option<String>,
    pub file_sealed: Option<String>,
    /// Of the file's bytes.
    pub sha256: Option<String>,
    /// What the bank has said of it as a whole.
    pub bank_status: Option<String>,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
    pub version: i64,
    /// The sheet that goes with the file, if its format has one.
    pub cover_note_sealed: Option<String>,
}

entity!(debit_batches, DebitBatchRow, DebitBatchId);

/// Which batches of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct BatchFilter {
    pub gateway: Option<String>,
    pub state: Vec<BatchState>,
}

/// The batches of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &BatchFilter, page: &Page) -> Outcome<Slice<DebitBatchRow>> {
    let mut query = debit_batches::table.filter(debit_batches::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(gateway) = &filter.gateway {
        query = query.filter(debit_batches::gateway.eq(gateway.clone()));
    }
    if !filter.state.is_empty() {
        query = query.filter(debit_batches::state.eq_any(filter.state.clone()));
    }
    Ok(keyset!(db, query, page, debit_batches::id: DebitBatchId, DebitBatchRow, {}))
}

/// The open batch of a plug-in, if there is one.
pub fn lock_open_of(db: &mut Db, scope: Scope, gateway: &str) -> Outcome<Option<DebitBatchRow>> {
    let found = debit_batches::table
        .filter(debit_batches::seller_id.eq(scope.seller()))
        .filter(debit_batches::gateway.eq(gateway))
        .filter(debit_batches::state.eq(BatchState::Open));
    let row = match db {
        Db::Sqlite(c) => found.select(DebitBatchRow::as_select()).first(c).optional()?,
        Db::Pg(c) => found.select(DebitBatchRow::as_select()).for_update().first(c).optional()?,
    };
    Ok(row)
}

/// All batches that are open.
pub fn all_open(db: &mut Db, scope: Scope) -> Outcome<Vec<DebitBatchRow>> {
    let found = debit_batches::table
        .filter(debit_batches::seller_id.eq(scope.seller()))
        .filter(debit_batches::state.eq(BatchState::Open))
        .order(debit_batches::id);
    Ok(found.select(DebitBatchRow::as_select()).load(db)?)
}

/// Writes a batch unless another one of its plug-in is open; says whether it was written.
pub fn open(db: &mut Db, row: &DebitBatchRow) -> Outcome<bool> {
    let written =
        on!(db, c => diesel::insert_into(debit_batches::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(written == 1)
}

/// Some batches, as far as they are the seller's.
pub fn some(db: &mut Db, scope: Scope, ids: &[DebitBatchId]) -> Outcome<Vec<DebitBatchRow>> {
    let found = debit_batches::table
        .filter(debit_batches::seller_id.eq(scope.seller()))
        .filter(debit_batches::id.eq_any(ids.to_vec()));
    Ok(found.select(DebitBatchRow::as_select()).load(db)?)
}

/// Removes a batch; its debits have left it.
pub fn delete(db: &mut Db, row: &DebitBatchRow) -> Outcome<()> {
    diesel::delete(debit_batches::table.find((row.seller_id, row.id))).execute(db)?;
    Ok(())
}
