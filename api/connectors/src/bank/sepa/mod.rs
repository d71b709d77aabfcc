//! Direct debits of SEPA: pain.008.001.02 and pain.008.001.08, CORE and B2B.

mod map;
mod wire;

use super::{BankFile, Batch, BatchFile};
use comptoir_domain::bank::{Bic, CreditorId, Iban, SddScheme};
use comptoir_domain::{Check, Result};
use std::collections::HashMap;

/// What the bank wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SepaDebits {
    /// Which version of the message.
    pub version: PainVersion,
    /// Under which rules.
    pub scheme: SddScheme,
    /// The number under which the creditor collects.
    pub creditor_id: CreditorId,
    /// Whether each group is one credit on the statement.
    pub batch_booking: bool,
    /// Whether the sender is named by that number too, as Spanish banks want.
    pub identify_sender: bool,
    /// How addresses are written.
    pub addresses: AddressStyle,
}

/// Versions of the message.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PainVersion {
    /// Of 2009; banks take leave of it.
    V02,
    /// Of 2019, in use since 2024.
    #[default]
    V08,
}

/// How addresses are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum AddressStyle {
    /// In parts.
    #[default]
    Structured,
    /// In two lines; the rules allow it until 14 November 2026 only.
    Lines,
}

impl PainVersion {
    /// The name of the message.
    pub const fn message(self) -> &'static str {
        match self {
            Self::V02 => "pain.008.001.02",
            Self::V08 => "pain.008.001.08",
        }
    }

    /// What the code of a bank is called.
    const fn bic(self) -> &'static str {
        match self {
            Self::V02 => "BIC",
            Self::V08 => "BICFI",
        }
    }
}

impl BatchFile for SepaDebits {
    fn write(&self, batch: &Batch) -> Result<BankFile> {
        let groups = map::groups(batch)?;
        let bytes = wire::document(self, batch, &groups)?;
        let name = format!("{}.xml", batch.file_stem());
        Ok(BankFile { name, media_type: "application/xml", bytes, cover_note: None })
    }

    fn check_name(&self, check: &mut Check, pointer: &str, name: &str) {
        map::name(check, pointer, name);
    }

    fn check_account(&self, check: &mut Check, places: (&str, &str), account: &Iban, bic: Option<&Bic>) {
        map::account(check, places, account, bic);
    }

    fn groups(&self, batch: &Batch) -> Result<Vec<String>> {
        let groups = map::groups(batch)?;
        let named = |group: &map::Group<'_>| {
            let name = group.id.clone();
            group.debits.iter().map(|(debit, _)| (debit.end_to_end_id.clone(), name.clone())).collect::<Vec<_>>()
        };
        let names: HashMap<String, String> = groups.iter().flat_map(named).collect();
        Ok(batch.debits.iter().filter_map(|debit| names.get(&debit.end_to_end_id).cloned()).collect())
    }
}
