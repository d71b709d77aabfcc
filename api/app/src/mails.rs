//! The outbox: mails are written in the transaction that causes them and sent afterwards, each once.

use crate::kernel::clock::fresh;
use comptoir_db::mails::{self, MailRow};
use comptoir_db::{Db, Json, Outcome, Scope};
use comptoir_domain::people::{MailFormat, MailState};
use comptoir_domain::{Instant, Locale};

/// A mail to be sent.
pub struct Mail<'a> {
    /// What it is about; chooses the template.
    pub kind: &'a str,
    /// Two mails with one key are one mail.
    pub unique_key: String,
    /// The address.
    pub recipient: &'a str,
    /// The language.
    pub locale: Locale,
    /// With layout or plain.
    pub format: MailFormat,
    /// What the template needs.
    pub variables: serde_json::Value,
}

/// Puts a mail into the outbox.
pub fn enqueue(tx: &mut Db, scope: Scope, now: Instant, mail: Mail<'_>) -> Outcome<()> {
    let row = MailRow {
        seller_id: scope.seller(),
        id: fresh(),
        unique_key: mail.unique_key,
        kind: mail.kind.into(),
        locale: mail.locale,
        format: mail.format,
        recipient: mail.recipient.into(),
        variables: Json(mail.variables),
        state: MailState::Queued,
        attempts: 0,
        run_at: now,
        last_error: String::new(),
        created_at: now,
        sent_at: None,
    };
    mails::enqueue(tx, &row).map(|_| ())
}
