//! A kind and its variables become subject and bodies (MAI-01, MAI-02). Pure: the same input gives the same text.

use crate::mails::bodies::{find, missing};
use chrono::NaiveDate;
use comptoir_domain::mails::{MailKind, fallbacks};
use comptoir_domain::people::MailFormat;
use comptoir_domain::{Code, Instant, Locale, Money, Problem};
use comptoir_storefront::format::{Notation, notation};
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde_json::Map;

/// A mail in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// With layout, if that is wanted.
    pub html: Option<String>,
    /// A template asked for a variable that was not there: it came out empty.
    pub undefined: Option<String>,
}

/// Why there are no words.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// No language has all bodies of this kind.
    #[error("there is no template for {0} in any language of the fallback")]
    NoTemplate(MailKind),
    /// A template is wrong.
    #[error("{0:#}")]
    Template(#[from] Error),
}

impl From<Unwritten> for Problem {
    fn from(error: Unwritten) -> Self {
        match &error {
            Unwritten::NoTemplate(_) => Problem::field("/kind", "no_template", error.to_string()),
            Unwritten::Template(_) => Problem::new(Code::ValidationFailed, error.to_string()),
        }
    }
}

/// More steps than any mail needs.
const FUEL: u64 = 1_000_000;

const MONTHS: &[(&str, [&str; 12])] = &[
    (
        "en",
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    ),
    (
        "fr",
        [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
    ),
];

/// Writes a mail in the best language there is: the reader's, the seller's, English. A variable that is missing never
/// keeps a mail from being written: it comes out empty, and [`Rendered::undefined`] tells.
pub fn render(
    kind: MailKind,
    locale: Locale,
    format: MailFormat,
    variables: &Map<String, serde_json::Value>,
    seller: Locale,
) -> Result<Rendered, Unwritten> {
    let body = fallbacks(locale, seller).into_iter().find(|name| missing(kind, name).next().is_none());
    let body = body.ok_or(Unwritten::NoTemplate(kind))?;
    match write(kind, &body, locale, format, variables, UndefinedBehavior::SemiStrict) {
        Err(error) if error.kind() == ErrorKind::UndefinedError => {
            let lenient = write(kind, &body, locale, format, variables, UndefinedBehavior::Chainable)?;
            Ok(Rendered { undefined: Some(error.to_string()), ..lenient })
        }
        outcome => Ok(outcome?),
    }
}

fn write(
    kind: MailKind,
    body: &str,
    locale: Locale,
    format: MailFormat,
    variables: &Map<String, serde_json::Value>,
    undefined: UndefinedBehavior,
) -> Result<Rendered, Error> {
    let env = environment(body, locale, undefined);
    let mut values = variables.clone();
    values.retain(|_, value| !value.is_null());
    values.insert("lang".into(), body.into());
    let part = |form: &str, values: &Map<String, serde_json::Value>| {
        env.get_template(&format!("{body}/{kind}.{form}"))?.render(Value::from(Serde(values)))
    };
    let subject = one_line(&part("subject.txt", &values)?);
    values.insert("subject".into(), subject.clone().into());
    let text = tidy(&part("txt", &values)?);
    let html = match format {
        MailFormat::Html => Some(part("html", &values)?),
        MailFormat::Text => None,
    };
    Ok(Rendered { subject, text, html, undefined: None })
}

/// White space shrinks to one blank; no-break spaces stay.
fn one_line(text: &str) -> String {
    let words: Vec<_> = text
        .split(|letter: char| letter.is_ascii_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// At most one empty line in a row, none at the ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.trim_end().lines().map(str::trim_end) {
        if !(line.is_empty() && empty) {
            out.push_str(line);
            out.push('\n');
        }
        empty = line.is_empty();
    }
    out
}

/// Amounts and dates come out as the reader writes them if the body is in his language.
fn environment(body: &str, locale: Locale, undefined: UndefinedBehavior) -> Environment<'static> {
    let spoken = body.parse().unwrap_or(locale);
    let locale = if locale.language() == Locale::language(&spoken) { locale } else { spoken };
    let (style, language) = (notation(locale), locale.language().to_string());
    let mut env = Environment::new();
    env.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    env.set_undefined_behavior(undefined);
    env.set_fuel(Some(FUEL));
    env.set_loader(|name| Ok(find(name).map(str::to_string)));
    env.add_filter("money", move |value: &Value| {
        money(value).map_or_else(|| value.clone(), |it| style.money(it).into())
    });
    env.add_filter("date", move |value: &Value| {
        date(value).map_or_else(|| value.clone(), |it| long_date(style, it, &language).into())
    });
    env
}

/// What is no amount is shown as it is: sellers may hand in words.
fn money(value: &Value) -> Option<Money> {
    let part = |name| value.get_attr(name).ok()?.as_str().map(str::to_string);
    Money::parse(&part("amount")?, part("currency")?.parse().ok()?).ok()
}

fn date(value: &Value) -> Option<NaiveDate> {
    let text = value.as_str()?;
    text.parse().ok().or_else(|| text.parse::<Instant>().ok().map(|at| at.utc().date_naive()))
}

fn long_date(style: &Notation, date: NaiveDate, language: &str) -> String {
    let names = MONTHS.iter().find(|(known, _)| *known == language).or(MONTHS.first());
    let names: Vec<String> = names.into_iter().flat_map(|(_, names)| names.iter().map(|name| (*name).into())).collect();
    style.date(date, &names)
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
