//! The keys of stored payment methods: how each seller keeps its own, the wrapped keys, and the shares that two administrators
//! have of one.

use crate::schema::{encryption, encryption_keys, encryption_shares};
use crate::{Db, Json, Outcome, Scope};
use comptoir_domain::encryption::{EncryptionMode, Stretching, Wrapping};
use comptoir_domain::{AdministratorId, Code, Instant, Problem, SellerId};
use diesel::prelude::*;

/// How a seller keeps its key.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = encryption, primary_key(seller_id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct EncryptionRow {
    pub seller_id: SellerId,
    pub mode: EncryptionMode,
    /// The key that new data is sealed under; 0 before there is one.
    pub key_version: i32,
    pub pin_hash: Option<String>,
    /// Wrong PINs and phrases since the last right one.
    pub wrong_tries: i32,
    /// Until then none is taken.
    pub blocked_until: Option<Instant>,
    pub version: i64,
}

impl EncryptionRow {
    /// As long as nothing was settled.
    pub const fn new(seller_id: SellerId) -> Self {
        let mode = EncryptionMode::House;
        Self { seller_id, mode, key_version: 0, pin_hash: None, wrong_tries: 0, blocked_until: None, version: 0 }
    }
}

/// How a seller keeps its key; as new if it has settled nothing.
pub fn read(db: &mut Db, scope: Scope) -> Outcome<EncryptionRow> {
    let found = read_row!(db, encryption::table.find(scope.seller()), EncryptionRow).optional()?;
    Ok(found.unwrap_or_else(|| EncryptionRow::new(scope.seller())))
}

/// The same, kept from changing until the transaction ends.
pub fn lock(db: &mut Db, scope: Scope) -> Outcome<EncryptionRow> {
    let new = EncryptionRow { version: 1, ..EncryptionRow::new(scope.seller()) };
    on!(db, c => diesel::insert_into(encryption::table).values(&new).on_conflict_do_nothing().execute(c))?;
    Ok(lock_row!(db, encryption::table.find(scope.seller()), EncryptionRow)?)
}

/// Writes the row back with the next version; `stale` if someone was faster.
pub fn save(db: &mut Db, row: &mut EncryptionRow) -> Outcome<()> {
    let read = row.version;
    row.version += 1;
    let target = encryption::table.find(row.seller_id).filter(encryption::version.eq(read));
    if diesel::update(target).set(&*row).execute(db)? == 1 {
        return Ok(());
    }
    row.version = read;
    Err(Problem::new(Code::Stale, "read it again and repeat your change").into())
}

/// A key, wrapped.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = encryption_keys, primary_key(seller_id, key_version), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct EncryptionKeyRow {
    pub seller_id: SellerId,
    pub key_version: i32,
    pub wrapping: Wrapping,
    pub wrapped: String,
    /// How the wrapping key follows from the pass-phrase, if it does.
    pub stretching: Option<Json<Stretching>>,
    /// Tells the key from others, and nothing else.
    pub fingerprint: String,
    pub created_at: Instant,
}

/// The keys of a seller, the newest first.
pub fn keys(db: &mut Db, scope: Scope) -> Outcome<Vec<EncryptionKeyRow>> {
    let found = encryption_keys::table
        .filter(encryption_keys::seller_id.eq(scope.seller()))
        .order(encryption_keys::key_version.desc());
    Ok(read_rows!(db, found, EncryptionKeyRow)?)
}

/// Writes a new key.
pub fn insert_key(db: &mut Db, row: &EncryptionKeyRow) -> Outcome<()> {
    diesel::insert_into(encryption_keys::table).values(row).execute(db)?;
    Ok(())
}

/// Writes a key that is wrapped anew.
pub fn save_key(db: &mut Db, row: &EncryptionKeyRow) -> Outcome<()> {
    diesel::update(encryption_keys::table.find((row.seller_id, row.key_version))).set(row).execute(db)?;
    Ok(())
}

/// Forgets the keys of a seller up to a version.
pub fn delete_keys(db: &mut Db, scope: Scope, through: i32) -> Outcome<()> {
    let theirs = encryption_keys::table
        .filter(encryption_keys::seller_id.eq(scope.seller()))
        .filter(encryption_keys::key_version.le(through));
    diesel::delete(theirs).execute(db)?;
    Ok(())
}

/// Half of a key that an administrator has, or is to have.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = encryption_shares, primary_key(seller_id, number), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct EncryptionShareRow {
    pub seller_id: SellerId,
    pub number: i32,
    pub key_version: i32,
    pub administrator_id: AdministratorId,
    /// The half that waits for its administrator, sealed; none once he has it.
    pub waits_sealed: Option<String>,
    pub taken_at: Option<Instant>,
    /// The half that was given back, sealed, until the other one is.
    pub returned_sealed: Option<String>,
}

/// The shares of a seller's key, by number.
pub fn shares(db: &mut Db, scope: Scope) -> Outcome<Vec<EncryptionShareRow>> {
    let found = encryption_shares::table
        .filter(encryption_shares::seller_id.eq(scope.seller()))
        .order(encryption_shares::number);
    Ok(read_rows!(db, found, EncryptionShareRow)?)
}

/// Puts shares in the place of those that there were; none forgets them.
pub fn replace_shares(db: &mut Db, scope: Scope, rows: &[EncryptionShareRow]) -> Outcome<()> {
    diesel::delete(encryption_shares::table.filter(encryption_shares::seller_id.eq(scope.seller()))).execute(db)?;
    insert_many!(db, encryption_shares::table, rows);
    Ok(())
}

/// Writes a share as it stands now.
pub fn save_share(db: &mut Db, row: &EncryptionShareRow) -> Outcome<()> {
    diesel::update(encryption_shares::table.find((row.seller_id, row.number))).set(row).execute(db)?;
    Ok(())
}
