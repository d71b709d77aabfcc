//! What a request with an `Idempotency-Key` answered, written in the transaction that did the work.

use crate::schema::idempotency_keys;
use crate::{Db, Json, Outcome};
use comptoir_domain::{Instant, SellerId};
use diesel::prelude::*;

/// A remembered answer.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
pub struct IdempotencyRow {
    pub seller_id: SellerId,
    pub actor: String,
    pub name: String,
    pub fingerprint: Vec<u8>,
    pub status: i32,
    pub headers: Json<Vec<(String, String)>>,
    pub body: String,
    pub created_at: Instant,
}

/// Takes the key, or says that someone has it. On PostgreSQL a second caller waits here until the first has
/// committed or failed; on SQLite the writer is alone.
pub fn take(db: &mut Db, row: &IdempotencyRow) -> Outcome<bool> {
    let written =
        on!(db, c => diesel::insert_into(idempotency_keys::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(written == 1)
}

/// The answer that was given under a key.
pub fn find(db: &mut Db, seller: SellerId, actor: &str, name: &str) -> Outcome<IdempotencyRow> {
    Ok(idempotency_keys::table.find((seller, actor, name)).select(IdempotencyRow::as_select()).get_result(db)?)
}

/// Writes the answer to a key that was taken in this transaction.
pub fn answer(db: &mut Db, row: &IdempotencyRow) -> Outcome<()> {
    let taken = idempotency_keys::table.find((row.seller_id, &row.actor, &row.name));
    let change = (
        idempotency_keys::status.eq(row.status),
        idempotency_keys::headers.eq(row.headers.clone()),
        idempotency_keys::body.eq(&row.body),
    );
    diesel::update(taken).set(change).execute(db)?;
    Ok(())
}

/// Forgets answers older than `before`; says how many.
pub fn purge(db: &mut Db, before: Instant) -> Outcome<usize> {
    Ok(diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before))).execute(db)?)
}

/// How many answers are older than `before`.
pub fn count_before(db: &mut Db, before: Instant) -> Outcome<i64> {
    Ok(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before)).count().get_result(db)?)
}
