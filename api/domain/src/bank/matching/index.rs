//! Finds transactions and invoices by everything that an entry may name them by, in time that does not grow with their number.

use super::names::spellings;
use super::{BankEntryKind, Found, KnownDebit, MatchKey, OpenInvoice, ReplyEntry, Scope, is_amount};
use crate::Money;
use crate::bank::RfReference;
use crate::payments::TransactionState;
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Numbers of invoices that are shorter stand in every second text.
const SHORTEST_NUMBER: usize = 4;

/// Of how many runs of letters or digits a number in a text may be made: `A-2026-000042` has three.
const MOST_RUNS: usize = 6;

/// Texts are not read further; formats allow a fraction of it.
const MOST_RUNS_READ: usize = 400;

/// A date may be so many days beside the due date: weekends and what banks need.
const DAYS_BESIDE: i64 = 5;

type Places<K> = HashMap<K, Vec<usize>>;

/// The tables.
pub(super) struct Index<'a> {
    end_to_end: Places<&'a str>,
    instruction: Places<&'a str>,
    mandate: Places<(String, Money)>,
    group: Places<&'a str>,
    batch: Places<&'a str>,
    in_text: Places<String>,
    numbers: Places<String>,
    paid_from: Places<(Money, String)>,
    paid_by: Places<(Money, String)>,
}

impl<'a> Index<'a> {
    pub(super) fn new(debits: &'a [KnownDebit], invoices: &'a [OpenInvoice]) -> Self {
        let mut index = Self {
            end_to_end: HashMap::new(),
            instruction: HashMap::new(),
            mandate: HashMap::new(),
            group: HashMap::new(),
            batch: HashMap::new(),
            in_text: HashMap::new(),
            numbers: HashMap::new(),
            paid_from: HashMap::new(),
            paid_by: HashMap::new(),
        };
        for (place, debit) in debits.iter().enumerate() {
            index.end_to_end.entry(&debit.end_to_end_id).or_default().push(place);
            index.in_text.entry(bare(&debit.end_to_end_id)).or_default().push(place);
            if let Some(id) = &debit.instruction_id {
                index.instruction.entry(id).or_default().push(place);
            }
            if let Some(mandate) = &debit.mandate_id {
                index.mandate.entry((mandate.to_uppercase(), debit.amount)).or_default().push(place);
            }
            if let Some(group) = &debit.payment_info_id {
                index.group.entry(group).or_default().push(place);
            }
            if let Some(batch) = &debit.message_id {
                index.batch.entry(batch).or_default().push(place);
            }
        }
        for (place, invoice) in invoices.iter().enumerate() {
            index.numbers.entry(bare(&invoice.number)).or_default().push(place);
            // banks name accounts in one way or the other
            let accounts = invoice.accounts.iter().flat_map(|account| [account.as_str(), account.national()]);
            note(&mut index.paid_from, invoice.open, accounts.map(str::to_owned), place);
            note(&mut index.paid_by, invoice.open, invoice.names.iter().flat_map(|name| spellings(name)), place);
        }
        index
    }

    /// The transactions that an entry is about.
    pub(super) fn find(
        &self,
        entry: &ReplyEntry,
        debits: &[KnownDebit],
        named: &[bool],
        states: &[TransactionState],
    ) -> Found {
        // who sends money chooses its reference: that it is one of ours does not make it the debit
        if entry.kind == BankEntryKind::Transfer {
            return Found::Nobody;
        }
        if entry.scope == Scope::Transaction {
            return self.one(entry, debits);
        }
        let group = |key: MatchKey, table: &Places<&str>, id: &Option<String>| {
            let places = table.get(id.as_deref()?)?.clone();
            Some(all_of(entry, key, places, debits, named, states))
        };
        group(MatchKey::PaymentInfoId, &self.group, &entry.payment_info_id)
            // banks cut references: what was sent as a group comes back as the batch, or in the text
            .or_else(|| group(MatchKey::PaymentInfoId, &self.group, &Some(entry.remittance.trim().to_owned())))
            .or_else(|| group(MatchKey::MessageId, &self.batch, &entry.message_id))
            .or_else(|| group(MatchKey::MessageId, &self.batch, &entry.payment_info_id))
            // what a bank books without a reference may be one debit
            .unwrap_or_else(|| self.one(entry, debits))
    }

