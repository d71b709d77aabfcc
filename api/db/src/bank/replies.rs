//! Files in which banks have answered, and what followed from each of their entries.

use crate::schema::{bank_entries, bank_replies};
use crate::{Db, DbBackend, Json, Outcome, Page, Scope, Slice};
use chrono::NaiveDate;
use comptoir_domain::bank::matching::{DebitVerdict, MatchKey, ReplyContradiction};
use comptoir_domain::bank::{BankEntryKind, EntryOutcome, ReplyFormat};
use comptoir_domain::{BankEntryId, BankReplyId, Currency, Instant, InvoiceId, Money, SellerId, TransactionId};
use diesel::prelude::*;
use std::collections::{HashMap, HashSet};

/// A statement, a notification or a report of a file.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Statement {
    /// In which format.
    pub format: ReplyFormat,
    /// The bank's number of it.
    pub number: String,
    /// The account that it is about, masked.
    pub account: Option<String>,
    /// The batch that it answers.
    pub batch: Option<String>,
}

/// A file of a bank, kept whole and sealed.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = bank_replies, treat_none_as_default_value = false)]
pub struct BankReplyRow {
    pub seller_id: SellerId,
    pub id: BankReplyId,
    pub name: String,
    pub statements: Json<Vec<Statement>>,
    pub sha256: String,
    pub file_sealed: String,
    pub received_at: Instant,
}

/// What followed from an entry: one for each debit or invoice that it is about.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = bank_entries, primary_key(seller_id, id), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct BankEntryRow {
    pub seller_id: SellerId,
    pub id: BankEntryId,
    pub reply_id: BankReplyId,
    pub fingerprint: String,
    /// Which of the findings about the entry it is.
    pub position: i32,
    pub kind: BankEntryKind,
    pub bank_status: String,
    pub currency: Option<Currency>,
    pub amount_minor: Option<i64>,
    pub payer_name: Option<String>,
    /// Masked.
    pub payer_account: Option<String>,
    pub reason_code: Option<String>,
    pub reason_text: Option<String>,
    pub remittance: String,
    pub booked_on: Option<NaiveDate>,
    pub matched_by: Option<MatchKey>,
    pub outcome: EntryOutcome,
    pub verdict: Option<DebitVerdict>,
    pub contradiction: Option<ReplyContradiction>,
    pub transaction_id: Option<TransactionId>,
    pub invoice_id: Option<InvoiceId>,
    /// When nobody had to look at it any more.
    pub settled_at: Option<Instant>,
    pub version: i64,
}

entity!(bank_entries, BankEntryRow, BankEntryId);

impl BankEntryRow {
    /// What was booked; below zero if it left the account.
    pub fn amount(&self) -> Option<Money> {
        Some(Money::from_minor(self.amount_minor?, self.currency?))
    }
}

/// The file, or `not_found`.
pub fn find_reply(db: &mut Db, scope: Scope, id: BankReplyId) -> Outcome<BankReplyRow> {
    Ok(bank_replies::table.find((scope.seller(), id)).select(BankReplyRow::as_select()).first(db)?)
}

/// The file with these bytes, if it was read before.
pub fn by_hash(db: &mut Db, scope: Scope, sha256: &str) -> Outcome<Option<BankReplyRow>> {
    let found =
        bank_replies::table.filter(bank_replies::seller_id.eq(scope.seller())).filter(bank_replies::sha256.eq(sha256));
    Ok(found.select(BankReplyRow::as_select()).first(db).optional()?)
}

/// Writes a file.
pub fn insert_reply(db: &mut Db, row: &BankReplyRow) -> Outcome<()> {
    diesel::insert_into(bank_replies::table).values(row).execute(db)?;
    Ok(())
}

