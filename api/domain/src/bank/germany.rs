//! German bank codes (BLZ) and account numbers (Konto), as DTAUS has them.

use super::{Iban, Unreadable, all_digits, iban, plain};
use std::fmt;

/// The rule of the Bundesbank's list by which an IBAN is just bank code and account number. Banks with another rule have
/// ranges and replacements of their own.
const PLAIN_RULE: &str = "0000";

/// An account in Germany: bank code of 8 digits, account number of 10. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct GermanAccount {
    blz: String,
    konto: String,
}

impl GermanAccount {
    /// Reads a bank code and an account number of up to ten digits.
    pub fn parse(blz: &str, konto: &str) -> Result<Self, Unreadable> {
        let (blz, konto) = (plain(blz), plain(konto));
        if blz.len() != 8 || !all_digits(&blz) || !blz.starts_with(|first| ('1'..='8').contains(&first)) {
            return Err(Unreadable::new("invalid_blz", "expected a bank code of 8 digits that begins with 1 to 8"));
        }
        if konto.len() > 10 || !all_digits(&konto) || konto.bytes().all(|byte| byte == b'0') {
            return Err(Unreadable::new("invalid_account", "expected an account number of 1 to 10 digits"));
        }
        Ok(Self { blz, konto: format!("{konto:0>10}") })
    }

    /// The account in an IBAN.
    pub fn of(iban: &Iban) -> Result<Self, Unreadable> {
        match iban.national().split_at_checked(8).filter(|_| iban.country() == "DE") {
            Some((blz, konto)) => Self::parse(blz, konto),
            None => Err(Unreadable::new("not_german", "only accounts in Germany have bank code and account number")),
        }
    }

    /// The IBAN, if the bank makes IBANs by the plain rule `0000`; otherwise it has to be asked for.
    pub fn iban(&self, rule: &str) -> Result<Iban, Unreadable> {
        if rule == PLAIN_RULE {
            return Iban::of_national("DE", &format!("{}{}", self.blz, self.konto));
        }
        Err(Unreadable::new("iban_needed", "this bank makes IBANs by a rule of its own: ask for the IBAN"))
    }

    /// The bank code, 8 digits.
    pub fn blz(&self) -> &str {
        &self.blz
    }

    /// The account number, 10 digits.
    pub fn konto(&self) -> &str {
        &self.konto
    }
}

impl fmt::Debug for GermanAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&iban::masked(&format!("{}{}", self.blz, self.konto)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_number() {
        let account = GermanAccount::parse("370 400 44", "532013000").unwrap();
        let iban = account.iban("0000").unwrap();
        assert_eq!(iban.as_str(), "DE89370400440532013000");
        assert_eq!(GermanAccount::of(&iban), Ok(account.clone()));
        assert_eq!((account.blz(), account.konto()), ("37040044", "0532013000"));
        assert_eq!(account.iban("0001").unwrap_err().code, "iban_needed");
        assert_eq!(format!("{account:?}"), "3704 •••• •••• 3000");
    }

    #[test]
    fn wrong_ones() {
        let code = |blz: &str, konto: &str| GermanAccount::parse(blz, konto).unwrap_err().code;
        for blz in ["", "3704004", "370400444", "07040044", "97040044", "3704004X"] {
            assert_eq!(code(blz, "1"), "invalid_blz", "{blz}");
        }
        for konto in ["", "0", "0000000000", "12345678901", "1X"] {
            assert_eq!(code("37040044", konto), "invalid_account", "{konto}");
        }
        let spanish = Iban::parse("ES9121000418450200051332").unwrap();
        assert_eq!(GermanAccount::of(&spanish).unwrap_err().code, "not_german");
    }
}
