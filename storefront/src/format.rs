//! Amounts and dates as people of a locale write them, exact to the last digit.
//!
//! The table follows Unicode CLDR 48 (`numbers/*.json`, `dates/*.json`); a browser's `Intl.NumberFormat` gives the
//! same text, so a sum shown by script looks like one written by us. A locale outside the table takes the row of its
//! language, then the first row.

use chrono::{Datelike, NaiveDate};
use comptoir_domain::{Currency, Locale, Money, UnitPrice};

/// How one locale writes numbers and dates.
#[derive(Debug)]
pub struct Notation {
    locale: &'static str,
    decimal: char,
    group: char,
    /// Whether the currency stands before the number.
    currency_first: bool,
    /// Order of a long date; `{d}`, `{m}` (name of the month) and `{y}` are replaced.
    date: &'static str,
    /// Currencies with a sign of their own; the others show their code.
    signs: &'static [(&'static str, &'static str)],
}

const NO_BREAK: char = '\u{a0}';
const NARROW: char = '\u{202f}';

const AMERICAN: Notation = Notation {
    locale: "en-US",
    decimal: '.',
    group: ',',
    currency_first: true,
    date: "{m} {d}, {y}",
    signs: &[("USD", "$"), ("EUR", "€"), ("GBP", "£"), ("CAD", "CA$"), ("JPY", "¥"), ("AUD", "A$"), ("INR", "₹")],
};

/// The locales we know; the first of a language speaks for its others.
const NOTATIONS: &[Notation] = &[
    AMERICAN,
    Notation {
        locale: "en-GB",
        decimal: '.',
        group: ',',
        currency_first: true,
        date: "{d} {m} {y}",
        signs: &[
            ("GBP", "£"),
            ("EUR", "€"),
            ("USD", "US$"),
            ("CAD", "CA$"),
            ("JPY", "JP¥"),
            ("AUD", "A$"),
            ("INR", "₹"),
        ],
    },
    Notation {
        locale: "fr-FR",
        decimal: ',',
        group: NARROW,
        currency_first: false,
        date: "{d} {m} {y}",
        signs: &[("EUR", "€"), ("USD", "$US"), ("GBP", "£GB"), ("CAD", "$CA"), ("AUD", "$AU"), ("INR", "₹")],
    },
    Notation {
        locale: "fr-CA",
        decimal: ',',
        group: NO_BREAK,
        currency_first: false,
        date: "{d} {m} {y}",
        signs: &[("CAD", "$"), ("EUR", "€"), ("USD", "$\u{a0}US"), ("GBP", "£"), ("JPY", "¥"), ("AUD", "$\u{a0}AU")],
    },
    Notation {
        locale: "de-DE",
        decimal: ',',
        group: '.',
        currency_first: false,
        date: "{d}. {m} {y}",
        signs: &[("EUR", "€"), ("USD", "$"), ("GBP", "£"), ("CAD", "CA$"), ("JPY", "¥"), ("AUD", "AU$"), ("INR", "₹")],
    },
];

/// The notation of a locale: its own, that of its language, or American English.
pub fn notation(locale: Locale) -> &'static Notation {
    let same_language = |known: &&Notation| known.locale.split('-').next() == Some(locale.language());
    let exact = NOTATIONS.iter().find(|known| known.locale == locale.as_str());
    exact.or_else(|| NOTATIONS.iter().find(same_language)).unwrap_or(&AMERICAN)
}

impl Notation {
    /// `€1,234.50` or `1 234,50 €`, with the currency's own number of digits.
    pub fn money(&self, amount: Money) -> String {
        self.signed(&amount.decimal().abs().to_string(), amount.is_negative(), amount.currency())
    }

    /// `€0.0125`: with every digit that the price has, and at least those of the currency.
    pub fn unit_price(&self, price: UnitPrice, currency: Currency) -> String {
        let mut shown = price.get().normalize();
        if shown.scale() < currency.digits() {
            shown.rescale(currency.digits());
        }
        self.signed(&shown.abs().to_string(), shown.is_sign_negative(), currency)
    }

    fn signed(&self, plain: &str, is_negative: bool, currency: Currency) -> String {
        let sign = self.signs.iter().find(|(code, _)| *code == currency.as_str()).map(|(_, sign)| *sign);
        let number = self.number(plain);
        let minus = if is_negative { "-" } else { "" };
        match (self.currency_first, sign) {
            (true, Some(sign)) => format!("{minus}{sign}{number}"),
            (true, None) => format!("{minus}{currency}{NO_BREAK}{number}"),
            (false, sign) => format!("{minus}{number}{NO_BREAK}{}", sign.unwrap_or(currency.as_str())),
        }
    }

