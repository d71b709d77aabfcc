//! API keys: access for programs.

use crate::schema::api_keys;
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::permissions::Permission;
use comptoir_domain::{ApiKeyId, Instant, SellerId};
use diesel::prelude::*;

/// A key. Its secret is kept as a hash.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = api_keys, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ApiKeyRow {
    pub seller_id: SellerId,
    pub id: ApiKeyId,
    pub name: String,
    pub hint: String,
    pub secret_hash: Vec<u8>,
    pub permissions: Json<Vec<Permission>>,
    pub requests_per_minute: Option<i64>,
    pub expires_at: Option<Instant>,
    pub revoked_at: Option<Instant>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(api_keys, ApiKeyRow, ApiKeyId);

/// The key with a secret, whatever the seller: the secret says whose it is.
pub fn by_secret_hash(db: &mut Db, hash: &[u8]) -> Outcome<Option<ApiKeyRow>> {
    let found = api_keys::table.filter(api_keys::secret_hash.eq(hash.to_vec()));
    Ok(found.select(ApiKeyRow::as_select()).first(db).optional()?)
}

/// The keys of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<ApiKeyRow>> {
    let query = api_keys::table.filter(api_keys::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, api_keys::id: ApiKeyId, ApiKeyRow, { "name" => api_keys::name: String = name }))
}
