//! Beginning a debit (PAY-08): the payment is written down and joins the open batch of its plug-in, and the payer is told when
//! the account will be debited. Nothing is sent: the file of the batch goes to a bank by hand.

use crate::bank::mandates::fault;
use crate::events::enqueue::{Task, enqueue as enqueue_event};
use crate::invoices::parties::Parties;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::mails::{About, Mail, enqueue_about};
use crate::payments::pay::begin;
use chrono::NaiveDate;
use comptoir_connectors::payment::Debits;
use comptoir_db::bank::batches::{self, DebitBatchRow};
use comptoir_db::bank::debits::{self, DebitRow};
use comptoir_db::bank::mandates::{self, MandateRow};
use comptoir_db::invoices::InvoiceRow;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_db::payments::{self, TransactionRow};
use comptoir_db::{Db, Failure, Outcome, counters, settings};
use comptoir_domain::bank::{BatchState, collection_date};
use comptoir_domain::card_expiry::parts_of_label;
use comptoir_domain::events::EventKind;
use comptoir_domain::mails::MailKind;
use comptoir_domain::{Code, Money, Problem};
use serde_json::json;

/// Begins a debit of an invoice, which is locked behind its client, from a stored account.
pub fn join(
    tx: &mut Db,
    ctx: &Ctx,
    debits: &dyn Debits,
    invoice: &InvoiceRow,
    (method, amount): (&PaymentMethodRow, Money),
) -> Outcome<TransactionRow> {
    let collect_on = collect_on(ctx, debits, invoice.due_on);
    let mandate = usable_mandate(tx, ctx, debits, method, collect_on)?;
    let begun = begin(tx, ctx, invoice, &method.gateway, Some((method.id, amount)))?;
    let row = enter_batch(tx, ctx, begun, mandate.as_ref(), method, collect_on)?;
    give_notice(tx, ctx, debits, &row, mandate.as_ref(), method, collect_on)?;
    Ok(row)
}

/// Makes a debit of a payment that has just begun.
pub fn enter_batch(
    tx: &mut Db,
    ctx: &Ctx,
    mut row: TransactionRow,
    mandate: Option<&MandateRow>,
    method: &PaymentMethodRow,
    collect_on: NaiveDate,
) -> Outcome<TransactionRow> {
    row.is_debit = true;
    row.reference = next_reference(tx, ctx)?;
    payments::save(tx, &mut row)?;
    let batch = open_batch(tx, ctx, &row.gateway)?;
    let debit = DebitRow {
        seller_id: row.seller_id,
        transaction_id: row.id,
        gateway: row.gateway.clone(),
        batch_id: Some(batch.id),
        mandate_id: mandate.map(|mandate| mandate.id),
        payment_method_id: method.id,
        collect_on,
        noticed_on: Some(ctx.today()),
        sequence: None,
        group_name: None,
        bank_status: None,
        reason_code: None,
        reason_text: None,
        replaces_id: None,
        former_creditor_name: None,
        former_creditor_id: None,
    };
    debits::insert(tx, &debit)?;
    close_when_full(tx, ctx, &batch)?;
    Ok(row)
}

/// What banks repeat in their answers. Formats have place for few characters, so it is short: `DD0000000042`.
fn next_reference(tx: &mut Db, ctx: &Ctx) -> Outcome<String> {
    Ok(format!("DD{:010}", counters::next(tx, ctx.scope, "debit", 1)?))
}

/// The open batch of a plug-in, which is opened if there is none.
pub fn open_batch(tx: &mut Db, ctx: &Ctx, gateway: &str) -> Outcome<DebitBatchRow> {
    // behind its lock: nothing joins a batch that is being closed
    if let Some(open) = batches::lock_open_of(tx, ctx.scope, gateway)? {
        return Ok(open);
    }
    let row = DebitBatchRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        gateway: gateway.into(),
        state: BatchState::Open,
        name: None,
        file_name: None,
        file_sealed: None,
        sha256: None,
        bank_status: None,
        opened_at: ctx.now,
        closed_at: None,
        version: 1,
        cover_note_sealed: None,
    };
    if batches::open(tx, &row)? {
        ctx.record(tx, "bank_batch.opened", row.id, json!({ "gateway": gateway }))?;
        return Ok(row);
    }
    // no refusal: what was written before shall not stay without its batch
    let found = batches::lock_open_of(tx, ctx.scope, gateway)?;
    found.ok_or_else(|| Failure::Corrupt(format!("the batch of {gateway} was closed in the moment it was opened")))
}

