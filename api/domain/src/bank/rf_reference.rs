//! References that a payer copies into a transfer (ISO 11649): check digits find the copying fault.

use super::{Unreadable, mod97, plain};

/// A reference such as `RF18539007547034`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RfReference(String);

impl RfReference {
    /// The reference of an invoice: letters and digits of its number, at most 21.
    pub fn of(number: &str) -> Result<Self, Unreadable> {
        let body: String = plain(number).chars().filter(char::is_ascii_alphanumeric).collect();
        let digits = mod97::check_digits(&format!("{body}RF")).ok_or_else(wrong)?;
        format!("RF{digits}{body}").parse()
    }

    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the check digits.
    pub fn body(&self) -> &str {
        self.0.get(4..).unwrap_or_default()
    }
}

impl std::str::FromStr for RfReference {
    type Err = Unreadable;
    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let text = plain(text);
        let rest = text.strip_prefix("RF").and_then(|rest| rest.split_at_checked(2)).ok_or_else(wrong)?;
        let (digits, body) = rest;
        if !(1..=21).contains(&body.len()) || !super::all_digits(digits) {
            return Err(wrong());
        }
        match mod97::remainder(&format!("{body}RF{digits}")) {
            Some(1) => Ok(Self(text)),
            Some(_) => Err(Unreadable::new("wrong_check_digits", "a character is wrong: the check digits do not fit")),
            None => Err(wrong()),
        }
    }
}

fn wrong() -> Unreadable {
    Unreadable::new("invalid_reference", "expected RF, two digits and 1 to 21 letters and digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the norm.
    #[test]
    fn published_reference() {
        assert_eq!("RF18 5390 0754 7034".parse::<RfReference>().unwrap().body(), "539007547034");
        assert_eq!(RfReference::of("539007547034").unwrap().as_str(), "RF18539007547034");
    }

    #[test]
    fn of_invoices_and_wrong_ones() {
        let reference = RfReference::of("A/2026-000042").unwrap();
        assert_eq!(reference.body(), "A2026000042");
        assert_eq!(reference.as_str().parse(), Ok(reference));
        assert!(RfReference::of("-").is_err() && RfReference::of(&"1".repeat(22)).is_err());
        assert_eq!("RF18539007547035".parse::<RfReference>().unwrap_err().code, "wrong_check_digits");
        for text in ["", "RF18", "RFX8539007547034", "XX18539007547034", "RF18539007547034é"] {
            assert_eq!(text.parse::<RfReference>().unwrap_err().code, "invalid_reference", "{text}");
        }
    }
}
