//! Outgoing mail (MAI-01 to MAI-04). A mail is written into the outbox in the transaction that causes it, as kind and
//! variables; [`send::send_due`] puts it into words and hands it over, again and again until it is gone or given up.

mod bodies;
mod compose;
mod read;
pub mod render;
mod resend;
pub mod send;
mod templates;
mod views;

use crate::kernel::clock::fresh;
use comptoir_db::mails::{self, MailRow};
use comptoir_db::{Db, Json, Outcome, Scope};
use comptoir_domain::mails::MailKind;
use comptoir_domain::people::{MailFormat, MailState};
use comptoir_domain::{Instant, Locale};
use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(read::list_mails)
        .service(read::get_mail)
        .service(resend::resend_mail)
        .service(templates::list_mail_templates)
        .service(templates::preview_mail_template);
}

/// A mail to be sent.
pub struct Mail<'a> {
    /// What it is about; chooses the template.
    pub kind: MailKind,
    /// Two mails with one key are one mail.
    pub unique_key: String,
    /// The address.
    pub recipient: &'a str,
    /// The language.
    pub locale: Locale,
    /// With layout or plain.
    pub format: MailFormat,
    /// The variables of the kind; the common ones are added when it is sent.
    pub variables: serde_json::Value,
}

/// Puts mails into the outbox.
pub fn enqueue(tx: &mut Db, scope: Scope, now: Instant, mails: Vec<Mail<'_>>) -> Outcome<()> {
    let rows = mails.into_iter().map(|mail| MailRow {
        seller_id: scope.seller(),
        id: fresh(),
        unique_key: mail.unique_key,
        kind: mail.kind,
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
    });
    mails::enqueue(tx, &rows.collect::<Vec<_>>()).map(|_| ())
}
