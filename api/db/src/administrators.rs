//! Administrators: who works for a seller.

use crate::schema::{administrators, roles};
use crate::{Db, Outcome, Page, Scope, Slice};
use comptoir_domain::people::AdministratorStatus;
use comptoir_domain::{AdministratorId, Country, Instant, Locale, RoleId, SellerId};
use diesel::prelude::*;

/// An administrator.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = administrators, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct AdministratorRow {
    pub seller_id: SellerId,
    pub id: AdministratorId,
    pub email: String,
    pub name: String,
    pub locale: Locale,
    pub country: Country,
    pub status: AdministratorStatus,
    pub role_id: RoleId,
    pub refuse_parallel_sessions: bool,
    pub password_hash: Option<String>,
    pub password_changed_at: Option<Instant>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(administrators, AdministratorRow, AdministratorId);

/// The administrator with an address, for signing in.
pub fn by_email(db: &mut Db, scope: Scope, email: &str) -> Outcome<Option<AdministratorRow>> {
    let found = administrators::table
        .filter(administrators::seller_id.eq(scope.seller()))
        .filter(administrators::email.eq(email));
    Ok(found.select(AdministratorRow::as_select()).first(db).optional()?)
}

/// All administrators of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<AdministratorRow>> {
    let query =
        administrators::table.filter(administrators::seller_id.eq(scope.seller())).into_boxed::<crate::DbBackend>();
    Ok(keyset!(db, query, page, administrators::id: AdministratorId, AdministratorRow, {
        "email" => administrators::email: String = email,
        "name" => administrators::name: String = name,
    }))
}

/// How many others could still let people in: active ones whose role allows everything.
pub fn count_other_owners(db: &mut Db, scope: Scope, except: AdministratorId) -> Outcome<i64> {
    let owners = administrators::table
        .inner_join(
            roles::table.on(roles::seller_id.eq(administrators::seller_id).and(roles::id.eq(administrators::role_id))),
        )
        .filter(administrators::seller_id.eq(scope.seller()))
        .filter(administrators::id.ne(except))
        .filter(administrators::status.eq(AdministratorStatus::Active))
        .filter(roles::full_access.eq(true));
    Ok(owners.count().get_result(db)?)
}
