//! Direct debits: payments that are collected from bank accounts by files which somebody takes to a bank (PAY-08). There is one
//! file here for each plug-in, which says what it has to be told and makes a writer of `bank/` of it. Nothing outside is called.

pub mod dtaus;
mod fill;
pub mod norma19;
mod read;
pub mod sepa;
#[cfg(test)]
mod tests;

pub use fill::{VARIABLES, fill};

use super::{Debits, Entry, Payment, PaymentGateway, PaymentRequest};
use crate::bank::BatchFile;
use crate::error::{ConnectorError, Result};
use async_trait::async_trait;
use comptoir_domain::bank::{BankTerms, Bic, CreditorId, DebitPlugin, Iban, SddScheme};
use comptoir_domain::{Currency, Instant};

/// What is said beside the first text of each plug-in.
const TEXT_LABEL: &str = "Text that payers read, {invoice} if nothing is said; these are filled in: {invoice}, {company}, \
                          {name}, {client}, {amount}, {address}, {city}, {postal_code}, {country}, {email}, {phone}, \
                          {vat_number}, {due_on}, {reference}, {store}, {seller}";

/// A plug-in that is set up.
struct DirectDebit {
    plugin: DebitPlugin,
    scheme: Option<SddScheme>,
    creditor_name: String,
    creditor_id: Option<CreditorId>,
    account: Option<(Iban, Option<Bic>)>,
    terms: BankTerms,
    settle_days: Option<u32>,
    approve_on_acsc: bool,
    name_first: bool,
    texts: Vec<String>,
    file: Box<dyn BatchFile>,
}

#[async_trait]
impl PaymentGateway for DirectDebit {
    fn takes(&self, currency: Currency) -> bool {
        currency == Currency::EUR
    }

    fn entries(&self) -> &'static [Entry] {
        &[Entry::Account]
    }

    /// There is nobody to ask; that the settings can be read is known since it was got ready.
    async fn probe(&self, _: Instant) -> Result<()> {
        Ok(())
    }

    async fn start(&self, _: &PaymentRequest) -> Result<Payment> {
        Err(ConnectorError::invalid("by_file", "debits are collected by files, never one by one"))
    }

    fn debits(&self) -> Option<&dyn Debits> {
        Some(self)
    }
}

impl Debits for DirectDebit {
    fn plugin(&self) -> DebitPlugin {
        self.plugin
    }

    fn scheme(&self) -> Option<SddScheme> {
        self.scheme
    }

    fn creditor_name(&self) -> &str {
        &self.creditor_name
    }

    fn creditor_id(&self) -> Option<&CreditorId> {
        self.creditor_id.as_ref()
    }

    fn account(&self) -> Option<(Iban, Option<Bic>)> {
        self.account.clone()
    }

    fn terms(&self) -> BankTerms {
        self.terms
    }

    fn settle_days(&self) -> Option<u32> {
        self.settle_days
    }

    fn approve_on_acsc(&self) -> bool {
        self.approve_on_acsc
    }

    fn name_first(&self) -> bool {
        self.name_first
    }

    fn texts(&self) -> Vec<String> {
        self.texts.clone()
    }

    fn file(&self) -> &dyn BatchFile {
        self.file.as_ref()
    }
}
