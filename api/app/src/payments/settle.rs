//! What the answer to a payment does: recorded once, however often it comes.

use crate::credits::{self, Movement};
use crate::invoices::issue;
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::ledger;
use crate::mails::{About, Mail, enqueue_about};
use crate::payments::unanswered::todo_key;
use crate::payments::{confirm, poll};
use crate::todos::{self, Todo};
use comptoir_connectors::payment::{AMOUNT_DIFFERS, Outcome as Answered, Payment};
use comptoir_connectors::{ConnectorError, Kind};
use comptoir_db::clients::ClientRow;
use comptoir_db::contacts::ContactRow;
use comptoir_db::payments::{self, AllocationRow, TransactionDetail, TransactionRow};
use comptoir_db::{Db, Outcome, clients, invoices, payment_methods};
use comptoir_domain::card_expiry::parts_of_label;
use comptoir_domain::invoices::InvoiceState;
use comptoir_domain::invoices::line_payments::cut_to;
use comptoir_domain::ledger::{EntryKind, Settlement, income, payment_received};
use comptoir_domain::mails::MailKind;
use comptoir_domain::payments::{Books, CreditKind, TransactionState, transition};
use comptoir_domain::{InvoiceLineId, Money, Problem, TransactionId};
use serde_json::json;
use std::slice;

/// Which call it was that has been answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The payment itself.
    Start,
    /// What became of it.
    Lookup,
}

/// Locks a transaction behind its client: everyone locks in this order.
pub fn lock(tx: &mut Db, ctx: &Ctx, id: TransactionId) -> Outcome<TransactionRow> {
    if let Some(client) = payments::find(tx, ctx.scope, id)?.client_id {
        clients::lock(tx, ctx.scope, client)?;
    }
    payments::lock(tx, ctx.scope, id)
}

/// Records what a gateway said about a payment. A transaction that is decided already stays as it is; one that is left open is
/// asked about soon.
pub fn settle(
    tx: &mut Db,
    ctx: &Ctx,
    id: TransactionId,
    asked: Asked,
    answer: &Result<Payment, ConnectorError>,
) -> Outcome<TransactionRow> {
    let row = record(tx, ctx, id, asked, answer)?;
    // whoever asks again sees to it himself
    if asked == Asked::Start {
        poll::watch(tx, ctx, slice::from_ref(&row))?;
    }
    Ok(row)
}

/// The same for one of many.
pub(super) fn record(
    tx: &mut Db,
    ctx: &Ctx,
    id: TransactionId,
    asked: Asked,
    answer: &Result<Payment, ConnectorError>,
) -> Outcome<TransactionRow> {
    let mut row = lock(tx, ctx, id)?;
    if !row.state.is_under_way() {
        if answer.as_ref().is_ok_and(Payment::is_taken) {
            mind_late_approval(tx, ctx, &row)?;
        }
        return Ok(row);
    }
    let was_lost = asked == Asked::Lookup && row.state != TransactionState::Pending;
    if let Ok(payment) = answer {
        row.amount_minor = taken_part(&row, payment).unwrap_or(row.amount_minor);
    }
    let agreed = answer.as_ref().map_err(Clone::clone).and_then(|payment| {
        payment.agrees_with(row.amount())?;
        Ok(payment)
    });
    match agreed {
        Ok(payment) => {
            row.gateway_reference = payment.gateway_id.clone().or(row.gateway_reference);
            let (state, mut detail) = read(payment);
            let is_new = row.state != state;
            // who asks before the client has sent the form learns nothing of it
            let is_out = state == TransactionState::Pending && !is_new && !row.detail.0.redirect_fields.is_empty();
            if is_out && detail.redirect_to.is_none() {
                detail.redirect_to = row.detail.0.redirect_to.take();
                detail.redirect_fields = std::mem::take(&mut row.detail.0.redirect_fields);
            }
            row.detail.0 = detail;
            enter(tx, ctx, &mut row, state)?;
            if is_new {
                confirm::call_client(tx, ctx, &row)?;
                retire_dead(tx, ctx, &row, payment)?;
            }
        }
        Err(error) => {
            let never_begun = asked == Asked::Lookup && error.kind == Kind::NotFound;
            row.detail.0 = TransactionDetail {
                code: Some(if never_begun { payments::NEVER_BEGUN.into() } else { error.code.to_string() }),
                message: error.message.clone(),
                ..Default::default()
            };
            let state = after_error(row.state, asked, error.kind);
            enter(tx, ctx, &mut row, state)?;
            if error.code == AMOUNT_DIFFERS {
                mind_amount(tx, ctx, &row)?;
            }
        }
    }
    if was_lost && !row.state.is_under_way() {
        comptoir_db::todos::settle(tx, ctx.scope, &todo_key(row.id), ctx.now)?;
    }
    Ok(row)
}

