//! Payments received by hand (INV-09): cash, cheque, transfer; for a whole invoice or some of its lines.

use crate::credits::to_pay;
use crate::invoices::lock_with_client;
use crate::kernel::call::Ctx;
use crate::kernel::{Answer, Body, Call, Id, Reply};
use crate::payments::lines::{check_lines, meant};
use crate::payments::pay::new_row;
use crate::payments::settle::approve;
use crate::payments::views::{PaymentCreate, TransactionView};
use actix_web::post;
use comptoir_db::invoices::InvoiceRow;
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Outcome};
use comptoir_domain::permissions::may;
use comptoir_domain::{Check, Code, InvoiceId, Money, Problem};

/// Record a payment
///
/// The whole of what is open, a part, or more: what is too much becomes the client's credit. It may name the lines that
/// it is for. A draft is issued first.
#[utoipa::path(tag = "payments", params(("id" = InvoiceId, Path)), request_body = PaymentCreate, responses((status = 201, body = TransactionView, description = "The payment")))]
#[post("/v1/invoices/{id}/payments")]
pub async fn record_payment(call: Call<may::WritePayments>, id: Id<InvoiceId>, body: Body<PaymentCreate>) -> Answer {
    let wanted = body.into_inner();
    call.write(move |tx, ctx| {
        let invoice = lock_with_client(tx, ctx, id.0)?;
        let row = receive(tx, ctx, &invoice, &wanted)?;
        let (location, version) = (format!("/v1/transactions/{}", row.id), row.version);
        Ok(Reply::created(&TransactionView::from(row), location).version(version))
    })
    .await
}

/// Books money that was received for an invoice, which is locked behind its client.
pub fn receive(tx: &mut Db, ctx: &Ctx, invoice: &InvoiceRow, wanted: &PaymentCreate) -> Outcome<TransactionRow> {
    let meant = meant(tx, ctx, invoice, &wanted.lines)?;
    let open = to_pay(invoice);
    if open.is_zero() {
        return Err(Problem::new(Code::WrongState, "nothing of this invoice waits for money").into());
    }
    let mut findings = Check::new();
    if let Some(amount) = wanted.amount {
        findings.ensure(amount.minor() > 0, "/amount/amount", "too_small", "more than nothing");
        let same = amount.currency() == invoice.currency;
        findings.ensure(same, "/amount/currency", "mixed_currency", "expected the currency of the invoice");
        findings.ensure(wanted.lines.is_empty(), "/amount", "not_wanted", "an amount or lines, not both");
    }
    check_lines(&mut findings, &wanted.lines, &meant);
    findings.text("/reference", &wanted.reference, 0..=100);
    findings.paragraphs("/comment", &wanted.comment, 500);
    findings.done()?;
    let meant: Vec<_> = meant.into_iter().map(|one| (one.line, one.amount)).collect();
    let named = Money::sum(invoice.currency, meant.iter().map(|(_, amount)| *amount)).map_err(Problem::from)?;
    let amount = wanted.amount.unwrap_or(if meant.is_empty() { open } else { named });
    let mut row = new_row(ctx, invoice, wanted.method.as_str(), amount);
    // the same cheque number may come from two banks: it is no key
    row.detail.0.message = wanted.reference.clone();
    row.comment = wanted.comment.clone();
    payments::insert(tx, &row)?;
    approve(tx, ctx, &mut row, &meant)?;
    Ok(row)
}
