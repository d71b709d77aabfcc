//! Bank accounts and direct debits (PAY-08, PAY-09): account numbers and their check digits, mandates, days on which banks
//! work, what banks answer and to which of our transactions an answer belongs. The files themselves are written and read in
//! `connectors`.

mod batches;
mod bic;
mod collection_date;
mod creditor_id;
mod germany;
mod iban;
mod iban_countries;
mod mandate;
pub mod matching;
mod mod97;
mod plugin;
mod reasons;
mod reply;
mod rf_reference;
pub mod sepa;
mod spain;
pub mod target;

pub use batches::{BankFileSettings, BatchState, EntryOutcome, MandateState, batch_state};
pub use bic::Bic;
pub use collection_date::{BankTerms, collection_date, first_day_to_send, refundable_until, settled_on};
pub use creditor_id::CreditorId;
pub use germany::GermanAccount;
pub use iban::Iban;
pub use mandate::{Mandate, MandateKind, SddScheme, Sequence, mandate_reference};
pub use plugin::DebitPlugin;
pub use reasons::{Again, REASONS, Reason, Remedy, reason};
pub use reply::{AccountNumber, BankEntryKind, BankReply, GivenReason, ReplyEntry, ReplyFormat, Scope};
pub use rf_reference::RfReference;
pub use spain::Ccc;

use crate::Check;

/// Why a text is not what it should be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{detail}")]
pub struct Unreadable {
    /// A stable word: `invalid_iban`, `wrong_check_digits`, …
    pub code: &'static str,
    /// For people; never holds the text itself.
    pub detail: String,
}

impl Unreadable {
    fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// Reads an account number, a bank code or a reference of a request; notes at its place what is wrong with it.
pub fn read<T: std::str::FromStr<Err = Unreadable>>(check: &mut Check, pointer: &str, text: &str) -> Option<T> {
    text.parse().map_err(|found: Unreadable| check.refuse(pointer, found.code, found.detail)).ok()
}

/// Capitals without blanks and hyphens: how numbers are compared and kept.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// Whether there is something, and all of it digits.
fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
