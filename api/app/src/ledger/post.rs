//! Writing entries. Which postings a movement makes is a rule of `domain::ledger`.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use chrono::NaiveDate;
use comptoir_db::ledger::{self, EntryRow, PostingRow};
use comptoir_db::{Db, Failure, Outcome};
use comptoir_domain::ledger::{EntryKind, Posting};
use comptoir_domain::{ClientId, EntryId};

/// What is to be booked.
pub struct Entry {
    /// What happened.
    pub kind: EntryKind,
    /// To what: an invoice, a transaction, a credit.
    pub subject: String,
    /// To whom.
    pub client: Option<ClientId>,
    /// On which day of the books.
    pub on: NaiveDate,
    /// Balanced by shape; an entry without postings is not written.
    pub postings: Vec<Posting>,
}

/// Books one movement today.
pub fn post(
    tx: &mut Db,
    ctx: &Ctx,
    kind: EntryKind,
    subject: impl ToString,
    client: Option<ClientId>,
    postings: Vec<Posting>,
) -> Outcome<()> {
    post_all(tx, ctx, &[Entry { kind, subject: subject.to_string(), client, on: ctx.today(), postings }])
}

/// Books many movements.
pub fn post_all(tx: &mut Db, ctx: &Ctx, entries: &[Entry]) -> Outcome<()> {
    let (mut rows, mut postings) = (Vec::with_capacity(entries.len()), Vec::new());
    for entry in entries.iter().filter(|entry| !entry.postings.is_empty()) {
        let id: EntryId = fresh();
        rows.push(EntryRow {
            seller_id: ctx.scope.seller(),
            id,
            booked_on: entry.on,
            kind: entry.kind,
            subject_id: entry.subject.clone(),
            client_id: entry.client,
            created_at: ctx.now,
        });
        for (position, posting) in entry.postings.iter().enumerate() {
            postings.push(PostingRow {
                seller_id: ctx.scope.seller(),
                entry_id: id,
                position: i32::try_from(position).map_err(|error| Failure::Corrupt(error.to_string()))?,
                debit: posting.debit(),
                credit: posting.credit(),
                currency: posting.amount().currency(),
                amount_minor: posting.amount().minor(),
            });
        }
    }
    ledger::insert(tx, &rows, &postings)
}
