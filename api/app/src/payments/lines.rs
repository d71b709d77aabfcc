//! Paying chosen lines of an invoice, by money or by credit: what each of them still lacks, and what is wrong with the wish.

use crate::kernel::call::Ctx;
use crate::payments::views::PaymentLineCreate;
use comptoir_db::invoices::{self, InvoiceLineRow, InvoiceRow};
use comptoir_db::{Db, Outcome, payments};
use comptoir_domain::invoices::line_payments::{LineCharge, paid_by_line};
use comptoir_domain::{Check, InvoiceLineId, Money, Problem};
use std::collections::HashMap;

/// A line that is to be paid.
pub struct Meant {
    /// The line.
    pub line: InvoiceLineId,
    /// How much of it.
    pub amount: Money,
    /// What it lacks.
    pub open: Money,
}

/// The lines that are meant; without an amount, all that is open of them. A line of another invoice is not found.
pub fn meant(db: &mut Db, ctx: &Ctx, invoice: &InvoiceRow, wanted: &[PaymentLineCreate]) -> Outcome<Vec<Meant>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let open = open_by_line(db, ctx, invoice)?;
    let one = |line: &PaymentLineCreate| {
        let open = *open.get(&line.line_id).ok_or_else(Problem::not_found)?;
        Ok(Meant { line: line.line_id, amount: line.amount.unwrap_or(open), open })
    };
    wanted.iter().map(one).collect()
}

/// What each line of an invoice lacks: what it asked for, less what was credited and what was paid of it.
fn open_by_line(db: &mut Db, ctx: &Ctx, invoice: &InvoiceRow) -> Outcome<HashMap<InvoiceLineId, Money>> {
    let lines = invoices::lines(db, ctx.scope, &[invoice.id])?;
    let ids: Vec<_> = lines.iter().map(|line| line.id).collect();
    let named = payments::meant_for(db, ctx.scope, &ids)?;
    let credits = invoices::credit_lines(db, ctx.scope, &ids)?;
    let credited = |line: &InvoiceLineRow| {
        credits
            .iter()
            .filter(|credit| credit.credits_line_id == Some(line.id))
            .map(|credit| credit.gross_minor)
            .sum::<i64>()
    };
    let asked: Vec<i64> = lines.iter().map(|line| line.gross_minor + credited(line)).collect();
    let charges = lines.iter().zip(&asked).map(|(line, asked)| LineCharge {
        gross: invoice.money(*asked),
        named: invoice.money(named.get(&line.id).copied().unwrap_or_default()),
    });
    let paid = payments::paid(db, ctx.scope, &[invoice.id])?.remove(&invoice.id).unwrap_or_default();
    let paid = paid_by_line(invoice.money(paid), &charges.collect::<Vec<_>>()).map_err(Problem::from)?;
    let open = asked.iter().zip(paid).map(|(asked, paid)| invoice.money((asked - paid.minor()).max(0)));
    Ok(ids.into_iter().zip(open).collect())
}

/// Notes what is wrong with amounts of lines.
pub fn check_lines(findings: &mut Check, wanted: &[PaymentLineCreate], meant: &[Meant]) {
    findings.ensure(wanted.len() <= 200, "/lines", "out_of_range", "at most 200 lines");
    for (at, one) in meant.iter().enumerate() {
        let again = meant.iter().take(at).any(|before| before.line == one.line);
        findings.ensure(!again, &format!("/lines/{at}/line_id"), "repeated", "this line is named twice");
        let place = format!("/lines/{at}/amount");
        if one.amount.currency() != one.open.currency() {
            findings.refuse(&format!("{place}/currency"), "mixed_currency", "expected the currency of the invoice");
        } else if one.amount.minor() <= 0 {
            findings.refuse(&place, "too_small", "more than nothing, and something must be open of the line");
        } else if one.amount.minor() > one.open.minor() {
            findings.refuse(&place, "too_much", format!("{} are open of this line", one.open));
        }
    }
}
