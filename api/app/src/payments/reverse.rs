//! A payment that was taken and comes back, because a bank returns it, its payer disputes it, or its approval was a mistake: what
//! it had paid is open again, and the credit that it had made is gone. What has gone is a transaction of its own.

use crate::credits::{self, Movement};
use crate::fraud;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::ledger;
use crate::todos::{self, Todo};
use comptoir_db::payments::{self, AllocationRow, TransactionDetail, TransactionRow};
use comptoir_db::{Db, Json, Outcome, credits as balances, invoices};
use comptoir_domain::invoices::line_payments::cut_to;
use comptoir_domain::ledger::{EntryKind, Posting, Returned, income, payment_returned, refund_of_elsewhere};
use comptoir_domain::payments::{Books, CreditKind, TransactionKind, TransactionState, transition};
use comptoir_domain::{InvoiceId, InvoiceLineId, Money, Problem, TransactionId};
use serde_json::json;

/// What comes back of a payment.
#[derive(Clone, Copy)]
pub struct Back<'a> {
    /// How much, at most the payment; all of it if absent or in another currency.
    pub amount: Option<Money>,
    /// What the bank charges for that, if it is in the payment's currency.
    pub fee: Option<Money>,
    /// Why.
    pub why: &'a str,
}

/// Takes a payment back, which is locked behind its client; answers the transaction by which the money goes.
pub fn reverse(tx: &mut Db, ctx: &Ctx, payment: &mut TransactionRow, back: Back<'_>) -> Outcome<TransactionId> {
    transition(payment.state, TransactionState::Refunded)?;
    let own = |money: &Money| money.currency() == payment.currency;
    let amount = back.amount.filter(own).unwrap_or(payment.amount());
    let amount = Money::from_minor(amount.minor().min(payment.amount_minor), payment.currency);
    let fee = back.fee.filter(own).unwrap_or(Money::zero(payment.currency));
    let id = note(tx, ctx, payment, amount, back.why)?;
    let all = payments::refunds_of(tx, ctx.scope, payment.id)?;
    let gone: i64 = all.iter().filter(|row| row.state.is_taken()).map(|row| row.amount_minor).sum();
    if gone >= payment.amount_minor {
        payment.state = TransactionState::Refunded;
    }
    payments::save(tx, payment)?;
    let postings = take_back(tx, ctx, payment, amount, fee)?;
    ledger::post(tx, ctx, EntryKind::Chargeback, id, payment.client_id, postings)?;
    let fact = json!({ "amount": amount, "invoice_id": payment.invoice_id, "why": back.why });
    ctx.record(tx, "transaction.returned", payment.id, fact)?;
    fraud::charged_back(tx, ctx, payment)?;
    Ok(id)
}

/// Writes down that so much has gone.
fn note(tx: &mut Db, ctx: &Ctx, payment: &TransactionRow, amount: Money, why: &str) -> Outcome<TransactionId> {
    let id: TransactionId = fresh();
    let row = TransactionRow {
        id,
        kind: TransactionKind::Chargeback,
        state: TransactionState::Approved,
        refunds_transaction_id: Some(payment.id),
        reference: id.to_string(),
        gateway_reference: None,
        amount_minor: amount.minor(),
        attempts: 1,
        detail: Json(TransactionDetail::default()),
        comment: why.into(),
        created_at: ctx.now,
        settled_at: Some(ctx.now),
        version: 1,
        ..payment.clone()
    };
    payments::insert(tx, &row)?;
    Ok(id)
}

/// Undoes what a payment has done, as far as it has gone; the postings of that.
fn take_back(tx: &mut Db, ctx: &Ctx, payment: &TransactionRow, amount: Money, fee: Money) -> Outcome<Vec<Posting>> {
    let zero = Money::zero(payment.currency);
    let only_fee = Returned { allocated: zero, withdrawn: zero, over: zero, lost: zero, fee };
    let (way, less) = (payment.arrival(), amount.negated().map_err(Problem::from)?);
    let (returned, others) = match payment.books {
        Books::Client => (of_client(tx, ctx, payment, amount, only_fee)?, Ok(Vec::new())),
        Books::Income => (only_fee, income(way, less)),
        Books::Elsewhere => (only_fee, refund_of_elsewhere(way, amount)),
        Books::Nothing => (only_fee, Ok(Vec::new())),
    };
    let mut postings = others.map_err(Problem::from)?;
    postings.extend(payment_returned(way, returned).map_err(Problem::from)?);
    Ok(postings)
}

/// What a client's payment had paid is open again; of the rest the credit is gone.
fn of_client(tx: &mut Db, ctx: &Ctx, payment: &TransactionRow, amount: Money, mut all: Returned) -> Outcome<Returned> {
    for (invoice, minor) in take_off(tx, ctx, payment.id, amount)? {
        let withdrawn = open_again(tx, ctx, payment, invoice, minor)?;
        let allocated = Money::from_minor(minor, payment.currency);
        all.allocated = all.allocated.plus(allocated).map_err(Problem::from)?;
        all.withdrawn = all.withdrawn.plus(withdrawn).map_err(Problem::from)?;
    }
    let over = amount.minus(all.allocated).map_err(Problem::from)?;
    all.over = withdraw(tx, ctx, payment, None, over)?;
    all.lost = over.minus(all.over).map_err(Problem::from)?;
    if !all.lost.is_zero() {
        mind_loss(tx, ctx, payment, all.lost)?;
    }
    Ok(all)
}

/// Takes so much of a payment off the invoices that it went to, the last first; says how much of which.
fn take_off(tx: &mut Db, ctx: &Ctx, payment: TransactionId, amount: Money) -> Outcome<Vec<(InvoiceId, i64)>> {
    let mut left = amount.minor();
    let mut taken = Vec::new();
    for (row, lines) in payments::take_off(tx, ctx.scope, payment)?.into_iter().rev() {
        let minor = row.amount_minor.min(left);
        left -= minor;
        if minor > 0 {
            taken.push((row.invoice_id, minor));
        }
        leave(tx, ctx, row, &lines, minor)?;
    }
    Ok(taken)
}

/// Puts back what an allocation has left once so much has gone.
fn leave(tx: &mut Db, ctx: &Ctx, row: AllocationRow, lines: &[(InvoiceLineId, Money)], gone: i64) -> Outcome<()> {
    let rest = Money::from_minor(row.amount_minor - gone, row.currency);
    if rest.is_zero() {
        return Ok(());
    }
    let row = AllocationRow { id: fresh(), amount_minor: rest.minor(), created_at: ctx.now, ..row };
    payments::allocate(tx, &row, &cut_to(rest, lines).map_err(Problem::from)?)
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
    let todo = Todo::of_payment(
        row,
        format!("returned-credit:{}", row.id),
        format!("A payment has come back of which {lost} was spent as credit"),
        "It was more than its invoice, and the rest has paid for something else since. It is booked as bad debt: \
                 invoice it by hand if the client is to pay it.",
    );
    todos::raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}
