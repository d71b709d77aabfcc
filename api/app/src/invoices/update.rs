//! Changing a draft (INV-08). What is issued never changes.

use crate::invoices::read::reply;
use crate::invoices::views::{InvoicePatch, InvoiceView};
use crate::kernel::{Answer, Body, Call, Id, IfMatch};
use actix_web::patch;
use comptoir_db::invoices;
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, InvoiceId, Problem};
use serde_json::json;

/// Change a draft
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), request_body = InvoicePatch, responses((status = 200, body = InvoiceView, description = "The draft as it is now")))]
#[patch("/v1/invoices/{id}")]
pub async fn update_invoice(
    call: Call<may::WriteInvoices>,
    id: Id<InvoiceId>,
    seen: IfMatch,
    body: Body<InvoicePatch>,
) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = invoices::lock(tx, ctx.scope, id.0)?;
        seen.check(row.version)?;
        if row.state != InvoiceState::Draft {
            return Err(Problem::new(Code::WrongState, "an issued invoice never changes: credit it instead").into());
        }
        let patch = body.0.clone();
        patch.comment.apply(&mut row.comment);
        patch.due_on.apply(&mut row.due_on);
        patch.mail.apply(&mut row.is_mailed);
        let mut findings = Check::new();
        findings.paragraphs("/comment", &row.comment, 2000);
        findings.done()?;
        invoices::save(tx, &mut row)?;
        ctx.record(tx, "invoice.updated", row.id, json!({ "comment": row.comment, "due_on": row.due_on }))?;
        reply(tx, ctx, row)
    })
    .await
}