/// A stored card of which its bank says that it will never work is not charged again.
fn retire_dead(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, payment: &Payment) -> Outcome<()> {
    let is_dead = matches!(&payment.outcome, Answered::Declined(decline) if decline.hard);
    let Some(id) = row.payment_method_id.filter(|_| is_dead) else { return Ok(()) };
    for mut method in payment_methods::some(tx, ctx.scope, &[id])? {
        if method.retired_at.is_none() {
            method.retired_at = Some(ctx.now);
            payment_methods::save(tx, &mut method)?;
        }
    }
    Ok(())
}

/// The gateway tells of another amount than was asked for: somebody has changed the form, or it is not our payment.
fn mind_amount(tx: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<()> {
    let todo = Todo::of_payment(
        row,
        todo_key(row.id),
        format!("{} tells of another amount than {}", row.gateway, row.amount()),
        format!(
            "{}. Look there, then say what became of it by POST /v1/transactions/{{id}}/decide.",
            row.detail.0.message
        ),
    );
    todos::raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// Of what was reserved only a part may have been taken, wherever that was ordered.
fn taken_part(row: &TransactionRow, payment: &Payment) -> Option<i64> {
    let is_capture = row.state == TransactionState::Authorised && payment.outcome == Answered::Captured;
    let is_part = payment.amount.currency() == row.currency && (1..row.amount_minor).contains(&payment.amount.minor());
    (is_capture && is_part).then_some(payment.amount.minor())
}

/// Money that the gateway has taken for a transaction that was given up: nobody may lose it, so a person looks at it.
fn mind_late_approval(tx: &mut Db, ctx: &Ctx, row: &TransactionRow) -> Outcome<()> {
    let is_given_up = [TransactionState::Error, TransactionState::Declined, TransactionState::Voided];
    if !is_given_up.contains(&row.state) {
        return Ok(());
    }
    let todo = Todo::of_payment(
        row,
        format!("late-approval:{}", row.id),
        format!("{} took {} after all", row.gateway, row.amount()),
        format!("the transaction was {}; the gateway has the money: book it by hand or give it back", row.state),
    );
    todos::raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}

/// The state and the words of an answer.
pub(super) fn read(payment: &Payment) -> (TransactionState, TransactionDetail) {
    let (raw, card_country) = (payment.raw.clone(), payment.card_country);
    let mut detail = TransactionDetail { raw, card_country, ..Default::default() };
    let state = match &payment.outcome {
        Answered::Approved => TransactionState::Approved,
        Answered::Captured => TransactionState::Captured,
        Answered::Authorised => TransactionState::Authorised,
        Answered::Voided => TransactionState::Voided,
        Answered::Pending { instructions } => {
            detail.message = instructions.clone().unwrap_or_default();
            TransactionState::Pending
        }
        Answered::ActionNeeded(action) => {
            detail.redirect_to = Some(action.redirect_to.clone());
            detail.redirect_fields = action.fields.clone();
            TransactionState::Pending
        }
        Answered::Declined(decline) => {
            (detail.code, detail.message) = (Some(decline.code.clone()), decline.message.clone());
            TransactionState::Declined
        }
        Answered::Error { code, message } => {
            (detail.code, detail.message) = (Some(code.clone()), message.clone());
            TransactionState::Error
        }
    };
    (state, detail)
}

/// No answer, or one that contradicts what was asked, leaves the outcome unknown. A payment that surely did not begin
/// has failed; so has one that the gateway, asked for it, has never seen. A question that failed changes nothing.
pub fn after_error(state: TransactionState, asked: Asked, kind: Kind) -> TransactionState {
    match (asked, kind) {
        (_, Kind::Unknown | Kind::Conflict) => TransactionState::Unknown,
        (Asked::Start, _) | (Asked::Lookup, Kind::NotFound) => TransactionState::Error,
        (Asked::Lookup, _) => state,
    }
}

/// Brings a transaction that is locked behind its client into a state, with all that follows from it.
pub fn enter(tx: &mut Db, ctx: &Ctx, row: &mut TransactionRow, state: TransactionState) -> Outcome<()> {
    if state.is_taken() {
        return take(tx, ctx, row, state, &[]);
    }
    if state != row.state && !(row.state == TransactionState::Pending && state == TransactionState::Unknown) {
        transition(row.state, state)?;
        row.state = state;
        row.settled_at = Some(ctx.now).filter(|_| !state.is_under_way());
        ctx.record(
            tx,
            &format!("transaction.{state}"),
            row.id,
            json!({ "amount": row.amount(), "invoice_id": row.invoice_id }),
        )?;
        // a renewal that was never begun is charged again; who has ordered and waits has to know
        let is_news = !row.was_never_begun() || row.order_id.is_some();
        if is_news && matches!(state, TransactionState::Declined | TransactionState::Error) {
            let kind =
                if state == TransactionState::Declined { MailKind::PaymentDeclined } else { MailKind::PaymentError };
            tell(tx, ctx, row, kind)?;
        }
    }
    payments::save(tx, row)
}

/// The money is there: it pays the invoice, which is issued first if it is a draft; what is too much becomes credit.
/// The transaction is locked behind its client. It may be meant for some lines of the invoice.
pub fn approve(tx: &mut Db, ctx: &Ctx, row: &mut TransactionRow, meant: &[(InvoiceLineId, Money)]) -> Outcome<()> {
    take(tx, ctx, row, TransactionState::Approved, meant)
}

/// The same, at once or after it was reserved.
fn take(
    tx: &mut Db,
    ctx: &Ctx,
    row: &mut TransactionRow,
    state: TransactionState,
    meant: &[(InvoiceLineId, Money)],
) -> Outcome<()> {
    transition(row.state, state)?;
    row.state = state;
    row.settled_at = Some(ctx.now);
    payments::save(tx, row)?;
    let postings = match row.books {
        Books::Client => payment_received(row.arrival(), use_up(tx, ctx, row, meant)?),
        Books::Income => income(row.arrival(), row.amount()),
        Books::Nothing | Books::Elsewhere => Ok(Vec::new()),
    };
    let postings = postings.map_err(Problem::from)?;
    ledger::post(tx, ctx, EntryKind::PaymentReceived, row.id, row.client_id, postings)?;
    let fact = json!({ "amount": row.amount(), "invoice_id": row.invoice_id, "gateway": row.gateway });
    ctx.record(tx, &format!("transaction.{state}"), row.id, fact)?;
    tell(tx, ctx, row, receipt(row))
}

/// A client's money pays the invoice; what is too much, or is for none, becomes its credit.
fn use_up(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, meant: &[(InvoiceLineId, Money)]) -> Outcome<Settlement> {
    let allocated = allocate(tx, ctx, row, meant)?;
    let over = row.amount().minus(allocated).map_err(Problem::from)?;
    if !over.is_zero() {
        let movement = Movement {
            client: row.client()?,
            kind: if row.invoice_id.is_some() { CreditKind::OverPayment } else { CreditKind::Deposit },
            amount: over,
            reason: if row.invoice_id.is_some() { String::new() } else { row.comment.clone() },
            invoice: row.invoice_id,
            transaction: Some(row.id),
        };
        credits::record(tx, ctx, movement)?;
    }
    Ok(Settlement { allocated, over, fee: Money::zero(row.currency) })
}

/// The mail that says that money has come in, by the way it came.
pub fn receipt(row: &TransactionRow) -> MailKind {
    match row.gateway.as_str() {
        _ if row.is_debit => MailKind::PaymentEcheck,
        "cheque" => MailKind::PaymentCheque,
        "cash" | "transfer" | "gateway" => MailKind::PaymentExternalGateway,
        _ => MailKind::PaymentCard,
    }
}

/// Pays as much of the invoice as waits for money.
fn allocate(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, meant: &[(InvoiceLineId, Money)]) -> Outcome<Money> {
    let Some(id) = row.invoice_id else { return Ok(Money::zero(row.currency)) };
    let mut invoice = invoices::lock(tx, ctx.scope, id)?;
    if invoice.state == InvoiceState::Draft {
        invoice = issue(tx, ctx, id)?;
    } else {
        credits::apply_credits(tx, ctx, &mut invoice)?;
    }
    let amount = invoice.money(invoice.payable().minor().min(row.amount_minor));
    if amount.is_zero() || invoice.currency != row.currency {
        return Ok(Money::zero(row.currency));
    }
    let allocation = AllocationRow {
        seller_id: row.seller_id,
        id: fresh(),
        invoice_id: id,
        transaction_id: Some(row.id),
        currency: row.currency,
        amount_minor: amount.minor(),
        created_at: ctx.now,
    };
    payments::allocate(tx, &allocation, &cut_to(amount, meant).map_err(Problem::from)?)?;
    invoice.open_minor -= amount.minor();
    invoices::save(tx, &mut invoice)?;
    if let Some(order) = invoice.order_id.filter(|_| invoice.open_minor == 0) {
        crate::orders::paid::paid(tx, ctx, order)?;
    }
    Ok(amount)
}

/// Tells the client, with the variables of the guide. Whoever has only tried a gateway out writes to nobody.
pub fn tell(tx: &mut Db, ctx: &Ctx, row: &TransactionRow, kind: MailKind) -> Outcome<()> {
    let Some(client) = row.client_id.filter(|_| row.books != Books::Nothing) else { return Ok(()) };
    let number = match row.invoice_id {
        // the first invoice of an order has no number until it is paid
        Some(id) => invoices::find(tx, ctx.scope, id)?.number.unwrap_or_default(),
        None => String::new(),
    };
    let parties = Parties::load(tx, ctx, &[client])?;
    let charged = row.payment_method_id.map_or(Ok(Vec::new()), |id| payment_methods::some(tx, ctx.scope, &[id]))?;
    let label = charged.first().map_or("", |method| method.label.as_str());
    let mail = letter(row, (&number, label), parties.buyer(client)?, kind);
    enqueue_about(tx, ctx.scope, ctx.now, vec![mail]).map(|_| ())
}

/// What the client is told about a transaction: of the invoice of that number, with the stored method of that label.
pub fn letter<'a>(
    row: &TransactionRow,
    (number, label): (&str, &str),
    (client, contact): (&ClientRow, &'a ContactRow),
    kind: MailKind,
) -> (About, Mail<'a>) {
    let (card, last_four) = parts_of_label(label);
    let variables = json!({
        "invoiceId": row.invoice_id, "invoiceNumber": number, "invoiceAmount": row.amount(), "gatewayName": row.gateway, "billingCardType": card,
        "billingAccountNumLastFour": last_four, "transactionDateCreated": row.settled_at.unwrap_or(row.created_at), "transactionCode": row.reference,
        "authCode": row.gateway_reference, "authReturn": row.detail.0.code, "avsCode": "",
        "billingBankName": "", "billingBankAbaCode": "", "transactionAmount": row.amount(),
        "transactionNotes": row.detail.0.message,
    });
    let mail = Mail {
        kind,
        unique_key: format!("{kind}:{}", row.id),
        recipient: &contact.email,
        locale: client.locale,
        format: contact.mail_format,
        variables,
    };
    let about = About { client: row.client_id, invoice: row.invoice_id };
    (about, mail)
}
