//! Files for banks and what banks answer (PAY-08, PAY-09). Nothing is sent here: a batch goes in as plain data and a file comes
//! out, a file goes in and neutral entries come out ([`comptoir_domain::bank::BankReply`]). Wrong data is refused with its place.

pub mod batch;
pub mod dtaus;
mod iso20022;
mod mt940;
pub mod norma19;
mod record;
mod replies;
pub mod sepa;
mod text;

#[cfg(test)]
mod tests;

pub use batch::{Address, Amendment, BankFile, Batch, Creditor, Debit, OriginalAccount, Payer, SignedMandate};
pub use replies::{MOST_BYTES, read_reply};

use comptoir_domain::bank::{Bic, Iban};
use comptoir_domain::{Check, Result};

/// A format in which orders are handed to a bank.
pub trait BatchFile: Send + Sync {
    /// Writes a batch. The same batch gives the same bytes. `validation_failed` names every place that the format cannot
    /// hold, seen from the batch: `/debits/3/account`.
    fn write(&self, batch: &Batch) -> Result<BankFile>;

    /// Notes at its place what is wrong with a name of the creditor or of a payer, as [`BatchFile::write`] would.
    fn check_name(&self, check: &mut Check, pointer: &str, name: &str);

    /// Notes what is wrong with a payer's account, or its bank, as [`BatchFile::write`] would: at the places of the two.
    fn check_account(&self, check: &mut Check, places: (&str, &str), account: &Iban, bic: Option<&Bic>);

    /// In which group of the file each debit is, by the name that banks repeat; formats without groups have the batch.
    fn groups(&self, batch: &Batch) -> Result<Vec<String>> {
        Ok(batch.debits.iter().map(|_| batch.id.clone()).collect())
    }
}
