//! Cancelling (INV-08): a draft is dropped, an issued invoice is reversed by a credit note. Subscriptions that a dropped
//! draft has charged stand again where they stood.

use crate::invoices::credit_note::{Extent, credit};
use crate::invoices::drop::drop_draft;
use crate::invoices::read::{lock_with_client, reply};
use crate::invoices::rederive::set_back;
use crate::invoices::views::InvoiceView;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Call, Id, IfMatch, Reply};
use actix_web::{delete, post};
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, InvoiceId, Problem};
use serde_json::json;

/// Cancel an invoice
///
/// A draft is removed. An issued invoice stays as it is and gets a credit note over all that is left of it.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)),
    responses((status = 200, body = InvoiceView, description = "The credit note"), (status = 204, description = "The draft was removed")))]
#[post("/v1/invoices/{id}/cancel")]
pub async fn cancel_invoice(call: Call<may::WriteInvoices>, id: Id<InvoiceId>) -> Answer {
    call.write(move |tx, ctx| match give_up(tx, ctx, id.0, "")? {
        Some(note) => reply(tx, ctx, note),
        None => Ok(Reply::no_content()),
    })
    .await
}

/// Delete a draft
///
/// What is issued stays: cancel or credit it. The draft of an order goes with the order.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), responses((status = 204, description = "Deleted")))]
#[delete("/v1/invoices/{id}")]
pub async fn delete_invoice(call: Call<may::WriteInvoices>, id: Id<InvoiceId>, seen: IfMatch) -> Answer {
    call.write(move |tx, ctx| {
        let row = lock_with_client(tx, ctx, id.0)?;
        seen.check(row.version)?;
        if row.state != InvoiceState::Draft {
            return Err(Problem::new(Code::WrongState, "it is issued: call POST /v1/invoices/{id}/cancel").into());
        }
        if row.order_id.is_some() {
            return Err(Problem::new(Code::InUse, "an order waits for it: call POST /v1/orders/{id}/cancel").into());
        }
        give_up(tx, ctx, id.0, "deleted")?;
        Ok(Reply::no_content())
    })
    .await
}

/// Drops a draft, or reverses an issued invoice: then the answer is the credit note.
pub fn give_up(tx: &mut Db, ctx: &Ctx, id: InvoiceId, reason: &str) -> Outcome<Option<InvoiceRow>> {
    let mut row = lock_with_client(tx, ctx, id)?;
    if row.state == InvoiceState::Draft {
        let lines = invoices::lines(tx, ctx.scope, &[row.id])?;
        drop_draft(tx, ctx, &row)?;
        // what an order has begun ends with the order
        if row.order_id.is_none() {
            set_back(tx, ctx, &lines)?;
        }
        ctx.record(tx, "invoice.dropped", row.id, json!({ "client_id": row.client_id, "reason": reason }))?;
        return Ok(None);
    }
    credit(tx, ctx, &mut row, &[Extent::Whole], None, reason).map(Some)
}
