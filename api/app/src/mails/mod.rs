//! Outgoing mail (MAI-01 to MAI-04). A mail is written into the outbox in the transaction that causes it, as kind and
//! variables; [`send::send_due`] puts it into words and hands it over, again and again until it is gone or given up.

mod bodies;
mod compose;
mod read;
pub mod readers;
pub mod render;
mod resend;
pub mod send;
mod templates;
pub mod views;

pub use compose::Sender;

use crate::kernel::clock::fresh;
use crate::kernel::routes::Routes;
use comptoir_db::mails::{self, MailRow};
use comptoir_db::{Db, Json, Outcome, Scope};
use comptoir_domain::mails::MailKind;
use comptoir_domain::people::{MailFormat, MailState};
use comptoir_domain::{ClientId, Instant, InvoiceId, Locale};

/// The routes.
pub fn routes(config: &mut Routes) {
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

/// Whom and which document a mail is about: by what it is found again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// Whom.
    pub client: Option<ClientId>,
    /// Which document.
    pub invoice: Option<InvoiceId>,
}

impl About {
    /// About a document of a client.
    pub fn document(client: ClientId, invoice: InvoiceId) -> Self {
        Self { client: Some(client), invoice: Some(invoice) }
    }
}

/// Puts mails into the outbox. What goes to a contact is about its client.
pub fn enqueue(tx: &mut Db, scope: Scope, now: Instant, mails: Vec<Mail<'_>>) -> Outcome<()> {
    if mails.is_empty() {
        return Ok(());
    }
    let addresses: Vec<&str> = mails.iter().map(|mail| mail.recipient).collect();
    let owners = mails::owners(tx, scope, &addresses)?;
    let about = |mail: Mail<'_>| {
        let client = owners.get(mail.recipient).copied();
        row(scope, now, About { client, invoice: None }, mail)
    };
    mails::enqueue(tx, &mails.into_iter().map(about).collect::<Vec<_>>()).map(|_| ())
}

/// Puts mails into the outbox of which the caller knows what they are about.
pub fn enqueue_about(tx: &mut Db, scope: Scope, now: Instant, mails: Vec<(About, Mail<'_>)>) -> Outcome<Vec<MailRow>> {
    let rows: Vec<_> = mails.into_iter().map(|(about, mail)| row(scope, now, about, mail)).collect();
    mails::enqueue(tx, &rows)?;
    Ok(rows)
}

fn row(scope: Scope, now: Instant, about: About, mail: Mail<'_>) -> MailRow {
    MailRow {
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
        client_id: about.client,
        invoice_id: about.invoice,
    }
}
