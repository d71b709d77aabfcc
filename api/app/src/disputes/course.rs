//! The course of a dispute, and what follows from each step. The payment is locked behind its client.

use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::payments::pay::new_payment;
use crate::payments::reverse::{Back, reverse};
use crate::payments::settle::approve;
use crate::todos::{Todo, raise};
use comptoir_connectors::payment::Dispute;
use comptoir_db::disputes::{self, DisputeRow};
use comptoir_db::payment_methods::{self, PaymentMethodRow};
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Outcome, todos};
use comptoir_domain::disputes::{DisputeState, transition};
use comptoir_domain::payments::Books;
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{DisputeId, Instant, Money};
use serde_json::json;

/// What is disputed.
pub struct Claim {
    /// The gateway's id of the dispute.
    pub reference: Option<String>,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Where it stands in the gateway's own word.
    pub status: String,
    /// Until when it can be answered.
    pub answer_by: Option<Instant>,
}

/// Records what a gateway says about a dispute of a payment. What is late, or comes twice, changes nothing.
pub fn heard(tx: &mut Db, ctx: &Ctx, payment: &mut TransactionRow, said: &Dispute) -> Outcome<()> {
    let mut row = match known(tx, ctx, payment, &said.id)? {
        Some(row) => row,
        None => {
            // some gateways speak of the payer's currency: then it is all of it
            let same = said.amount.currency() == payment.currency && said.amount.minor() > 0;
            let claim = Claim {
                reference: Some(said.id.clone()),
                amount: if same { said.amount } else { payment.amount() },
                reason: said.reason.clone(),
                status: said.status.clone(),
                answer_by: said.answer_by,
            };
            open(tx, ctx, payment, claim)?
        }
    };
    if row.state.next().contains(&said.state) {
        row.status.clone_from(&said.status);
        decide(tx, ctx, payment, &mut row, said.state, None)?;
    } else if row.state == said.state && (&row.status, row.answer_by) != (&said.status, said.answer_by) {
        row.status.clone_from(&said.status);
        row.answer_by = said.answer_by;
        disputes::save(tx, &mut row)?;
    }
    Ok(())
}

/// The dispute that a gateway calls so; or one that a person has told of before the gateway did.
fn known(tx: &mut Db, ctx: &Ctx, payment: &TransactionRow, reference: &str) -> Outcome<Option<DisputeRow>> {
    let all = disputes::of_payment(tx, ctx.scope, payment.id)?;
    let named = all.iter().find(|row| row.gateway_reference.as_deref() == Some(reference));
    let Some(found) = named.or_else(|| all.iter().find(|row| row.gateway_reference.is_none())) else { return Ok(None) };
    let mut row = disputes::lock(tx, ctx.scope, found.id)?;
    if row.gateway_reference.is_none() {
        row.gateway_reference = Some(reference.into());
        disputes::save(tx, &mut row)?;
    }
    Ok(Some(row))
}

/// Records a new dispute: nothing is charged to the method until it is decided, and a person answers it.
pub fn open(tx: &mut Db, ctx: &Ctx, payment: &TransactionRow, claim: Claim) -> Outcome<DisputeRow> {
    let row = DisputeRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        transaction_id: payment.id,
        gateway_reference: claim.reference,
        state: DisputeState::Opened,
        currency: claim.amount.currency(),
        amount_minor: claim.amount.minor(),
        reason: claim.reason,
        status: claim.status,
        answer_by: claim.answer_by,
        chargeback_id: None,
        created_at: ctx.now,
        decided_at: None,
        version: 1,
    };
    disputes::insert(tx, &row)?;
    let theirs = |method: &PaymentMethodRow| method.retired_at.is_none();
    each_method(tx, ctx, payment, theirs, Some(ctx.now))?;
    let until = row.answer_by.map_or(String::new(), |at| format!(" until {}", at.date_in(ctx.zone)));
    let todo = Todo {
        unique_key: todo_key(row.id),
        kind: TodoKind::PaymentDisputed,
        title: format!("{} of a payment at {} are disputed", row.amount(), payment.gateway),
        detail: format!(
            "The reason given: {}. Answer at the gateway{until}. Nothing is charged to the method until it is decided.",
            if row.reason.is_empty() { "none" } else { &row.reason }
        ),
        subject_id: row.id.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo)?;
    let fact = json!({ "amount": row.amount(), "transaction_id": payment.id, "reason": row.reason });
    ctx.record(tx, "dispute.opened", row.id, fact)?;
    Ok(row)
}

