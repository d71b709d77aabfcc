//! The canonical form of a document, from its rows: what is hashed, and what a later check makes again. A billing run does
//! this for every invoice, so the form is written straight from the rows; the fields stand here in the order of the
//! canonical form, which the tests hold against an independent implementation of RFC 8785.

use crate::invoices::draft::Document;
use chrono::NaiveDate;
use comptoir_db::invoices::InvoiceLineRow;
use comptoir_domain::invoices::InvoiceKind;
use comptoir_domain::invoices::frozen::Frozen;
use comptoir_domain::invoices::shares::TaxShare;
use comptoir_domain::quotes::LineKind;
use comptoir_domain::schedule::{Period, Share};
use comptoir_domain::taxes::TaxAmount;
use comptoir_domain::{Currency, InvoiceId, InvoiceLineId, Money, Problem, Quantity, UnitPrice};
use serde_json::Value;

#[derive(serde::Serialize)]
struct Form<'a> {
    buyer: &'a Value,
    comment: &'a str,
    credits: Option<&'a str>,
    currency: Currency,
    discount: Money,
    document: InvoiceKind,
    due_on: Option<NaiveDate>,
    gross: Money,
    id: InvoiceId,
    issued_on: Option<NaiveDate>,
    lines: Vec<LineForm<'a>>,
    net: Money,
    number: Option<&'a str>,
    seller: &'a Value,
    tax: Money,
    taxes: &'a [TaxAmount],
}

#[derive(serde::Serialize)]
struct LineForm<'a> {
    before_discount: Money,
    credits_line: Option<InvoiceLineId>,
    description: &'a str,
    discount: Money,
    gross: Money,
    id: InvoiceLineId,
    kind: LineKind,
    net: Money,
    period: Option<Period>,
    position: i32,
    quantity: Quantity,
    /// Documents from before lines had shares say nothing of them, and are whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<Share>,
    tax: Money,
    taxes: &'a [TaxShare],
    unit_price: UnitPrice,
}

/// Freezes a numbered document. `seller` is the seller as of the day of issue.
pub fn freeze(document: &Document, seller: &Value) -> Result<Frozen, Problem> {
    let invoice = &document.invoice;
    Frozen::new(&Form {
        buyer: &invoice.buyer.0,
        comment: &invoice.comment,
        credits: document.credits.as_deref(),
        currency: invoice.currency,
        discount: invoice.money(invoice.discount_minor),
        document: invoice.kind,
        due_on: invoice.due_on,
        gross: invoice.money(invoice.gross_minor),
        id: invoice.id,
        issued_on: invoice.issued_on,
        lines: document.lines.iter().map(|line| form(line, invoice.currency)).collect(),
        net: invoice.money(invoice.net_minor),
        number: invoice.number.as_deref(),
        seller,
        tax: invoice.money(invoice.tax_minor),
        taxes: &invoice.taxes.0,
    })
}

fn form(line: &InvoiceLineRow, currency: Currency) -> LineForm<'_> {
    let money = |minor| Money::from_minor(minor, currency);
    LineForm {
        before_discount: money(line.before_discount_minor),
        credits_line: line.credits_line_id,
        description: &line.description,
        discount: money(line.discount_minor),
        gross: money(line.gross_minor),
        id: line.id,
        kind: line.kind,
        net: money(line.net_minor),
        period: line.period(),
        position: line.position,
        quantity: line.quantity,
        share: Some(line.share).filter(|share| *share != Share::WHOLE),
        tax: money(line.tax_minor),
        taxes: &line.trace.0.taxes,
        unit_price: line.unit_price,
    }
}
