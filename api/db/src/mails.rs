//! The outbox: what is to be sent, never lost, each thing once (unique key).

use crate::administrators::AdministratorRow;
use crate::clients::ClientRow;
use crate::contacts::ContactRow;
use crate::schema::{administrators, clients, contacts, mails};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use comptoir_domain::mails::MailKind;
use comptoir_domain::people::{MailFormat, MailState};
use comptoir_domain::{ClientId, Instant, InvoiceId, Locale, MailId, SellerId};
use diesel::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// A mail: its kind and variables; the text is made when it is sent.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mails, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct MailRow {
    pub seller_id: SellerId,
    pub id: MailId,
    pub unique_key: String,
    pub kind: MailKind,
    pub locale: Locale,
    pub format: MailFormat,
    pub recipient: String,
    pub variables: Json<serde_json::Value>,
    pub state: MailState,
    pub attempts: i32,
    pub run_at: Instant,
    pub last_error: String,
    pub created_at: Instant,
    pub sent_at: Option<Instant>,
    /// The client whom it is about, if it is about one.
    pub client_id: Option<ClientId>,
    /// The document that it is about, if it is about one.
    pub invoice_id: Option<InvoiceId>,
}

/// Puts mails into the outbox, except those whose key is there; says how many are new.
pub fn enqueue(db: &mut Db, rows: &[MailRow]) -> Outcome<usize> {
    let write = diesel::insert_into(mails::table);
    Ok(together!(rows, some => on!(db, c => write.values(some).on_conflict_do_nothing().execute(c))?))
}

/// Which of these keys have been written already.
pub fn known(db: &mut Db, scope: Scope, keys: &[String]) -> Outcome<BTreeSet<String>> {
    let found =
        mails::table.filter(mails::seller_id.eq(scope.seller())).filter(mails::unique_key.eq_any(keys.to_vec()));
    Ok(found.select(mails::unique_key).load(db)?.into_iter().collect())
}

/// How many were sent between two instants, the second included.
pub fn count_sent(db: &mut Db, scope: Scope, after: Instant, until: Instant) -> Outcome<i64> {
    let sent = mails::table
        .filter(mails::seller_id.eq(scope.seller()))
        .filter(mails::sent_at.gt(after))
        .filter(mails::sent_at.le(until));
    Ok(sent.count().get_result(db)?)
}

/// One mail.
pub fn find(db: &mut Db, scope: Scope, id: MailId) -> Outcome<MailRow> {
    Ok(mails::table.find((scope.seller(), id)).select(MailRow::as_select()).get_result(db)?)
}

/// Which mails of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct MailFilter {
    pub kind: Vec<MailKind>,
    pub state: Vec<MailState>,
    pub recipient: Option<String>,
    pub client_id: Option<ClientId>,
    pub invoice_id: Option<InvoiceId>,
    pub created_at_gte: Option<Instant>,
    pub created_at_lt: Option<Instant>,
}

/// The mails of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &MailFilter, page: &Page) -> Outcome<Slice<MailRow>> {
    let mut query = mails::table.filter(mails::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.kind.is_empty() {
        query = query.filter(mails::kind.eq_any(filter.kind.clone()));
    }
    if !filter.state.is_empty() {
        query = query.filter(mails::state.eq_any(filter.state.clone()));
    }
    if let Some(recipient) = &filter.recipient {
        query = query.filter(mails::recipient.eq(recipient.clone()));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(mails::client_id.eq(client));
    }
    if let Some(invoice) = filter.invoice_id {
        query = query.filter(mails::invoice_id.eq(invoice));
    }
    if let Some(from) = filter.created_at_gte {
        query = query.filter(mails::created_at.ge(from));
    }
    if let Some(to) = filter.created_at_lt {
        query = query.filter(mails::created_at.lt(to));
    }
    Ok(keyset!(db, query, page, mails::id: MailId, MailRow, {}))
}

