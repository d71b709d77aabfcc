//! SEPA direct debit, CORE and B2B, in either version of pain.008.

use super::{DirectDebit, TEXT_LABEL, read};
use crate::bank::sepa::{AddressStyle, PainVersion, SepaDebits};
use crate::bank::{BankFile, Batch, BatchFile};
use crate::error::{ConnectorError, Result};
use crate::payment::PaymentGateway;
use crate::settings::{Field, FieldKind, Values, optional, required};
use chrono::NaiveTime;
use comptoir_domain::bank::{BankTerms, Bic, CreditorId, DebitPlugin, Iban, SddScheme, Unreadable, sepa};
use comptoir_domain::{Check, Result as Outcome};
use std::sync::Arc;

/// What it has to be told.
pub const FIELDS: &[Field] = &[
    required("creditor_name", "Name of the creditor, as the bank has it", FieldKind::Text(70), "Hosting Ejemplo SL"),
    required("creditor_id", "SEPA creditor identifier", FieldKind::Text(50), "ES11000B12345674"),
    optional("scheme", "Scheme: for everyone, or between businesses", FieldKind::Choice(&["core", "b2b"]), "core"),
    optional(
        "account",
        "IBAN of the account that gets the money; that of the responsible administrator if nothing is said",
        FieldKind::Text(50),
        "ES9121000418450200051332",
    ),
    optional("bic", "BIC of its bank", FieldKind::Text(20), "CAIXESBBXXX"),
    optional(
        "version",
        "Version of the message that the bank takes",
        FieldKind::Choice(&["pain.008.001.08", "pain.008.001.02"]),
        "pain.008.001.08",
    ),
    optional("sequence_first", "The bank wants the first collection named FRST", FieldKind::Flag, "false"),
    optional("batch_booking", "One credit on the statement for all; yes if nothing is said", FieldKind::Flag, "true"),
    optional(
        "identify_sender",
        "Name the sender by the creditor identifier, as Spanish banks want",
        FieldKind::Flag,
        "true",
    ),
    optional(
        "lead_days",
        "Days on which banks work that the bank needs before the due date, 1 to 10; 1 (core) or 3 (b2b) if nothing is said",
        FieldKind::Text(3),
        "2",
    ),
    optional(
        "cut_off",
        "Time of day until which the bank takes files; 15:00 if nothing is said",
        FieldKind::Text(5),
        "15:00",
    ),
    optional(
        "notice_days",
        "Calendar days between notice and due date; 14 unless your terms say less",
        FieldKind::Text(3),
        "14",
    ),
    optional(
        "settle_days",
        "Days on which banks work after which a debit that nobody sent back counts as paid; never if nothing is said",
        FieldKind::Text(3),
        "5",
    ),
    optional(
        "approve_on_acsc",
        "Take the bank's word that a debit is settled (ACSC, ACCC) for the money",
        FieldKind::Flag,
        "false",
    ),
    optional(
        "on_behalf_of",
        "On whose behalf it is collected, if not one's own",
        FieldKind::Text(70),
        "Alojamiento Ejemplo SL",
    ),
    optional("text", TEXT_LABEL, FieldKind::Text(140), "Invoice {invoice}"),
];

const SCHEMES: &[(&str, SddScheme)] = &[("core", SddScheme::Core), ("b2b", SddScheme::B2b)];

const VERSIONS: &[(&str, PainVersion)] =
    &[("pain.008.001.08", PainVersion::V08), ("pain.008.001.02", PainVersion::V02)];

/// The writer, and on whose behalf it collects.
struct OnBehalf {
    format: SepaDebits,
    of: Option<String>,
}

impl BatchFile for OnBehalf {
    /// A batch that says on whose behalf it is keeps that.
    fn write(&self, batch: &Batch) -> Outcome<BankFile> {
        if self.of.is_none() || batch.creditor.on_behalf_of.is_some() {
            return self.format.write(batch);
        }
        let mut batch = batch.clone();
        batch.creditor.on_behalf_of.clone_from(&self.of);
        self.format.write(&batch)
    }

    fn check_name(&self, check: &mut Check, pointer: &str, name: &str) {
        self.format.check_name(check, pointer, name);
    }

    fn check_account(&self, check: &mut Check, places: (&str, &str), account: &Iban, bic: Option<&Bic>) {
        self.format.check_account(check, places, account, bic);
    }
}

/// Gets it ready.
pub fn build(values: &Values) -> Result<Arc<dyn PaymentGateway>> {
    let scheme = read::choice(values, "scheme", SCHEMES)?;
    let creditor_id = read::given(values, "creditor_id", str::parse::<CreditorId>)?
        .ok_or_else(|| ConnectorError::invalid("creditor_id", "nothing is collected without one"))?;
    let format = SepaDebits {
        version: read::choice(values, "version", VERSIONS)?,
        scheme,
        creditor_id: creditor_id.clone(),
        batch_booking: values.or("batch_booking", "true") == "true",
        identify_sender: values.flag("identify_sender"),
        // in lines they are refused since November 2026, whatever the version
        addresses: AddressStyle::Structured,
    };
    let creditor_name = read::name(values, "creditor_name", &format)?;
    let of = Some(values.text("on_behalf_of")).filter(|other| !other.is_empty());
    let of = of.map(|_| read::name(values, "on_behalf_of", &format)).transpose()?;
    let usual = BankTerms {
        lead_days: if scheme == SddScheme::B2b { 3 } else { 1 },
        cut_off: NaiveTime::from_hms_opt(15, 0, 0),
        notice_days: 14,
    };
    Ok(Arc::new(DirectDebit {
        plugin: DebitPlugin::SepaDebit,
        scheme: Some(scheme),
        creditor_name,
        creditor_id: Some(creditor_id),
        account: account(values)?,
        // banks pass debits on one working day ahead, so none can do it on the day
        terms: read::terms(values, 1, usual)?,
        settle_days: read::settle_days(values)?,
        approve_on_acsc: values.flag("approve_on_acsc"),
        name_first: values.flag("sequence_first"),
        texts: read::texts(values, FIELDS, "text")?,
        file: Box::new(OnBehalf { format, of }),
    }))
}

fn account(values: &Values) -> Result<Option<(Iban, Option<Bic>)>> {
    let bic: Option<Bic> = read::given(values, "bic", str::parse)?;
    match read::given(values, "account", reached)? {
        Some(account) => Ok(Some((account, bic))),
        None if bic.is_some() => Err(ConnectorError::invalid("bic", "it belongs to an account, which is missing")),
        None => Ok(None),
    }
}

/// An account in the countries of SEPA.
fn reached(text: &str) -> Result<Iban, Unreadable> {
    let iban = Iban::parse(text)?;
    if sepa::reaches(iban.country()) {
        return Ok(iban);
    }
    Err(Unreadable { code: "not_reachable", detail: "not reachable by SEPA".into() })
}
