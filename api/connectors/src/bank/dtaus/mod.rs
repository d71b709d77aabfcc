//! DTAUS, the domestic format of the German banks until 2014: debits or credits by bank code and account number, in blocks of
//! 128 bytes without line ends. SEPA has replaced it; the same batch can be written as SEPA file.

mod map;
mod note;

use super::{BankFile, Batch, BatchFile};
use comptoir_domain::bank::{Bic, Iban};
use comptoir_domain::{Check, Result};

/// What kind of orders, and how they are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Dtaus {
    /// What kind.
    pub order: Order,
    /// Whether umlauts are written as the four signs of DIN 66003; otherwise as two letters, which every bank takes.
    pub din_66003: bool,
}

/// What kind of orders. One file holds one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Debits that the creditor was allowed by the payer (Einzugsermächtigung).
    Debit,
    /// Debits that the payer has ordered at its own bank (Abbuchungsauftrag).
    OrderedDebit,
    /// Transfers to the others.
    Transfer,
}

impl Order {
    /// The word of the header and the key of each payment.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Debit => ("LK", "05000"),
            Self::OrderedDebit => ("LK", "04000"),
            Self::Transfer => ("GK", "51000"),
        }
    }
}

/// What the file is called.
const NAME: &str = "DTAUS0.TXT";

impl BatchFile for Dtaus {
    /// One logical file for each due date, one behind the other. Banks took none without a signed sheet (Begleitzettel) that says
    /// the sums of its trailer.
    fn write(&self, batch: &Batch) -> Result<BankFile> {
        let bytes = map::blocks(*self, batch)?.concat().into_bytes();
        let cover_note = Some(note::text(*self, batch)?);
        Ok(BankFile { name: NAME.into(), media_type: "text/plain", bytes, cover_note })
    }

    fn check_name(&self, check: &mut Check, pointer: &str, name: &str) {
        map::names(*self, check, pointer, name);
    }

    fn check_account(&self, check: &mut Check, (place, _): (&str, &str), account: &Iban, _: Option<&Bic>) {
        map::account(check, place, account);
    }
}
