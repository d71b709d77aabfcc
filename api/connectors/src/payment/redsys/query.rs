//! Asking what operations an order has: SOAP around XML around a signature, which is always the older one here.

use super::sign::Version;
use super::wire::Fields;
use super::{Account, codes};
use crate::error::{ConnectorError, Kind, Result};
use roxmltree::{Document, Node};

/// The question for all operations of an order. Their definition wants the elements in this order.
pub(super) fn question(account: &Account, order: &str) -> Result<String> {
    let version = format!(
        "<Version Ds_Version=\"0.0\"><Message><Monitor><Ds_MerchantCode>{}</Ds_MerchantCode>\
         <Ds_Terminal>{}</Ds_Terminal><Ds_Order>{order}</Ds_Order></Monitor></Message></Version>",
        account.merchant, account.terminal
    );
    let signature = Version::Sha256.sign(&account.key, order, &version)?;
    let name = Version::Sha256.as_str();
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:web=\"http://webservices.apl02.redsys.es\"><soapenv:Header/><soapenv:Body><web:consultaOperaciones>\
         <cadenaXML><![CDATA[<Messages>{version}<Signature>{signature}</Signature>\
         <SignatureVersion>{name}</SignatureVersion></Messages>]]></cadenaXML>\
         </web:consultaOperaciones></soapenv:Body></soapenv:Envelope>"
    ))
}

/// The operations that an answer tells of this order; none if Redsys knows none.
pub(super) fn operations(text: &str, order: &str) -> Result<Vec<Fields>> {
    let odd = |what: &str| ConnectorError::new(Kind::Unavailable, "bad_answer", format!("the query's answer {what}"));
    let envelope = Document::parse(text).map_err(|error| odd(&format!("is no XML: {error}")))?;
    let inner = envelope.descendants().find(|node| node.tag_name().name() == "consultaOperacionesReturn");
    let inner: String = match inner {
        Some(inner) => inner.descendants().filter_map(|node| if node.is_text() { node.text() } else { None }).collect(),
        None => return Err(odd("holds nothing")),
    };
    let messages = Document::parse(&inner).map_err(|error| odd(&format!("holds no XML: {error}")))?;
    let named = |name: &'static str| messages.descendants().filter(move |node| node.tag_name().name() == name);
    if let Some(code) = named("Ds_ErrorCode").next().and_then(|node| node.text()) {
        return match codes::error(code) {
            (Kind::NotFound, _) => Ok(Vec::new()),
            (kind, words) => Err(ConnectorError::new(kind, code.to_string(), words)),
        };
    }
    let found: Vec<Fields> = named("Response").map(fields).collect();
    if found.is_empty() || found.iter().any(|fields| fields.text("DS_ORDER") != order) {
        return Err(odd("is about something else"));
    }
    Ok(found)
}

fn fields(node: Node<'_, '_>) -> Fields {
    let leaves = node.children().filter(Node::is_element);
    leaves.map(|leaf| (leaf.tag_name().name().into(), leaf.text().unwrap_or_default().trim().into())).collect()
}
