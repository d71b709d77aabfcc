//! Axerve's numbers, as data: currencies, languages, and what error codes mean.

use crate::error::Kind;
use comptoir_domain::Currency;

/// Currencies by the numbers of the Italian foreign exchange office.
const CURRENCIES: &[(&str, &str)] = &[
    ("EUR", "242"),
    ("USD", "1"),
    ("GBP", "2"),
    ("CHF", "3"),
    ("DKK", "7"),
    ("NOK", "8"),
    ("SEK", "9"),
    ("CAD", "12"),
    ("JPY", "71"),
    ("HKD", "103"),
    ("AUD", "109"),
    ("SGD", "124"),
    ("CNY", "144"),
    ("HUF", "153"),
    ("CZK", "223"),
    ("BRL", "234"),
    ("PLN", "237"),
    ("RUB", "244"),
];

/// The number of a currency.
pub(super) fn number(currency: Currency) -> Option<&'static str> {
    CURRENCIES.iter().find(|(code, _)| *code == currency.as_str()).map(|(_, number)| *number)
}

/// The currency of a number.
pub(super) fn currency(number: &str) -> Option<Currency> {
    CURRENCIES.iter().find(|(_, known)| *known == number)?.0.parse().ok()
}

/// The languages of the page.
const LANGUAGES: &[(&str, &str)] = &[("it", "1"), ("en", "2"), ("es", "3"), ("fr", "4"), ("de", "5")];

/// The number of a language; nothing for others, which leaves it to the account.
pub(super) fn language(code: &str) -> &'static str {
    LANGUAGES.iter().find(|(known, _)| *known == code).map_or("", |(_, number)| number)
}

/// What an error code means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// The card was refused; it may work another time.
    Soft,
    /// The card was refused and will never do.
    Hard,
    /// The bank failed, and nothing was taken.
    Failed,
    /// The bank wants to see the client first.
    NeedsClient,
    /// The call itself was not taken.
    Call(Kind),
}

use Meaning::{Call, Failed, Hard, NeedsClient, Soft};

/// From the first code to the second; the narrower row stands before the wider one.
const CODES: &[(u32, u32, Meaning)] = &[
    (57, 57, Hard),
    (58, 58, Call(Kind::Declined)),
    (63, 63, Call(Kind::NotFound)),
    (64, 66, Call(Kind::Conflict)),
    (74, 74, Soft),
    (97, 97, Soft),
    (100, 100, Failed),
    (150, 150, Failed),
    (208, 208, Hard),
    (212, 212, Failed),
    (403, 403, Failed),
    (404, 404, Hard),
    (406, 413, Failed),
    (414, 414, Hard),
    (415, 415, Failed),
    (418, 418, Failed),
    (420, 420, Hard),
    (430, 431, Failed),
    (433, 433, Hard),
    (439, 443, Hard),
    (454, 454, Hard),
    (456, 456, Hard),
    (462, 462, Hard),
    (468, 468, Failed),
    (490, 494, Failed),
    (600, 615, Failed),
    (810, 811, Failed),
    (998, 998, Hard),
    (1118, 1120, Hard),
    (1124, 1126, Hard),
    (1131, 1132, Call(Kind::Auth)),
    (1137, 1137, Call(Kind::Conflict)),
    (1140, 1140, Soft),
    (1142, 1142, Call(Kind::Auth)),
    (1143, 1143, Soft),
    (1148, 1149, Soft),
    (1164, 1165, Hard),
    (1100, 1199, Call(Kind::InvalidRequest)),
    (2011, 2011, Call(Kind::NotFound)),
    (2014, 2014, Call(Kind::Declined)),
    (2001, 2099, Call(Kind::Conflict)),
    (4707, 4707, Call(Kind::Conflict)),
    (8006, 8006, NeedsClient),
    (9998, 9999, Call(Kind::Unknown)),
];

/// What a code means; what is not in the table is a refusal that may pass.
pub(super) fn meaning(code: &str) -> Meaning {
    let number: u32 = code.parse().unwrap_or_default();
    CODES.iter().find(|(from, to, _)| (*from..=*to).contains(&number)).map_or(Soft, |(.., meaning)| *meaning)
}

/// A token that the gateway does not know.
pub(super) const NO_TOKEN: &str = "1165";

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of the page.
    #[test]
    fn tables_say_what_the_page_says() {
        for (code, digits) in [("EUR", "242"), ("USD", "1"), ("JPY", "71"), ("HUF", "153"), ("RUB", "244")] {
            let known: Currency = code.parse().unwrap();
            assert_eq!((number(known), currency(digits)), (Some(digits), Some(known)));
        }
        assert_eq!((currency("978"), number("KWD".parse().unwrap())), (None, None));
        assert_eq!((language("de"), language("pt")), ("5", ""));
        for (code, want) in [
            ("74", Soft),
            ("8006", NeedsClient),
            ("1142", Call(Kind::Auth)),
            ("1130", Call(Kind::InvalidRequest)),
            ("1131", Call(Kind::Auth)),
            ("2001", Call(Kind::Conflict)),
            ("2099", Call(Kind::Conflict)),
            ("9999", Call(Kind::Unknown)),
            ("9998", Call(Kind::Unknown)),
            ("433", Hard),
            ("251", Soft),
            ("5555", Soft),
        ] {
            assert_eq!(meaning(code), want, "{code}");
        }
    }

    #[test]
    fn no_row_hides_a_narrower_one() {
        for (at, (from, to, _)) in CODES.iter().enumerate() {
            assert!(from <= to);
            assert!(CODES[..at].iter().all(|(first, last, _)| !(first <= from && to <= last)), "{from}");
        }
    }
}
