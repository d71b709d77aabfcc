//! The value of a property and its shape in JSON: a number or `"unlimited"`, `true` or `false`, a text, a list of names
//! or `"all"`, and `"default"` where a property keeps what stands below it.

use super::table::{AddOnRule, Property, PropertyKind};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The largest number that every JSON reader keeps exactly.
pub const MOST: u64 = (1 << 53) - 1;

/// What a property is set to. The property says what a number counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// So many, or so many bytes.
    Number(u64),
    /// Without limit.
    Unlimited,
    /// On or off.
    Flag(bool),
    /// A word of the property's list.
    Word(String),
    /// Free text.
    Text(String),
    /// These names.
    List(BTreeSet<String>),
    /// Every name there is.
    All,
    /// Keeps the value of the level below: the server's, or the plan's in an add-on.
    Default,
}

/// Why a JSON value does not fit a property: a stable word and an explanation.
pub(super) type Refusal = (&'static str, String);

impl Value {
    /// Whether anything is given by it: more than zero, on, a word other than none or off.
    pub fn promises(&self) -> bool {
        match self {
            Value::Number(number) => *number > 0,
            Value::Flag(on) => *on,
            Value::Word(word) => word != "none" && word != "off",
            Value::Text(text) => !text.is_empty(),
            Value::List(names) => !names.is_empty(),
            Value::Unlimited | Value::All => true,
            Value::Default => false,
        }
    }

    /// Reads the value of a property.
    pub(super) fn read(property: &Property, json: &Json) -> Result<Self, Refusal> {
        if json == "default" && property.add_on == Some(AddOnRule::Override) {
            return Ok(Value::Default);
        }
        match property.kind {
            PropertyKind::Limit | PropertyKind::Size => number(json),
            PropertyKind::Flag => {
                json.as_bool().map(Value::Flag).ok_or(("wrong_kind", "expected true or false".into()))
            }
            PropertyKind::Choice => word(property, json),
            PropertyKind::Text => text(json),
            PropertyKind::List => list(json),
        }
    }
}

fn number(json: &Json) -> Result<Value, Refusal> {
    match json {
        Json::String(word) if word == "unlimited" => Ok(Value::Unlimited),
        Json::Number(number) if number.to_string().starts_with('-') => {
            Err(("negative", "expected a number from 0, or \"unlimited\"".into()))
        }
        Json::Number(number) => match number.as_u64() {
            Some(whole) if whole <= MOST => Ok(Value::Number(whole)),
            Some(_) => Err(("too_large", format!("at most {MOST}, or \"unlimited\""))),
            None => Err(("wrong_kind", "expected a whole number, or \"unlimited\"".into())),
        },
        _ => Err(("wrong_kind", "expected a whole number, or \"unlimited\"".into())),
    }
}

fn word(property: &Property, json: &Json) -> Result<Value, Refusal> {
    let known = property.choices.iter().find(|choice| json == choice.word.as_str());
    known.map(|choice| Value::Word(choice.word.clone())).ok_or_else(|| {
        let words: Vec<_> = property.choices.iter().map(|choice| choice.word.as_str()).collect();
        ("unknown_choice", format!("expected one of: {}", words.join(", ")))
    })
}

fn text(json: &Json) -> Result<Value, Refusal> {
    let text = json.as_str().ok_or(("wrong_kind", "expected a text".to_string()))?;
    if text.chars().count() > 4000 {
        Err(("too_long", "at most 4000 characters".into()))
    } else if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
        Err(("control_characters", "remove control characters".into()))
    } else {
        Ok(Value::Text(text.into()))
    }
}

fn list(json: &Json) -> Result<Value, Refusal> {
    if json == "all" {
        return Ok(Value::All);
    }
    let refusal = || ("wrong_kind", "expected an array of up to 1000 names, or \"all\"".to_string());
    let names = json.as_array().filter(|names| names.len() <= 1000).ok_or_else(refusal)?;
    let good = |name: &&str| !name.is_empty() && name.len() <= 200 && !name.chars().any(char::is_control);
    let names = names.iter().map(|name| name.as_str().filter(good).map(String::from).ok_or_else(refusal));
    names.collect::<Result<_, _>>().map(Value::List)
}

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Number(number) => to.serialize_u64(*number),
            Value::Unlimited => to.serialize_str("unlimited"),
            Value::Flag(on) => to.serialize_bool(*on),
            Value::Word(text) | Value::Text(text) => to.serialize_str(text),
            Value::List(names) => names.serialize(to),
            Value::All => to.serialize_str("all"),
            Value::Default => to.serialize_str("default"),
        }
    }
}
