//! Orders: what shoppers asked for.

use crate::schema::{invoices, orders};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::orders::{Cart, OrderState};
use comptoir_domain::quotes::Priced;
use comptoir_domain::{ClientId, Currency, Instant, OrderId, SellerId, StoreId};
use diesel::dsl::exists;
use diesel::prelude::*;

/// An order, with the cart and the prices that were agreed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = orders, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct OrderRow {
    pub seller_id: SellerId,
    pub id: OrderId,
    pub number: i64,
    pub store_id: StoreId,
    pub client_id: ClientId,
    pub state: OrderState,
    pub currency: Currency,
    pub cart: Json<Cart>,
    pub quote: Json<Priced>,
    pub gross_minor: i64,
    pub gateway: String,
    pub expires_at: Instant,
    pub created_at: Instant,
    pub version: i64,
}

entity!(orders, OrderRow, OrderId);

/// Which orders of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    pub state: Vec<OrderState>,
    pub client_id: Option<ClientId>,
    pub store_id: Option<StoreId>,
}

/// The orders of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &OrderFilter, page: &Page) -> Outcome<Slice<OrderRow>> {
    let mut query = orders::table.filter(orders::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.state.is_empty() {
        query = query.filter(orders::state.eq_any(filter.state.clone()));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(orders::client_id.eq(client));
    }
    if let Some(store) = filter.store_id {
        query = query.filter(orders::store_id.eq(store));
    }
    Ok(keyset!(db, query, page, orders::id: OrderId, OrderRow, { "number" => orders::number: i64 = number }))
}

/// The order of a client with the number that people use.
pub fn by_number(db: &mut Db, scope: Scope, client: ClientId, number: i64) -> Outcome<OrderRow> {
    let named = orders::table
        .filter(orders::seller_id.eq(scope.seller()))
        .filter(orders::client_id.eq(client))
        .filter(orders::number.eq(number));
    Ok(named.select(OrderRow::as_select()).first(db)?)
}

/// Some orders, in the order of their ids.
pub fn some(db: &mut Db, scope: Scope, ids: &[OrderId]) -> Outcome<Vec<OrderRow>> {
    let found = orders::table.filter(orders::seller_id.eq(scope.seller())).filter(orders::id.eq_any(ids.to_vec()));
    Ok(found.order(orders::id).select(OrderRow::as_select()).load(db)?)
}

/// Orders in some states, by id, after one of them.
pub fn in_states(
    db: &mut Db,
    scope: Scope,
    states: &[OrderState],
    after: Option<OrderId>,
    limit: i64,
) -> Outcome<Vec<OrderId>> {
    let mut found = orders::table
        .filter(orders::seller_id.eq(scope.seller()))
        .filter(orders::state.eq_any(states.to_vec()))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(orders::id.gt(after));
    }
    Ok(found.select(orders::id).order(orders::id).limit(limit).load(db)?)
}

/// Unpaid orders past their time, and refused ones of which a draft is left, by id, after one of them.
pub fn expired(db: &mut Db, scope: Scope, now: Instant, after: Option<OrderId>, limit: i64) -> Outcome<Vec<OrderId>> {
    let draft = invoices::table
        .filter(invoices::seller_id.eq(scope.seller()))
        .filter(invoices::order_id.eq(orders::id.nullable()))
        .filter(invoices::state.eq(InvoiceState::Draft));
    let mut found = orders::table
        .filter(orders::seller_id.eq(scope.seller()))
        .filter(orders::state.eq_any([OrderState::WaitingForPayment, OrderState::Fraud]))
        .filter(orders::state.ne(OrderState::Fraud).or(exists(draft)))
        .filter(orders::expires_at.le(now))
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(orders::id.gt(after));
    }
    Ok(found.select(orders::id).order(orders::id).limit(limit).load(db)?)
}
