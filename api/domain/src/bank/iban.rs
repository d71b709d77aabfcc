//! International account numbers (ISO 13616): shape by country, check digits, how they are shown. The table of countries is
//! our own because the one of the crate `iban_validate` lags behind the registry; the tests compare the two.

use super::iban_countries::COUNTRIES;
use super::{Unreadable, mod97, plain};
use std::fmt;

/// An account number whose shape and check digits are right, without blanks. `Debug` shows it masked, and there is no
/// `Display`: who prints it in full says so.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iban(String);

impl Iban {
    /// Reads a number of any country whose shape we know, however it is spaced and in small letters too.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        Self::read(text, false)
    }

    /// The same, and of countries that are not in the registry whatever has the right check digits.
    pub fn parse_of_any_country(text: &str) -> Result<Self, Unreadable> {
        Self::read(text, true)
    }

    /// The number of a national account, with check digits worked out.
    pub fn of_national(country: &str, account: &str) -> Result<Self, Unreadable> {
        let digits = mod97::check_digits(&format!("{account}{country}")).ok_or_else(wrong_shape)?;
        Self::parse(&format!("{country}{digits}{account}"))
    }

    fn read(text: &str, any_country: bool) -> Result<Self, Unreadable> {
        let text = plain(text);
        let shaped = (15..=34).contains(&text.len()) && text.is_ascii();
        let (country, rest) = text.split_at_checked(2).filter(|_| shaped).ok_or_else(wrong_shape)?;
        let (digits, account) = rest.split_at_checked(2).ok_or_else(wrong_shape)?;
        let known = country.bytes().all(|byte| byte.is_ascii_uppercase()) && super::all_digits(digits);
        let rest =
            mod97::remainder(&format!("{account}{country}{digits}")).filter(|_| known).ok_or_else(wrong_shape)?;
        match COUNTRIES.iter().find(|(code, ..)| *code == country) {
            Some((_, length, _)) if text.len() != *length => {
                let detail = format!("an IBAN of {country} has {length} characters, this one {}", text.len());
                return Err(Unreadable::new("wrong_length", detail));
            }
            Some((.., pattern)) if !fits(account, pattern) => {
                let detail = format!("an IBAN of {country} has {pattern} after its check digits (n digits, a letters)");
                return Err(Unreadable::new("invalid_iban", detail));
            }
            None if !any_country => {
                return Err(Unreadable::new(
                    "unknown_country",
                    format!("{country} has no account numbers of this kind"),
                ));
            }
            _ => {}
        }
        // 97 is prime to 10, so 00, 01 and 99 would pass for 97, 98 and 02
        if rest != 1 || matches!(digits, "00" | "01" | "99") {
            return Err(Unreadable::new("wrong_check_digits", "a digit is wrong: the check digits do not fit"));
        }
        Ok(Self(text))
    }

    /// As it is sent and kept: without blanks.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two letters of the country.
    pub fn country(&self) -> &str {
        self.0.get(..2).unwrap_or_default()
    }

    /// What follows the check digits: the account as its country writes it.
    pub fn national(&self) -> &str {
        self.0.get(4..).unwrap_or_default()
    }

    /// For paper: in groups of four.
    pub fn grouped(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// For logs and lists: `ES91 •••• •••• 1332`.
    pub fn masked(&self) -> String {
        masked(&self.0)
    }
}

/// The first and the last four characters, nothing of what is between; all hidden where that would leave too little.
pub(super) fn masked(number: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    match (letters.first_chunk::<4>(), letters.last_chunk::<4>()) {
        (Some(first), Some(last)) if letters.len() >= 12 => {
            format!("{} •••• •••• {}", first.iter().collect::<String>(), last.iter().collect::<String>())
        }
        _ => "••••".into(),
    }
}

fn wrong_shape() -> Unreadable {
    Unreadable::new("invalid_iban", "expected an IBAN such as DE89 3704 0044 0532 0130 00")
}

/// Whether a text has the shape that a pattern such as `4a14c` says.
fn fits(account: &str, pattern: &str) -> bool {
    let mut rest = account;
    for (count, kind) in parts(pattern) {
        let Some((part, behind)) = rest.split_at_checked(count) else { return false };
        let right = |byte: u8| match kind {
            'n' => byte.is_ascii_digit(),
            'a' => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        };
        if !part.bytes().all(right) {
            return false;
        }
        rest = behind;
    }
    rest.is_empty()
}

fn parts(pattern: &str) -> impl Iterator<Item = (usize, char)> {
    pattern.split_inclusive(|letter: char| letter.is_ascii_lowercase()).filter_map(|part| {
        let kind = part.chars().last()?;
        Some((part.strip_suffix(kind)?.parse().ok()?, kind))
    })
}

impl std::str::FromStr for Iban {
    type Err = Unreadable;
    fn from_str(text: &str) -> Result<Self, Unreadable> {
        Self::parse(text)
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> &'static str {
        Iban::parse(text).map_or_else(|found| found.code, |_| "good")
    }

