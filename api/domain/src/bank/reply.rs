//! What banks answer, in one shape, whichever format it came in. Nothing here is money yet: [`super::matching`] says to which
//! transaction an entry belongs and what may follow.

use super::{Iban, all_digits, iban, plain};
use crate::Money;
use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt;

text_enum! {
    /// In which format an answer came.
    pub enum ReplyFormat {
        /// Status report, any version.
        Pain002 = "pain.002",
        /// Statement, any version.
        Camt053 = "camt.053",
        /// Notification of debits and credits, any version.
        Camt054 = "camt.054",
        /// Statement of SWIFT.
        Mt940 = "mt940",
        /// Spanish returns.
        Norma19 = "norma19",
    }
}

text_enum! {
    /// What has happened.
    pub enum BankEntryKind {
        /// The bank has taken the order; no money yet.
        Accepted = "accepted",
        /// The bank has not decided.
        Pending = "pending",
        /// The bank refuses the order.
        Rejected = "rejected",
        /// A debit of ours is on the account.
        Credited = "credited",
        /// A debit came back.
        Returned = "returned",
        /// A debit was taken back by ourselves.
        Reversed = "reversed",
        /// Someone has sent money.
        Transfer = "transfer",
        /// Money came in, and the bank does not say how.
        MoneyIn = "money_in",
        /// Money that we sent has come back.
        TransferReturned = "transfer_returned",
        /// Anything else on the account.
        Other = "other",
    }
}

text_enum! {
    /// What an entry is about.
    pub enum Scope {
        /// One transaction.
        Transaction = "transaction",
        /// All of one group of a batch that the answer does not name one by one.
        Group = "group",
        /// All of a batch that the answer does not name otherwise.
        Batch = "batch",
    }
}

/// An account as an answer names it: an IBAN or what its country has, right or wrong. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// Without blanks, in capitals; nothing for an empty text.
    pub fn of(text: &str) -> Option<Self> {
        Some(plain(text)).filter(|text| !text.is_empty()).map(Self)
    }

    /// All of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `ES91 •••• •••• 1332`.
    pub fn masked(&self) -> String {
        iban::masked(&self.0)
    }

    /// Whether it is this account, by its IBAN or by what its country has.
    pub fn is(&self, account: &Iban) -> bool {
        self.0 == account.as_str() || self.0 == account.national()
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.masked())
    }
}

/// Why something was refused or came back, as the bank says it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct GivenReason {
    /// The code, to be looked up by [`super::reason`]; empty if only a text was given.
    pub code: String,
    /// The bank's words; may be empty.
    pub text: String,
}

/// One thing that a bank says has happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplyEntry {
    /// What has happened.
    pub kind: BankEntryKind,
    /// Whether to one transaction or to many.
    pub scope: Scope,
    /// The bank's word for it: `RJCT`, `PMNT/IDDT/ESDD`, `166`; empty if there was none.
    pub status: String,
    /// Our reference of the transaction.
    pub end_to_end_id: Option<String>,
    /// The other reference that only the bank and we see.
    pub instruction_id: Option<String>,
    /// The reference of the mandate.
    pub mandate_id: Option<String>,
    /// The group of the batch.
    pub payment_info_id: Option<String>,
    /// The batch.
    pub message_id: Option<String>,
    /// What was booked, below zero if it left the account; in a status report the amount of the order, if it is repeated.
    pub amount: Option<Money>,
    /// Who paid.
    pub payer_name: Option<String>,
    /// From where.
    pub payer_account: Option<AccountNumber>,
    /// Why, if it was refused or came back.
    pub reason: Option<GivenReason>,
    /// What the payer wrote.
    pub remittance: String,
    /// The structured reference (ISO 11649) that the payer gave.
    pub creditor_reference: Option<String>,
    /// When it was booked.
    pub booked_on: Option<NaiveDate>,
    /// When it counts.
    pub valued_on: Option<NaiveDate>,
    /// The bank's own number.
    pub bank_reference: Option<String>,
    /// What the bank charges for it.
    pub fee: Option<Money>,
    /// The same for the same entry in another file of this format; see [`BankReply::new`].
    pub fingerprint: String,
    /// What it was called before payers and texts counted, if that is something else.
    pub former_fingerprint: Option<String>,
}