fn todo_key(id: DisputeId) -> String {
    format!("dispute:{id}")
}

/// Ends a dispute, or ends it otherwise than before.
pub fn decide(
    tx: &mut Db,
    ctx: &Ctx,
    payment: &mut TransactionRow,
    row: &mut DisputeRow,
    to: DisputeState,
    fee: Option<Money>,
) -> Outcome<()> {
    transition(row.state, to)?;
    (row.state, row.decided_at) = (to, Some(ctx.now));
    todos::settle(tx, ctx.scope, &todo_key(row.id), ctx.now)?;
    match to {
        DisputeState::Lost => lose(tx, ctx, payment, row, fee)?,
        DisputeState::Won => win(tx, ctx, payment, row)?,
        DisputeState::Opened => {}
    }
    disputes::save(tx, row)?;
    let fact = json!({ "amount": row.amount(), "transaction_id": payment.id });
    ctx.record(tx, &format!("dispute.{to}"), row.id, fact)
}

/// The money is gone.
fn lose(tx: &mut Db, ctx: &Ctx, payment: &mut TransactionRow, row: &mut DisputeRow, fee: Option<Money>) -> Outcome<()> {
    let is_booked = payment.state.is_taken();
    if is_booked {
        let back = Back { amount: Some(row.amount()), fee, why: &format!("disputed: {}", row.reason) };
        row.chargeback_id = Some(reverse(tx, ctx, payment, back)?);
    }
    let what = if is_booked {
        "What it had paid is open again. See whether the client keeps what was bought, and how it is to be paid."
    } else {
        "The payment was given back or had failed here, so nothing is booked: look at the gateway whether it was paid out twice."
    };
    let todo = Todo {
        unique_key: format!("dispute-lost:{}", row.id),
        kind: TodoKind::PaymentDisputed,
        title: format!("A dispute about {} at {} is lost", row.amount(), payment.gateway),
        detail: what.into(),
        subject_id: row.id.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// The money stays, or comes back as a payment of its own; the method is charged again.
fn win(tx: &mut Db, ctx: &Ctx, payment: &TransactionRow, row: &mut DisputeRow) -> Outcome<()> {
    let since = row.created_at;
    each_method(tx, ctx, payment, |method| method.retired_at == Some(since), None)?;
    let Some(gone) = row.chargeback_id.take() else { return Ok(()) };
    let gone = payments::find(tx, ctx.scope, gone)?;
    let mut again = TransactionRow {
        client_id: payment.client_id,
        invoice_id: payment.invoice_id,
        payment_method_id: payment.payment_method_id,
        books: if payment.books == Books::Elsewhere { Books::Income } else { payment.books },
        is_debit: payment.is_debit,
        payer: payment.payer.clone(),
        comment: format!("back from the dispute {}", row.id),
        ..new_payment(ctx, &payment.gateway, gone.amount())
    };
    payments::insert(tx, &again)?;
    approve(tx, ctx, &mut again, &[])
}

/// Stops charging to what the payment was made with, or begins again. Where it is not known which it was, it is all that the client
/// has stored there.
fn each_method(
    tx: &mut Db,
    ctx: &Ctx,
    payment: &TransactionRow,
    is_meant: impl Fn(&PaymentMethodRow) -> bool,
    retired_at: Option<Instant>,
) -> Outcome<()> {
    let Some(client) = payment.client_id else { return Ok(()) };
    let own = |method: &PaymentMethodRow| match payment.payment_method_id {
        Some(id) => method.id == id,
        None => method.gateway == payment.gateway,
    };
    for mut method in payment_methods::of_client(tx, ctx.scope, client)? {
        if own(&method) && is_meant(&method) {
            method.retired_at = retired_at;
            payment_methods::save(tx, &mut method)?;
        }
    }
    Ok(())
}