    fn one(&self, entry: &ReplyEntry, debits: &[KnownDebit]) -> Found {
        let by = |key: MatchKey, table: &Places<&str>, id: &Option<String>| {
            let places = table.get(id.as_deref()?)?;
            Some(only(key, places.clone()))
        };
        by(MatchKey::EndToEndId, &self.end_to_end, &entry.end_to_end_id)
            .or_else(|| by(MatchKey::InstructionId, &self.instruction, &entry.instruction_id))
            .or_else(|| self.by_mandate(entry, debits))
            .or_else(|| self.by_text(entry, debits))
            .unwrap_or(Found::Nobody)
    }

    /// Mandate and amount, and of several the one that was due when this was booked, or the only one due before.
    fn by_mandate(&self, entry: &ReplyEntry, debits: &[KnownDebit]) -> Option<Found> {
        let (mandate, amount) = (entry.mandate_id.as_ref()?.to_uppercase(), absolute(entry.amount?)?);
        let booked = entry.valued_on.or(entry.booked_on)?;
        let due = |place: &usize| debits.get(*place).map(|debit| debit.collection_date);
        let places = self.mandate.get(&(mandate, amount))?;
        let near = |day: NaiveDate| (booked - day).num_days().abs() <= DAYS_BESIDE;
        let at: Vec<_> = places.iter().copied().filter(|place| due(place).is_some_and(near)).collect();
        let before = || places.iter().copied().filter(|place| due(place).is_some_and(|day| day <= booked)).collect();
        let found: Vec<_> = if at.is_empty() { before() } else { at };
        (!found.is_empty()).then(|| only(MatchKey::Mandate, found))
    }

    /// Our reference in the text of what formats without references return, if the amount is the same.
    fn by_text(&self, entry: &ReplyEntry, debits: &[KnownDebit]) -> Option<Found> {
        if !matches!(entry.kind, BankEntryKind::Returned | BankEntryKind::Credited) {
            return None;
        }
        let amount = entry.amount?;
        let fits = |place: &usize| debits.get(*place).is_some_and(|debit| is_amount(amount, debit.amount));
        let found: HashSet<_> = candidates(&entry.remittance)
            .filter_map(|candidate| self.in_text.get(&candidate))
            .flatten()
            .copied()
            .filter(fits)
            .collect();
        (!found.is_empty()).then(|| only(MatchKey::ReferenceInText, found.into_iter().collect()))
    }

    /// Invoices that a transfer may be for, the surest key first.
    pub(super) fn invoices(&self, entry: &ReplyEntry, invoices: &[OpenInvoice]) -> (MatchKey, Vec<usize>) {
        let in_full = |place: &usize| invoices.get(*place).is_some_and(|invoice| entry.amount == Some(invoice.open));
        let mut found = Vec::new();
        for candidate in candidates(&entry.remittance) {
            let places = self.numbers.get(&candidate).map(Vec::as_slice).unwrap_or_default();
            let sure = |place: &&usize| candidate.len() >= SHORTEST_NUMBER || in_full(place);
            found.extend(
                places.iter().filter(sure).filter(|place| !found.contains(*place)).copied().collect::<Vec<_>>(),
            );
        }
        if !found.is_empty() {
            return (MatchKey::InvoiceNumber, found);
        }
        let reference = entry.creditor_reference.as_ref().and_then(|text| text.parse::<RfReference>().ok());
        let by_reference = reference.and_then(|reference| self.numbers.get(reference.body()));
        if let Some(places) = by_reference {
            return (MatchKey::RfReference, places.clone());
        }
        let account = entry.payer_account.as_ref().map(|account| account.as_str().to_owned());
        let places = entry.amount.zip(account).and_then(|key| self.paid_from.get(&key));
        if let Some(places) = places {
            return (MatchKey::AmountAndAccount, places.clone());
        }
        let written = entry.payer_name.as_deref().map(spellings).unwrap_or_default();
        let by_name = |spelling| self.paid_by.get(&(entry.amount?, spelling));
        let places: BTreeSet<usize> = written.into_iter().filter_map(by_name).flatten().copied().collect();
        (MatchKey::AmountAndName, places.into_iter().collect())
    }
}