/// Whether anything is due.
pub fn any_due(db: &mut Db, now: Instant) -> Outcome<bool> {
    let due = mails::table.filter(mails::state.eq(MailState::Queued)).filter(mails::run_at.le(now));
    Ok(on!(db, c => diesel::select(diesel::dsl::exists(due)).get_result(c))?)
}

/// Takes up to `limit` due mails of all sellers: nobody else gets them before `until`. The rows come back with the
/// attempt counted and with the `last_error` they had; in the table `under_way` stands there until it is settled.
pub fn claim(db: &mut Db, now: Instant, until: Instant, under_way: &str, limit: i64) -> Outcome<Vec<MailRow>> {
    let due = mails::table
        .filter(mails::state.eq(MailState::Queued))
        .filter(mails::run_at.le(now))
        .order((mails::run_at, mails::id))
        .limit(limit);
    let mut rows: Vec<MailRow> = lock_free_rows!(db, due, MailRow)?;
    let ids: Vec<MailId> = rows.iter().map(|row| row.id).collect();
    let change = (mails::run_at.eq(until), mails::attempts.eq(mails::attempts + 1), mails::last_error.eq(under_way));
    diesel::update(mails::table.filter(mails::id.eq_any(ids))).set(change).execute(db)?;
    rows.iter_mut().for_each(|row| row.attempts += 1);
    Ok(rows)
}

/// Writes down what became of a claimed mail, unless someone else has claimed it since; says whether it did.
pub fn settle(db: &mut Db, row: &MailRow) -> Outcome<bool> {
    let claimed = mails::table
        .find((row.seller_id, row.id))
        .filter(mails::state.eq(MailState::Queued))
        .filter(mails::attempts.eq(row.attempts));
    Ok(diesel::update(claimed).set(row).execute(db)? == 1)
}

/// Whose contacts some addresses are.
pub fn owners(db: &mut Db, scope: Scope, emails: &[&str]) -> Outcome<HashMap<String, ClientId>> {
    let found = contacts::table
        .filter(contacts::seller_id.eq(scope.seller()))
        .filter(contacts::email.eq_any(emails.iter().map(ToString::to_string).collect::<Vec<_>>()))
        .select((contacts::email, contacts::client_id));
    Ok(found.load::<(String, ClientId)>(db)?.into_iter().collect())
}

/// Someone who is written to.
#[derive(Clone, Debug)]
pub struct Addressee {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub client: Option<ClientRow>,
}

/// Those behind some addresses, as far as they are known: administrators and contacts. The contact of an address comes
/// last, so that it wins where both have it.
pub fn addressees(db: &mut Db, scope: Scope, emails: &[String]) -> Outcome<Vec<Addressee>> {
    let staff: Vec<AdministratorRow> = administrators::table
        .filter(administrators::seller_id.eq(scope.seller()))
        .filter(administrators::email.eq_any(emails.to_vec()))
        .select(AdministratorRow::as_select())
        .load(db)?;
    let people: Vec<ContactRow> = contacts::table
        .filter(contacts::seller_id.eq(scope.seller()))
        .filter(contacts::email.eq_any(emails.to_vec()))
        .select(ContactRow::as_select())
        .load(db)?;
    let ids: Vec<_> = people.iter().map(|person| person.client_id).collect();
    let clients: Vec<ClientRow> = clients::table
        .filter(clients::seller_id.eq(scope.seller()))
        .filter(clients::id.eq_any(ids))
        .select(ClientRow::as_select())
        .load(db)?;
    let clients: HashMap<_, _> = clients.into_iter().map(|client| (client.id, client)).collect();
    let staff = staff.into_iter().map(|person| Addressee {
        email: person.email,
        first_name: person.name,
        last_name: String::new(),
        client: None,
    });
    let people = people.into_iter().map(|person| Addressee {
        email: person.email,
        first_name: person.first_name,
        last_name: person.last_name,
        client: clients.get(&person.client_id).cloned(),
    });
    Ok(staff.chain(people).collect())
}
