//! Sellers: the provider and its resellers.

use crate::schema::sellers;
use crate::{Db, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::people::{SellerKind, SellerStatus};
use comptoir_domain::{ClientId, Code, Country, Currency, Instant, Locale, Problem, SellerId, TimeZone};
use diesel::prelude::*;

/// A seller.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sellers, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct SellerRow {
    pub id: SellerId,
    pub kind: SellerKind,
    pub code: String,
    pub status: SellerStatus,
    pub parent_seller_id: Option<SellerId>,
    pub parent_client_id: Option<ClientId>,
    pub company: String,
    pub address_line1: String,
    pub address_line2: String,
    pub city: String,
    pub state: String,
    pub county: String,
    pub postal_code: String,
    pub country: Country,
    pub email: String,
    pub phone: String,
    pub website: String,
    pub vat_number: String,
    pub currency: Currency,
    pub locale: Locale,
    pub time_zone: TimeZone,
    pub access_urls: Json<Vec<String>>,
    pub created_at: Instant,
    pub version: i64,
}

/// The seller of a scope.
pub fn own(db: &mut Db, scope: Scope) -> Outcome<SellerRow> {
    Ok(read_row!(db, sellers::table.find(scope.seller()), SellerRow)?)
}

/// The seller with a code, for signing in; `None` says nothing about who exists.
pub fn by_code(db: &mut Db, code: &str) -> Outcome<Option<SellerRow>> {
    Ok(sellers::table.filter(sellers::code.eq(code)).select(SellerRow::as_select()).get_result(db).optional()?)
}

/// The root seller, if the house has been opened.
pub fn provider(db: &mut Db) -> Outcome<Option<SellerRow>> {
    let root = sellers::table.filter(sellers::kind.eq(SellerKind::Provider));
    Ok(root.select(SellerRow::as_select()).first(db).optional()?)
}

/// Every seller of the house, for work that goes through all of them.
pub fn all(db: &mut Db) -> Outcome<Vec<SellerRow>> {
    Ok(sellers::table.order(sellers::id).select(SellerRow::as_select()).load(db)?)
}

/// A reseller of the scope's seller.
pub fn reseller(db: &mut Db, scope: Scope, id: SellerId) -> Outcome<SellerRow> {
    let own = sellers::table.find(id).filter(sellers::parent_seller_id.eq(scope.seller()));
    Ok(own.select(SellerRow::as_select()).get_result(db)?)
}

/// The resellers of the scope's seller.
pub fn resellers(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<SellerRow>> {
    let query = sellers::table.filter(sellers::parent_seller_id.eq(scope.seller())).into_boxed::<crate::DbBackend>();
    Ok(keyset!(db, query, page, sellers::id: SellerId, SellerRow, {
        "code" => sellers::code: String = code,
        "company" => sellers::company: String = company,
    }))
}

/// Writes a new seller.
pub fn insert(db: &mut Db, row: &SellerRow) -> Outcome<()> {
    diesel::insert_into(sellers::table).values(row).execute(db)?;
    Ok(())
}

/// Writes a seller back with the next version; `stale` if someone was faster.
pub fn save(db: &mut Db, row: &mut SellerRow) -> Outcome<()> {
    let target = sellers::table.find(row.id).filter(sellers::version.eq(row.version));
    row.version += 1;
    if diesel::update(target).set(&*row).execute(db)? == 1 {
        return Ok(());
    }
    Err(Problem::new(Code::Stale, "read it again and repeat your change").into())
}

/// Takes a turn among those who change which of a seller's things is the default.
pub fn take_turn(db: &mut Db, scope: Scope) -> Outcome<()> {
    Ok(take_turn!(db, sellers::table.find(scope.seller()), SellerRow)?)
}

/// The reseller that a client of a seller is, if it is one.
pub fn of_client(db: &mut Db, parent: SellerId, client: ClientId) -> Outcome<Option<SellerRow>> {
    let found =
        sellers::table.filter(sellers::parent_seller_id.eq(parent)).filter(sellers::parent_client_id.eq(client));
    Ok(found.select(SellerRow::as_select()).first(db).optional()?)
}
