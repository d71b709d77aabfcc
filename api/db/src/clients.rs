//! Clients: who buys.

use crate::schema::{client_group_members, clients};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::clients::ClientStatus;
use comptoir_domain::people::ClientKind;
use comptoir_domain::{ClientGroupId, ClientId, Country, Instant, Locale, SellerId};
use diesel::prelude::*;

/// A client.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clients, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ClientRow {
    pub seller_id: SellerId,
    pub id: ClientId,
    pub number: i64,
    pub kind: ClientKind,
    pub status: ClientStatus,
    pub status_reason: String,
    pub archived_at: Option<Instant>,
    pub company: String,
    pub vat_number: String,
    pub address_line1: String,
    pub address_line2: String,
    pub city: String,
    pub state: String,
    pub county: String,
    pub postal_code: String,
    pub country: Country,
    pub locale: Locale,
    pub created_at: Instant,
    pub version: i64,
    pub tax_exemption: String,
}

entity!(clients, ClientRow, ClientId);

/// Some clients.
pub fn some(db: &mut Db, scope: Scope, ids: &[ClientId]) -> Outcome<Vec<ClientRow>> {
    let found = clients::table.filter(clients::seller_id.eq(scope.seller())).filter(clients::id.eq_any(ids.to_vec()));
    Ok(found.select(ClientRow::as_select()).load(db)?)
}

/// The clients that have some numbers, each with its own.
pub fn by_numbers(db: &mut Db, scope: Scope, numbers: &[i64]) -> Outcome<Vec<(i64, ClientId)>> {
    let mut all = Vec::new();
    for some in numbers.chunks(500) {
        let found = clients::table
            .filter(clients::seller_id.eq(scope.seller()))
            .filter(clients::number.eq_any(some.to_vec()))
            .select((clients::number, clients::id));
        all.extend(found.load::<(i64, ClientId)>(db)?);
    }
    Ok(all)
}

/// Locks some clients, in the order of their ids, so that two who lock many never wait for each other.
pub fn lock_many(db: &mut Db, scope: Scope, ids: &[ClientId]) -> Outcome<Vec<ClientRow>> {
    let found = clients::table
        .filter(clients::seller_id.eq(scope.seller()))
        .filter(clients::id.eq_any(ids.to_vec()))
        .order(clients::id);
    Ok(match db {
        Db::Sqlite(c) => found.select(ClientRow::as_select()).load(c)?,
        Db::Pg(c) => found.select(ClientRow::as_select()).for_update().load(c)?,
    })
}

/// Which clients of a list are wanted; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default)]
pub struct ClientFilter {
    pub status: Vec<ClientStatus>,
    pub kind: Option<ClientKind>,
    pub country: Vec<Country>,
    pub archived: Option<bool>,
    pub client_group_id: Option<ClientGroupId>,
    pub number: Option<i64>,
    pub created_at_gte: Option<Instant>,
    pub created_at_lt: Option<Instant>,
}

/// The clients of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &ClientFilter, page: &Page) -> Outcome<Slice<ClientRow>> {
    let mut query = clients::table.filter(clients::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.status.is_empty() {
        query = query.filter(clients::status.eq_any(filter.status.clone()));
    }
    if !filter.country.is_empty() {
        query = query.filter(clients::country.eq_any(filter.country.clone()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(clients::kind.eq(kind));
    }
    if let Some(group) = filter.client_group_id {
        let inside = client_group_members::table
            .filter(client_group_members::seller_id.eq(scope.seller()))
            .filter(client_group_members::client_group_id.eq(group));
        query = query.filter(clients::id.eq_any(inside.select(client_group_members::client_id)));
    }
    if let Some(number) = filter.number {
        query = query.filter(clients::number.eq(number));
    }
    query = match filter.archived {
        Some(true) => query.filter(clients::archived_at.is_not_null()),
        Some(false) => query.filter(clients::archived_at.is_null()),
        None => query,
    };
    if let Some(from) = filter.created_at_gte {
        query = query.filter(clients::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_lt {
        query = query.filter(clients::created_at.lt(to));
    }
    Ok(keyset!(db, query, page, clients::id: ClientId, ClientRow, {
        "number" => clients::number: i64 = number,
        "company" => clients::company: String = company,
    }))
}
