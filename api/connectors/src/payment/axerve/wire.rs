//! SOAP 1.1 as Axerve speaks it: an operation with plain arguments, and an answer whose elements are read by their names, whatever
//! their case, since its documents do not agree on it.

use crate::error::{ConnectorError, Kind, Result};
use quick_xml::escape::escape;
use roxmltree::{Document, Node};
use std::fmt::Write;

/// An element around what is XML already; nothing around nothing.
pub(super) fn around(name: &str, inner: &str) -> String {
    if inner.is_empty() { String::new() } else { format!("<{name}>{inner}</{name}>") }
}

/// Elements with texts, in this order; those without are left out.
pub(super) fn texts(pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(String::new(), |mut all, (name, text)| {
        all.push_str(&around(name, &escape(*text)));
        all
    })
}

/// The message with one operation.
pub(super) fn envelope(namespace: &str, operation: &str, arguments: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>\
         <{operation} xmlns=\"{namespace}\">{arguments}</{operation}></soap:Body></soap:Envelope>"
    )
}

/// Something that happened to a payment: `AUT`, `MOV`, `STO`, `CAN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Happened {
    /// What.
    pub what: String,
    /// How much, in major units.
    pub amount: String,
}

/// An answer. It never shows: a token may be in it.
#[derive(Clone, Default)]
pub(super) struct Said {
    texts: Vec<(String, String)>,
    /// In the order in which they are told.
    pub events: Vec<Happened>,
}

/// The names that may be kept of an answer: no token, no card number, no encrypted string.
const KEPT: &[&str] = &[
    "transactiontype",
    "transactionresult",
    "transactionstate",
    "shoptransactionid",
    "banktransactionid",
    "authorizationcode",
    "currency",
    "amount",
    "country",
    "paymentmethod",
    "tdlevel",
    "alertcode",
    "alertdescription",
    "errorcode",
    "errordescription",
    "vbvflag",
];

/// Answers are kept up to that length.
const LONGEST_RAW: usize = 4000;

impl Said {
    /// Reads the element `root` of an answer.
    pub(super) fn read(text: &str, root: &str) -> Result<Self> {
        let odd = |what: String| ConnectorError::new(Kind::Unknown, "bad_answer", format!("the answer {what}"));
        let document = Document::parse(text).map_err(|error| odd(format!("is no XML: {error}")))?;
        let root = document.descendants().find(|node| node.tag_name().name() == root);
        let root = root.ok_or_else(|| odd("holds nothing".into()))?;
        let name = |node: Node<'_, '_>| node.tag_name().name().to_ascii_lowercase();
        let text = |node: Node<'_, '_>| node.text().unwrap_or_default().trim().to_string();
        let mut said = Self::default();
        for node in root.descendants().filter(Node::is_element) {
            let inner = |wanted: &str| node.children().find(|child| name(*child) == wanted).map(text);
            match inner("eventtype") {
                Some(what) => {
                    let amount = inner("eventamount").unwrap_or_default();
                    said.events.push(Happened { what, amount });
                }
                None if node.children().any(|child| child.is_element()) => {}
                None => said.texts.push((name(node), text(node))),
            }
        }
        Ok(said)
    }

    /// The first text of a name (in small letters); empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The code of what went wrong; some operations have a name of their own for it.
    pub(super) fn code(&self) -> &str {
        let code = self.text("errorcode");
        if code.is_empty() { self.text("transactionerrorcode") } else { code }
    }

    /// In words.
    pub(super) fn words(&self) -> String {
        let words = self.text("errordescription");
        let words = if words.is_empty() { self.text("transactionerrordescription") } else { words };
        words.chars().filter(|letter| !letter.is_control()).take(200).collect()
    }

    /// What may be kept.
    pub(super) fn raw(&self) -> String {
        let kept = self.texts.iter().filter(|(name, value)| KEPT.contains(&name.as_str()) && !value.is_empty());
        let mut raw = kept.fold(String::new(), |mut raw, (name, value)| {
            // a text takes any writing
            let _ = write!(raw, "{name}={value} ");
            raw
        });
        for event in &self.events {
            let _ = write!(raw, "{}:{} ", event.what, event.amount);
        }
        raw.chars().take(LONGEST_RAW).collect::<String>().trim_end().to_string()
    }
}
