//! Everything that the entries of a bank's answer may name: debits at the bank, and invoices if there is a transfer.

use crate::bank::payers::Payers;
use crate::encryption::Keyring;
use crate::kernel::call::Ctx;
use chrono::{Days, NaiveDate};
use comptoir_db::bank::batches::{self, DebitBatchRow};
use comptoir_db::bank::debits::{self, Debit};
use comptoir_db::bank::mandates;
use comptoir_db::{Db, Outcome, invoices};
use comptoir_domain::bank::matching::{KnownDebit, OpenInvoice};
use comptoir_domain::bank::{BankEntryKind, BankReply, ReplyEntry};
use comptoir_domain::{DebitBatchId, InvoiceId, MandateId};
use std::collections::{BTreeSet, HashMap};

/// Unauthorised debits come back within 13 months: what was due earlier is not looked for.
const REACH: Days = Days::new(400);

/// Invoices that are due within so many days are looked at: all there can be.
const AHEAD: Days = Days::new(36_500);

/// Transfers are compared with so many open invoices.
const MOST_INVOICES: i64 = 100_000;

/// What is known of everything that an answer may be about.
pub struct Known {
    /// The debits, as they are compared.
    pub debits: Vec<KnownDebit>,
    /// The same as they are stored, by our reference.
    pub rows: HashMap<String, Debit>,
    /// The invoices that wait for money, if any came.
    pub open: Vec<OpenInvoice>,
    /// Which invoices they are, by their numbers.
    pub invoices: HashMap<String, InvoiceId>,
    /// The batches of the debits.
    pub batches: HashMap<DebitBatchId, DebitBatchRow>,
}

/// Reads what the entries may name.
pub fn known(tx: &mut Db, ctx: &Ctx, keyring: &Keyring, reply: &BankReply) -> Outcome<Known> {
    let since = ctx.today().checked_sub_days(REACH).unwrap_or(NaiveDate::MIN);
    let all = debits::at_banks(tx, ctx.scope, since)?;
    let signed: Vec<MandateId> = all.iter().filter_map(|(row, _)| row.mandate_id).collect();
    let mut references: HashMap<MandateId, String> = HashMap::new();
    for some in signed.chunks(500) {
        references.extend(mandates::some(tx, ctx.scope, some)?.into_iter().map(|row| (row.id, row.reference)));
    }
    let ids = BTreeSet::from_iter(all.iter().filter_map(|(row, _)| row.batch_id));
    let mut found = HashMap::new();
    for some in Vec::from_iter(ids).chunks(500) {
        found.extend(batches::some(tx, ctx.scope, some)?.into_iter().map(|row| (row.id, row)));
    }
    let known_debit = |(row, payment): &Debit| KnownDebit {
        end_to_end_id: payment.reference.clone(),
        instruction_id: None,
        mandate_id: match row.mandate_id {
            Some(id) => references.get(&id).cloned(),
            None => Some(crate::bank::write::account_code(row)),
        },
        payment_info_id: row.group_name.clone(),
        message_id: row.batch_id.and_then(|id| found.get(&id)).and_then(|batch| batch.name.clone()),
        amount: payment.amount(),
        collection_date: row.collect_on,
        state: payment.state,
    };
    let debits = all.iter().map(known_debit).collect();
    let (open, invoices) = open_invoices(tx, ctx, keyring, reply)?;
    let rows = all.into_iter().map(|debit| (debit.1.reference.clone(), debit)).collect();
    Ok(Known { debits, rows, open, invoices, batches: found })
}

/// The invoices that money which came in may be for, with whoever may pay them.
fn open_invoices(
    db: &mut Db,
    ctx: &Ctx,
    keyring: &Keyring,
    reply: &BankReply,
) -> Outcome<(Vec<OpenInvoice>, HashMap<String, InvoiceId>)> {
    let came_in = |entry: &&ReplyEntry| matches!(entry.kind, BankEntryKind::Transfer | BankEntryKind::MoneyIn);
    let incoming: Vec<&ReplyEntry> = reply.entries.iter().filter(came_in).collect();
    if incoming.is_empty() {
        return Ok((Vec::new(), HashMap::new()));
    }
    let latest = ctx.today().checked_add_days(AHEAD).unwrap_or(ctx.today());
    let waiting = invoices::unpaid(db, ctx.scope, latest, None, MOST_INVOICES)?;
    let payers = Payers::of(db, ctx, keyring, &incoming, &waiting)?;
    let numbered = || waiting.iter().filter_map(|row| Some((row, row.number.clone()?)));
    let invoice = |(row, number): (&invoices::InvoiceRow, String)| {
        let (accounts, names) = payers.who_pays(row.client_id);
        OpenInvoice { number, open: row.payable(), accounts, names }
    };
    let open = numbered().map(invoice).collect();
    Ok((open, numbered().map(|(row, number)| (number, row.id)).collect()))
}
