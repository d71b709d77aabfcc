//! Writing drafts: what the amount pipeline has priced becomes an invoice without a number.

use crate::invoices::parties::{BuyerView, Parties};
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use chrono::NaiveDate;
use comptoir_db::clients::ClientRow;
use comptoir_db::invoices::{self, InvoiceLineRow, InvoiceRow, LineTrace};
use comptoir_db::{Db, Failure, Json, Outcome};
use comptoir_domain::invoices::shares::{TaxShare, tax_shares};
use comptoir_domain::invoices::{InvoiceKind, InvoiceState};
use comptoir_domain::quotes::{LineKind, Priced, PricedLine};
use comptoir_domain::schedule::Period;
use comptoir_domain::{Currency, InvoiceId, OrderId, Problem, SubscriptionId, SubscriptionItemId};

/// What is to be invoiced.
pub struct NewInvoice {
    /// To whom.
    pub client: ClientRow,
    /// Because of which order.
    pub order_id: Option<OrderId>,
    /// In which currency.
    pub currency: Currency,
    /// The day by which it should be paid; the seller's usual term if absent.
    pub due_on: Option<NaiveDate>,
    /// For the client.
    pub comment: String,
    /// How the client means to pay; empty if unknown.
    pub gateway: String,
    /// In the order of the priced lines.
    pub lines: Vec<NewLine>,
    /// The amounts.
    pub priced: Priced,
}

/// What a line is about.
pub struct NewLine {
    /// The subscription it charges.
    pub subscription_id: Option<SubscriptionId>,
    /// The item of the subscription.
    pub item_id: Option<SubscriptionItemId>,
    /// What it is for.
    pub kind: LineKind,
    /// The time it pays for; its revenue is earned over that time.
    pub period: Option<Period>,
    /// For people.
    pub description: String,
}

/// A document with its lines, in memory.
pub struct Document {
    /// The document.
    pub invoice: InvoiceRow,
    /// In order.
    pub lines: Vec<InvoiceLineRow>,
    /// On a credit note, the number of the invoice it corrects.
    pub credits: Option<String>,
}

/// Writes a draft with its lines.
pub fn write_draft(tx: &mut Db, ctx: &Ctx, wanted: NewInvoice) -> Outcome<InvoiceRow> {
    let drafts = write_drafts(tx, ctx, &[wanted])?;
    drafts.into_iter().next().ok_or_else(|| Failure::Corrupt("one draft in, none out".into()))
}

/// Writes drafts with their lines.
pub fn write_drafts(tx: &mut Db, ctx: &Ctx, wanted: &[NewInvoice]) -> Outcome<Vec<InvoiceRow>> {
    let parties = Parties::of(tx, ctx, wanted)?;
    let (mut rows, mut lines) = (Vec::with_capacity(wanted.len()), Vec::new());
    for one in wanted {
        let document = document(ctx, &parties, one)?;
        rows.push(document.invoice);
        lines.extend(document.lines);
    }
    invoices::insert_many(tx, &rows)?;
    invoices::insert_lines(tx, &lines)?;
    Ok(rows)
}

/// The rows of a new invoice.
pub fn document(ctx: &Ctx, parties: &Parties, wanted: &NewInvoice) -> Outcome<Document> {
    let (priced, id) = (&wanted.priced, fresh::<InvoiceId>());
    if priced.lines.len() != wanted.lines.len() || priced.currency != wanted.currency {
        return Err(Failure::Corrupt("the lines of an invoice are not those that were priced".into()));
    }
    let (client, contact) = parties.buyer(wanted.client.id)?;
    let totals = priced.totals;
    let invoice = InvoiceRow {
        seller_id: ctx.scope.seller(),
        id,
        kind: InvoiceKind::Invoice,
        state: InvoiceState::Draft,
        client_id: client.id,
        order_id: wanted.order_id,
        credits_invoice_id: None,
        currency: wanted.currency,
        series: None,
        number: None,
        sequence: None,
        issued_on: None,
        due_on: wanted.due_on,
        net_minor: totals.net.minor(),
        discount_minor: totals.discount.minor(),
        tax_minor: totals.tax.minor(),
        gross_minor: totals.gross.minor(),
        open_minor: totals.gross.minor(),
        refunded_minor: 0,
        is_written_off: false,
        taxes: Json(priced.taxes.clone()),
        buyer: Json(BuyerView::new(client, contact).value()?),
        comment: wanted.comment.clone(),
        frozen: None,
        frozen_hash: None,
        gateway: wanted.gateway.clone(),
        created_at: ctx.now,
        version: 1,
        taxed_in: priced.taxed_in,
        is_mailed: true,
        private_in: priced.private_in,
    };
    let shares = tax_shares(priced).map_err(Problem::from)?;
    let mut lines = Vec::with_capacity(wanted.lines.len());
    for (position, ((line, priced), taxes)) in (1..).zip(wanted.lines.iter().zip(&priced.lines).zip(shares)) {
        lines.push(line_row(ctx, id, position, line, priced, taxes));
    }
    Ok(Document { invoice, lines, credits: None })
}

fn line_row(
    ctx: &Ctx,
    invoice_id: InvoiceId,
    position: i32,
    line: &NewLine,
    priced: &PricedLine,
    taxes: Vec<TaxShare>,
) -> InvoiceLineRow {
    InvoiceLineRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        invoice_id,
        position,
        kind: line.kind,
        description: line.description.clone(),
        quantity: priced.quantity,
        unit_price: priced.unit_price,
        share: priced.share,
        subscription_id: line.subscription_id,
        item_id: line.item_id,
        credits_line_id: None,
        period_from: line.period.map(|period| period.from),
        period_to: line.period.map(|period| period.to),
        before_discount_minor: priced.before_discount.minor(),
        discount_minor: priced.discount.minor(),
        coupon_discount_minor: priced.coupon_discount.minor(),
        net_minor: priced.net.minor(),
        tax_minor: priced.tax.minor(),
        gross_minor: priced.gross.minor(),
        tax_policy_id: priced.tax_policy,
        trace: Json(LineTrace { steps: priced.trace.clone(), taxes }),
    }
}
