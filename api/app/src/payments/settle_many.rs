//! Recording many answers in one transaction: payments that were simply taken together, by few statements; all others one by
//! one, as any answer. What follows from an answer is the same either way.

use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::ledger::{self, Entry};
use crate::mails::enqueue_about;
use crate::payments::poll;
use crate::payments::settle::{Asked, letter, read, receipt, record};
use crate::webhooks;
use comptoir_connectors::ConnectorError;
use comptoir_connectors::payment::Payment;
use comptoir_db::invoices::{self, InvoiceRow};
use comptoir_db::payments::{self, AllocationRow, TransactionDetail, TransactionRow};
use comptoir_db::{Db, Outcome, clients, credits, payment_methods};
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::ledger::{EntryKind, Settlement, payment_received};
use comptoir_domain::payments::{Books, TransactionKind, TransactionState, transition};
use comptoir_domain::{ClientId, InvoiceId, Money, PaymentMethodId, Problem, TransactionId};
use serde_json::json;
use std::collections::HashMap;

/// What a gateway has said about a payment that was begun.
#[derive(Clone)]
pub struct Answered {
    /// The payment.
    pub id: TransactionId,
    /// Whose.
    pub client: ClientId,
    /// The answer.
    pub answer: Result<Payment, ConnectorError>,
}

/// A payment that was taken and pays a part of an issued invoice, or all of it: nothing else follows.
struct Taken {
    owner: ClientId,
    row: TransactionRow,
    invoice: InvoiceRow,
    state: TransactionState,
    detail: TransactionDetail,
}

/// Records answers to payments; gives the transactions in the same order.
pub fn settle_many(tx: &mut Db, ctx: &Ctx, answers: &[Answered]) -> Outcome<Vec<TransactionRow>> {
    let owners: Vec<ClientId> = answers.iter().map(|one| one.client).collect();
    clients::lock_many(tx, ctx.scope, &owners)?;
    let taken = taken(tx, ctx, answers, &owners)?;
    let mut settled: HashMap<TransactionId, TransactionRow> =
        take_all(tx, ctx, taken)?.into_iter().map(|row| (row.id, row)).collect();
    let one = |one: &Answered| match settled.remove(&one.id) {
        Some(row) => Ok(row),
        None => record(tx, ctx, one.id, Asked::Start, &one.answer),
    };
    let rows: Vec<_> = answers.iter().map(one).collect::<Outcome<_>>()?;
    poll::watch(tx, ctx, &rows)?;
    Ok(rows)
}

/// Which of them are simple, with what they are about, locked.
fn taken(tx: &mut Db, ctx: &Ctx, answers: &[Answered], owners: &[ClientId]) -> Outcome<Vec<Taken>> {
    let approved: HashMap<TransactionId, &Payment> = answers
        .iter()
        .filter_map(|one| Some((one.id, one.answer.as_ref().ok().filter(|payment| payment.is_taken())?)))
        .collect();
    let ids: Vec<TransactionId> = approved.keys().copied().collect();
    let rows = payments::lock_many(tx, ctx.scope, &ids)?;
    let about: Vec<InvoiceId> = rows.iter().filter_map(|row| row.invoice_id).collect();
    let invoices = invoices::lock_many(tx, ctx.scope, &about)?;
    let mut invoices: HashMap<InvoiceId, InvoiceRow> = invoices.into_iter().map(|row| (row.id, row)).collect();
    // credit pays first
    let credited = credits::in_credit(tx, ctx.scope, owners)?;
    let mut taken = Vec::with_capacity(rows.len());
    for mut row in rows {
        let Some(payment) = approved.get(&row.id) else { continue };
        let Some(invoice) = row.invoice_id.and_then(|id| invoices.remove(&id)) else { continue };
        let Some(owner) = row.client_id.filter(|_| row.books == Books::Client) else { continue };
        let is_begun = row.state == TransactionState::New && row.kind == TransactionKind::Payment;
        let agrees = payment.agrees_with(row.amount()).is_ok();
        let is_owed = invoice.state == InvoiceState::Issued
            && invoice.order_id.is_none()
            && invoice.currency == row.currency
            && invoice.payable().minor() >= row.amount_minor
            && !credited.contains(&(invoice.client_id, invoice.currency));
        if is_begun && agrees && is_owed {
            let (state, detail) = read(payment);
            row.gateway_reference = payment.gateway_id.clone().or(row.gateway_reference);
            taken.push(Taken { owner, row, invoice, state, detail });
        }
    }
    Ok(taken)
}

/// The money is there: it pays the invoices, is booked, and the clients are told.
fn take_all(tx: &mut Db, ctx: &Ctx, mut all: Vec<Taken>) -> Outcome<Vec<TransactionRow>> {
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let owners: Vec<ClientId> = all.iter().map(|one| one.owner).collect();
    let parties = Parties::load(tx, ctx, &owners)?;
    let labels = labels(tx, ctx, &all)?;
    let (mut allocations, mut entries, mut facts, mut letters) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Taken { owner, row, invoice, state, detail } in &mut all {
        transition(row.state, *state)?;
        (row.state, row.settled_at, row.detail.0) = (*state, Some(ctx.now), std::mem::take(detail));
        payments::save(tx, row)?;
        invoice.open_minor -= row.amount_minor;
        invoices::save(tx, invoice)?;
        allocations.push(AllocationRow {
            seller_id: row.seller_id,
            id: fresh(),
            invoice_id: invoice.id,
            transaction_id: Some(row.id),
            currency: row.currency,
            amount_minor: row.amount_minor,
            created_at: ctx.now,
        });
        let nothing = Money::zero(row.currency);
        let settlement = Settlement { allocated: row.amount(), over: nothing, fee: nothing };
        entries.push(Entry {
            kind: EntryKind::PaymentReceived,
            subject: row.id.to_string(),
            client: Some(*owner),
            on: ctx.today(),
            postings: payment_received(row.arrival(), settlement).map_err(Problem::from)?,
        });
        let fact = json!({ "amount": row.amount(), "invoice_id": row.invoice_id, "gateway": row.gateway });
        facts.push(ctx.fact(&format!("transaction.{state}"), row.id, fact));
        let number = invoice.number.as_deref().unwrap_or_default();
        let label = row.payment_method_id.and_then(|id| labels.get(&id)).map_or("", String::as_str);
        letters.push(letter(row, (number, label), parties.buyer(*owner)?, receipt(row)));
    }
    payments::allocate_many(tx, &allocations)?;
    ledger::post_all(tx, ctx, &entries)?;
    webhooks::append(tx, &facts)?;
    enqueue_about(tx, ctx.scope, ctx.now, letters)?;
    Ok(all.into_iter().map(|one| one.row).collect())
}

/// What the charged methods are called.
fn labels(tx: &mut Db, ctx: &Ctx, all: &[Taken]) -> Outcome<HashMap<PaymentMethodId, String>> {
    let ids: Vec<PaymentMethodId> = all.iter().filter_map(|one| one.row.payment_method_id).collect();
    Ok(payment_methods::some(tx, ctx.scope, &ids)?.into_iter().map(|row| (row.id, row.label)).collect())
}
