//! The remainder by 97 of texts that are read as numbers (ISO 7064): behind IBANs, creditor identifiers and references.

/// What remains of the number that digits and letters make, `A` being 10 and `Z` 35; nothing for any other character.
pub(super) fn remainder(text: &str) -> Option<u32> {
    text.chars().try_fold(0, |so_far, letter| {
        let value = letter.to_digit(36).filter(|_| !letter.is_ascii_lowercase())?;
        Some((so_far * if value < 10 { 10 } else { 100 } + value) % 97)
    })
}

/// The two check digits that belong before `body`, a text that ends with the country or the letters of the scheme.
pub(super) fn check_digits(body: &str) -> Option<String> {
    let rest = remainder(&format!("{body}00"))?;
    Some(format!("{:02}", 98 - rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 12 × 97 = 1164; `A1` reads 101 = 97 + 4.
    #[test]
    fn divides_texts() {
        assert_eq!(remainder("1164"), Some(0));
        assert_eq!(remainder("1165"), Some(1));
        assert_eq!(remainder("A1"), Some(4));
        for text in ["1-2", "a1", "é", " 1"] {
            assert_eq!(remainder(text), None, "{text}");
        }
        // 100 mod 97 is 3, and 98 − 3 is 95
        assert_eq!(check_digits("1").as_deref(), Some("95"));
    }
}
