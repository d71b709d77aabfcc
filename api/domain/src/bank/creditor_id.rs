//! The number under which a creditor collects direct debits everywhere in SEPA.

use super::{Unreadable, mod97, plain};

/// How long it is, where that is known; elsewhere up to 35.
const LENGTHS: &[(&str, usize)] = &[("AT", 18), ("DE", 18), ("ES", 16), ("FR", 13), ("IT", 23), ("NL", 19)];

/// A creditor identifier whose check digits are right: country, two digits, three characters that the creditor may choose,
/// and the number that its country gave it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CreditorId(String);

impl CreditorId {
    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two letters of the country.
    pub fn country(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// The number that the country gave.
    pub fn national(&self) -> &str {
        self.0.get(7..).unwrap_or_default()
    }

    /// Whether both are of one creditor: what it may choose does not count.
    pub fn is_same_creditor(&self, other: &Self) -> bool {
        (self.country(), self.national()) == (other.country(), other.national())
    }
}

impl std::str::FromStr for CreditorId {
    type Err = Unreadable;
    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let text = plain(text);
        let wrong = || Unreadable::new("invalid_creditor_id", "expected an identifier such as DE98ZZZ09999999999");
        let shaped = (8..=35).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let parts = (text.get(..2), text.get(2..4), text.get(7..));
        let (Some(country), Some(digits), Some(national)) = parts else { return Err(wrong()) };
        if !shaped || !country.bytes().all(|byte| byte.is_ascii_uppercase()) || !super::all_digits(digits) {
            return Err(wrong());
        }
        if let Some((_, length)) = LENGTHS.iter().find(|(code, length)| *code == country && *length != text.len()) {
            let detail = format!("an identifier of {country} has {length} characters, this one {}", text.len());
            return Err(Unreadable::new("wrong_length", detail));
        }
        if mod97::check_digits(&format!("{national}{country}")).as_deref() != Some(digits) {
            return Err(Unreadable::new("wrong_check_digits", "a character is wrong: the check digits do not fit"));
        }
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> CreditorId {
        text.parse().unwrap()
    }

    /// One a country, all accepted by python-stdnum (eu.at_02).
    #[test]
    fn published_numbers() {
        for text in ["DE98ZZZ09999999999", "ES11000B12345674", "FR72ZZZ123456"] {
            assert_eq!(id(text).as_str(), text);
        }
        assert_eq!(id("de98 zzz 0999 9999 999").national(), "09999999999");
        assert!(id("DE98ABC09999999999").is_same_creditor(&id("DE98ZZZ09999999999")));
        assert!(!id("FR72ZZZ123456").is_same_creditor(&id("DE98ZZZ09999999999")));
    }

    #[test]
    fn wrong_ones() {
        let code = |text: &str| text.parse::<CreditorId>().unwrap_err().code;
        assert_eq!(code("DE99ZZZ09999999999"), "wrong_check_digits");
        assert_eq!(code("DE98ZZZ0999999999"), "wrong_length");
        for text in ["", "DE98ZZZ", "9898ZZZ09999999999", "DEX8ZZZ09999999999", "DE98ZZZ0999999999é"] {
            assert_eq!(code(text), "invalid_creditor_id", "{text}");
        }
    }
}
