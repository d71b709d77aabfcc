//! DTAUS, with the fields of the guide's plug-in: the merchant's name, bank code and account number; and texts.

use super::{DirectDebit, TEXT_LABEL, read};
use crate::bank::dtaus::{Dtaus, Order};
use crate::error::{ConnectorError, Result};
use crate::payment::PaymentGateway;
use crate::settings::{Field, FieldKind, Values, optional, required};
use comptoir_domain::bank::{BankTerms, DebitPlugin, GermanAccount, Iban, Unreadable};
use std::sync::Arc;

/// Lines of 27 letters; longer ones go on in the next.
const TEXT: FieldKind = FieldKind::Text(100);

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("merchant_name", "Name of the merchant, as the bank has it", FieldKind::Text(54), "Hosting Beispiel GmbH"),
    optional(
        "bank_code",
        "Bank code (BLZ) of the merchant; the account of the responsible administrator if nothing is said",
        FieldKind::Text(8),
        "37040044",
    ),
    optional("account_number", "Account number (Kontonummer) of the merchant", FieldKind::Text(10), "0532013000"),
    optional(
        "order",
        "What payers gave: leave to debit (Einzugsermächtigung), or an order to their bank (Abbuchungsauftrag)",
        FieldKind::Choice(&["debit", "ordered_debit"]),
        "debit",
    ),
    optional("din_66003", "The bank reads umlauts (DIN 66003)", FieldKind::Flag, "false"),
    optional("text_1", TEXT_LABEL, TEXT, "Rechnung {invoice}"),
    optional("text_2", "Line 2 of the text", TEXT, "Kunde {client}"),
    optional("text_3", "Line 3 of the text", TEXT, "Danke"),
    optional("text_4", "Line 4 of the text", TEXT, "{store}"),
    optional(
        "lead_days",
        "Days on which banks work that the bank needs before the due date, 0 to 10; 1 if nothing is said",
        FieldKind::Text(3),
        "1",
    ),
    optional("cut_off", "Time of day until which the bank takes files", FieldKind::Text(5), "14:00"),
    optional("notice_days", "Calendar days between notice and due date; 0 if nothing is said", FieldKind::Text(3), "7"),
    optional(
        "settle_days",
        "Days on which banks work after which a debit that nobody sent back counts as paid; never if nothing is said",
        FieldKind::Text(3),
        "10",
    ),
];

const ORDERS: &[(&str, Order)] = &[("debit", Order::Debit), ("ordered_debit", Order::OrderedDebit)];

/// Gets it ready.
pub fn build(values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    let format = Dtaus { order: read::choice(values, "order", ORDERS)?, din_66003: values.flag("din_66003") };
    // the format has no other place for our reference: it has the first line for itself, whatever the seller writes
    let texts = std::iter::once("{reference}".to_owned()).chain(read::texts(values, FIELDS, "text_")?);
    Ok(Arc::new(DirectDebit {
        plugin: DebitPlugin::Dtaus,
        scheme: None,
        creditor_name: read::name(values, "merchant_name", &format)?,
        creditor_id: None,
        account: account(values)?.map(|account| (account, None)),
        terms: read::terms(values, 0, BankTerms { lead_days: 1, cut_off: None, notice_days: 0 })?,
        settle_days: read::settle_days(values)?,
        approve_on_acsc: false,
        name_first: false,
        texts: texts.collect(),
        file: Box::new(format),
    }))
}

/// The account as an IBAN by the plain rule. Where the bank has another rule this is not the IBAN, but bank code and number,
/// all that the file shows of it, are those that were given.
fn account(values: &Values) -> Result<Option<Iban>> {
    let (bank, number) = (values.text("bank_code"), values.text("account_number"));
    if bank.is_empty() && number.is_empty() {
        return Ok(None);
    }
    let wrong = |found: Unreadable| {
        let setting = if found.code == "invalid_blz" { "bank_code" } else { "account_number" };
        ConnectorError::invalid(setting, found.detail)
    };
    GermanAccount::parse(bank, number).and_then(|account| account.iban("0000")).map(Some).map_err(wrong)
}