impl ReplyEntry {
    /// An entry of which nothing else is known yet.
    pub fn of(kind: BankEntryKind, scope: Scope) -> Self {
        Self {
            kind,
            scope,
            status: String::new(),
            end_to_end_id: None,
            instruction_id: None,
            mandate_id: None,
            payment_info_id: None,
            message_id: None,
            amount: None,
            payer_name: None,
            payer_account: None,
            reason: None,
            remittance: String::new(),
            creditor_reference: None,
            booked_on: None,
            valued_on: None,
            bank_reference: None,
            fee: None,
            fingerprint: String::new(),
            former_fingerprint: None,
        }
    }

    /// What tells it from others, however the file is cut.
    fn identity(&self, account: &str) -> Vec<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![
            account.into(),
            self.kind.to_string(),
            self.status.clone(),
            self.booked_on.map(|day| day.to_string()).unwrap_or_default(),
            self.amount.map(|amount| format!("{} {}", amount.minor(), amount.currency())).unwrap_or_default(),
            text(&self.bank_reference),
            text(&self.end_to_end_id),
            text(&self.mandate_id),
            text(&self.payment_info_id),
            text(&self.message_id),
        ]
    }

    /// Who paid and what for, where nothing else tells it from what others have paid on the same day.
    fn sender(&self) -> Option<String> {
        // a short number is that of the entry in its statement: the next statement has it again
        let counts = |number: &String| number.len() <= 6 && all_digits(number);
        let numbered = self.bank_reference.as_ref().is_some_and(|number| !counts(number));
        // who sends money chooses its reference, and many choose none or always the same
        let strange = matches!(self.kind, BankEntryKind::Transfer | BankEntryKind::MoneyIn);
        if numbered || (self.end_to_end_id.is_some() && !strange) {
            return None;
        }
        // several pay from the account of a payment service
        let account = self.payer_account.as_ref().map(AccountNumber::as_str).unwrap_or_default();
        let written = |text: &Option<String>| bare(text.as_deref().unwrap_or_default());
        let (name, structured) = (written(&self.payer_name), written(&self.creditor_reference));
        let words = [account.to_owned(), name, bare(&self.remittance), structured];
        words.iter().any(|word| !word.is_empty()).then(|| words.join("\u{1f}"))
    }
}

/// Letters and digits in capitals: banks break texts where they like.
fn bare(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Digests of what tells entries apart. Those that are alike in all of it are counted.
#[derive(Default)]
struct Prints(HashMap<Vec<String>, u32>);

impl Prints {
    fn take(&mut self, mut identity: Vec<String>) -> String {
        let before = self.0.entry(identity.clone()).or_default();
        identity.push(before.to_string());
        *before = before.saturating_add(1);
        HEXLOWER.encode(&Sha256::digest(identity.join("\u{1f}")))
    }
}

/// A statement, a notification, a report or a file of returns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BankReply {
    /// The format.
    pub format: ReplyFormat,
    /// The bank's number of it: who has read one with the same format, number and account has nothing to do.
    pub id: String,
    /// The account that it is about.
    pub account: Option<AccountNumber>,
    /// The batch that it answers, if it answers one.
    pub message_id: Option<String>,
    /// What has happened, in the order of the file.
    pub entries: Vec<ReplyEntry>,
}

