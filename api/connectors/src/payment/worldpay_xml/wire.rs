//! The XML of Worldpay's payment service: elements to be sent, and answers as they are read.

use crate::error::{ConnectorError, Result};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use roxmltree::{Document, Node, ParsingOptions};

const DOCTYPE: &str = r#"paymentService PUBLIC "-//Worldpay//DTD Worldpay PaymentService v1//EN" "http://dtd.worldpay.com/paymentService_v1.dtd""#;

/// An element to be sent. Their order is strict.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: String,
    inside: Vec<Element>,
}

/// An element without anything.
pub(super) fn element(name: &'static str) -> Element {
    Element { name, ..Element::default() }
}

impl Element {
    /// With an attribute.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// With elements inside.
    pub(super) fn holding(mut self, inside: impl IntoIterator<Item = Element>) -> Self {
        self.inside.extend(inside);
        self
    }

    /// With text inside.
    pub(super) fn saying(self, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..self }
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let attributes = self.attributes.iter().map(|(name, value)| (*name, value.as_str()));
        let start = writer.create_element(self.name).with_attributes(attributes);
        if self.inside.is_empty() && self.text.is_empty() {
            start.write_empty()?;
        } else if self.inside.is_empty() {
            start.write_text_content(BytesText::new(&self.text))?;
        } else {
            start.write_inner_content(|writer| self.inside.iter().try_for_each(|element| element.write(writer)))?;
        }
        Ok(())
    }
}

/// A whole message.
pub(super) fn message(merchant: &str, inside: Element) -> Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new());
    let root = element("paymentService").with("version", "1.4").with("merchantCode", merchant).holding([inside]);
    let written = writer
        .write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))
        .and_then(|()| writer.write_event(Event::DocType(BytesText::from_escaped(DOCTYPE))))
        .and_then(|()| root.write(&mut writer));
    written.map_err(|error| ConnectorError::invalid("request", error.to_string()))?;
    Ok(writer.into_inner())
}

/// Reads a message; nothing outside of it is ever read along.
pub(super) fn parse(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: 20_000, ..ParsingOptions::default() };
    Document::parse_with_options(text, options)
}

/// The first element of that name at or below a node.
pub(super) fn first<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.descendants().find(|node| node.has_tag_name(name))
}

/// The text of the first element of that name below a node; empty if there is none.
pub(super) fn text(node: Node<'_, '_>, name: &str) -> String {
    first(node, name).and_then(|node| node.text()).unwrap_or_default().trim().into()
}
