//! Codes of banks (ISO 9362).

use super::{Iban, Unreadable, plain};

/// Territories whose accounts and banks may bear each other's country.
const GROUPS: &[&[&str]] = &[
    &["GB", "GG", "JE", "IM"],
    &["FR", "BL", "GF", "GP", "MC", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"],
    &["DK", "FO", "GL"],
    &["CH", "LI"],
];

/// The code of a bank, 8 or 11 characters in capitals.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Bic(String);

impl Bic {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two letters of the country.
    pub fn country(&self) -> &str {
        self.0.get(4..6).unwrap_or_default()
    }

    /// Whether it is for tests only.
    pub fn is_test(&self) -> bool {
        self.0.get(7..8) == Some("0")
    }

    /// Whether both name the same office: without a branch it is the head office, `XXX`.
    pub fn is_same_office(&self, other: &Self) -> bool {
        let office = |bic: &Self| {
            (
                bic.0.get(..8).map(str::to_owned),
                bic.0.get(8..).filter(|branch| !branch.is_empty() && *branch != "XXX").map(str::to_owned),
            )
        };
        office(self) == office(other)
    }

    /// Whether an account can be held there, going by the countries. Worth a warning, no more.
    pub fn fits(&self, account: &Iban) -> bool {
        let (bank, account) = (self.country(), account.country());
        bank == account || GROUPS.iter().any(|group| group.contains(&bank) && group.contains(&account))
    }
}

impl std::str::FromStr for Bic {
    type Err = Unreadable;
    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let text = plain(text);
        let shaped = matches!(text.len(), 8 | 11) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let lettered = text.get(4..6).is_some_and(|country| country.bytes().all(|byte| byte.is_ascii_uppercase()));
        if shaped && lettered {
            Ok(Self(text))
        } else {
            Err(Unreadable::new("invalid_bic", "expected the 8 or 11 characters of a BIC such as BSCHESMMXXX"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bic(text: &str) -> Bic {
        text.parse().unwrap()
    }

    #[test]
    fn read_or_refused() {
        assert_eq!(bic(" bsch es mm xxx").as_str(), "BSCHESMMXXX");
        assert_eq!(bic("BSCHESMM").country(), "ES");
        for text in ["", "BSCHESM", "BSCHESMMX", "BSCH1SMM", "BSCHESMMÄXX", "BSCHESMMXXXX"] {
            assert_eq!(text.parse::<Bic>().unwrap_err().code, "invalid_bic", "{text}");
        }
        assert!(bic("BSCHESM0").is_test() && !bic("BSCHESMM").is_test());
        assert!(bic("BSCHESMM").is_same_office(&bic("BSCHESMMXXX")));
        assert!(!bic("BSCHESMM").is_same_office(&bic("BSCHESMM123")));
    }

    #[test]
    fn countries_fit_or_do_not() {
        let french = Iban::parse("FR1420041010050500013M02606").unwrap();
        assert!(bic("PSSTFRPP").fits(&french) && bic("BREDGPGP").fits(&french));
        assert!(!bic("BSCHESMM").fits(&french));
    }
}
