//! To which transaction or invoice an answer of a bank belongs, and what follows. Pure: what is known goes in, findings come
//! out, and nothing is written.
//!
//! References of ours decide by themselves; what a payer has written, or amount and payer alone, only propose. Whatever
//! contradicts what we know is a finding of its own and changes nothing.

mod index;
mod names;
mod verdict;

#[cfg(test)]
mod tests;

use super::{BankEntryKind, BankReply, Iban, ReplyEntry, ReplyFormat, Scope};
use crate::Money;
use crate::payments::TransactionState;
use chrono::NaiveDate;
use index::Index;
use verdict::{Step, effective_kind, step};

text_enum! {
    /// What tied an entry to something of ours, the surest first.
    pub enum MatchKey {
        /// Our reference of the transaction.
        EndToEndId = "end_to_end_id",
        /// The other reference of the transaction.
        InstructionId = "instruction_id",
        /// Mandate, amount and date together.
        Mandate = "mandate",
        /// The group of the batch.
        PaymentInfoId = "payment_info_id",
        /// The batch.
        MessageId = "message_id",
        /// Our reference in the text, with the same amount.
        ReferenceInText = "reference_in_text",
        /// The number of an invoice in the text.
        InvoiceNumber = "invoice_number",
        /// The structured reference of an invoice.
        RfReference = "rf_reference",
        /// Amount and account.
        AmountAndAccount = "amount_and_account",
        /// Amount and the payer's name.
        AmountAndName = "amount_and_name",
    }
}

text_enum! {
    /// What follows for a transaction.
    pub enum DebitVerdict {
        /// The bank has the order: still pending.
        Accept = "accept",
        /// The money is there.
        Approve = "approve",
        /// It will not come.
        Decline = "decline",
        /// It was there, and is gone again.
        GiveBack = "give_back",
    }
}

text_enum! {
    /// How an entry contradicts what we know.
    pub enum ReplyContradiction {
        /// Money for what the bank had refused.
        CreditedAfterRefusal = "credited_after_refusal",
        /// Accepted, although it was refused before.
        AcceptedAfterRefusal = "accepted_after_refusal",
        /// Refused, although the money was there.
        RefusedAfterCredit = "refused_after_credit",
        /// Money for what was given back before.
        CreditedAfterReturn = "credited_after_return",
        /// Another amount than that of the transaction, or than the sum of the group.
        AmountDiffers = "amount_differs",
        /// Several transactions, or more invoices than anybody would look through, fit equally well.
        Ambiguous = "ambiguous",
    }
}

/// What we know of a transaction that was sent to the bank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownDebit {
    /// Our reference.
    pub end_to_end_id: String,
    /// The other reference, if another one was sent.
    pub instruction_id: Option<String>,
    /// The mandate; in Spanish files the number of the payer.
    pub mandate_id: Option<String>,
    /// The group of the batch.
    pub payment_info_id: Option<String>,
    /// The batch.
    pub message_id: Option<String>,
    /// What was to be collected, above zero.
    pub amount: Money,
    /// The due date.
    pub collection_date: NaiveDate,
    /// Where it stands.
    pub state: TransactionState,
}

/// An invoice that a transfer may be for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenInvoice {
    /// The number, as it is printed.
    pub number: String,
    /// What is still to be paid.
    pub open: Money,
    /// The accounts of its client.
    pub accounts: Vec<Iban>,
    /// What its client is called: the company, the person, whoever holds the accounts.
    pub names: Vec<String>,
}

/// Of more invoices than so many that amount and payer fit, none is proposed.
const MOST_PROPOSED: usize = 10;

/// What follows from one entry for one transaction or invoice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome<'a> {
    /// To be done at once.
    Apply {
        /// With which transaction.
        debit: &'a KnownDebit,
        /// What.
        verdict: DebitVerdict,
    },
    /// It was known.
    Already {
        /// Of which transaction.
        debit: &'a KnownDebit,
    },
    /// A person has to look.
    Contradiction {
        /// The transaction, if it is one.
        debit: Option<&'a KnownDebit>,
        /// What does not fit.
        what: ReplyContradiction,
    },
    /// A person may confirm that the money is for this invoice.
    Propose {
        /// Which one.
        invoice: &'a OpenInvoice,
        /// Whether the amount is just what is open.
        in_full: bool,
    },
    /// Money, or its loss, that belongs to nothing we know.
    Unmatched,
    /// Nothing follows.
    Nothing,
}

/// An entry, what tied it to something, and what follows. An entry about many transactions has many findings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding<'a> {
    /// What the bank says.
    pub entry: &'a ReplyEntry,
    /// What it was tied by.
    pub key: Option<MatchKey>,
    /// What follows.
    pub outcome: Outcome<'a>,
}

