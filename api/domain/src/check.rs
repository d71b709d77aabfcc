//! Collects everything that is wrong with a request before refusing it, so that nobody mends one field at a time.

use crate::problem::{Code, FieldProblem, Problem, Result};
use crate::{Money, UnitPrice};
use std::ops::RangeInclusive;

/// The findings so far.
#[derive(Default)]
pub struct Check {
    fields: Vec<FieldProblem>,
}

impl Check {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a wrong value.
    pub fn refuse(&mut self, pointer: &str, code: &'static str, detail: impl Into<String>) {
        self.fields.push(FieldProblem { pointer: pointer.into(), code, detail: detail.into() });
    }

    /// Notes a wrong value unless `right`.
    pub fn ensure(&mut self, right: bool, pointer: &str, code: &'static str, detail: &str) {
        if !right {
            self.refuse(pointer, code, detail);
        }
    }

    /// Takes over what was found wrong in a part, each place under the part's own.
    pub fn part(&mut self, pointer: &str, found: Result<()>) {
        if let Err(problem) = found {
            self.fields.extend(problem.under(pointer).fields);
        }
    }

    /// A text of so many characters, without control characters or outer blanks.
    pub fn text(&mut self, pointer: &str, value: &str, length: RangeInclusive<usize>) {
        let count = value.chars().count();
        if count < *length.start() {
            let code = if value.is_empty() { "required" } else { "too_short" };
            self.refuse(pointer, code, format!("at least {} characters", length.start()));
        } else if count > *length.end() {
            self.refuse(pointer, "too_long", format!("at most {} characters", length.end()));
        } else if value.trim() != value {
            self.refuse(pointer, "outer_blanks", "remove blanks at the beginning and the end");
        } else if value.chars().any(char::is_control) {
            self.refuse(pointer, "control_characters", "remove control characters");
        }
    }

    /// The same for a text that may be absent.
    pub fn optional_text(&mut self, pointer: &str, value: Option<&str>, length: RangeInclusive<usize>) {
        if let Some(value) = value {
            self.text(pointer, value, length);
        }
    }

    /// Several lines of text.
    pub fn paragraphs(&mut self, pointer: &str, value: &str, most: usize) {
        if value.chars().count() > most {
            self.refuse(pointer, "too_long", format!("at most {most} characters"));
        } else if value.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
            self.refuse(pointer, "control_characters", "remove control characters");
        }
    }

    /// A price: nothing or more, with as many digits as a price can have.
    pub fn price(&mut self, pointer: &str, amount: Money) -> Option<UnitPrice> {
        let price = UnitPrice::of(amount).ok().filter(|_| !amount.is_negative());
        self.ensure(price.is_some(), pointer, "out_of_range", "0 or more, at most fifteen digits before the point");
        price
    }

    /// An e-mail address.
    pub fn email(&mut self, pointer: &str, value: &str) {
        let options =
            email_address::Options::default().without_display_text().without_domain_literal().with_required_tld();
        if value.len() > 254 || email_address::EmailAddress::parse_with_options(value, options).is_err() {
            self.refuse(pointer, "invalid_email", "expected an address such as anna@example.com");
        }
    }

    /// An `http` or `https` address.
    pub fn web_address(&mut self, pointer: &str, value: &str) {
        let good = value.len() <= 2000
            && url::Url::parse(value).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        self.ensure(good, pointer, "invalid_url", "expected an address such as https://example.com/");
    }

    /// A short name for machines: letters, digits and hyphens.
    pub fn slug(&mut self, pointer: &str, value: &str) {
        let letters = value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let good = letters && (1..=40).contains(&value.len()) && !value.starts_with('-') && !value.ends_with('-');
        self.ensure(good, pointer, "invalid_slug", "1 to 40 small letters, digits and inner hyphens");
    }

    /// A new password: long enough to resist guessing, short enough to hash.
    pub fn password(&mut self, pointer: &str, value: &str) {
        let length = value.chars().count();
        self.ensure(length >= 10, pointer, "too_short", "at least 10 characters");
        self.ensure(value.len() <= 512, pointer, "too_long", "at most 512 bytes");
    }

    /// Ends the check: all findings, or none.
    pub fn done(self) -> Result<()> {
        if self.fields.is_empty() {
            return Ok(());
        }
        Err(Problem {
            code: Code::ValidationFailed,
            detail: "some fields have wrong values: see errors".into(),
            fields: self.fields,
            quote: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_everything_at_once() {
        let mut check = Check::new();
        check.text("/name", "", 1..=10);
        check.text("/city", " Lyon", 1..=10);
        check.email("/email", "nobody");
        check.web_address("/url", "ftp://example.com");
        check.slug("/code", "-a");
        check.password("/password", "short");
        let places: Vec<_> =
            check.done().unwrap_err().fields.into_iter().map(|field| (field.pointer, field.code)).collect();
        let want = [
            ("/name", "required"),
            ("/city", "outer_blanks"),
            ("/email", "invalid_email"),
            ("/url", "invalid_url"),
            ("/code", "invalid_slug"),
            ("/password", "too_short"),
        ];
        assert_eq!(places, want.map(|(pointer, code)| (pointer.to_string(), code)));
    }

    #[test]
    fn good_values_pass() {
        let mut check = Check::new();
        check.text("/name", "Élodie Ünal", 1..=11);
        check.email("/email", "anna+shop@mail.example.com");
        check.web_address("/url", "https://example.com/a?b#c");
        check.slug("/code", "web-4-you");
        assert_eq!(check.done(), Ok(()));
    }
}