impl BankReply {
    /// Gives every entry its fingerprint: a digest of account, day, amount, bank's number and our references; of payer and
    /// text too where the bank gives no number of its own. Entries alike in all of these are counted, so two equal payments
    /// of one day remain two, and statements that overlap name the same ones. `report` stands for the account where there
    /// is none.
    pub fn new(
        format: ReplyFormat,
        id: String,
        account: Option<AccountNumber>,
        message_id: Option<String>,
        mut entries: Vec<ReplyEntry>,
    ) -> Self {
        let place = account.as_ref().map_or(id.as_str(), AccountNumber::as_str).to_owned();
        let (mut prints, mut former) = (Prints::default(), Prints::default());
        for entry in &mut entries {
            let identity = entry.identity(&place);
            let before = former.take(identity.clone());
            entry.fingerprint = prints.take(identity.into_iter().chain(entry.sender()).collect());
            entry.former_fingerprint = Some(before).filter(|before| *before != entry.fingerprint);
        }
        Self { format, id, account, message_id, entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn booked(cents: i64, day: &str) -> ReplyEntry {
        ReplyEntry {
            amount: Some(Money::from_minor(cents, Currency::EUR)),
            booked_on: Some(day.parse().unwrap()),
            ..ReplyEntry::of(BankEntryKind::Transfer, Scope::Transaction)
        }
    }

    type Change = fn(&mut ReplyEntry);

    fn prints(id: &str, entries: Vec<ReplyEntry>) -> Vec<String> {
        let reply = BankReply::new(ReplyFormat::Camt053, id.into(), AccountNumber::of("ES91 2100"), None, entries);
        reply.entries.into_iter().map(|entry| entry.fingerprint).collect()
    }

    #[test]
    fn statements_that_overlap_name_the_same_entries() {
        let (first, twin, later) = (booked(500, "2026-11-30"), booked(500, "2026-11-30"), booked(500, "2026-12-01"));
        let one = prints("1", vec![first.clone(), twin.clone(), later.clone()]);
        assert!(one[0] != one[1] && one[1] != one[2] && one[0] != one[2]);
        assert_eq!(prints("2", vec![later, first, twin]), [one[2].clone(), one[0].clone(), one[1].clone()]);
    }

    /// Alone in their statements, alike in account, day, amount and kind: what tells them apart is who paid, or what for.
    #[test]
    fn payers_and_texts_count_without_a_number_of_the_bank() {
        let print = |change: Change| {
            let mut entry = booked(1_000, "2026-11-30");
            (entry.payer_name, entry.remittance) = (Some("Anna Example".into()), "Hosting in November".into());
            change(&mut entry);
            prints("1", vec![entry]).remove(0)
        };
        let one = print(|_| ());
        let others: [Change; 4] = [
            |entry| entry.payer_name = Some("Bert Example".into()),
            |entry| entry.payer_account = AccountNumber::of("DE89 3704 0044 0532 0130 00"),
            |entry| entry.remittance = "Hosting in December".into(),
            |entry| entry.creditor_reference = Some("RF18539007547034".into()),
        ];
        for (place, change) in others.into_iter().enumerate() {
            assert_ne!(print(change), one, "{place}");
        }
        assert_eq!(print(|entry| entry.remittance = "HOSTING IN\nNOVEM BER".into()), one);
        // the number of an entry in its statement tells nothing; the bank's own says all, and so does our reference
        let entries: [(Change, bool); 3] = [
            (|entry| entry.bank_reference = Some("1".into()), true),
            (|entry| entry.bank_reference = Some("CX20261130001".into()), false),
            (
                |entry| {
                    (entry.kind, entry.end_to_end_id) = (BankEntryKind::Credited, Some("DD0000000001".into()));
                },
                false,
            ),
        ];
        for (place, (change, differ)) in entries.into_iter().enumerate() {
            let of = |name: &str| {
                let mut entry = ReplyEntry { payer_name: Some(name.into()), ..booked(1_000, "2026-11-30") };
                change(&mut entry);
                prints("1", vec![entry]).remove(0)
            };
            assert_eq!(of("Anna") != of("Bert"), differ, "{place}");
        }
    }

    /// The digest of before was that of account, kind, status, day, amount, four references, the batch and the count.
    #[test]
    fn what_it_was_called_before_is_known() {
        let entry = ReplyEntry { payer_name: Some("Anna".into()), ..booked(500, "2026-11-30") };
        let reply = BankReply::new(ReplyFormat::Camt053, "1".into(), AccountNumber::of("ES91 2100"), None, vec![entry]);
        let words = ["ES912100", "transfer", "", "2026-11-30", "500 EUR", "", "", "", "", "", "0"];
        let before = HEXLOWER.encode(&Sha256::digest(words.join("\u{1f}")));
        assert_eq!(reply.entries[0].former_fingerprint, Some(before.clone()));
        assert_ne!(reply.entries[0].fingerprint, before);
        assert_eq!(prints("1", vec![booked(500, "2026-11-30")]), [before]);
    }

    #[test]
    fn accounts_are_masked() {
        let account = AccountNumber::of("es91 2100 0418 4502 0005 1332").unwrap();
        assert_eq!(format!("{account:?}"), "ES91 •••• •••• 1332");
        let iban = Iban::parse("ES9121000418450200051332").unwrap();
        assert!(account.is(&iban) && AccountNumber::of("2100 0418 45 0200051332").unwrap().is(&iban));
        assert!(!AccountNumber::of("0200051332").unwrap().is(&iban));
        assert_eq!(AccountNumber::of(" "), None);
        let entry = ReplyEntry { payer_account: Some(account), ..booked(1, "2026-11-30") };
        assert!(!format!("{entry:?}").contains("0418"));
    }
}
