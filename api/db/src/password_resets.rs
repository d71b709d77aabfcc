//! Single-use links to set a new password.

use crate::schema::password_resets;
use crate::{Db, Outcome};
use comptoir_domain::{AdministratorId, ContactId, Instant, PasswordResetId, SellerId};
use diesel::prelude::*;

/// A link that was sent.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = password_resets, treat_none_as_default_value = false)]
pub struct PasswordResetRow {
    pub seller_id: SellerId,
    pub id: PasswordResetId,
    pub administrator_id: Option<AdministratorId>,
    pub contact_id: Option<ContactId>,
    pub token_hash: Vec<u8>,
    pub created_at: Instant,
    pub expires_at: Instant,
    pub used_at: Option<Instant>,
}

/// Writes a new link.
pub fn insert(db: &mut Db, row: &PasswordResetRow) -> Outcome<()> {
    diesel::insert_into(password_resets::table).values(row).execute(db)?;
    Ok(())
}

/// Uses the link with this token up, if it is unused and has not expired: the second caller gets nothing.
pub fn redeem(db: &mut Db, hash: &[u8], now: Instant) -> Outcome<Option<PasswordResetRow>> {
    let open = password_resets::table
        .filter(password_resets::token_hash.eq(hash.to_vec()))
        .filter(password_resets::used_at.is_null())
        .filter(password_resets::expires_at.gt(now));
    if diesel::update(open).set(password_resets::used_at.eq(Some(now))).execute(db)? == 0 {
        return Ok(None);
    }
    let used = password_resets::table.filter(password_resets::token_hash.eq(hash.to_vec()));
    Ok(Some(used.select(PasswordResetRow::as_select()).first(db)?))
}
