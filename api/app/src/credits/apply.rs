//! Credit pays an invoice.

use crate::credits::{Movement, record};
use crate::invoices::lock_with_client;
use crate::invoices::read::reply;
use crate::invoices::views::InvoiceView;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::kernel::{Answer, Call, Id};
use crate::ledger;
use actix_web::post;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::payments::{self, AllocationRow};
use comptoir_db::{Db, Outcome, credits};
use comptoir_domain::ledger::{EntryKind, credit_applied};
use comptoir_domain::payments::CreditKind;
use comptoir_domain::permissions::may;
use comptoir_domain::{Code, InvoiceId, Money, Problem};

/// Pay an invoice from the client's credit
///
/// As much of it as there is credit in its currency.
#[utoipa::path(tag = "credits", params(("id" = InvoiceId, Path)), responses((status = 200, body = InvoiceView, description = "The invoice as it stands now")))]
#[post("/v1/invoices/{id}/apply-credit")]
pub async fn apply_credit(call: Call<may::WritePayments>, id: Id<InvoiceId>) -> Answer {
    call.write(move |tx, ctx| {
        let mut row = lock_with_client(tx, ctx, id.0)?;
        if row.payable().is_zero() {
            return Err(Problem::new(Code::WrongState, "nothing of this invoice waits for money").into());
        }
        if apply_credits(tx, ctx, &mut row)?.is_zero() {
            return Err(Problem::new(Code::Conflict, "the client has no credit in this currency").into());
        }
        reply(tx, ctx, row)
    })
    .await
}

/// Pays what is open of an issued invoice from the client's credit, as far as it goes; says how much that was. The
/// caller has locked the invoice behind its client.
pub fn apply_credits(tx: &mut Db, ctx: &Ctx, invoice: &mut InvoiceRow) -> Outcome<Money> {
    let balance = credits::balance(tx, ctx.scope, invoice.client_id, invoice.currency)?;
    let amount = invoice.money(balance.min(invoice.payable().minor()));
    if amount.is_zero() {
        return Ok(amount);
    }
    let movement = Movement {
        client: invoice.client_id,
        kind: CreditKind::Applied,
        amount: amount.negated().map_err(Problem::from)?,
        reason: invoice.number.clone().unwrap_or_default(),
        invoice: Some(invoice.id),
        transaction: None,
    };
    record(tx, ctx, movement)?;
    let allocation = AllocationRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        invoice_id: invoice.id,
        transaction_id: None,
        currency: invoice.currency,
        amount_minor: amount.minor(),
        created_at: ctx.now,
    };
    payments::allocate(tx, &allocation)?;
    invoice.open_minor -= amount.minor();
    invoices::save(tx, invoice)?;
    let postings = credit_applied(amount).map_err(Problem::from)?;
    ledger::post(tx, ctx, EntryKind::CreditApplied, invoice.id, Some(invoice.client_id), postings)?;
    ctx.record(tx, "credit.applied", invoice.id, serde_json::json!({ "amount": amount }))?;
    Ok(amount)
}
