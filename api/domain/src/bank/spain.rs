//! Spanish account numbers: the 20 digits of the CCC, which an IBAN of ES has inside.

use super::{Iban, Unreadable, all_digits, iban, plain};
use std::fmt;

/// What each of ten digits counts, from the left.
const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];

/// A Spanish account number whose check digits are right. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Ccc(String);

impl Ccc {
    /// All 20 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The four digits of the bank.
    pub fn entity(&self) -> &str {
        self.0.get(..4).unwrap_or_default()
    }

    /// The four digits of the branch.
    pub fn branch(&self) -> &str {
        self.0.get(4..8).unwrap_or_default()
    }

    /// The ten digits of the account.
    pub fn account(&self) -> &str {
        self.0.get(10..).unwrap_or_default()
    }

    /// The account in an IBAN; nothing for one of another country.
    pub fn of(iban: &Iban) -> Result<Self, Unreadable> {
        if iban.country() == "ES" {
            return iban.national().parse();
        }
        Err(Unreadable::new("not_spanish", "only accounts in Spain have a CCC"))
    }

    /// The IBAN of the account.
    pub fn iban(&self) -> Result<Iban, Unreadable> {
        Iban::of_national("ES", &self.0)
    }
}

/// The check digit of ten digits.
fn check_digit(ten: &str) -> Option<u32> {
    let sum = ten.chars().zip(WEIGHTS).try_fold(0, |sum, (digit, weight)| Some(sum + digit.to_digit(10)? * weight))?;
    Some(match 11 - sum % 11 {
        10 => 1,
        11 => 0,
        digit => digit,
    })
}

impl std::str::FromStr for Ccc {
    type Err = Unreadable;
    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let text = plain(text);
        let parts = (text.get(..8), text.get(8..10), text.get(10..20));
        let (Some(bank), Some(digits), Some(account)) = parts else { return Err(wrong_shape()) };
        if text.len() != 20 || !all_digits(&text) {
            return Err(wrong_shape());
        }
        let want = check_digit(&format!("00{bank}")).zip(check_digit(account));
        if want.map(|(first, second)| format!("{first}{second}")).as_deref() == Some(digits) {
            Ok(Self(text))
        } else {
            Err(Unreadable::new("wrong_check_digits", "a digit is wrong: the two check digits do not fit"))
        }
    }
}

fn wrong_shape() -> Unreadable {
    Unreadable::new("invalid_ccc", "expected the 20 digits of an account: bank, branch, check digits, account")
}

impl fmt::Debug for Ccc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&iban::masked(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the norm: 2100 0418 45 0200051332. 2×4+1×8+0+0+0×9… = 95, 95 mod 11 = 7, 11 − 7 = 4;
    /// the account gives 105, 105 mod 11 = 6, 11 − 6 = 5.
    #[test]
    fn published_number() {
        let ccc: Ccc = "2100 0418 45 0200051332".parse().unwrap();
        assert_eq!((ccc.entity(), ccc.branch(), ccc.account()), ("2100", "0418", "0200051332"));
        assert_eq!((check_digit("0021000418"), check_digit("0200051332")), (Some(4), Some(5)));
        let iban = ccc.iban().unwrap();
        assert_eq!(iban.as_str(), "ES9121000418450200051332");
        assert_eq!(Ccc::of(&iban), Ok(ccc.clone()));
        assert_eq!(format!("{ccc:?}"), "2100 •••• •••• 1332");
    }

    #[test]
    fn wrong_ones() {
        let code = |text: &str| text.parse::<Ccc>().unwrap_err().code;
        assert_eq!(code("21000418540200051332"), "wrong_check_digits");
        assert_eq!(code("21000418450200051333"), "wrong_check_digits");
        for text in ["", "2100041845020005133", "2100041845020005133X", "210004184502000513322", "é1000418450200051332"]
        {
            assert_eq!(code(text), "invalid_ccc", "{text}");
        }
        let german = Iban::parse("DE89370400440532013000").unwrap();
        assert_eq!(Ccc::of(&german).unwrap_err().code, "not_spanish");
    }

    /// 11 − 0 is 11, written 0; 11 − 1 is 10, written 1. 0×… = 0; 6×2 = 12, 12 mod 11 = 1.
    #[test]
    fn digits_of_two_places() {
        assert_eq!(check_digit("0000000000"), Some(0));
        assert_eq!(check_digit("0000000002"), Some(1));
    }
}
