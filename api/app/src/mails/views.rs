//! What mails look like.

use comptoir_db::mails::MailRow;
use comptoir_domain::mails::MailKind;
use comptoir_domain::people::{MailFormat, MailState};
use comptoir_domain::{ClientId, Instant, InvoiceId, Locale, MailId};
use serde_json::{Map, Value};

/// A mail.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MailView {
    /// The mail.
    pub id: MailId,
    /// What it is about.
    pub kind: MailKind,
    /// To whom.
    pub recipient: String,
    /// The client whom it is about, if it is about one.
    pub client_id: Option<ClientId>,
    /// The invoice or credit note that it is about, if it is about one.
    pub invoice_id: Option<InvoiceId>,
    /// In which language.
    pub locale: Locale,
    /// With layout or plain.
    pub format: MailFormat,
    /// Where it stands.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next; null once it is sent or given up.
    pub next_try_at: Option<Instant>,
    /// What went wrong at the last try; empty if nothing did.
    pub last_error: String,
    /// Since when.
    pub created_at: Instant,
    /// When it was handed over.
    pub sent_at: Option<Instant>,
}

list_of!(MailList, MailView);

impl From<MailRow> for MailView {
    fn from(row: MailRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            recipient: row.recipient,
            client_id: row.client_id,
            invoice_id: row.invoice_id,
            locale: row.locale,
            format: row.format,
            state: row.state,
            attempts: row.attempts,
            next_try_at: (row.state == MailState::Queued).then_some(row.run_at),
            last_error: row.last_error,
            created_at: row.created_at,
            sent_at: row.sent_at,
        }
    }
}

/// A mail and what it says.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MailTextView {
    /// The mail.
    pub mail: MailView,
    /// Its subject; null if there is no template for it.
    pub subject: Option<String>,
    /// Its plain text, without secrets; null if there is no template for it.
    pub text: Option<String>,
}

/// What to put into words.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "invoice_reminder", "locale": "fr-FR", "format": "html", "variables": {"invoiceNumber": "2026-17",
    "invoiceAmount": {"amount": "12.10", "currency": "EUR"}, "invoiceDateDue": "2026-02-28", "reminderNumber": 1}}))]
pub struct MailPreview {
    /// What it is about.
    pub kind: MailKind,
    /// In which language.
    pub locale: Locale,
    /// With layout or plain.
    pub format: MailFormat,
    /// The variables of the kind; those of the seller are added.
    #[schema(value_type = Object, additional_properties)]
    pub variables: Map<String, Value>,
}

/// A mail in words.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MailPreviewView {
    /// One line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// With layout, if that is wanted.
    pub html: Option<String>,
    /// Where a variable was missing, if one was; it came out empty.
    pub undefined: Option<String>,
}

/// Which templates there are.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MailTemplatesView {
    /// The languages that were looked at: ours and the seller's.
    pub locales: Vec<String>,
    /// Every kind.
    pub kinds: Vec<MailTemplateView>,
}

/// The templates of a kind.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MailTemplateView {
    /// What it is about.
    pub kind: MailKind,
    /// Its variables, besides those that every kind has.
    pub variables: Vec<String>,
    /// Where bodies are missing or empty.
    pub missing: Vec<MissingBodiesView>,
}

/// What a language lacks.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct MissingBodiesView {
    /// The language.
    pub locale: String,
    /// `subject.txt`, `txt`, `html`.
    pub forms: Vec<String>,
}
