//! What follows from an answer of a bank: its entries are tied to debits and invoices by the rules of `domain`, and what those
//! decide is done, in the order of the file.

use crate::bank::close::Means;
use crate::bank::known::{Known, known};
use crate::bank::outcome::{approve, bank_said, decline, give_back, remedy};
use crate::gateways::ready::Gateways;
use crate::kernel::call::Ctx;
use crate::kernel::clock::fresh;
use crate::payments::settle::lock;
use crate::todos::{Todo, raise};
use comptoir_db::bank::replies::{self, BankEntryRow};
use comptoir_db::bank::{batches, debits};
use comptoir_db::{Db, Outcome};
use comptoir_domain::bank::matching::{DebitVerdict, Finding, KnownDebit, Outcome as Found, match_reply};
use comptoir_domain::bank::{BankReply, EntryOutcome, ReplyEntry, ReplyFormat, Scope, batch_state};
use comptoir_domain::todos::TodoKind;
use comptoir_domain::{BankReplyId, DebitBatchId, TransactionId};
use std::collections::{BTreeSet, HashMap};

/// Applies a statement, a notification or a report. Entries that were read before are passed over.
pub fn apply(tx: &mut Db, ctx: &Ctx, means: &Means, file: BankReplyId, reply: &BankReply) -> Outcome<()> {
    let reply = BankReply { entries: news(tx, ctx, reply)?, ..reply.clone() };
    if reply.entries.is_empty() {
        return Ok(());
    }
    let known = known(tx, ctx, &means.keyring, &reply)?;
    let findings = match_reply(&reply, &known.debits, &known.open);
    let mut positions: HashMap<&str, i32> = HashMap::new();
    let (mut touched, mut waiting) = (BTreeSet::new(), 0);
    for finding in &findings {
        let position = positions.entry(finding.entry.fingerprint.as_str()).or_default();
        let mut row = entry_row(ctx, file, finding, *position);
        *position += 1;
        follow(tx, ctx, &means.gateways, &reply, finding, &known, &mut row)?;
        waiting += usize::from(row.settled_at.is_none());
        touched.extend(row.transaction_id);
        replies::insert(tx, &row)?;
    }
    note_batches(tx, ctx, &reply, &known)?;
    stand_anew(tx, ctx, &known, &touched)?;
    if waiting > 0 {
        ask(tx, ctx, file, waiting)?;
    }
    Ok(())
}

/// The entries that no file has had before.
fn news(db: &mut Db, ctx: &Ctx, reply: &BankReply) -> Outcome<Vec<ReplyEntry>> {
    let prints: Vec<String> = reply.entries.iter().map(|entry| entry.fingerprint.clone()).collect();
    let before = replies::known(db, ctx.scope, &prints)?;
    let former: Vec<String> = reply.entries.iter().filter_map(|entry| entry.former_fingerprint.clone()).collect();
    let former = replies::under(db, ctx.scope, &former)?;
    let is_known = |entry: &&ReplyEntry| {
        let row = entry.former_fingerprint.as_ref().and_then(|print| former.get(print));
        before.contains(&entry.fingerprint) || row.is_some_and(|row| is_same(row, entry))
    };
    Ok(reply.entries.iter().filter(|entry| !is_known(entry)).cloned().collect())
}

/// Whether what was read when payers and texts did not count yet is this entry.
fn is_same(row: &BankEntryRow, entry: &ReplyEntry) -> bool {
    let account = entry.payer_account.as_ref().map(|account| account.masked());
    row.payer_name == entry.payer_name && row.payer_account == account && row.remittance == kept_text(entry)
}

/// What is kept of the payer's text.
fn kept_text(entry: &ReplyEntry) -> String {
    entry.remittance.chars().take(500).collect()
}

fn entry_row(ctx: &Ctx, file: BankReplyId, finding: &Finding, position: i32) -> BankEntryRow {
    let entry = finding.entry;
    BankEntryRow {
        seller_id: ctx.scope.seller(),
        id: fresh(),
        reply_id: file,
        fingerprint: entry.fingerprint.clone(),
        position,
        kind: entry.kind,
        bank_status: entry.status.clone(),
        currency: entry.amount.map(|amount| amount.currency()),
        amount_minor: entry.amount.map(|amount| amount.minor()),
        payer_name: entry.payer_name.clone(),
        payer_account: entry.payer_account.as_ref().map(|account| account.masked()),
        reason_code: entry.reason.as_ref().map(|reason| reason.code.clone()).filter(|code| !code.is_empty()),
        reason_text: entry.reason.as_ref().map(|reason| reason.text.clone()).filter(|text| !text.is_empty()),
        remittance: kept_text(entry),
        booked_on: entry.booked_on,
        matched_by: finding.key,
        outcome: EntryOutcome::Nothing,
        verdict: None,
        contradiction: None,
        transaction_id: None,
        invoice_id: None,
        settled_at: None,
        version: 1,
    }
}

