//! Which countries direct debits reach.

/// The European Economic Area, where the code of the payer's bank need not be named.
const EEA: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// The others that have joined.
const OTHERS: &[&str] = &["AD", "AL", "CH", "GB", "GG", "GI", "IM", "JE", "MC", "MD", "ME", "MK", "RS", "SM", "VA"];

/// Parts of France whose accounts have a number of FR and are in the area.
const OF_FRANCE: &[&str] = &["BL", "GF", "GP", "MF", "MQ", "PM", "RE", "YT"];

/// Whether an account whose IBAN or bank code begins so can be debited.
pub fn reaches(country: &str) -> bool {
    is_eea(country) || OTHERS.contains(&country)
}

/// Whether the bank's code may be left out, and the payer's address.
pub fn is_eea(country: &str) -> bool {
    EEA.contains(&country) || OF_FRANCE.contains(&country)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_and_out() {
        assert_eq!(EEA.len(), 30);
        for country in ["DE", "ES", "GP", "CH", "GB", "RS"] {
            assert!(reaches(country), "{country}");
        }
        for country in ["US", "TR", "UA", "BR", "GL", "FO", ""] {
            assert!(!reaches(country), "{country}");
        }
        assert!(is_eea("LI") && is_eea("RE") && !is_eea("CH") && !is_eea("GB") && !is_eea("SM"));
    }
}
