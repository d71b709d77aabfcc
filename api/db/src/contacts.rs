//! Contacts: the people of a client.

use crate::schema::contacts;
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use comptoir_domain::people::MailFormat;
use comptoir_domain::{ClientId, ContactId, Instant, Locale, SellerId};
use diesel::prelude::*;

/// A contact.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contacts, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ContactRow {
    pub seller_id: SellerId,
    pub id: ContactId,
    pub client_id: ClientId,
    pub is_primary: bool,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub phone: String,
    pub locale: Locale,
    pub mail_format: MailFormat,
    pub password_hash: Option<String>,
    pub password_changed_at: Option<Instant>,
    pub created_at: Instant,
    pub version: i64,
}

entity!(contacts, ContactRow, ContactId);

/// The contact with an address, for signing in.
pub fn by_email(db: &mut Db, scope: Scope, email: &str) -> Outcome<Option<ContactRow>> {
    let found = contacts::table.filter(contacts::seller_id.eq(scope.seller())).filter(contacts::email.eq(email));
    Ok(found.select(ContactRow::as_select()).first(db).optional()?)
}

/// The primary contacts of some clients, one each.
pub fn primary_of(db: &mut Db, scope: Scope, clients: &[ClientId]) -> Outcome<Vec<ContactRow>> {
    let found = contacts::table
        .filter(contacts::seller_id.eq(scope.seller()))
        .filter(contacts::client_id.eq_any(clients.to_vec()))
        .filter(contacts::is_primary.eq(true));
    Ok(found.select(ContactRow::as_select()).load(db)?)
}

/// All contacts of some clients, the primary one of each first.
pub fn of_clients(db: &mut Db, scope: Scope, clients: &[ClientId]) -> Outcome<Vec<ContactRow>> {
    let found = contacts::table
        .filter(contacts::seller_id.eq(scope.seller()))
        .filter(contacts::client_id.eq_any(clients.to_vec()))
        .order((contacts::client_id, contacts::is_primary.desc(), contacts::id));
    Ok(found.select(ContactRow::as_select()).load(db)?)
}

/// Which contacts of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct ContactFilter {
    pub client_id: Option<ClientId>,
    pub email: Option<String>,
}

/// The contacts of a seller's clients.
pub fn list(db: &mut Db, scope: Scope, filter: &ContactFilter, page: &Page) -> Outcome<Slice<ContactRow>> {
    let mut query = contacts::table.filter(contacts::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(client) = filter.client_id {
        query = query.filter(contacts::client_id.eq(client));
    }
    if let Some(email) = &filter.email {
        query = query.filter(contacts::email.eq(email.clone()));
    }
    Ok(keyset!(db, query, page, contacts::id: ContactId, ContactRow, {
        "email" => contacts::email: String = email,
        "last_name" => contacts::last_name: String = last_name,
    }))
}

/// Takes the mark from the client's primary contact, so that another can have it.
pub fn clear_primary(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<()> {
    let marked = contacts::table
        .filter(contacts::seller_id.eq(scope.seller()))
        .filter(contacts::client_id.eq(client))
        .filter(contacts::is_primary.eq(true));
    let change = (contacts::is_primary.eq(false), contacts::version.eq(contacts::version + 1));
    diesel::update(marked).set(change).execute(db)?;
    Ok(())
}

/// Removes a contact.
pub fn delete(db: &mut Db, scope: Scope, id: ContactId) -> Outcome<()> {
    diesel::delete(contacts::table.find((scope.seller(), id))).execute(db)?;
    Ok(())
}
