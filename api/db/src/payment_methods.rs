//! Stored payment methods.

use crate::schema::payment_methods;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice, payment_shares};
use chrono::NaiveDate;
use comptoir_domain::payment_methods::MethodKind;
use comptoir_domain::{ClientId, Country, Instant, PaymentMethodId, SellerId};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// A token at a gateway, sealed, with what may be shown of it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = payment_methods, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct PaymentMethodRow {
    pub seller_id: SellerId,
    pub id: PaymentMethodId,
    pub client_id: ClientId,
    pub gateway: String,
    pub token_sealed: String,
    pub label: String,
    /// The first day on which it no longer works.
    pub expires_on: Option<NaiveDate>,
    pub is_default: bool,
    pub created_at: Instant,
    pub version: i64,
    /// The key that it is sealed under; 0 for the house's own.
    pub key_version: i32,
    /// Since when nothing can be charged to it, because its gateway is gone, a payment with it is disputed, or its bank has said
    /// that it will never work.
    pub retired_at: Option<Instant>,
    /// Since when it is stored only so that its gateway can be told to forget it: under an id that nobody knows.
    pub forgotten_at: Option<Instant>,
    /// Where the bank of the card is, if the gateway has said so.
    pub card_country: Option<Country>,
    pub kind: MethodKind,
    /// The brand of a card in its gateway's word, in small letters, if it is known.
    pub brand: Option<String>,
    /// The last digits of a card or the last characters of an account, if they are known.
    pub last_four: Option<String>,
    /// What its gateway tells one card from another by, if it does.
    pub fingerprint: Option<String>,
}

impl PaymentMethodRow {
    /// Whether it is the method that another row shows, as far as its gateway tells: where it knows one card from another by more
    /// than what is shown of them, that decides.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_shown_alike = self.gateway == other.gateway && self.label == other.label;
        let is_told_apart = self.fingerprint.is_some() && other.fingerprint.is_some();
        is_shown_alike && (!is_told_apart || self.fingerprint == other.fingerprint)
    }

    /// Whether it can be charged on a day.
    pub fn works_on(&self, day: NaiveDate) -> bool {
        self.retired_at.is_none() && self.expires_on.is_none_or(|end| day < end)
    }
}

entity!(payment_methods, PaymentMethodRow, PaymentMethodId);

/// The methods of a client, oldest first.
pub fn of_client(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::client_id.eq(client))
        .filter(payment_methods::forgotten_at.is_null())
        .order(payment_methods::id);
    Ok(found.select(PaymentMethodRow::as_select()).load(db)?)
}

/// The methods of some clients.
pub fn of_clients(db: &mut Db, scope: Scope, clients: &[ClientId]) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::client_id.eq_any(clients.to_vec()))
        .filter(payment_methods::forgotten_at.is_null());
    Ok(found.select(PaymentMethodRow::as_select()).load(db)?)
}

/// The methods that are stored with a gateway.
pub fn at_gateway(db: &mut Db, scope: Scope, gateway: &str) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::gateway.eq(gateway.to_string()))
        .filter(payment_methods::forgotten_at.is_null());
    Ok(read_rows!(db, found, PaymentMethodRow)?)
}

/// Writes many methods.
pub fn insert_many(db: &mut Db, rows: &[PaymentMethodRow]) -> Outcome<()> {
    insert_many!(db, payment_methods::table, rows);
    Ok(())
}

/// The methods of a seller's clients, or of one of them.
pub fn list(db: &mut Db, scope: Scope, client: Option<ClientId>, page: &Page) -> Outcome<Slice<PaymentMethodRow>> {
    let mut query = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::forgotten_at.is_null())
        .into_boxed::<DbBackend>();
    if let Some(client) = client {
        query = query.filter(payment_methods::client_id.eq(client));
    }
    Ok(keyset!(db, query, page, payment_methods::id: PaymentMethodId, PaymentMethodRow, {}))
}

