//! What a connector has to be told before it works: its fields as data, which the API shows and by which it checks what comes
//! in. Values are text, as connectors send it; secrets among them never show.

use comptoir_domain::Check;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::collections::BTreeMap;

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the API.
    pub name: &'static str,
    /// What it is, for people.
    pub label: &'static str,
    /// What fits in.
    pub kind: FieldKind,
    /// Whether nothing works without it.
    pub required: bool,
    /// A value that fits; of a secret, the shape of one.
    pub example: &'static str,
}

/// What fits into a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text of at most so many characters.
    Text(usize),
    /// Text that is sealed and never shown again, of at most so many characters.
    Secret(usize),
    /// `true` or `false`.
    Flag,
    /// One of these words; the first, if nothing is said.
    Choice(&'static [&'static str]),
    /// The address of a service; where the connector finds it by itself, if nothing is said.
    Address,
}

impl FieldKind {
    /// Its name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            FieldKind::Text(_) => "text",
            FieldKind::Secret(_) => "secret",
            FieldKind::Flag => "flag",
            FieldKind::Choice(_) => "choice",
            FieldKind::Address => "address",
        }
    }

    fn fits(self, value: &Value) -> bool {
        let is_line = |text: &str, most| {
            !text.is_empty()
                && text.chars().count() <= most
                && text.trim() == text
                && !text.chars().any(char::is_control)
        };
        match (self, value) {
            (FieldKind::Text(most) | FieldKind::Secret(most), Value::String(text)) => is_line(text, most),
            (FieldKind::Address, Value::String(text)) => is_line(text, 500) && url::Url::parse(text).is_ok(),
            (FieldKind::Choice(words), Value::String(text)) => words.contains(&text.as_str()),
            (FieldKind::Flag, Value::Bool(_)) => true,
            _ => false,
        }
    }

    fn wanted(self) -> String {
        match self {
            FieldKind::Text(most) | FieldKind::Secret(most) => format!("one line of 1 to {most} characters"),
            FieldKind::Flag => "true or false".into(),
            FieldKind::Choice(words) => format!("one of {}", words.join(", ")),
            FieldKind::Address => "an address such as https://gateway.example".into(),
        }
    }
}

/// Settings that may be shown, and those that may not.
pub fn apart(fields: &[Field], given: BTreeMap<String, Value>) -> (BTreeMap<String, Value>, BTreeMap<String, Value>) {
    let is_secret =
        |name: &String| fields.iter().any(|field| field.name == name && matches!(field.kind, FieldKind::Secret(_)));
    given.into_iter().partition(|(name, _)| !is_secret(name))
}

/// A field that has to be filled in.
pub const fn required(name: &'static str, label: &'static str, kind: FieldKind, example: &'static str) -> Field {
    Field { name, label, kind, required: true, example }
}

/// A field that can be left out.
pub const fn optional(name: &'static str, label: &'static str, kind: FieldKind, example: &'static str) -> Field {
    Field { name, label, kind, required: false, example }
}

/// Checks what was filled in, each place below `/settings`.
pub fn check(check: &mut Check, fields: &[Field], values: &BTreeMap<String, Value>) {
    for field in fields.iter().filter(|field| field.required) {
        let is_there = values.contains_key(field.name);
        check.ensure(is_there, &format!("/settings/{}", field.name), "required", "it cannot work without it");
    }
    for (name, value) in values {
        let place = format!("/settings/{name}");
        match fields.iter().find(|field| field.name == name) {
            Some(field) => {
                check.ensure(field.kind.fits(value), &place, "invalid", &format!("expected {}", field.kind.wanted()));
            }
            None => check.ensure(false, &place, "unknown", "no such field here"),
        }
    }
}

/// What was filled in, to be read by a connector.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<String, SecretString>);

impl Values {
    /// Of what was checked.
    pub fn new(values: &BTreeMap<String, Value>) -> Self {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
        Self(values.iter().map(|(name, value)| (name.clone(), text(value).into())).collect())
    }

    /// The examples, as if they had been filled in.
    pub fn of_examples(fields: &[Field]) -> Self {
        Self(fields.iter().map(|field| (field.name.to_string(), field.example.into())).collect())
    }

    /// The text of a field; empty if it is not filled in.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.expose_secret())
    }

    /// A secret; empty if it is not filled in.
    pub fn secret(&self, name: &str) -> SecretString {
        self.0.get(name).cloned().unwrap_or_default()
    }

    /// Whether a flag is up.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name) == "true"
    }

    /// The text of a field, or what stands for nothing.
    pub fn or<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        Some(self.text(name)).filter(|text| !text.is_empty()).unwrap_or(otherwise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FIELDS: &[Field] = &[
        required("key", "Key", FieldKind::Secret(10), "sk_1"),
        optional("version", "Version", FieldKind::Choice(&["v1", "v2"]), "v1"),
        optional("moto", "By telephone", FieldKind::Flag, "true"),
        optional("host", "Host", FieldKind::Address, "https://gateway.example"),
    ];

    fn found(values: Value) -> Vec<String> {
        let mut findings = Check::new();
        check(&mut findings, FIELDS, &serde_json::from_value(values).unwrap());
        let problem = findings.done().err();
        problem.into_iter().flat_map(|problem| problem.fields).map(|it| format!("{} {}", it.pointer, it.code)).collect()
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let good = json!({"key": "sk_9", "version": "v2", "moto": false, "host": "https://x.example"});
        assert_eq!(found(good), Vec::<String>::new());
        let bad = json!({"version": "v3", "moto": "yes", "host": "x", "keys": 1});
        let names = ["/settings/host invalid", "/settings/key required", "/settings/keys unknown"];
        let mut seen = found(bad);
        seen.sort();
        assert_eq!(seen, [&names[..], &["/settings/moto invalid", "/settings/version invalid"]].concat());
        for key in ["", " x", "a\nb", "12345678901"] {
            assert_eq!(found(json!({ "key": key })), ["/settings/key invalid"]);
        }
    }

    #[test]
    fn values_are_read_as_text_and_do_not_show() {
        let given = serde_json::from_value(json!({"key": "sk_9", "moto": true})).unwrap();
        let values = Values::new(&given);
        assert_eq!((values.text("key"), values.flag("moto"), values.or("version", "v1")), ("sk_9", true, "v1"));
        assert!(!format!("{values:?}").contains("sk_9"));
    }
}
