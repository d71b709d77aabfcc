//! Roles: named sets of permissions.

use crate::schema::{administrators, roles};
use crate::{Db, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::permissions::{Grants, Permission};
use comptoir_domain::{Instant, RoleId, SellerId};
use diesel::prelude::*;

/// A role.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = roles, primary_key(seller_id, id), treat_none_as_default_value = false)]
pub struct RoleRow {
    pub seller_id: SellerId,
    pub id: RoleId,
    pub name: String,
    pub full_access: bool,
    pub permissions: Json<Vec<Permission>>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(roles, RoleRow, RoleId);

impl RoleRow {
    /// What the role allows.
    pub fn grants(&self) -> Grants {
        if self.full_access { Grants::All } else { Grants::Some(self.permissions.0.iter().copied().collect()) }
    }
}

/// All roles of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<RoleRow>> {
    let query = roles::table.filter(roles::seller_id.eq(scope.seller())).into_boxed::<crate::DbBackend>();
    Ok(keyset!(db, query, page, roles::id: RoleId, RoleRow, { "name" => roles::name: String = name }))
}

/// Whether someone has the role.
pub fn is_used(db: &mut Db, scope: Scope, id: RoleId) -> Outcome<bool> {
    let holders = administrators::table
        .filter(administrators::seller_id.eq(scope.seller()))
        .filter(administrators::role_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(holders)).get_result(db)?)
}

/// Removes a role that nobody has.
pub fn delete(db: &mut Db, scope: Scope, id: RoleId) -> Outcome<()> {
    diesel::delete(roles::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}

/// Takes a turn among those who change who has full access.
pub fn lock_full_access(db: &mut Db, scope: Scope) -> Outcome<()> {
    let full = roles::table.filter(roles::seller_id.eq(scope.seller())).filter(roles::full_access.eq(true));
    lock_row!(db, full, RoleRow)?;
    Ok(())
}
