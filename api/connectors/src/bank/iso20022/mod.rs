//! Answers in the XML of ISO 20022. Elements are found by their local names, so that every version of a message can be read,
//! and what a bank has added is passed over.

mod camt;
pub(super) mod classify;
mod pain002;
mod tree;

use super::replies::refused;
use comptoir_domain::bank::{BankReply, ReplyFormat};
use comptoir_domain::{Currency, Money, Result};
use tree::Element;

/// Reads a document by what is in it.
pub(super) fn read(text: &str) -> Result<Vec<BankReply>> {
    let document = tree::parse(text)?;
    let message = document.children.first().ok_or_else(|| refused("malformed", "the document is empty"))?;
    match message.name.as_str() {
        name if name.starts_with("CstmrPmtStsRpt") || name.starts_with("pain.002") => pain002::read(message),
        name if name.starts_with("BkToCstmrStmt") => camt::read(message, ReplyFormat::Camt053),
        name if name.starts_with("BkToCstmrDbtCdtNtfctn") => camt::read(message, ReplyFormat::Camt054),
        _ => Err(refused("unknown_format", "expected pain.002, camt.053 or camt.054")),
    }
}

/// An amount with its currency; nothing if it is none.
fn money(amount: &Element) -> Option<Money> {
    let currency: Currency = amount.currency.as_deref()?.parse().ok()?;
    Money::parse(amount.text.trim(), currency).ok().filter(|money| !money.is_negative())
}

/// A reference, unless it says that there is none.
fn given(reference: Option<&str>) -> Option<String> {
    let nothing = |text: &str| text.is_empty() || ["NOTPROVIDED", "NONREF"].contains(&text.to_uppercase().as_str());
    reference.filter(|text| !nothing(text)).map(str::to_owned)
}

/// Several texts in one.
fn joined<'a>(texts: impl Iterator<Item = &'a Element>) -> String {
    texts.map(|element| element.text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}
