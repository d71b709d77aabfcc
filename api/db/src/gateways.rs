//! The payment gateways that sellers have set up.

use crate::schema::{gateways, payment_methods, stores, transactions};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::payments::TransactionState;
use comptoir_domain::{Currency, GatewayId, Instant, Locale, SellerId};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A gateway. Its secrets are sealed; the settings beside them are not secret.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = gateways, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct GatewayRow {
    pub seller_id: SellerId,
    pub id: GatewayId,
    pub code: GatewayCode,
    pub connector: String,
    pub name: String,
    /// What stores call it, by language.
    pub labels: Json<BTreeMap<Locale, String>>,
    pub is_live: bool,
    pub is_enabled: bool,
    /// Which of those that it takes it is to take; all if there are none.
    pub currencies: Json<Vec<Currency>>,
    pub settings: Json<BTreeMap<String, serde_json::Value>>,
    pub secrets_sealed: Option<String>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(gateways, GatewayRow, GatewayId);

/// The gateways of a seller.
pub fn list(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<GatewayRow>> {
    let query = gateways::table.filter(gateways::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, gateways::id: GatewayId, GatewayRow, {
        "code" => gateways::code: GatewayCode = code,
        "name" => gateways::name: String = name,
    }))
}

/// All gateways of a seller, by code.
pub fn all(db: &mut Db, scope: Scope) -> Outcome<Vec<GatewayRow>> {
    let found = gateways::table.filter(gateways::seller_id.eq(scope.seller())).order(gateways::code);
    Ok(read_rows!(db, found, GatewayRow)?)
}

/// The gateway of that name, if it is set up.
pub fn by_code(db: &mut Db, scope: Scope, code: GatewayCode) -> Outcome<Option<GatewayRow>> {
    let found = gateways::table.filter(gateways::seller_id.eq(scope.seller())).filter(gateways::code.eq(code));
    Ok(read_row!(db, found, GatewayRow).optional()?)
}

/// Removes a gateway.
pub fn delete(db: &mut Db, row: &GatewayRow) -> Outcome<()> {
    diesel::delete(gateways::table.find((row.seller_id, row.id))).execute(db)?;
    Ok(())
}

/// What holds a gateway of that name, in words; none if nothing does.
pub fn holder(db: &mut Db, scope: Scope, code: GatewayCode) -> Outcome<Option<&'static str>> {
    let seller = scope.seller();
    let offers: Vec<Json<Vec<GatewayCode>>> =
        stores::table.filter(stores::seller_id.eq(seller)).select(stores::gateways).load(db)?;
    if offers.iter().any(|offered| offered.0.contains(&code)) {
        return Ok(Some("a store offers"));
    }
    let kept = payment_methods::table
        .filter(payment_methods::seller_id.eq(seller))
        .filter(payment_methods::gateway.eq(code.as_str()))
        .filter(payment_methods::forgotten_at.is_null());
    if diesel::select(diesel::dsl::exists(kept)).get_result(db)? {
        return Ok(Some("stored payment methods need"));
    }
    let open = TransactionState::ALL.iter().filter(|state| state.is_under_way()).copied();
    let under_way = transactions::table
        .filter(transactions::seller_id.eq(seller))
        .filter(transactions::gateway.eq(code.as_str()))
        .filter(transactions::state.eq_any(open.collect::<Vec<_>>()));
    if diesel::select(diesel::dsl::exists(under_way)).get_result(db)? {
        return Ok(Some("payments under way need"));
    }
    Ok(None)
}