/// Goes through an answer in its order; what an entry does to a transaction is known to the next one.
pub fn match_reply<'a>(
    reply: &'a BankReply,
    debits: &'a [KnownDebit],
    invoices: &'a [OpenInvoice],
) -> Vec<Finding<'a>> {
    let index = Index::new(debits, invoices);
    let mut states: Vec<TransactionState> = debits.iter().map(|debit| debit.state).collect();
    let mut named = vec![false; debits.len()];
    let mut entries: Vec<(usize, &ReplyEntry)> = reply.entries.iter().enumerate().collect();
    if reply.format == ReplyFormat::Pain002 {
        // a lower level of a report overrides the upper ones: first whoever is named, then groups, then the batch
        entries.sort_by_key(|(_, entry)| entry.scope);
    }
    let mut findings = Vec::new();
    for (place, entry) in entries {
        let found = index.find(entry, debits, &named, &states);
        for finding in apply(entry, found, &index, debits, invoices, &mut states, &mut named) {
            findings.push((place, finding));
        }
    }
    // the order of the file again
    findings.sort_by_key(|(place, _)| *place);
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// Transactions that an entry is about, by their place in the list.
enum Found {
    These(MatchKey, Vec<usize>),
    Wrong(MatchKey, ReplyContradiction),
    Nobody,
}

fn apply<'a>(
    entry: &'a ReplyEntry,
    found: Found,
    index: &Index<'a>,
    debits: &'a [KnownDebit],
    invoices: &'a [OpenInvoice],
    states: &mut [TransactionState],
    named: &mut [bool],
) -> Vec<Finding<'a>> {
    let one = |key, outcome| vec![Finding { entry, key, outcome }];
    let (key, places) = match found {
        Found::These(key, places) => (key, places),
        Found::Wrong(key, what) => return one(Some(key), Outcome::Contradiction { debit: None, what }),
        Found::Nobody => return nobody(entry, index, invoices),
    };
    let kind = effective_kind(entry);
    let single = entry.scope == Scope::Transaction;
    let follow = |place: usize| {
        let debit = debits.get(place)?;
        let (state, named) = (states.get_mut(place)?, named.get_mut(place)?);
        *named = true;
        if single && entry.amount.is_some_and(|amount| !is_amount(amount, debit.amount)) {
            let outcome = Outcome::Contradiction { debit: Some(debit), what: ReplyContradiction::AmountDiffers };
            return Some(Finding { entry, key: Some(key), outcome });
        }
        let outcome = match step(kind, *state) {
            Step::To(verdict, next) => {
                *state = next;
                Outcome::Apply { debit, verdict }
            }
            Step::Known => Outcome::Already { debit },
            Step::Against(what) => Outcome::Contradiction { debit: Some(debit), what },
            Step::Nothing => Outcome::Nothing,
        };
        Some(Finding { entry, key: Some(key), outcome })
    };
    places.into_iter().filter_map(follow).collect()
}

/// An entry that belongs to no transaction of ours: a transfer may be for an invoice.
fn nobody<'a>(entry: &'a ReplyEntry, index: &Index<'a>, invoices: &'a [OpenInvoice]) -> Vec<Finding<'a>> {
    let one = |outcome| vec![Finding { entry, key: None, outcome }];
    match entry.kind {
        BankEntryKind::Transfer | BankEntryKind::MoneyIn => {
            let (key, places) = index.invoices(entry, invoices);
            let proposed: Vec<_> = places.iter().filter_map(|place| invoices.get(*place)).collect();
            if proposed.is_empty() {
                return one(Outcome::Unmatched);
            }
            let named = matches!(key, MatchKey::InvoiceNumber | MatchKey::RfReference);
            if proposed.len() > MOST_PROPOSED && !named {
                let outcome = Outcome::Contradiction { debit: None, what: ReplyContradiction::Ambiguous };
                return vec![Finding { entry, key: Some(key), outcome }];
            }
            let in_full = |invoice: &OpenInvoice| entry.amount == Some(invoice.open);
            let finding = |invoice: &'a OpenInvoice| Finding {
                entry,
                key: Some(key),
                outcome: Outcome::Propose { invoice, in_full: in_full(invoice) },
            };
            proposed.into_iter().map(finding).collect()
        }
        BankEntryKind::Other | BankEntryKind::Pending => one(Outcome::Nothing),
        // a batch of which every transaction was named below
        BankEntryKind::Accepted if entry.scope != Scope::Transaction => one(Outcome::Nothing),
        _ => one(Outcome::Unmatched),
    }
}

/// Whether a booked amount, whichever way it went, is this one.
fn is_amount(booked: Money, amount: Money) -> bool {
    booked == amount || booked.negated().is_ok_and(|booked| booked == amount)
}