/// The files of a seller.
pub fn list_replies(db: &mut Db, scope: Scope, page: &Page) -> Outcome<Slice<BankReplyRow>> {
    let query = bank_replies::table.filter(bank_replies::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    Ok(keyset!(db, query, page, bank_replies::id: BankReplyId, BankReplyRow, {}))
}

/// Which of these entries were read before.
pub fn known(db: &mut Db, scope: Scope, fingerprints: &[String]) -> Outcome<HashSet<String>> {
    let mut known = HashSet::new();
    for some in fingerprints.chunks(500) {
        let found = bank_entries::table
            .filter(bank_entries::seller_id.eq(scope.seller()))
            .filter(bank_entries::fingerprint.eq_any(some.to_vec()))
            .select(bank_entries::fingerprint);
        known.extend(found.load::<String>(db)?);
    }
    Ok(known)
}

/// What was read under some fingerprints.
pub fn under(db: &mut Db, scope: Scope, fingerprints: &[String]) -> Outcome<HashMap<String, BankEntryRow>> {
    let mut rows = HashMap::new();
    for some in fingerprints.chunks(500) {
        let found = bank_entries::table
            .filter(bank_entries::seller_id.eq(scope.seller()))
            .filter(bank_entries::fingerprint.eq_any(some.to_vec()))
            .select(BankEntryRow::as_select());
        rows.extend(found.load(db)?.into_iter().map(|row: BankEntryRow| (row.fingerprint.clone(), row)));
    }
    Ok(rows)
}

/// Which entries of a list are wanted.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    pub reply_id: Option<BankReplyId>,
    pub outcome: Vec<EntryOutcome>,
    pub transaction_id: Option<TransactionId>,
    /// Whether a person still has to look.
    pub is_open: Option<bool>,
}

/// The entries of a seller.
pub fn list_entries(db: &mut Db, scope: Scope, filter: &EntryFilter, page: &Page) -> Outcome<Slice<BankEntryRow>> {
    let mut query = bank_entries::table.filter(bank_entries::seller_id.eq(scope.seller())).into_boxed::<DbBackend>();
    if let Some(reply) = filter.reply_id {
        query = query.filter(bank_entries::reply_id.eq(reply));
    }
    if !filter.outcome.is_empty() {
        query = query.filter(bank_entries::outcome.eq_any(filter.outcome.clone()));
    }
    if let Some(transaction) = filter.transaction_id {
        query = query.filter(bank_entries::transaction_id.eq(transaction));
    }
    query = match filter.is_open {
        Some(true) => query.filter(bank_entries::settled_at.is_null()),
        Some(false) => query.filter(bank_entries::settled_at.is_not_null()),
        None => query,
    };
    Ok(keyset!(db, query, page, bank_entries::id: BankEntryId, BankEntryRow, {}))
}

/// How many entries of some files ended how.
pub fn outcomes(
    db: &mut Db,
    scope: Scope,
    replies: &[BankReplyId],
) -> Outcome<HashMap<BankReplyId, Vec<(EntryOutcome, i64)>>> {
    use diesel::dsl::count_star;
    let found = bank_entries::table
        .filter(bank_entries::seller_id.eq(scope.seller()))
        .filter(bank_entries::reply_id.eq_any(replies.to_vec()))
        .group_by((bank_entries::reply_id, bank_entries::outcome))
        .order((bank_entries::reply_id, bank_entries::outcome))
        .select((bank_entries::reply_id, bank_entries::outcome, count_star()));
    let mut outcomes: HashMap<BankReplyId, Vec<(EntryOutcome, i64)>> = HashMap::new();
    for (reply, outcome, count) in found.load::<(BankReplyId, EntryOutcome, i64)>(db)? {
        outcomes.entry(reply).or_default().push((outcome, count));
    }
    Ok(outcomes)
}

/// Other findings about the same entry.
pub fn siblings(db: &mut Db, scope: Scope, row: &BankEntryRow) -> Outcome<Vec<BankEntryRow>> {
    let found = bank_entries::table
        .filter(bank_entries::seller_id.eq(scope.seller()))
        .filter(bank_entries::fingerprint.eq(row.fingerprint.clone()))
        .filter(bank_entries::id.ne(row.id))
        .order(bank_entries::id);
    Ok(found.select(BankEntryRow::as_select()).load(db)?)
}

/// How many entries of a file still wait for a person.
pub fn open_of_reply(db: &mut Db, scope: Scope, reply: BankReplyId) -> Outcome<i64> {
    let found = bank_entries::table
        .filter(bank_entries::seller_id.eq(scope.seller()))
        .filter(bank_entries::reply_id.eq(reply))
        .filter(bank_entries::settled_at.is_null());
    Ok(found.count().get_result(db)?)
}
