//! Giving up on what is open.

use crate::invoices::read::{lock_with_client, reply};
use crate::invoices::views::InvoiceView;
use crate::kernel::{Answer, Call, Id};
use crate::ledger;
use actix_web::post;
use comptoir_db::invoices;
use comptoir_domain::ledger::{EntryKind, write_off};
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, InvoiceId, Problem};
use serde_json::json;

/// Write off an invoice
///
/// The seller gives up on what is open. The invoice itself stays as it is.
#[utoipa::path(tag = "invoices", params(("id" = InvoiceId, Path)), responses((status = 200, body = InvoiceView, description = "The invoice as it stands now")))]
#[post("/v1/invoices/{id}/write-off")]
pub async fn write_off_invoice(call: Call<may::WriteInvoices>, id: Id<InvoiceId>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = lock_with_client(tx, ctx, id.0)?;
        let open = row.payable();
        if open.is_zero() {
            return Err(Problem::new(Code::WrongState, "nothing that could be written off is open").into());
        }
        row.is_written_off = true;
        invoices::save(tx, &mut row)?;
        let postings = write_off(open).map_err(Problem::from)?;
        ledger::post(tx, ctx, EntryKind::WriteOff, row.id, Some(row.client_id), postings)?;
        ctx.record(tx, "invoice.written_off", row.id, json!({ "number": row.number, "open": open }))?;
        reply(tx, ctx, row)
    })
    .await
}
