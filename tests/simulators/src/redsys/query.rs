//! The query: SOAP around a text of XML, whose signature is made over the element `Version` as it stands there.

use super::{Operation, Redsys, seal};
use crate::shell::Said;
use roxmltree::Document;

pub fn answer(redsys: &Redsys, text: &str) -> Said {
    let inner = Document::parse(text).ok().and_then(|envelope| {
        let asked = envelope.descendants().find(|node| node.has_tag_name("cadenaXML"))?;
        asked.parent().filter(|node| node.tag_name().name() == "consultaOperaciones")?;
        Some(asked.text()?.to_string())
    });
    let Some(inner) = inner else { return Said::text(500, "text/xml", "<Fault/>") };
    let body = match find(redsys, &inner) {
        Some(Ok(found)) => found.iter().map(|it| response(redsys, it)).collect(),
        Some(Err(code)) => format!("<ErrorMsg><Ds_ErrorCode>{code}</Ds_ErrorCode></ErrorMsg>"),
        None => "<ErrorMsg><Ds_ErrorCode>XML0001</Ds_ErrorCode></ErrorMsg>".into(),
    };
    let messages = format!("<Messages><Version Ds_Version=\"0.0\"><Message>{body}</Message></Version></Messages>");
    let escaped = messages.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let envelope = format!(
        "<?xml version='1.0' encoding='utf-8'?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
         <p:consultaOperacionesResponse xmlns:p=\"http://webservices.apl02.redsys.es\">\
         <consultaOperacionesReturn>{escaped}</consultaOperacionesReturn></p:consultaOperacionesResponse>\
         </soapenv:Body></soapenv:Envelope>"
    );
    Said::text(200, "text/xml; charset=utf-8", envelope)
}

fn find(redsys: &Redsys, inner: &str) -> Option<Result<Vec<Operation>, &'static str>> {
    let messages = Document::parse(inner).ok()?;
    let text = |name: &str| messages.descendants().find(|node| node.has_tag_name(name)).and_then(|node| node.text());
    let version = messages.descendants().find(|node| node.has_tag_name("Version"))?;
    let asked = version.first_element_child()?.first_element_child()?;
    let names: Vec<&str> = asked.children().map(|node| node.tag_name().name()).collect();
    let is_monitor = asked.has_tag_name("Monitor") && names == ["Ds_MerchantCode", "Ds_Terminal", "Ds_Order"];
    if !is_monitor || text("Ds_MerchantCode")? != redsys.merchant || text("Ds_Terminal")? != redsys.terminal {
        return None;
    }
    let order = text("Ds_Order")?;
    let good = seal::sign(seal::V1, &redsys.key, order, &inner[version.range()]);
    if text("SignatureVersion")? != seal::V1 || seal::plain(text("Signature")?) != seal::plain(&good) {
        return Some(Err("XML0023"));
    }
    let found: Vec<Operation> = redsys.of(order).cloned().collect();
    Some(if found.is_empty() { Err("XML0024") } else { Ok(found) })
}

fn response(redsys: &Redsys, operation: &Operation) -> String {
    format!(
        "<Response Ds_Version=\"0.0\"><Ds_MerchantCode>{}</Ds_MerchantCode><Ds_Terminal>{}</Ds_Terminal>\
         <Ds_Order>{}</Ds_Order><Ds_TransactionType>{}</Ds_TransactionType><Ds_Date>2026-03-31</Ds_Date>\
         <Ds_Hour>14:00:00</Ds_Hour><Ds_Amount>{}</Ds_Amount><Ds_Currency>{}</Ds_Currency>\
         <Ds_State>{}</Ds_State><Ds_Response>{}</Ds_Response></Response>",
        redsys.merchant,
        redsys.terminal,
        operation.order,
        operation.kind,
        operation.amount + redsys.skew,
        operation.currency,
        operation.state,
        operation.response
    )
}
