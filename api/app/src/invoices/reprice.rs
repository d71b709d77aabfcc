//! Pricing a draft anew after someone has written in it: hand-written lines by quantity and price; lines of subscriptions
//! stay as they were derived, and bear their share of the taxes of all lines together.

use crate::invoices::tax::price_on;
use crate::kernel::call::Ctx;
use comptoir_db::invoices::{self, InvoiceLineRow, InvoiceRow, LineTrace};
use comptoir_db::{Db, Failure, Json, Outcome, clients, stores, subscriptions};
use comptoir_domain::invoices::shares::{TaxShare, tax_shares};
use comptoir_domain::quotes::{CartLine, Description, PriceBasis, PriceRequest, PricedLine, TraceRule};
use comptoir_domain::schedule::Share;
use comptoir_domain::{Code, Percent, Problem, Quantity, SubscriptionId, UnitPrice};
use std::collections::BTreeSet;

/// Writes a draft with these lines and what they come to.
pub fn reprice(tx: &mut Db, ctx: &Ctx, invoice: &mut InvoiceRow, mut lines: Vec<InvoiceLineRow>) -> Outcome<()> {
    let terms = invoices::draft_terms(tx, ctx.scope, &[invoice.id])?.remove(&invoice.id).unwrap_or_default();
    refuse_gross(tx, ctx, terms.prices, &lines)?;
    let client = clients::find(tx, ctx.scope, invoice.client_id)?;
    let policies: BTreeSet<_> = lines.iter().filter_map(|line| line.tax_policy_id).collect();
    let cart = lines.iter().map(|line| cart_line(invoice, line)).collect::<Outcome<_>>()?;
    let request = |tax| PriceRequest {
        currency: invoice.currency,
        prices: terms.prices,
        lines: cart,
        group: Default::default(),
        coupons: Vec::new(),
        tax,
    };
    let date = terms.dated_on.unwrap_or_else(|| ctx.today());
    let priced = price_on(tx, ctx, date, &client, &Vec::from_iter(policies), request)?;
    let shares = tax_shares(&priced).map_err(Problem::from)?;
    for ((line, priced), taxes) in lines.iter_mut().zip(&priced.lines).zip(shares) {
        take_over(line, priced, taxes);
    }
    invoice.taxes = Json(priced.taxes);
    (invoice.taxed_in, invoice.private_in) = (priced.taxed_in, priced.private_in);
    write_lines(tx, ctx, invoice, lines)
}

/// Writes the lines of a draft in place of those it had, and their sums. The taxes are the caller's.
pub fn write_lines(tx: &mut Db, ctx: &Ctx, invoice: &mut InvoiceRow, mut lines: Vec<InvoiceLineRow>) -> Outcome<()> {
    for (position, line) in (1..).zip(&mut lines) {
        (line.position, line.invoice_id) = (position, invoice.id);
    }
    let sum = |part: fn(&InvoiceLineRow) -> i64| lines.iter().map(part).sum::<i64>();
    invoice.net_minor = sum(|line| line.net_minor);
    invoice.discount_minor = sum(|line| line.discount_minor);
    invoice.tax_minor = sum(|line| line.tax_minor);
    invoice.gross_minor = sum(|line| line.gross_minor);
    invoice.open_minor = invoice.gross_minor;
    invoices::delete_lines(tx, ctx.scope, invoice.id)?;
    invoices::insert_lines(tx, &lines)?;
    invoices::save(tx, invoice)
}

/// What a store has sold with the taxes inside cannot stand beside what a person writes without them.
fn refuse_gross(tx: &mut Db, ctx: &Ctx, prices: PriceBasis, lines: &[InvoiceLineRow]) -> Outcome<()> {
    if lines.iter().all(|line| line.item_id.is_none()) {
        return Ok(());
    }
    let charged: BTreeSet<SubscriptionId> = lines.iter().filter_map(|line| line.subscription_id).collect();
    let sold = subscriptions::find_many(tx, ctx.scope, &Vec::from_iter(charged))?;
    let used: BTreeSet<_> = sold.iter().map(|row| row.store_id).collect();
    let stores = stores::find_many(tx, ctx.scope, &Vec::from_iter(used))?;
    if prices == PriceBasis::Net && stores.iter().all(|store| store.price_basis == PriceBasis::Net) {
        return Ok(());
    }
    Err(Problem::new(Code::Conflict, "its prices have the taxes inside: write another invoice for this").into())
}

/// A line as it is to be taxed: one that was derived by what it came to.
fn cart_line(invoice: &InvoiceRow, line: &InvoiceLineRow) -> Outcome<CartLine> {
    let derived = line.item_id.is_some();
    let net = UnitPrice::of(invoice.money(line.net_minor));
    let net = net.map_err(|error| Failure::Corrupt(format!("the net of {}: {error}", line.id)))?;
    Ok(CartLine {
        key: line.id.to_string(),
        kind: line.kind,
        description: Description::Text(line.description.clone()),
        quantity: if derived { Quantity::from(1) } else { line.quantity },
        unit_price: if derived { net } else { line.unit_price },
        share: Share::WHOLE,
        currency: invoice.currency,
        tax_policy: line.tax_policy_id,
        discountable: false,
        offered: Percent::default(),
    })
}

fn take_over(line: &mut InvoiceLineRow, priced: &PricedLine, taxes: Vec<TaxShare>) {
    let is_tax = |rule: TraceRule| {
        use TraceRule::*;
        matches!(rule, Tax | TaxShare | TaxTakenOut | Relieved | Gross)
    };
    let steps = if line.item_id.is_some() {
        let own = line.trace.0.steps.iter().filter(|step| !is_tax(step.rule));
        own.chain(priced.trace.iter().filter(|step| is_tax(step.rule))).cloned().collect()
    } else {
        line.before_discount_minor = priced.before_discount.minor();
        line.net_minor = priced.net.minor();
        priced.trace.clone()
    };
    line.trace = Json(LineTrace { steps, taxes });
    line.tax_minor = priced.tax.minor();
    line.gross_minor = priced.gross.minor();
}
