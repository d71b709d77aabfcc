//! The books: entries and their postings.

use crate::schema::{ledger_entries, ledger_postings};
use crate::{Db, DbBackend, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::ledger::{AccountCode, EntryKind};
use comptoir_domain::{ClientId, Currency, EntryId, Instant, SellerId};
use diesel::prelude::*;

/// An entry: what happened.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_entries, treat_none_as_default_value = false)]
pub struct EntryRow {
    pub seller_id: SellerId,
    pub id: EntryId,
    pub booked_on: NaiveDate,
    pub kind: EntryKind,
    pub subject_id: String,
    pub client_id: Option<ClientId>,
    pub created_at: Instant,
}

/// A posting of an entry.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_postings, treat_none_as_default_value = false)]
pub struct PostingRow {
    pub seller_id: SellerId,
    pub entry_id: EntryId,
    pub position: i32,
    pub debit: AccountCode,
    pub credit: AccountCode,
    pub currency: Currency,
    pub amount_minor: i64,
}

/// Writes entries with their postings.
pub fn insert(db: &mut Db, entries: &[EntryRow], postings: &[PostingRow]) -> Outcome<()> {
    insert_many!(db, ledger_entries::table, entries);
    insert_many!(db, ledger_postings::table, postings);
    Ok(())
}

/// Which entries of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    pub kind: Vec<EntryKind>,
    pub subject_id: Option<String>,
    pub client_id: Option<ClientId>,
    pub booked_on_gte: Option<NaiveDate>,
    pub booked_on_lt: Option<NaiveDate>,
}

/// The entries of a seller.
pub fn list(db: &mut Db, scope: Scope, filter: &EntryFilter, page: &Page) -> Outcome<Slice<EntryRow>> {
    let mut query =
        ledger_entries::table.filter(ledger_entries::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if !filter.kind.is_empty() {
        query = query.filter(ledger_entries::kind.eq_any(filter.kind.clone()));
    }
    if let Some(subject) = &filter.subject_id {
        query = query.filter(ledger_entries::subject_id.eq(subject.clone()));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(ledger_entries::client_id.eq(client));
    }
    if let Some(from) = filter.booked_on_gte {
        query = query.filter(ledger_entries::booked_on.ge(from));
    }
    if let Some(to) = filter.booked_on_lt {
        query = query.filter(ledger_entries::booked_on.lt(to));
    }
    Ok(keyset!(db, query, page, ledger_entries::id: EntryId, EntryRow, {}))
}

/// The postings of some entries, in order.
pub fn postings(db: &mut Db, scope: Scope, of: &[EntryId]) -> Outcome<Vec<PostingRow>> {
    let found = ledger_postings::table
        .filter(ledger_postings::seller_id.eq(scope.seller()))
        .filter(ledger_postings::entry_id.eq_any(of.to_vec()))
        .order((ledger_postings::entry_id, ledger_postings::position));
    Ok(found.select(PostingRow::as_select()).load(db)?)
}

/// A pair of accounts, a currency, and the sum of what went from the one to the other.
pub type Flow = (AccountCode, AccountCode, Currency, i64);

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    ledger_entries::kind,
    ledger_postings::debit,
    ledger_postings::credit,
    ledger_postings::currency,
);

/// What was posted about a client, summed by kind of entry and pair of accounts.
pub fn flows_of_client(db: &mut Db, scope: Scope, client: ClientId) -> Outcome<Vec<(EntryKind, Flow)>> {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    let of_entry =
        ledger_entries::seller_id.eq(ledger_postings::seller_id).and(ledger_entries::id.eq(ledger_postings::entry_id));
    let found = ledger_postings::table
        .inner_join(ledger_entries::table.on(of_entry))
        .filter(ledger_postings::seller_id.eq(scope.seller()))
        .filter(ledger_entries::client_id.eq(client))
        .group_by((ledger_entries::kind, ledger_postings::debit, ledger_postings::credit, ledger_postings::currency))
        .select((
            ledger_entries::kind,
            (
                ledger_postings::debit,
                ledger_postings::credit,
                ledger_postings::currency,
                sql::<BigInt>("CAST(SUM(ledger_postings.amount_minor) AS BIGINT)"),
            ),
        ));
    Ok(found.load(db)?)
}

/// What was posted up to and including a day, summed by pair of accounts: debit, credit, currency, minor units.
pub fn flows(db: &mut Db, scope: Scope, on: NaiveDate) -> Outcome<Vec<Flow>> {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    let of_entry =
        ledger_entries::seller_id.eq(ledger_postings::seller_id).and(ledger_entries::id.eq(ledger_postings::entry_id));
    let found = ledger_postings::table
        .inner_join(ledger_entries::table.on(of_entry))
        .filter(ledger_postings::seller_id.eq(scope.seller()))
        .filter(ledger_entries::booked_on.le(on))
        .group_by((ledger_postings::debit, ledger_postings::credit, ledger_postings::currency))
        // PostgreSQL sums whole numbers into decimals
        .select((
            ledger_postings::debit,
            ledger_postings::credit,
            ledger_postings::currency,
            sql::<BigInt>("CAST(SUM(ledger_postings.amount_minor) AS BIGINT)"),
        ));
    Ok(found.load(db)?)
}
