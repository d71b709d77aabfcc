//! Whom a seller asks how likely a fraud is.

use crate::schema::fraud_scorers;
use crate::{Db, Json, Outcome, Scope};
use comptoir_domain::{Code, Instant, Problem, SellerId};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A scorer. Its secrets are sealed; the settings beside them are not secret.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = fraud_scorers, primary_key(seller_id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct FraudScorerRow {
    pub seller_id: SellerId,
    pub connector: String,
    pub settings: Json<BTreeMap<String, serde_json::Value>>,
    pub secrets_sealed: Option<String>,
    pub is_enabled: bool,
    pub created_at: Instant,
    pub version: i64,
}

/// The scorer of a seller, if it has one.
pub fn find(db: &mut Db, scope: Scope) -> Outcome<Option<FraudScorerRow>> {
    Ok(read_row!(db, fraud_scorers::table.find(scope.seller()), FraudScorerRow).optional()?)
}

/// The same, kept from changing until the transaction ends.
pub fn lock(db: &mut Db, scope: Scope) -> Outcome<Option<FraudScorerRow>> {
    Ok(lock_row!(db, fraud_scorers::table.find(scope.seller()), FraudScorerRow).optional()?)
}

/// Writes the first one.
pub fn insert(db: &mut Db, row: &FraudScorerRow) -> Outcome<()> {
    diesel::insert_into(fraud_scorers::table).values(row).execute(db)?;
    Ok(())
}

/// Writes the row back with the next version; `stale` if someone was faster.
pub fn save(db: &mut Db, row: &mut FraudScorerRow) -> Outcome<()> {
    let read = row.version;
    row.version += 1;
    let target = fraud_scorers::table.find(row.seller_id).filter(fraud_scorers::version.eq(read));
    if diesel::update(target).set(&*row).execute(db)? == 1 {
        return Ok(());
    }
    row.version = read;
    Err(Problem::new(Code::Stale, "read it again and repeat your change").into())
}

/// Removes it.
pub fn delete(db: &mut Db, scope: Scope) -> Outcome<()> {
    diesel::delete(fraud_scorers::table.find(scope.seller())).execute(db)?;
    Ok(())
}
