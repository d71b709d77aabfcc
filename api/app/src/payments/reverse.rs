//! A payment that was taken and comes back, because a bank returns it or its approval was a mistake: what it had paid is open
//! again, and the credit that it had made is gone.

use crate::credits::{self, Movement};
use crate::kernel::call::Ctx;
use crate::ledger;
use crate::todos::{self, Todo};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Outcome, credits as balances, invoices};
use comptoir_domain::ledger::{EntryKind, Returned, payment_returned};
use comptoir_domain::payments::{CreditKind, TransactionState, transition};
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{InvoiceId, Money, Problem};
use serde_json::json;

/// Takes a payment back, which is locked behind its client; the bank may charge for that.
pub fn reverse(tx: &mut Db, ctx: &Ctx, row: &mut TransactionRow, fee: Option<Money>, why: &str) -> Outcome<()> {
    transition(row.state, TransactionState::Refunded)?;
    row.state = TransactionState::Refunded;
    payments::save(tx, row)?;
    let zero = Money::zero(row.currency);
    let fee = fee.filter(|fee| fee.currency() == row.currency).unwrap_or(zero);
    let mut returned = Returned { allocated: zero, withdrawn: zero, over: zero, lost: zero, fee };
    for (invoice, minor) in payments::take_off(tx, ctx.scope, row.id)? {
        let withdrawn = open_again(tx, ctx, row, invoice, minor)?;
        let amount = Money::from_minor(minor, row.currency);
        returned.allocated = returned.allocated.plus(amount).map_err(Problem::from)?;
        returned.withdrawn = returned.withdrawn.plus(withdrawn).map_err(Problem::from)?;
    }
    let over = row.amount().minus(returned.allocated).map_err(Problem::from)?;
    returned.over = withdraw(tx, ctx, row, None, over)?;
    returned.lost = over.minus(returned.over).map_err(Problem::from)?;
    if !returned.lost.is_zero() {
        mind_loss(tx, ctx, row, returned.lost)?;
    }
    let postings = payment_returned(row.arrival(), returned).map_err(Problem::from)?;
    ledger::post(tx, ctx, EntryKind::Chargeback, row.id, row.client_id, postings)?;
    let fact = json!({ "amount": row.amount(), "invoice_id": row.invoice_id, "why": why });
    ctx.record(tx, "transaction.returned", row.id, fact)
}

/// What was paid of an invoice is open again. Credit that credit notes had made of it goes first, as far as it is there; says how
/// much that was.
fn open_again(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, id: InvoiceId, minor: i64) -> Outcome<Money> {
    let mut invoice = invoices::lock(tx, ctx.scope, id)?;
    let credited = invoice.money(invoice.refunded_minor.min(minor).max(0));
    let withdrawn = withdraw(tx, ctx, row, Some(id), credited)?;
    invoice.refunded_minor -= withdrawn.minor();
    invoice.open_minor += minor - withdrawn.minor();
    invoices::save(tx, &mut invoice)?;
    Ok(withdrawn)
}

/// Takes credit of the client, as much of an amount as is there.
fn withdraw(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, invoice: Option<InvoiceId>, amount: Money) -> Outcome<Money> {
    let client = row.client()?;
    let held = balances::balance(tx, ctx.scope, client, row.currency)?;
    let taken = Money::from_minor(amount.minor().min(held), row.currency);
    if taken.is_zero() {
        return Ok(taken);
    }
    let movement = Movement {
        client,
        kind: CreditKind::Returned,
        amount: taken.negated().map_err(Problem::from)?,
        reason: row.reference.clone(),
        invoice,
        transaction: Some(row.id),
    };
    credits::record(tx, ctx, movement)?;
    Ok(taken)
}

/// Credit that was spent before its payment came back: no invoice asks for it.
fn mind_loss(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, lost: Money) -> Outcome<()> {
    let todo = Todo {
        unique_key: format!("returned-credit:{}", row.id),
        kind: TodoKind::PaymentUnknown,
        title: format!("A payment has come back of which {lost} was spent as credit"),
        detail:
            "It was more than its invoice, and the rest has paid for something else since. It is booked as bad debt: \
                 invoice it by hand if the client is to pay it."
                .into(),
        subject_id: row.id.to_string(),
    };
    todos::raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}
