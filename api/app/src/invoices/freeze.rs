//! The canonical form of a document, from its rows: what is hashed, and what a later check makes again.

use crate::invoices::draft::Document;
use comptoir_db::invoices::InvoiceLineRow;
use comptoir_domain::invoices::frozen::Frozen;
use comptoir_domain::{Currency, Money, Problem};
use serde_json::{Value, json};

/// Freezes a numbered document. `seller` is the seller as of the day of issue.
pub fn freeze(document: &Document, seller: &Value) -> Result<Frozen, Problem> {
    let invoice = &document.invoice;
    let lines: Vec<_> = document.lines.iter().map(|line| line_value(line, invoice.currency)).collect();
    Frozen::new(&json!({
        "document": invoice.kind,
        "id": invoice.id,
        "number": invoice.number,
        "credits": document.credits,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "currency": invoice.currency,
        "seller": seller,
        "buyer": invoice.buyer.0,
        "lines": lines,
        "taxes": invoice.taxes.0,
        "net": invoice.money(invoice.net_minor),
        "discount": invoice.money(invoice.discount_minor),
        "tax": invoice.money(invoice.tax_minor),
        "gross": invoice.money(invoice.gross_minor),
        "comment": invoice.comment,
    }))
}

fn line_value(line: &InvoiceLineRow, currency: Currency) -> Value {
    let money = |minor| Money::from_minor(minor, currency);
    json!({
        "id": line.id,
        "position": line.position,
        "kind": line.kind,
        "description": line.description,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "credits_line": line.credits_line_id,
        "period": line.period(),
        "before_discount": money(line.before_discount_minor),
        "discount": money(line.discount_minor),
        "net": money(line.net_minor),
        "tax": money(line.tax_minor),
        "gross": money(line.gross_minor),
        "taxes": line.trace.0.taxes,
    })
}
