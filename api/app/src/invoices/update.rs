//! Changing a draft (INV-08). What is issued never changes.

use crate::invoices::create::check_date;
use crate::invoices::read::reply;
use crate::invoices::reprice::reprice;
use crate::invoices::views::{InvoicePatch, InvoiceView};
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, IfMatch, Nullable};
use actix_web::patch;
use comptoir_db::invoices::{self, DraftTerms, InvoiceRow};
use comptoir_db::{Db, Outcome};
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
        let mut terms = invoices::draft_terms(tx, ctx.scope, &[row.id])?.remove(&row.id).unwrap_or_default();
        patch.dated_on.clone().apply(&mut terms.dated_on);
        patch.due_on.apply(&mut row.due_on);
        patch.mail.apply(&mut row.is_mailed);
        let mut findings = Check::new();
        findings.paragraphs("/comment", &row.comment, 2000);
        check_date(&mut findings, terms.dated_on, ctx.today());
        findings.done()?;
        if patch.dated_on == Nullable::Keep {
            invoices::save(tx, &mut row)?;
        } else {
            redate(tx, ctx, &mut row, terms)?;
        }
        ctx.record(
            tx,
            "invoice.updated",
            row.id,
            json!({ "comment": row.comment, "due_on": row.due_on, "dated_on": terms.dated_on }),
        )?;
        reply(tx, ctx, row)
    })
    .await
}

/// Writes a draft with another date, taxed as on that date. What was derived has the date of its run.
fn redate(tx: &mut Db, ctx: &Ctx, row: &mut InvoiceRow, terms: DraftTerms) -> Outcome<()> {
    if row.order_id.is_some() {
        return Err(Problem::new(Code::WrongState, "the first invoice of an order is as it was quoted").into());
    }
    let lines = invoices::lines(tx, ctx.scope, &[row.id])?;
    if lines.iter().any(|line| line.item_id.is_some()) {
        if terms.dated_on.is_none() {
            return invoices::save(tx, row);
        }
        return Err(
            Problem::field("/dated_on", "derived", "what subscriptions charge bears the date of its issue").into()
        );
    }
    invoices::set_draft_terms(tx, ctx.scope, row.id, terms)?;
    reprice(tx, ctx, row, lines)
}
