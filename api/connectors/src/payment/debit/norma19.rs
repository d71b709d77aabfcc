//! Norma 19, with the fields of the guide's plug-in: the code of the client, the issuer's name and account, up to 16 texts.

use super::{DirectDebit, TEXT_LABEL, read};
use crate::bank::norma19::{Charset, LineEnd, Norma19};
use crate::error::{ConnectorError, Result};
use crate::payment::PaymentGateway;
use crate::settings::{Field, FieldKind, Values, optional, required};
use comptoir_domain::Check;
use comptoir_domain::bank::{BankTerms, Ccc, DebitPlugin, Iban, Unreadable};
use std::sync::Arc;

/// Forty columns, in which variables may need more letters than their values.
const TEXT: FieldKind = FieldKind::Text(100);

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("tax_id", "Code of the issuing client: tax number (NIF)", FieldKind::Text(9), "B12345674"),
    optional("suffix", "Code of the issuing client: suffix; 000 if the bank gave none", FieldKind::Text(3), "001"),
    required("issuer_name", "Name of the issuer, as the bank has it", FieldKind::Text(40), "Hosting Ejemplo, S.L."),
    optional("bank_code", "Account of the issuer: bank, 4 digits", FieldKind::Text(4), "2100"),
    optional("branch", "Account of the issuer: branch, 4 digits", FieldKind::Text(4), "0418"),
    optional("check_digits", "Account of the issuer: check digits (CD), 2 digits", FieldKind::Text(2), "45"),
    optional("account_number", "Account of the issuer: account, 10 digits", FieldKind::Text(10), "0200051332"),
    optional(
        "account",
        "IBAN of the issuer's account, in place of the four; that of the responsible administrator if nothing is said",
        FieldKind::Text(50),
        "ES9121000418450200051332",
    ),
    optional("field_1", TEXT_LABEL, TEXT, "Factura {invoice}"),
    optional("field_2", "Optional field 2", TEXT, "{company}"),
    optional("field_3", "Optional field 3", TEXT, "{vat_number}"),
    optional("field_4", "Optional field 4", TEXT, "Total {amount}"),
    optional("field_5", "Optional field 5", TEXT, "Vencimiento {due_on}"),
    optional("field_6", "Optional field 6", TEXT, "Cliente {client}"),
    optional("field_7", "Optional field 7", TEXT, "{name}"),
    optional("field_8", "Optional field 8", TEXT, "{address}"),
    optional("field_9", "Optional field 9", TEXT, "{postal_code} {city}"),
    optional("field_10", "Optional field 10", TEXT, "{country}"),
    optional("field_11", "Optional field 11", TEXT, "{email}"),
    optional("field_12", "Optional field 12", TEXT, "{phone}"),
    optional("field_13", "Optional field 13", TEXT, "{store}"),
    optional("field_14", "Optional field 14", TEXT, "{seller}"),
    optional("field_15", "Optional field 15", TEXT, "Ref. {reference}"),
    optional("field_16", "Optional field 16", TEXT, "Gracias"),
    optional("include_address", "Write the client's address", FieldKind::Flag, "true"),
    optional("charset", "How Ñ is written", FieldKind::Choice(&["cp850", "latin1", "ascii"]), "cp850"),
    optional("line_end", "What follows a record", FieldKind::Choice(&["crlf", "lf", "none"]), "crlf"),
    optional(
        "lead_days",
        "Days on which banks work that the bank needs before the due date, 0 to 10; 2 if nothing is said",
        FieldKind::Text(3),
        "2",
    ),
    optional("cut_off", "Time of day until which the bank takes files", FieldKind::Text(5), "14:00"),
    optional("notice_days", "Calendar days between notice and due date; 0 if nothing is said", FieldKind::Text(3), "7"),
    optional(
        "settle_days",
        "Days on which banks work after which a debit that nobody sent back counts as paid, usually 10; never if nothing is said",
        FieldKind::Text(3),
        "10",
    ),
];

/// The parts of an account, and how many digits each has.
const PARTS: &[(&str, usize)] = &[("bank_code", 4), ("branch", 4), ("check_digits", 2), ("account_number", 10)];

const CHARSETS: &[(&str, Charset)] =
    &[("cp850", Charset::Cp850), ("latin1", Charset::Latin1), ("ascii", Charset::Ascii)];

const LINE_ENDS: &[(&str, LineEnd)] = &[("crlf", LineEnd::CrLf), ("lf", LineEnd::Lf), ("none", LineEnd::None)];

/// Gets it ready.
pub fn build(values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    let format = Norma19 {
        tax_id: values.text("tax_id").into(),
        suffix: values.or("suffix", "000").into(),
        charset: read::choice(values, "charset", CHARSETS)?,
        line_end: read::choice(values, "line_end", LINE_ENDS)?,
        include_address: values.flag("include_address"),
    };
    let mut check = Check::new();
    format.check(&mut check, "");
    read::settled(check)?;
    Ok(Arc::new(DirectDebit {
        plugin: DebitPlugin::Norma19,
        scheme: None,
        creditor_name: read::name(values, "issuer_name", &format)?,
        creditor_id: None,
        account: account(values)?.map(|account| (account, None)),
        terms: read::terms(values, 0, BankTerms { lead_days: 2, cut_off: None, notice_days: 0 })?,
        settle_days: read::settle_days(values)?,
        approve_on_acsc: false,
        name_first: false,
        texts: read::texts(values, FIELDS, "field_")?,
        file: Box::new(format),
    }))
}

/// The account: by its IBAN, by its parts, or by both if they agree.
fn account(values: &Values) -> Result<Option<Iban>> {
    let (iban, parts) = (read::given(values, "account", spanish)?, by_parts(values)?);
    let differ = iban.as_ref().zip(parts.as_ref()).is_some_and(|(iban, parts)| iban != parts);
    if differ {
        return Err(ConnectorError::invalid("account", "it is another account than that of bank, branch and number"));
    }
    Ok(iban.or(parts))
}

fn by_parts(values: &Values) -> Result<Option<Iban>> {
    if PARTS.iter().all(|(name, _)| values.text(name).is_empty()) {
        return Ok(None);
    }
    let mut ccc = String::new();
    for (name, width) in PARTS {
        let part = values.text(name);
        if part.len() != *width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ConnectorError::invalid(name, format!("expected {width} digits")));
        }
        ccc.push_str(part);
    }
    let iban = ccc.parse().and_then(|ccc: Ccc| ccc.iban());
    iban.map(Some).map_err(|found| ConnectorError::invalid("check_digits", found.detail))
}

/// An account in Spain.
fn spanish(text: &str) -> Result<Iban, Unreadable> {
    let iban = Iban::parse(text)?;
    Ccc::of(&iban).map(|_| iban)
}