    /// A long date; `months` holds the twelve names.
    pub fn date(&self, date: NaiveDate, months: &[String]) -> String {
        let month = usize::try_from(date.month0()).ok().and_then(|at| months.get(at));
        self.date
            .replace("{d}", &date.day().to_string())
            .replace("{m}", month.map(String::as_str).unwrap_or_default())
            .replace("{y}", &date.year().to_string())
    }

    /// A plain decimal (`1234.5`) with this locale's separators.
    fn number(&self, plain: &str) -> String {
        let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, part)| (whole, Some(part)));
        let mut out = String::with_capacity(plain.len() + 8);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                out.push(self.group);
            }
            out.push(digit);
        }
        if let Some(fraction) = fraction {
            out.push(self.decimal);
            out.push_str(fraction);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of ICU 78.2 / CLDR 48 (`Intl.NumberFormat` of a browser engine) for -1234567.5, rounded by the currency.
    #[test]
    fn amounts_agree_with_cldr() {
        for (locale, code, minor, want) in [
            ("en-US", "USD", -123_456_750, "-$1,234,567.50"),
            ("en-US", "CAD", -123_456_750, "-CA$1,234,567.50"),
            ("en-US", "CHF", -123_456_750, "-CHF\u{a0}1,234,567.50"),
            ("en-US", "JPY", -1_234_568, "-¥1,234,568"),
            ("en-US", "KWD", -1_234_567_500, "-KWD\u{a0}1,234,567.500"),
            ("en-GB", "USD", -123_456_750, "-US$1,234,567.50"),
            ("en-GB", "JPY", -1_234_568, "-JP¥1,234,568"),
            ("fr-FR", "EUR", -123_456_750, "-1\u{202f}234\u{202f}567,50\u{a0}€"),
            ("fr-FR", "USD", -123_456_750, "-1\u{202f}234\u{202f}567,50\u{a0}$US"),
            ("fr-FR", "JPY", -1_234_568, "-1\u{202f}234\u{202f}568\u{a0}JPY"),
            ("fr-CA", "CAD", -123_456_750, "-1\u{a0}234\u{a0}567,50\u{a0}$"),
            ("fr-CA", "USD", -123_456_750, "-1\u{a0}234\u{a0}567,50\u{a0}$\u{a0}US"),
            ("de-DE", "EUR", -123_456_750, "-1.234.567,50\u{a0}€"),
            ("de-DE", "CAD", -123_456_750, "-1.234.567,50\u{a0}CA$"),
            ("de-DE", "KWD", -1_234_567_500, "-1.234.567,500\u{a0}KWD"),
        ] {
            let amount = Money::from_minor(minor, code.parse().unwrap());
            assert_eq!(notation(locale.parse().unwrap()).money(amount), want, "{locale} {code}");
        }
    }

    #[test]
    fn small_amounts_and_thousands() {
        let english = notation("en-US".parse().unwrap());
        for (minor, want) in [(0, "$0.00"), (5, "$0.05"), (99_999, "$999.99"), (100_000, "$1,000.00")] {
            assert_eq!(english.money(Money::from_minor(minor, "USD".parse().unwrap())), want);
        }
    }

    #[test]
    fn prices_per_unit_have_all_their_digits() {
        let [english, french] = ["en-US", "fr-FR"].map(|locale| notation(locale.parse().unwrap()));
        let euro = "EUR".parse().unwrap();
        for (price, want) in [("0.0125", "€0.0125"), ("0.5", "€0.50"), ("3", "€3.00"), ("1200.100", "€1,200.10")]
        {
            assert_eq!(english.unit_price(price.parse().unwrap(), euro), want);
        }
        assert_eq!(french.unit_price("0.0125".parse().unwrap(), euro), "0,0125\u{a0}€");
        assert_eq!(english.unit_price("3".parse().unwrap(), "JPY".parse().unwrap()), "¥3");
    }

    #[test]
    fn unknown_locales_take_their_language() {
        assert_eq!(notation("fr-BE".parse().unwrap()).locale, "fr-FR");
        assert_eq!(notation("en".parse().unwrap()).locale, "en-US");
        assert_eq!(notation("ja-JP".parse().unwrap()).locale, "en-US");
    }

    /// Long dates of CLDR 48 for 1 February 2026.
    #[test]
    fn dates_agree_with_cldr() {
        let date = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
        for (locale, month, want) in [
            ("en-US", "February", "February 1, 2026"),
            ("en-GB", "February", "1 February 2026"),
            ("fr-FR", "février", "1 février 2026"),
            ("de-DE", "Februar", "1. Februar 2026"),
        ] {
            let months = vec!["January".to_string(), month.to_string()];
            assert_eq!(notation(locale.parse().unwrap()).date(date, &months), want);
        }
    }
}
