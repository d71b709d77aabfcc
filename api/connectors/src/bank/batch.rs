//! What goes into a file for a bank, in the words of no format.

use chrono::{NaiveDate, NaiveDateTime};
use comptoir_domain::bank::{Bic, CreditorId, Iban, RfReference, Sequence};
use comptoir_domain::problem::{Code, Problem, Result};
use comptoir_domain::{Check, Currency, Money};
use std::collections::HashSet;

/// A batch of orders.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Its own number, never used again: a corrected batch gets another one.
    pub id: String,
    /// When it is written, in the time of the bank.
    pub created: NaiveDateTime,
    /// Who gets the money, or sends it.
    pub creditor: Creditor,
    /// The orders.
    pub debits: Vec<Debit>,
}

/// Whose account the orders are for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Creditor {
    /// The name, as the bank has it.
    pub name: String,
    /// The account.
    pub account: Iban,
    /// Its bank; only SEPA names it, and can do without.
    pub bic: Option<Bic>,
    /// The address; may be left out.
    pub address: Option<Address>,
    /// On whose behalf it collects, if not its own.
    pub on_behalf_of: Option<String>,
}

/// One order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Debit {
    /// Our reference: the bank repeats it in every answer.
    pub end_to_end_id: String,
    /// What is to be collected, above zero, in euro.
    pub amount: Money,
    /// The due date, or when a transfer is to be made.
    pub collection_date: NaiveDate,
    /// Who pays, or is paid.
    pub payer: Payer,
    /// The account.
    pub account: Iban,
    /// Its bank; needed by SEPA outside the European Economic Area.
    pub bic: Option<Bic>,
    /// What the payer has signed; needed by SEPA.
    pub mandate: Option<SignedMandate>,
    /// What the payer reads. SEPA joins them; Norma19 has 16 fields of 40 characters, in which blanks count; DTAUS has 14
    /// lines of 27, and our reference has to stand in the first.
    pub texts: Vec<String>,
    /// A structured reference in place of the texts; SEPA only.
    pub reference: Option<RfReference>,
}

/// Who pays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payer {
    /// The name.
    pub name: String,
    /// The number of the client, always the same: Norma19 wants it (12 letters and digits), DTAUS takes it (11 digits).
    pub number: Option<String>,
    /// The address; needed by SEPA outside the European Economic Area.
    pub address: Option<Address>,
}

/// An address in parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// The street.
    pub street: Option<String>,
    /// The number of the house, and what follows it.
    pub building: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The town.
    pub town: String,
    /// Two letters.
    pub country: comptoir_domain::Country,
}

/// A mandate as it is named in an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedMandate {
    /// Its reference.
    pub reference: String,
    /// When it was signed.
    pub signed_on: NaiveDate,
    /// Which collection this is.
    pub sequence: Sequence,
    /// What has changed since the last collection.
    pub amendment: Option<Amendment>,
}

/// What a mandate said before; at least one of these.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Amendment {
    /// The reference.
    pub reference: Option<String>,
    /// The name of the creditor.
    pub creditor_name: Option<String>,
    /// The identifier of the creditor.
    pub creditor_id: Option<CreditorId>,
    /// The account of the payer.
    pub account: Option<OriginalAccount>,
}

/// The account that a payer had before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OriginalAccount {
    /// This one.
    Iban(Iban),
    /// Another one that is not told.
    NotDisclosed,
}

/// A file to hand to the bank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BankFile {
    /// What it is called.
    pub name: String,
    /// For the header of an answer.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
    /// The sheet that is signed and goes along with it, where the format has one: plain text, a page for each form feed.
    pub cover_note: Option<String>,
}

impl Address {
    /// Street and house in one line.
    pub(super) fn street_line(&self) -> String {
        joined(&[self.street.as_deref(), self.building.as_deref()])
    }

    /// Postal code and town in one line.
    pub(super) fn town_line(&self) -> String {
        joined(&[self.postal_code.as_deref(), Some(self.town.as_str())])
    }
}

fn joined(parts: &[Option<&str>]) -> String {
    parts.iter().flatten().copied().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Batch {
    /// What no format can hold: no orders at all, references that are used twice, amounts that are not euro above zero.
    pub(super) fn check(&self, most_cents: i64) -> Check {
        let mut check = Check::new();
        check.ensure(!self.debits.is_empty(), "/debits", "required", "at least one order");
        let mut seen = HashSet::new();
        for (place, debit) in self.debits.iter().enumerate() {
            let at = |field: &str| at(place, field);
            let unique = seen.insert(debit.end_to_end_id.as_str());
            check.ensure(unique, &at("end_to_end_id"), "not_unique", "each order has a reference of its own");
            let right = debit.amount.currency() == Currency::EUR && (1..=most_cents).contains(&debit.amount.minor());
            check.ensure(
                right,
                &at("amount"),
                "out_of_range",
                "above zero, in euro, and not larger than the format has place for",
            );
            let on_time = debit.collection_date >= self.created.date();
            check.ensure(
                on_time,
                &at("collection_date"),
                "in_the_past",
                "not before the day on which the file is written",
            );
        }
        check
    }

    /// The sum of some of the orders.
    pub(super) fn sum<'a>(debits: impl IntoIterator<Item = &'a Debit>) -> Result<Money> {
        Ok(Money::sum(Currency::EUR, debits.into_iter().map(|debit| debit.amount))?)
    }

    /// Its number as part of a file's name.
    pub(super) fn file_stem(&self) -> String {
        self.id.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
    }
}

/// The pointer to a field of an order.
pub(super) fn at(place: usize, field: &str) -> String {
    format!("/debits/{place}/{field}")
}

/// What checks have made sure of is not so: a fault of ours.
pub(super) fn broken(what: &'static str) -> Problem {
    Problem::new(Code::Internal, what)
}