/// The methods that no longer work from a day on, or from an earlier one, by id, after one of them.
pub fn ending(
    db: &mut Db,
    scope: Scope,
    through: NaiveDate,
    after: Option<PaymentMethodId>,
    limit: i64,
) -> Outcome<Vec<PaymentMethodRow>> {
    let mut found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::expires_on.le(through))
        .filter(payment_methods::retired_at.is_null())
        .filter(payment_methods::forgotten_at.is_null())
        .into_boxed::<DbBackend>();
    if let Some(after) = after {
        found = found.filter(payment_methods::id.gt(after));
    }
    Ok(found.order(payment_methods::id).limit(limit).select(PaymentMethodRow::as_select()).load(db)?)
}

/// Some methods, as far as they are the seller's.
pub fn some(db: &mut Db, scope: Scope, ids: &[PaymentMethodId]) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::id.eq_any(ids.to_vec()));
    Ok(found.select(PaymentMethodRow::as_select()).load(db)?)
}

/// All methods of a seller's clients, and what gateways have yet to forget.
pub fn all(db: &mut Db, scope: Scope) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table.filter(payment_methods::seller_id.eq(scope.seller()));
    Ok(found.order(payment_methods::id).select(PaymentMethodRow::as_select()).load(db)?)
}

/// The methods by which some clients pay unless they say otherwise.
pub fn defaults(db: &mut Db, scope: Scope, clients: &[ClientId]) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::client_id.eq_any(clients.to_vec()))
        .filter(payment_methods::is_default.eq(true))
        .filter(payment_methods::retired_at.is_null());
    Ok(found.select(PaymentMethodRow::as_select()).load(db)?)
}

/// Takes the default away from a client's methods. The caller has locked the client.
pub fn clear_default(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<()> {
    let theirs = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::client_id.eq(client))
        .filter(payment_methods::is_default.eq(true));
    let change = (payment_methods::is_default.eq(false), payment_methods::version.eq(payment_methods::version + 1));
    diesel::update(theirs).set(change).execute(db)?;
    Ok(())
}

/// Methods that are not sealed under a key, by id, after one of them, kept from changing until the transaction ends.
pub fn under_others(
    db: &mut Db,
    scope: Scope,
    key_version: i32,
    after: PaymentMethodId,
    limit: i64,
) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::key_version.ne(key_version))
        .filter(payment_methods::id.gt(after))
        .order(payment_methods::id)
        .limit(limit);
    Ok(match db {
        Db::Sqlite(c) => found.select(PaymentMethodRow::as_select()).load(c)?,
        Db::Pg(c) => found.select(PaymentMethodRow::as_select()).for_update().load(c)?,
    })
}

/// The methods that are sealed under a key.
pub fn under(db: &mut Db, scope: Scope, key_version: i32) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::key_version.eq(key_version));
    Ok(read_rows!(db, found, PaymentMethodRow)?)
}

/// How many methods are sealed under each key.
pub fn count_by_key(db: &mut Db, scope: Scope) -> Outcome<BTreeMap<i32, i64>> {
    let counted = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .group_by(payment_methods::key_version)
        .select((payment_methods::key_version, diesel::dsl::count_star()));
    Ok(counted.load::<(i32, i64)>(db)?.into_iter().collect())
}

/// Forgets all methods of a seller's clients; which they were.
pub fn delete_all(db: &mut Db, scope: Scope) -> Outcome<Vec<PaymentMethodId>> {
    payment_shares::forget_all(db, scope)?;
    let theirs = payment_methods::table.filter(payment_methods::seller_id.eq(scope.seller()));
    let ids = theirs.select(payment_methods::id).load(db)?;
    diesel::delete(theirs).execute(db)?;
    Ok(ids)
}

/// What gateways have yet to forget.
pub fn to_be_forgotten(db: &mut Db, scope: Scope) -> Outcome<Vec<PaymentMethodRow>> {
    let found = payment_methods::table
        .filter(payment_methods::seller_id.eq(scope.seller()))
        .filter(payment_methods::forgotten_at.is_not_null())
        .order(payment_methods::id);
    Ok(found.select(PaymentMethodRow::as_select()).load(db)?)
}

/// Forgets a method.
pub fn delete(db: &mut Db, row: &PaymentMethodRow) -> Outcome<()> {
    payment_shares::forget(db, Scope::of(row.seller_id), row.id)?;
    diesel::delete(payment_methods::table.find((row.seller_id, row.id))).execute(db)?;
    Ok(())
}
