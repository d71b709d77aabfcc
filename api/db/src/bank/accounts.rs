//! Bank accounts of administrators: where debits arrive if their plug-in names no account.

use crate::schema::administrator_accounts;
use crate::{Db, Outcome, Scope};
use comptoir_domain::{AdministratorId, SellerId};
use diesel::prelude::*;

/// The bank account of an administrator; its number is sealed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = administrator_accounts, primary_key(seller_id, administrator_id))]
pub struct AdministratorAccountRow {
    pub seller_id: SellerId,
    pub administrator_id: AdministratorId,
    pub holder: String,
    /// What may be shown of the number.
    pub label: String,
    pub account_sealed: String,
}

/// The account of an administrator, if one is known.
pub fn of(db: &mut Db, scope: Scope, administrator: AdministratorId) -> Outcome<Option<AdministratorAccountRow>> {
    let found = administrator_accounts::table.find((scope.seller(), administrator));
    Ok(found.select(AdministratorAccountRow::as_select()).first(db).optional()?)
}

/// All accounts of a seller's administrators.
pub fn all(db: &mut Db, scope: Scope) -> Outcome<Vec<AdministratorAccountRow>> {
    let found = administrator_accounts::table.filter(administrator_accounts::seller_id.eq(scope.seller()));
    Ok(found.select(AdministratorAccountRow::as_select()).load(db)?)
}

/// Writes the account of an administrator in place of what was there.
pub fn put(db: &mut Db, row: &AdministratorAccountRow) -> Outcome<()> {
    let target = administrator_accounts::table.find((row.seller_id, row.administrator_id));
    if diesel::update(target).set(row).execute(db)? == 0 {
        diesel::insert_into(administrator_accounts::table).values(row).execute(db)?;
    }
    Ok(())
}

/// Forgets the account of an administrator; says whether there was one.
pub fn delete(db: &mut Db, scope: Scope, administrator: AdministratorId) -> Outcome<bool> {
    let target = administrator_accounts::table.find((scope.seller(), administrator));
    Ok(diesel::delete(target).execute(db)? == 1)
}
