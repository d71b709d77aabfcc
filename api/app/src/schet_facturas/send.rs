//! Sending a schet-factura again: to those who get the client's documents, or to addresses that are named. By hand that is
//! always possible; what is settled about mails to clients is about those that are written by themselves.

use crate::invoices::announce::Readers;
use crate::invoices::parties::Parties;
use crate::invoices::resend::{InvoiceResend, ResentView};
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::mails::enqueue_about;
use crate::mails::views::MailView;
use crate::schet_facturas::announce::letters;
use crate::schet_facturas::form::Form;
use crate::schet_facturas::issuer::Issuer;
use actix_web::post;
use comptoir_db::schet_facturas;
use comptoir_domain::permissions::may;
use comptoir_domain::{MailId, SchetFacturaId};
use serde_json::json;

/// Send a schet-factura
///
/// As it was written, to those who get the client's documents and to the addresses you name, whether or not clients get
/// schet-facturas by themselves.
#[utoipa::path(tag = "schet_facturas", params(("id" = SchetFacturaId, Path)), request_body = InvoiceResend, responses((status = 202, body = ResentView, description = "It will be sent")))]
#[post("/v1/schet-facturas/{id}/send")]
pub async fn send_schet_factura(
    call: Call<may::WriteInvoices>,
    id: Id<SchetFacturaId>,
    body: Body<InvoiceResend>,
) -> Answer {
    let wanted = body.into_inner().checked()?;
    call.write(move |tx, ctx| {
        let issuer = Issuer::find(tx, ctx)?;
        let row = schet_facturas::find(tx, ctx.scope, id.0)?;
        let parties = Parties::load(tx, ctx, &[row.client_id])?;
        let usual = Readers::load(tx, ctx, &parties, &issuer.recipients, &[row.client_id])?;
        let readers = wanted.readers(&usual, row.client_id)?;
        let key = |_: &str| format!("resend:{}:{}", row.id, fresh::<MailId>());
        let mails = letters(&parties, &row, &Form::frozen(&row)?, &readers, key)?;
        let rows = enqueue_about(tx, ctx.scope, ctx.now, mails)?;
        let ids: Vec<MailId> = rows.iter().map(|mail| mail.id).collect();
        ctx.record(tx, "schet_factura.sent", row.id, json!({ "number": row.number, "mails": ids }))?;
        Ok(Reply::accepted_with(&ResentView { mails: rows.into_iter().map(MailView::from).collect() }))
    })
    .await
}
