//! Accounts with registrars, and which endings they take (CAT-12).

use crate::schema::{registrars, tlds};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::tlds::{RegistrarKind, SupportedTld};
use comptoir_domain::{Instant, RegistrarId, SellerId};
use diesel::prelude::*;

/// An account with a registrar.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = registrars, primary_key(seller_id, id), treat_none_as_default_value = false)]
pub struct RegistrarRow {
    pub seller_id: SellerId,
    pub id: RegistrarId,
    pub name: String,
    pub kind: RegistrarKind,
    pub supported: Json<Vec<SupportedTld>>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(registrars, RegistrarRow, RegistrarId);

/// The registrars of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<RegistrarRow>> {
    let query = registrars::table.filter(registrars::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, registrars::id: RegistrarId, RegistrarRow, {
        "name" => registrars::name: String = name,
    }))
}

/// All of a seller: there are few.
pub fn all(db: &mut Db, scope: Scope) -> Outcome<Vec<RegistrarRow>> {
    let found = registrars::table.filter(registrars::seller_id.eq(scope.seller())).order(registrars::id);
    Ok(read_rows!(db, found, RegistrarRow)?)
}

/// The endings whose default one it is.
pub fn defaults_of(db: &mut Db, scope: Scope, id: RegistrarId) -> Outcome<Vec<String>> {
    let found = tlds::table
        .filter(tlds::seller_id.eq(scope.seller()))
        .filter(tlds::default_registrar_id.eq(id))
        .order(tlds::name);
    Ok(found.select(tlds::name).load(db)?)
}

/// Removes one that no ending depends on.
pub fn delete(db: &mut Db, scope: Scope, id: RegistrarId) -> Outcome<()> {
    diesel::delete(registrars::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
