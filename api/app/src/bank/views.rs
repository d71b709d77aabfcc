//! What mandates, batches, debits and answers of banks look like.

use crate::payments::views::TransactionView;
use chrono::NaiveDate;
use comptoir_db::bank::batches::DebitBatchRow;
use comptoir_db::bank::debits::{DebitRow, DebitSum};
use comptoir_db::bank::mandates::MandateRow;
use comptoir_db::payments::TransactionRow;
use comptoir_domain::bank::{BatchState, MandateKind, MandateState, SddScheme, Sequence};
use comptoir_domain::payments::TransactionState;
use comptoir_domain::{ClientId, DebitBatchId, Instant, MandateId, Money, PaymentMethodId, TransactionId};

/// What a client has signed so that its account may be debited.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MandateView {
    /// The mandate.
    pub id: MandateId,
    /// Whose.
    pub client_id: ClientId,
    /// The stored bank account.
    pub payment_method_id: PaymentMethodId,
    /// What may be shown of the account.
    pub label: String,
    /// Through which gateway.
    pub gateway: String,
    /// What banks and payers know it by.
    pub reference: String,
    /// Under which rules.
    pub scheme: SddScheme,
    /// For one collection or for all that come.
    pub kind: MandateKind,
    /// Whether it can be used today.
    pub state: MandateState,
    /// What was signed.
    pub text: String,
    /// When.
    pub signed_on: NaiveDate,
    /// The instant, if it was signed here and not on paper.
    pub signed_at: Option<Instant>,
    /// From which address, if it was signed here.
    pub signed_from: Option<String>,
    /// The due date of the latest collection.
    pub last_collected_on: Option<NaiveDate>,
    /// It lapses after this day if it is not used before.
    pub lapses_on: NaiveDate,
    /// Why it rests.
    pub suspended_because: Option<String>,
    /// When it ended.
    pub ended_on: Option<NaiveDate>,
    /// Why.
    pub ended_because: Option<String>,
}

list_of!(MandateList, MandateView);

impl MandateView {
    /// As it stands on a day.
    pub fn new(row: MandateRow, today: NaiveDate) -> Self {
        let terms = row.terms();
        Self {
            state: MandateState::of(&terms, row.suspended_because.is_some(), today),
            lapses_on: terms.lapses_on(),
            id: row.id,
            client_id: row.client_id,
            payment_method_id: row.payment_method_id,
            label: row.label,
            gateway: row.gateway,
            reference: row.reference,
            scheme: row.scheme,
            kind: row.kind,
            text: row.text,
            signed_on: row.signed_on,
            signed_at: row.signed_at,
            signed_from: row.signed_from,
            last_collected_on: row.last_collected_on,
            suspended_because: row.suspended_because,
            ended_on: row.ended_on,
            ended_because: row.ended_because,
        }
    }
}

/// The text of a mandate.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MandateTextView {
    /// What is agreed to, in paragraphs.
    pub text: String,
}

/// A mandate that is signed with a bank account.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"accepted": true}))]
pub struct MandateSign {
    /// The client has read the text and agrees.
    pub accepted: bool,
    /// For one collection or for all that come.
    #[serde(default = "recurrent")]
    pub kind: MandateKind,
    /// When it was signed on paper; now if absent. Clients sign now.
    pub signed_on: Option<NaiveDate>,
    /// Its reference, if it was signed elsewhere; else it gets the next one of its client.
    #[schema(max_length = 35)]
    pub reference: Option<String>,
    /// Whether its payer has registered it with its bank, as mandates between businesses have to be.
    #[serde(default)]
    pub is_registered: bool,
}

fn recurrent() -> MandateKind {
    MandateKind::Recurrent
}

/// Why something ends.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The client pays by card from now on"}))]
pub struct EndCreate {
    /// For people.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

/// Direct debits that a bank gets in one file.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct BatchView {
    /// The batch.
    pub id: DebitBatchId,
    /// Its plug-in: the code of a gateway.
    pub gateway: String,
    /// Where it stands.
    pub state: BatchState,
    /// Its number at the bank; null while it is open.
    pub name: Option<String>,
    /// What is in it, by state and currency.
    pub totals: Vec<DebitTotal>,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: Option<String>,
    /// Whether a sheet goes with the file, to be signed.
    pub has_cover_note: bool,
    /// What the bank has said of it as a whole.
    pub bank_status: Option<String>,
    /// Since when it is open.
    pub opened_at: Instant,
    /// When its file was made.
    pub closed_at: Option<Instant>,
}

list_of!(BatchList, BatchView);

impl BatchView {
    /// Of a batch and what is in it.
    pub fn new(row: DebitBatchRow, sums: Vec<DebitSum>) -> Self {
        Self {
            id: row.id,
            gateway: row.gateway,
            state: row.state,
            name: row.name,
            totals: sums.into_iter().map(DebitTotal::from).collect(),
            sha256: row.sha256,
            has_cover_note: row.cover_note_sealed.is_some(),
            bank_status: row.bank_status,
            opened_at: row.opened_at,
            closed_at: row.closed_at,
        }
    }
}

/// Debits that stand alike.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DebitTotal {
    /// Of which plug-in.
    pub gateway: String,
    /// Where they stand.
    pub state: TransactionState,
    /// How many.
    pub count: i64,
    /// How much together.
    pub amount: Money,
}

impl From<DebitSum> for DebitTotal {
    fn from(sum: DebitSum) -> Self {
        Self { gateway: sum.gateway, state: sum.state, count: sum.count, amount: sum.amount }
    }
}

/// What all debits come to.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DebitTotals {
    /// By plug-in, state and currency.
    pub totals: Vec<DebitTotal>,
}

/// A payment that is collected from a bank account.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DebitView {
    /// The payment.
    pub transaction: TransactionView,
    /// The batch that it is in; null if it is in none for now.
    pub batch_id: Option<DebitBatchId>,
    /// Under which mandate.
    pub mandate_id: Option<MandateId>,
    /// When the account is debited.
    pub collect_on: NaiveDate,
    /// When the payer was told.
    pub noticed_on: Option<NaiveDate>,
    /// Which collection of the mandate it is.
    pub sequence: Option<Sequence>,
    /// What the bank has said last.
    pub bank_status: Option<String>,
    /// Why it was refused or came back: the bank's code.
    pub reason_code: Option<String>,
    /// The bank's words.
    pub reason_text: Option<String>,
    /// The debit of a batch that was deleted, in whose place it stands.
    pub replaces_id: Option<TransactionId>,
}

list_of!(DebitList, DebitView);

impl DebitView {
    /// Of a debit and its transaction.
    pub fn new(row: DebitRow, transaction: TransactionRow) -> Self {
        Self {
            transaction: TransactionView::from(transaction),
            batch_id: row.batch_id,
            mandate_id: row.mandate_id,
            collect_on: row.collect_on,
            noticed_on: row.noticed_on,
            sequence: row.sequence,
            bank_status: row.bank_status,
            reason_code: row.reason_code,
            reason_text: row.reason_text,
            replaces_id: row.replaces_id,
        }
    }
}

/// Debits that are named.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"transactions": ["txn_000g40o40k30e209185go38e1s"]}))]
pub struct DebitChoice {
    /// Each once.
    #[schema(min_items = 1, max_items = 500)]
    pub transactions: Vec<TransactionId>,
}
