//! Stores: where a seller sells.

use crate::schema::stores;
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::orders::DomainOption;
use comptoir_domain::plans::StoreKind;
use comptoir_domain::quotes::PriceBasis;
use comptoir_domain::stores::{Landing, Theme};
use comptoir_domain::{Currency, Instant, Locale, Problem, SellerId, StoreId};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A store. The first locale is the one it falls back to.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = stores, primary_key(seller_id, id), treat_none_as_default_value = false)]
pub struct StoreRow {
    pub seller_id: SellerId,
    pub id: StoreId,
    pub code: String,
    pub name: String,
    pub kind: StoreKind,
    pub is_default: bool,
    pub is_open: bool,
    pub currency: Currency,
    pub locales: Json<Vec<Locale>>,
    pub price_basis: PriceBasis,
    pub gateways: Json<Vec<GatewayCode>>,
    pub domain_options: Json<Vec<DomainOption>>,
    pub require_vat_number: bool,
    pub terms: Json<BTreeMap<Locale, String>>,
    pub theme: Theme,
    pub landing: Landing,
    pub publishable_key: String,
    pub created_at: Instant,
    pub version: i64,
}

entity!(stores, StoreRow, StoreId);

/// The stores of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<StoreRow>> {
    let query = stores::table.filter(stores::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, stores::id: StoreId, StoreRow, {
        "code" => stores::code: String = code,
        "name" => stores::name: String = name,
    }))
}

/// The stores with some ids, in no order; `not_found` if one is not the seller's.
pub fn find_many(db: &mut Db, scope: Scope, ids: &[StoreId]) -> Outcome<Vec<StoreRow>> {
    let wanted: BTreeSet<_> = ids.iter().copied().collect();
    let own = stores::table
        .filter(stores::seller_id.eq(scope.seller()))
        .filter(stores::id.eq_any(wanted.iter().copied().collect::<Vec<_>>()));
    let found = own.select(StoreRow::as_select()).load(db)?;
    if found.len() == wanted.len() { Ok(found) } else { Err(Problem::not_found().into()) }
}

/// The store with a code.
pub fn by_code(db: &mut Db, scope: Scope, code: &str) -> Outcome<Option<StoreRow>> {
    let found = stores::table.filter(stores::seller_id.eq(scope.seller())).filter(stores::code.eq(code));
    Ok(found.select(StoreRow::as_select()).get_result(db).optional()?)
}

/// The store that a publishable key belongs to, of whichever seller: the key says whose.
pub fn by_publishable_key(db: &mut Db, key: &str) -> Outcome<Option<StoreRow>> {
    let found = stores::table.filter(stores::publishable_key.eq(key));
    Ok(read_row!(db, found, StoreRow).optional()?)
}

/// The store that is meant where none is named; every seller has one.
pub fn default_store(db: &mut Db, scope: Scope) -> Outcome<StoreRow> {
    let marked = stores::table.filter(stores::seller_id.eq(scope.seller())).filter(stores::is_default.eq(true));
    Ok(marked.select(StoreRow::as_select()).get_result(db)?)
}

/// The stores that are open, and the default one, which comes first.
pub fn open_to_clients(db: &mut Db, scope: Scope) -> Outcome<Vec<StoreRow>> {
    let found = stores::table
        .filter(stores::seller_id.eq(scope.seller()))
        .filter(stores::is_open.eq(true).or(stores::is_default.eq(true)))
        .order((stores::is_default.desc(), stores::id));
    Ok(found.select(StoreRow::as_select()).load(db)?)
}

/// The store that is named, or else the default one.
pub fn named_or_default(db: &mut Db, scope: Scope, id: Option<StoreId>) -> Outcome<StoreRow> {
    match id {
        Some(id) => find(db, scope, id),
        None => default_store(db, scope),
    }
}

/// Takes the mark from the default store, so that another can have it. Whoever calls this has taken a turn
/// by [`crate::sellers::take_turn`].
pub fn clear_default(db: &mut Db, scope: Scope) -> Outcome<()> {
    let marked = stores::table.filter(stores::seller_id.eq(scope.seller())).filter(stores::is_default.eq(true));
    let change = (stores::is_default.eq(false), stores::version.eq(stores::version + 1));
    diesel::update(marked).set(change).execute(db)?;
    Ok(())
}
