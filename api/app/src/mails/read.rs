//! Reading the log of outgoing mail.

use crate::kernel::call::Ctx;
use crate::kernel::query::{AnyOf, Filters, ListParameters};
use crate::kernel::{Answer, Call, Id, List, Reply};
use crate::mails::compose::{Sender, compose};
use crate::mails::send::blank;
use crate::mails::views::{MailList, MailTextView, MailView};
use actix_web::get;
use comptoir_db::mails::{self, MailFilter};
use comptoir_db::{Db, clients, invoices};
use comptoir_domain::mails::MailKind;
use comptoir_domain::people::{MailState, normal_email};
use comptoir_domain::permissions::may;
use comptoir_domain::{ClientId, Instant, InvoiceId, MailId};

/// Which mails.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailQuery {
    /// Of one of these kinds.
    #[serde(default)]
    #[param(value_type = Option<Vec<MailKind>>, style = Form, explode = false)]
    kind: AnyOf<MailKind>,
    /// Standing at one of these.
    #[serde(default)]
    #[param(value_type = Option<Vec<MailState>>, style = Form, explode = false)]
    state: AnyOf<MailState>,
    /// To this address.
    recipient: Option<String>,
    /// About this client.
    client_id: Option<ClientId>,
    /// About this invoice or credit note.
    invoice_id: Option<InvoiceId>,
    /// Since this instant.
    created_at_gte: Option<Instant>,
    /// Before this instant.
    created_at_lt: Option<Instant>,
}

impl Filters for MailQuery {}

/// List outgoing mails
#[utoipa::path(tag = "mails", params(ListParameters, MailQuery), responses((status = 200, body = MailList, description = "A page")))]
#[get("/v1/mails")]
pub async fn list_mails(call: Call<may::ReadMails>, list: List<MailQuery>) -> Answer {
    let (query, page) = (&list.filters, list.page.clone());
    let filter = MailFilter {
        kind: query.kind.0.clone(),
        state: query.state.0.clone(),
        recipient: query.recipient.as_deref().map(normal_email),
        client_id: query.client_id,
        invoice_id: query.invoice_id,
        created_at_gte: query.created_at_gte,
        created_at_lt: query.created_at_lt,
    };
    let work = move |db: &mut Db, ctx: &Ctx| {
        if let Some(client) = filter.client_id {
            clients::find(db, ctx.scope, client)?;
        }
        if let Some(invoice) = filter.invoice_id {
            invoices::find(db, ctx.scope, invoice)?;
        }
        mails::list(db, ctx.scope, &filter, &page)
    };
    let slice = call.read(work).await?;
    let next_cursor = list.next_cursor(&slice);
    Ok(Reply::ok(&MailList { data: slice.rows.into_iter().map(MailView::from).collect(), next_cursor }))
}

/// Get an outgoing mail
///
/// Shows what it says with the templates of today; links and passwords are left out.
#[utoipa::path(tag = "mails", params(("id" = MailId, Path)), responses((status = 200, body = MailTextView, description = "The mail and its text")))]
#[get("/v1/mails/{id}")]
pub async fn get_mail(call: Call<may::ReadMails>, id: Id<MailId>) -> Answer {
    let (mut row, sender, people) = call
        .read(move |db, ctx| {
            let row = mails::find(db, ctx.scope, id.0)?;
            let people = mails::addressees(db, ctx.scope, std::slice::from_ref(&row.recipient))?;
            Ok((row, Sender::load(db, ctx.scope)?, people))
        })
        .await?;
    blank(&mut row);
    let words = compose(&row, &sender, people.first(), &call.state().settings.public_url).ok();
    let (subject, text) = words.map(|words| (words.subject, words.text)).unzip();
    Ok(Reply::ok(&MailTextView { mail: MailView::from(row), subject, text }))
}
