//! What answers of banks and their entries look like.

use chrono::NaiveDate;
use comptoir_db::bank::replies::{BankEntryRow, BankReplyRow, Statement};
use comptoir_domain::bank::matching::{DebitVerdict, MatchKey, ReplyContradiction};
use comptoir_domain::bank::{BankEntryKind, EntryOutcome, ReplyFormat, reason};
use comptoir_domain::{BankEntryId, BankReplyId, Instant, InvoiceId, Money, TransactionId};

/// A file in which a bank has answered.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct BankReplyView {
    /// The file.
    pub id: BankReplyId,
    /// What it was called.
    pub name: String,
    /// The statements, notifications or reports in it.
    pub statements: Vec<StatementView>,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
    /// What followed from its entries. Entries that another file has had are not counted again.
    pub outcomes: Vec<OutcomeCount>,
    /// How many of them wait for a person.
    pub waiting: i64,
    /// When it came in.
    pub received_at: Instant,
}

list_of!(BankReplyList, BankReplyView);

/// A statement, a notification or a report.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct StatementView {
    /// In which format.
    pub format: ReplyFormat,
    /// The bank's number of it.
    pub number: String,
    /// The account that it is about, masked.
    pub account: Option<String>,
    /// The batch that it answers.
    pub batch: Option<String>,
}

/// How many entries ended alike.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OutcomeCount {
    /// What followed.
    pub outcome: EntryOutcome,
    /// How many.
    pub count: i64,
}

impl BankReplyView {
    /// Of a file, and how its entries ended.
    pub fn new(row: BankReplyRow, outcomes: Vec<(EntryOutcome, i64)>) -> Self {
        let waiting = outcomes.iter().filter(|(outcome, _)| outcome.waits()).map(|(_, count)| count).sum();
        let statement = |one: Statement| StatementView {
            format: one.format,
            number: one.number,
            account: one.account,
            batch: one.batch,
        };
        Self {
            id: row.id,
            name: row.name,
            statements: row.statements.0.into_iter().map(statement).collect(),
            sha256: row.sha256,
            outcomes: outcomes.into_iter().map(|(outcome, count)| OutcomeCount { outcome, count }).collect(),
            waiting,
            received_at: row.received_at,
        }
    }
}

/// What followed from an entry of a bank's answer.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct BankEntryView {
    /// The entry.
    pub id: BankEntryId,
    /// The file that it is in.
    pub reply_id: BankReplyId,
    /// What has happened.
    pub kind: BankEntryKind,
    /// The bank's word for it.
    pub bank_status: String,
    /// What was booked; below zero if it left the account.
    pub amount: Option<Money>,
    /// Who paid.
    pub payer_name: Option<String>,
    /// From which account, masked.
    pub payer_account: Option<String>,
    /// Why it was refused or came back: the bank's code.
    pub reason_code: Option<String>,
    /// What the code means, or the bank's words.
    pub reason_text: Option<String>,
    /// What the payer wrote.
    pub remittance: String,
    /// When it was booked.
    pub booked_on: Option<NaiveDate>,
    /// What tied it to something of ours.
    pub matched_by: Option<MatchKey>,
    /// What followed.
    pub outcome: EntryOutcome,
    /// For the transaction: what was done.
    pub verdict: Option<DebitVerdict>,
    /// How it contradicts what is known.
    pub contradiction: Option<ReplyContradiction>,
    /// The transaction that it is about.
    pub transaction_id: Option<TransactionId>,
    /// The invoice that it seems to be for, or was booked for.
    pub invoice_id: Option<InvoiceId>,
    /// When nobody had to look at it any more; null while somebody has.
    pub settled_at: Option<Instant>,
}

list_of!(BankEntryList, BankEntryView);

impl From<BankEntryRow> for BankEntryView {
    fn from(row: BankEntryRow) -> Self {
        let meaning = row.reason_code.as_deref().and_then(reason).map(|found| found.meaning.to_string());
        Self {
            amount: row.amount(),
            id: row.id,
            reply_id: row.reply_id,
            kind: row.kind,
            bank_status: row.bank_status,
            payer_name: row.payer_name,
            payer_account: row.payer_account,
            reason_code: row.reason_code,
            reason_text: row.reason_text.filter(|text| !text.is_empty()).or(meaning),
            remittance: row.remittance,
            booked_on: row.booked_on,
            matched_by: row.matched_by,
            outcome: row.outcome,
            verdict: row.verdict,
            contradiction: row.contradiction,
            transaction_id: row.transaction_id,
            invoice_id: row.invoice_id,
            settled_at: row.settled_at,
        }
    }
}

/// For which invoice a person says that money is.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"invoice_id": "inv_000g40o40k30e209185go38e1s"}))]
pub struct EntryConfirm {
    /// The invoice; the proposed one if absent.
    pub invoice_id: Option<InvoiceId>,
}

/// Why nothing follows from an entry.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "A supplier's refund, booked elsewhere"}))]
pub struct EntryDismiss {
    /// For people.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}