/// Does what follows from a finding, and notes it.
fn follow(
    tx: &mut Db,
    ctx: &Ctx,
    gateways: &Gateways,
    reply: &BankReply,
    finding: &Finding,
    known: &Known,
    row: &mut BankEntryRow,
) -> Outcome<()> {
    let id_of = |debit: &KnownDebit| known.rows.get(&debit.end_to_end_id).map(|(_, payment)| payment.id);
    match &finding.outcome {
        Found::Apply { debit, verdict } => {
            (row.outcome, row.verdict, row.transaction_id) = (EntryOutcome::Applied, Some(*verdict), id_of(debit));
            if let Some(id) = row.transaction_id {
                carry_out(tx, ctx, gateways, reply, finding.entry, id, *verdict)?;
            }
        }
        Found::Already { debit } => (row.outcome, row.transaction_id) = (EntryOutcome::Known, id_of(debit)),
        Found::Contradiction { debit, what } => {
            row.outcome = EntryOutcome::Contradiction;
            (row.contradiction, row.transaction_id) = (Some(*what), debit.and_then(id_of));
        }
        Found::Propose { invoice, .. } => {
            row.outcome = EntryOutcome::Proposed;
            row.invoice_id = known.invoices.get(&invoice.number).copied();
        }
        Found::Unmatched => row.outcome = EntryOutcome::Unmatched,
        Found::Nothing => row.outcome = EntryOutcome::Nothing,
    }
    row.settled_at = Some(ctx.now).filter(|_| !row.outcome.waits());
    Ok(())
}

/// A debit stands where the bank says.
fn carry_out(
    tx: &mut Db,
    ctx: &Ctx,
    gateways: &Gateways,
    reply: &BankReply,
    entry: &ReplyEntry,
    id: TransactionId,
    verdict: DebitVerdict,
) -> Outcome<()> {
    let mut payment = lock(tx, ctx, id)?;
    bank_said(tx, ctx, id, entry)?;
    match verdict {
        DebitVerdict::Accept => {
            let settled = reply.format == ReplyFormat::Pain002 && matches!(entry.status.as_str(), "ACSC" | "ACCC");
            if settled && takes_the_word(tx, ctx, gateways, &payment.gateway)? {
                approve(tx, ctx, &mut payment)?;
            }
        }
        DebitVerdict::Approve => approve(tx, ctx, &mut payment)?,
        DebitVerdict::Decline => {
            decline(tx, ctx, &mut payment, entry)?;
            remedy(tx, ctx, &payment, entry)?;
        }
        DebitVerdict::GiveBack => {
            give_back(tx, ctx, &mut payment, entry)?;
            remedy(tx, ctx, &payment, entry)?;
        }
    }
    Ok(())
}

/// Whether a plug-in takes "settled" in a report for the money.
fn takes_the_word(tx: &mut Db, ctx: &Ctx, gateways: &Gateways, code: &str) -> Outcome<bool> {
    let ready = gateways.find(tx, ctx.scope, code)?;
    Ok(ready.is_some_and(|ready| ready.gateway.debits().is_some_and(|debits| debits.approve_on_acsc())))
}

/// What a report says of a batch as a whole.
fn note_batches(tx: &mut Db, ctx: &Ctx, reply: &BankReply, known: &Known) -> Outcome<()> {
    let whole = |entry: &&ReplyEntry| entry.scope == Scope::Batch;
    for entry in reply.entries.iter().filter(whole) {
        let name = entry.message_id.as_ref().or(reply.message_id.as_ref());
        let named = known.batches.values().find(|batch| name.is_some() && batch.name.as_ref() == name);
        if let Some(batch) = named {
            let mut batch = batches::lock(tx, ctx.scope, batch.id)?;
            batch.bank_status = Some(entry.status.clone());
            batches::save(tx, &mut batch)?;
        }
    }
    Ok(())
}

/// The batches of debits that moved are called by where their debits stand now.
fn stand_anew(tx: &mut Db, ctx: &Ctx, known: &Known, touched: &BTreeSet<TransactionId>) -> Outcome<()> {
    let moved = known.rows.values().filter(|(_, payment)| touched.contains(&payment.id));
    for id in BTreeSet::from_iter(moved.filter_map(|(row, _)| row.batch_id)) {
        restate(tx, ctx, id)?;
    }
    Ok(())
}

/// Calls a closed batch by where its debits stand.
pub fn restate(tx: &mut Db, ctx: &Ctx, id: DebitBatchId) -> Outcome<()> {
    let mut batch = batches::lock(tx, ctx.scope, id)?;
    if batch.closed_at.is_none() {
        return Ok(());
    }
    let states: Vec<_> = debits::sums(tx, ctx.scope, Some(id))?.into_iter().map(|sum| sum.state).collect();
    let state = batch_state(&states);
    if state != batch.state {
        batch.state = state;
        batches::save(tx, &mut batch)?;
        ctx.record(tx, &format!("bank_batch.{state}"), id, serde_json::json!({ "name": batch.name }))?;
    }
    Ok(())
}

/// The to-do about a file of which entries wait.
pub fn todo_key(file: BankReplyId) -> String {
    format!("bank-reply:{file}")
}

fn ask(tx: &mut Db, ctx: &Ctx, file: BankReplyId, waiting: usize) -> Outcome<()> {
    let todo = Todo {
        unique_key: todo_key(file),
        kind: TodoKind::PaymentUnknown,
        title: format!("A bank's answer has entries that nobody has booked: {waiting} or more"),
        detail: "They contradict what is known, seem to be for an invoice, or belong to nothing: GET \
                 /v1/bank-entries?is_open=true. Confirm or dismiss each of them."
            .into(),
        subject_id: file.to_string(),
    };
    raise(tx, ctx.scope, ctx.now, todo).map(|_| ())
}
