//! Norma 19 of the Spanish banks, the classic file of 162 columns: debits of accounts in Spain, one file for each receiving
//! bank. SEPA has replaced it in 2014; the same batch can be written as SEPA file.

mod map;
pub(super) mod returns;

use super::{BankFile, Batch, BatchFile};
use crate::bank::text::norma19 as fold;
use comptoir_domain::bank::{Bic, Iban};
use comptoir_domain::taxes::VatNumber;
use comptoir_domain::{Check, Result};

/// Columns of a record.
pub(super) const WIDTH: usize = 162;

/// What the bank wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Norma19 {
    /// The tax number (NIF) of the creditor.
    pub tax_id: String,
    /// Three digits that the bank gives with the contract; `000` if it gives none.
    pub suffix: String,
    /// How `Ñ` is written.
    pub charset: Charset,
    /// What follows a record.
    pub line_end: LineEnd,
    /// Whether a record with the payer's address is written, where there is one.
    pub include_address: bool,
}

/// How `Ñ` is written; all other letters are ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Charset {
    /// Code page 850, as the norm says.
    #[default]
    Cp850,
    /// ISO 8859-1, as many later programs do.
    Latin1,
    /// As `N`.
    Ascii,
}

/// What follows a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LineEnd {
    /// Carriage return and line feed.
    #[default]
    CrLf,
    /// Line feed.
    Lf,
    /// Nothing.
    None,
}

impl BatchFile for Norma19 {
    fn write(&self, batch: &Batch) -> Result<BankFile> {
        let records = map::records(self, batch)?;
        let bytes = records.iter().flat_map(|record| self.bytes(record)).collect();
        Ok(BankFile { name: format!("{}.q19", batch.file_stem()), media_type: "text/plain", bytes, cover_note: None })
    }

    fn check_name(&self, check: &mut Check, pointer: &str, name: &str) {
        check.ensure(!fold(name).trim().is_empty(), pointer, "required", "at least one letter");
    }

    fn check_account(&self, check: &mut Check, (place, _): (&str, &str), account: &Iban, _: Option<&Bic>) {
        map::account(check, place, account);
    }
}

impl Norma19 {
    /// Notes what is wrong with tax number and suffix, below a place.
    pub fn check(&self, check: &mut Check, pointer: &str) {
        let valid = VatNumber::parse(&format!("ES{}", self.tax_id)).is_some_and(|number| number.prefix() == "ES");
        let valid = valid && self.tax_id.len() <= 9;
        let at = format!("{pointer}/tax_id");
        check.ensure(valid, &at, "invalid_tax_id", "expected a Spanish tax number such as B12345674");
        let digits = self.suffix.len() == 3 && self.suffix.bytes().all(|byte| byte.is_ascii_digit());
        check.ensure(digits, &format!("{pointer}/suffix"), "invalid_suffix", "expected three digits");
    }

    fn bytes(&self, record: &str) -> Vec<u8> {
        let tilde = match self.charset {
            Charset::Cp850 => 0xA5,
            Charset::Latin1 => 0xD1,
            Charset::Ascii => b'N',
        };
        let end: &[u8] = match self.line_end {
            LineEnd::CrLf => b"\r\n",
            LineEnd::Lf => b"\n",
            LineEnd::None => b"",
        };
        record
            .chars()
            .map(|letter| u8::try_from(letter).ok().filter(u8::is_ascii).unwrap_or(tilde))
            .chain(end.iter().copied())
            .collect()
    }
}