/// Notes by whom an invoice may be paid, once for each way to say it.
fn note(table: &mut Places<(Money, String)>, open: Money, payers: impl Iterator<Item = String>, place: usize) {
    for payer in payers.collect::<BTreeSet<_>>() {
        table.entry((open, payer)).or_default().push(place);
    }
}

fn only(key: MatchKey, places: Vec<usize>) -> Found {
    if places.len() > 1 { Found::Wrong(key, super::ReplyContradiction::Ambiguous) } else { Found::These(key, places) }
}

/// All transactions of a group. A booked sum has to be theirs, or that of those which were not refused before.
fn all_of(
    entry: &ReplyEntry,
    key: MatchKey,
    mut places: Vec<usize>,
    debits: &[KnownDebit],
    named: &[bool],
    states: &[TransactionState],
) -> Found {
    let Some(booked) = entry
        .amount
        .filter(|_| !matches!(entry.kind, BankEntryKind::Accepted | BankEntryKind::Rejected | BankEntryKind::Pending))
    else {
        places.retain(|place| named.get(*place) == Some(&false));
        return if places.is_empty() { Found::Nobody } else { Found::These(key, places) };
    };
    let refused = |place: &usize| {
        states
            .get(*place)
            .is_some_and(|state| !state.is_under_way() && !state.is_taken() && *state != TransactionState::Refunded)
    };
    let sum = |places: &[usize]| {
        let amounts = places.iter().filter_map(|place| debits.get(*place)).map(|debit| debit.amount);
        Money::sum(booked.currency(), amounts).ok()
    };
    if sum(&places).is_some_and(|sum| is_amount(booked, sum)) {
        return Found::These(key, places);
    }
    places.retain(|place| !refused(place));
    if !places.is_empty() && sum(&places).is_some_and(|sum| is_amount(booked, sum)) {
        return Found::These(key, places);
    }
    Found::Wrong(key, super::ReplyContradiction::AmountDiffers)
}

fn absolute(amount: Money) -> Option<Money> {
    if amount.is_negative() { amount.negated().ok() } else { Some(amount) }
}

/// Letters and digits only, in capitals.
fn bare(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Every number that may stand in a text: runs of letters and runs of digits, alone and put together with those that follow,
/// so `Rg. 2026-000042` holds `2026000042`.
fn candidates(text: &str) -> impl Iterator<Item = String> {
    let mut runs: Vec<String> = Vec::new();
    let mut before = None;
    for letter in text.chars() {
        let class = if letter.is_numeric() { Some(true) } else { letter.is_alphabetic().then_some(false) };
        if let Some(digit) = class {
            match runs.last_mut().filter(|_| before == Some(digit)) {
                Some(run) => run.extend(letter.to_uppercase()),
                None => runs.push(letter.to_uppercase().collect()),
            }
        }
        before = class;
    }
    runs.truncate(MOST_RUNS_READ);
    (0..runs.len()).flat_map(move |from| {
        let tail: Vec<_> = runs.iter().skip(from).take(MOST_RUNS).cloned().collect();
        (1..=tail.len()).map(move |count| tail.iter().take(count).map(String::as_str).collect::<String>())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts() {
        let found: Vec<_> = candidates("RF18 2026 INV-2026-000051").collect();
        for number in ["2026000051", "INV2026000051", "RF18"] {
            assert!(found.iter().any(|candidate| candidate == number), "{number}");
        }
        assert!(!candidates("12026-0000512").any(|candidate| candidate == "2026000051"));
        assert!(candidates("invoice2026000051").any(|candidate| candidate == "2026000051"));
        assert_eq!(bare("a-2026/000042"), "A2026000042");
        assert_eq!(candidates("").count(), 0);
    }
}
