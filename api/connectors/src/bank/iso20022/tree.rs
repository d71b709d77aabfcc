//! A document as a tree of local names and texts. No document types, no entities but the five of XML, and limits on depth and
//! number, so that nobody can make it costly.

use crate::bank::replies::{malformed, refused};
use comptoir_domain::Result;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Messages have about twelve levels.
const DEEPEST: usize = 40;

/// As many elements as the largest file can sensibly have.
const MOST_ELEMENTS: usize = 1_000_000;

/// An element.
#[derive(Default, Debug)]
pub(super) struct Element {
    /// Without a prefix.
    pub(super) name: String,
    /// The attribute `Ccy`.
    pub(super) currency: Option<String>,
    /// Its own text, untrimmed.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// All children of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element at a path such as `Acct/Id/IBAN`.
    pub(super) fn at(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, |element, name| element.children.iter().find(|child| child.name == name))
    }

    /// The text at a path, if there is one.
    pub(super) fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).map(|element| element.text.trim()).filter(|text| !text.is_empty())
    }

    /// The text at the first of several paths that has one: versions differ.
    pub(super) fn text_at_one_of(&self, paths: &[&str]) -> Option<&str> {
        paths.iter().find_map(|path| self.text_at(path))
    }
}

/// The root of a document.
pub(super) fn parse(text: &str) -> Result<Element> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0_usize;
    let wrong = |reader: &Reader<&[u8]>, what: &str| malformed(&format!("byte {}", reader.buffer_position()), what);
    loop {
        // without the parser's words: they may repeat what the file says
        let event = reader.read_event().map_err(|_| wrong(&reader, "it is not well-formed"))?;
        let (opened, closed) = match &event {
            Event::Start(start) => (Some(start), false),
            Event::Empty(start) => (Some(start), true),
            Event::End(_) => (None, true),
            Event::Text(text) => {
                write(&mut open, text);
                continue;
            }
            Event::CData(text) => {
                write(&mut open, text);
                continue;
            }
            Event::GeneralRef(reference) => {
                let letter = resolve(reference).ok_or_else(|| wrong(&reader, "an entity that XML does not have"))?;
                write(&mut open, letter.encode_utf8(&mut [0; 4]));
                continue;
            }
            Event::DocType(_) => return Err(wrong(&reader, "document types are not allowed")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            Event::Eof => break,
        };
        if let Some(start) = opened {
            elements = elements.saturating_add(1);
            if elements > MOST_ELEMENTS || open.len() >= DEEPEST {
                return Err(refused("too_large", "too many elements, or too deep in each other"));
            }
            if root.is_some() {
                return Err(wrong(&reader, "a second root"));
            }
            open.push(element(start));
        }
        if closed {
            let done = open.pop().ok_or_else(|| wrong(&reader, "an end without a beginning"))?;
            match open.last_mut() {
                Some(parent) => parent.children.push(done),
                None => root = Some(done),
            }
        }
    }
    root.filter(|_| open.is_empty()).ok_or_else(|| refused("malformed", "the document ends too early"))
}

fn element(start: &BytesStart) -> Element {
    let mut attributes = start.attributes();
    let currency = attributes.with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == "Ccy");
    Element {
        name: start.local_name().as_ref().to_owned(),
        currency: currency.map(|attribute| attribute.value.into_owned()),
        ..Element::default()
    }
}

fn write(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn resolve(reference: &BytesRef) -> Option<char> {
    if let Some(letter) = reference.resolve_char_ref().ok()? {
        return Some(letter);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_paths() {
        let root = parse("<p:a xmlns:p='x'><b Ccy='EUR'> 1&#x32;&amp;<![CDATA[<3>]]></b><b>4</b><c/></p:a>").unwrap();
        assert_eq!((root.name.as_str(), root.text_at("b"), root.all("b").count()), ("a", Some("12&<3>"), 2));
        assert_eq!(root.at("b").unwrap().currency.as_deref(), Some("EUR"));
        assert_eq!(
            (root.text_at("c"), root.text_at("b/c"), root.text_at_one_of(&["x", "b"])),
            (None, None, Some("12&<3>"))
        );
    }

    #[test]
    fn what_is_dangerous_or_broken() {
        let deep = "<a>".repeat(DEEPEST + 1);
        let wide = format!("<a>{}</a>", "<b/>".repeat(MOST_ELEMENTS));
        for text in [
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<a>&b;</a>",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "",
            "<",
            &deep,
            &wide,
        ] {
            assert!(parse(text).is_err(), "{}", text.get(..20).unwrap_or(text));
        }
    }
}