    /// Vectors of the registry and of ISO 13616.
    #[test]
    fn published_numbers() {
        for text in [
            "DE89370400440532013000",
            "ES9121000418450200051332",
            "GB82WEST12345698765432",
            "FR1420041010050500013M02606",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "RU0304452522540817810538091310419",
        ] {
            assert_eq!(Iban::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(code("DE89370400440532013001"), "wrong_check_digits");
        assert_eq!(code("DE8937040044053201300"), "wrong_length");
        for text in
            ["", "DE", "DE89", "89DE370400440532013000", "DE8937040044053201300é", "€€€€€€€€", "DEA9370400440532013000"]
        {
            assert_eq!(code(text), "invalid_iban", "{text}");
        }
        // the letters of the bank replaced by digits
        assert_eq!(code("GB82123412345698765432"), "invalid_iban");
    }

    #[test]
    fn one_spelling_and_three_ways_to_show_it() {
        let iban = Iban::parse(" es91 2100-0418 4502\u{a0}0005 1332").unwrap();
        assert_eq!(iban.as_str(), "ES9121000418450200051332");
        assert_eq!(iban.grouped(), "ES91 2100 0418 4502 0005 1332");
        assert_eq!(iban.masked(), "ES91 •••• •••• 1332");
        assert_eq!(format!("{iban:?}"), "ES91 •••• •••• 1332");
        assert_eq!((iban.country(), iban.national()), ("ES", "21000418450200051332"));
        assert_eq!(masked("0532013000"), "••••");
    }

    /// ISO 7064: digits are 98 less a remainder of 0 to 96. 00, 01 and 99 pass the division, but are never given out.
    #[test]
    fn check_digits_are_02_to_98() {
        let mut passed = 0;
        for account in (0..200).map(|number| format!("8601{number:07}")) {
            let iban = Iban::of_national("NO", &account).unwrap();
            let digits: u32 = iban.as_str()[2..4].parse().unwrap();
            assert!((2..=98).contains(&digits));
            let twin = if digits <= 2 {
                digits + 97
            } else if digits >= 97 {
                digits - 97
            } else {
                continue;
            };
            assert_eq!(code(&format!("NO{twin:02}{account}")), "wrong_check_digits");
            passed += 1;
        }
        assert!(passed > 0);
    }

    #[test]
    fn other_countries_by_setting() {
        // 98 − (12345678901 × 10^6 + 333200) mod 97, X being 33 and W 32
        let rest = (12_345_678_901_u64 * 1_000_000 + 333_200) % 97;
        let text = format!("XW{:02}12345678901", 98 - rest);
        assert_eq!(code(&text), "unknown_country");
        assert!(Iban::parse_of_any_country(&text).is_ok());
        assert!(Iban::parse_of_any_country(&text.replace("901", "902")).is_err());
    }

    #[test]
    fn the_table_agrees_with_itself() {
        assert!(COUNTRIES.windows(2).all(|two| two[0].0 < two[1].0));
        for (country, length, pattern) in COUNTRIES {
            assert_eq!(parts(pattern).map(|(count, _)| count).sum::<usize>() + 4, *length, "{country}");
        }
    }

    fn account(pattern: &str) -> String {
        parts(pattern)
            .map(|(count, kind)| match kind {
                'n' => format!("[0-9]{{{count}}}"),
                'a' => format!("[A-Z]{{{count}}}"),
                _ => format!("[0-9A-Z]{{{count}}}"),
            })
            .collect()
    }

    proptest! {
        /// Another implementation takes what we make, and neither takes it with one character changed.
        #[test]
        fn agrees_with_another_implementation(
            (country, account) in prop::sample::select(COUNTRIES).prop_flat_map(|(country, _, pattern)| (Just(country), prop::string::string_regex(&account(pattern)).unwrap())),
            at in 0_usize..11,
            with in "[0-9]",
        ) {
            let ours = Iban::of_national(country, &account).unwrap();
            let theirs = ours.as_str().parse::<iban::Iban>();
            // those that it does not know yet
            if !matches!(theirs, Err(iban::ParseIbanError::UnknownCountry(_))) {
                prop_assert!(theirs.is_ok(), "{}", ours.as_str());
            } else {
                prop_assert!(["HN", "PK"].contains(&country), "{}", country);
            }
            let mut changed = ours.as_str().to_owned();
            changed.replace_range(4 + at..5 + at, &with);
            // 97 is a prime: another digit in one place is another remainder
            let digit = ours.as_str().as_bytes()[4 + at].is_ascii_digit();
            prop_assert!(!digit || changed == ours.as_str() || Iban::parse(&changed).is_err());
            prop_assert_eq!(Iban::parse(&ours.grouped()), Ok(ours));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            if let Ok(iban) = Iban::parse(&text) {
                prop_assert_eq!(Iban::parse(iban.as_str()), Ok(iban.clone()));
            }
        }
    }
}