/// A batch that has reached the number at which it is closed is closed by the next worker.
fn close_when_full(tx: &mut Db, ctx: &Ctx, batch: &DebitBatchRow) -> Outcome<()> {
    let rules = settings::read(tx, ctx.scope)?.value.0.bank_files;
    if rules.process_after_transactions == 0 {
        return Ok(());
    }
    let count = usize::try_from(debits::count_of_batch(tx, ctx.scope, batch.id)?).unwrap_or(usize::MAX);
    if rules.closes(batch.opened_at.date_in(ctx.zone), count, ctx.today()) {
        let unique_key = format!("{}:{}", EventKind::ProcessBatchFiles, batch.id);
        let task = Task { unique_key, ..Task::by_hand(EventKind::ProcessBatchFiles) };
        enqueue_event(tx, ctx, vec![task])?;
    }
    Ok(())
}

/// When the account can be debited if its payer is told today.
fn collect_on(ctx: &Ctx, debits: &dyn Debits, due_on: Option<NaiveDate>) -> NaiveDate {
    let now = ctx.now.local_in(ctx.zone);
    collection_date(due_on.unwrap_or(ctx.today()), now, Some(ctx.today()), debits.terms())
}

/// The mandate under which an account can be debited on a day; none where none is needed. Refuses without one.
fn usable_mandate(
    db: &mut Db,
    ctx: &Ctx,
    debits: &dyn Debits,
    method: &PaymentMethodRow,
    on: NaiveDate,
) -> Outcome<Option<MandateRow>> {
    let Some(scheme) = debits.scheme() else { return Ok(None) };
    let signed = mandates::of_methods(db, ctx.scope, &[method.id])?.pop();
    let missing =
        || Problem::new(Code::Conflict, "the account has no mandate any more: store it again, with a new one");
    let mandate = signed.ok_or_else(missing)?;
    // one that its payer's bank has yet to know can be debited later: the debit waits in the open batch
    let known = MandateRow { is_registered: true, ..mandate.clone() };
    match fault(&known, scheme, on) {
        None => Ok(Some(mandate)),
        Some(why) => Err(Problem::new(Code::Conflict, format!("the account cannot be debited: {why}")).into()),
    }
}

/// Tells the payer, as the schemes want it: amount, day, mandate and creditor.
fn give_notice(
    tx: &mut Db,
    ctx: &Ctx,
    debits: &dyn Debits,
    row: &TransactionRow,
    mandate: Option<&MandateRow>,
    method: &PaymentMethodRow,
    collect_on: NaiveDate,
) -> Outcome<()> {
    let payer = row.client()?;
    let parties = Parties::load(tx, ctx, &[payer])?;
    let (client, contact) = parties.buyer(payer)?;
    let mail = Mail {
        kind: MailKind::MandatePrenotification,
        unique_key: format!("{}:{}", MailKind::MandatePrenotification, row.id),
        recipient: &contact.email,
        locale: client.locale,
        format: contact.mail_format,
        variables: json!({
            "invoiceAmount": row.amount(), "collectionDate": collect_on,
            "mandateReference": mandate.map(|mandate| mandate.reference.clone()).unwrap_or_default(),
            "creditorId": debits.creditor_id().map(|id| id.as_str().to_string()).unwrap_or_default(),
            "billingAccountNumLastFour": parts_of_label(&method.label).1,
        }),
    };
    let about = About { client: Some(payer), invoice: row.invoice_id };
    enqueue_about(tx, ctx.scope, ctx.now, vec![(about, mail)]).map(|_| ())
}
