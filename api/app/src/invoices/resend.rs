//! Sending an issued document again (INV-10): what was frozen, to those who get documents, to addresses that are named, or
//! to the client who asks.

use crate::invoices::announce::{Readers, letters};
use crate::invoices::draft::Document;
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::mails::enqueue_about;
use crate::mails::readers::{Reader, add};
use crate::mails::views::MailView;
use actix_web::post;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::{Db, Outcome, contacts, settings};
use comptoir_domain::people::normal_email;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, ClientId, Code, InvoiceId, MailId, Problem};
use serde_json::json;

/// To whom to send a document again.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"usual": true, "addresses": ["books@example.com"]}))]
pub struct InvoiceResend {
    /// Whether those get it who get the client's documents.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub usual: bool,
    /// These addresses get it as well.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub addresses: Vec<String>,
}

fn yes() -> bool {
    true
}

impl InvoiceResend {
    /// With its addresses as they are kept; refuses what is none.
    pub fn checked(self) -> Result<Self, Problem> {
        let mut check = Check::new();
        check.ensure(self.addresses.len() <= 20, "/addresses", "too_many", "at most 20");
        for (at, address) in self.addresses.iter().enumerate() {
            check.email(&format!("/addresses/{at}"), address);
        }
        check.done()?;
        Ok(Self { addresses: self.addresses.iter().map(|address| normal_email(address)).collect(), ..self })
    }

    /// Who gets the documents of a client this time; refuses nobody.
    pub fn readers<'a>(&'a self, usual: &'a Readers<'_>, client: ClientId) -> Outcome<Vec<Reader<'a>>> {
        let mut readers = if self.usual { usual.of(client)? } else { Vec::new() };
        for address in &self.addresses {
            add(&mut readers, Reader::at(address));
        }
        if readers.is_empty() {
            return Err(Problem::field("/addresses", "missing", "nobody gets it: name an address").into());
        }
        Ok(readers)
    }
}

/// The mails that were written.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ResentView {
    /// One for each address, waiting to be sent.
    pub mails: Vec<MailView>,
}

/// Send an invoice again
///
/// Or a credit note, as it was issued, to those who get the client's documents and to the addresses you name. A draft cannot
/// be sent.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), request_body = InvoiceResend, responses((status = 202, body = ResentView, description = "It will be sent")))]
#[post("/v1/invoices/{id}/resend")]
pub async fn resend_invoice(call: Call<may::WriteInvoices>, id: Id<InvoiceId>, body: Body<InvoiceResend>) -> Answer {
    let wanted = body.into_inner().checked()?;
    call.write(move |tx, ctx| {
        let row = invoices::find(tx, ctx.scope, id.0)?;
        let parties = Parties::load(tx, ctx, &[row.client_id])?;
        let chosen = settings::read(tx, ctx.scope)?.value.0.billing.recipients;
        let usual = Readers::load(tx, ctx, &parties, &chosen, &[row.client_id])?;
        let readers = wanted.readers(&usual, row.client_id)?;
        send(tx, ctx, row, &parties, &readers)
    })
    .await
}

/// Send one of your invoices to yourself
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), responses((status = 202, body = ResentView, description = "It will be sent")))]
#[post("/v1/me/invoices/{id}/resend")]
pub async fn resend_my_invoice(call: Call<may::Own>, id: Id<InvoiceId>) -> Answer {
    let (contact, client) = call.ctx().client()?;
    call.write(move |tx, ctx| {
        let row = invoices::find(tx, ctx.scope, id.0)?;
        if row.client_id != client || row.number.is_none() {
            return Err(Problem::not_found().into());
        }
        let contact = contacts::find(tx, ctx.scope, contact)?;
        let parties = Parties::load(tx, ctx, &[client])?;
        send(tx, ctx, row, &parties, &[Reader::from(&contact)])
    })
    .await
}

fn send(tx: &mut Db, ctx: &Ctx, row: InvoiceRow, parties: &Parties, readers: &[Reader<'_>]) -> Outcome<Reply> {
    if row.number.is_none() {
        return Err(Problem::new(Code::WrongState, "a draft may yet change: issue it first").into());
    }
    let lines = invoices::lines(tx, ctx.scope, &[row.id])?;
    let credits = match row.credits_invoice_id {
        Some(corrected) => invoices::find(tx, ctx.scope, corrected)?.number,
        None => None,
    };
    let document = Document { invoice: row, lines, credits };
    let key = |_, _: &str| format!("resend:{}:{}", document.invoice.id, fresh::<MailId>());
    let rows = enqueue_about(tx, ctx.scope, ctx.now, letters(parties, &document, readers, key)?)?;
    let ids: Vec<MailId> = rows.iter().map(|row| row.id).collect();
    let payload = json!({ "number": document.invoice.number, "mails": ids });
    ctx.record(tx, "invoice.resent", document.invoice.id, payload)?;
    Ok(Reply::accepted_with(&ResentView { mails: rows.into_iter().map(MailView::from).collect() }))
}
