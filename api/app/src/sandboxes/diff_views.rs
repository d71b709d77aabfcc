//! What differences between two sandboxes look like.

use comptoir_domain::invoices::InvoiceKind;
use comptoir_domain::quotes::LineKind;
use comptoir_domain::sandboxes::diff::{Difference, Document, DocumentDifference, Line};
use comptoir_domain::schedule::Period;
use comptoir_domain::{ClientId, Currency, InvoiceId, Money, SubscriptionId};
use std::collections::BTreeMap;

/// A document in one of the sandboxes.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ComparedDocumentView {
    /// The document.
    pub invoice_id: InvoiceId,
    /// Its number there.
    pub number: Option<String>,
    /// Without tax.
    pub net: Money,
    /// With tax.
    pub gross: Money,
}

/// A line in one of the sandboxes.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ComparedLineView {
    /// What it says.
    pub description: String,
    /// Without tax.
    pub net: Money,
    /// With tax.
    pub gross: Money,
}

/// A line that is not the same in both.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct LineDifferenceView {
    /// The subscription, if it charges one.
    pub subscription_id: Option<SubscriptionId>,
    /// What it is.
    pub kind: LineKind,
    /// The days that it pays for.
    pub period: Option<Period>,
    /// In the first sandbox; null if it is not there.
    pub here: Option<ComparedLineView>,
    /// In the second one.
    pub there: Option<ComparedLineView>,
}

/// A document that is not the same in both.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DocumentDifferenceView {
    /// Whose.
    pub client_id: ClientId,
    /// When it was issued.
    pub issued_on: chrono::NaiveDate,
    /// Invoice or credit note.
    pub kind: InvoiceKind,
    /// In the first sandbox; null if it is not there.
    pub here: Option<ComparedDocumentView>,
    /// In the second one.
    pub there: Option<ComparedDocumentView>,
    /// The lines by which they differ, if it is in both.
    pub lines: Vec<LineDifferenceView>,
}

/// All documents of a sandbox in a currency.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ComparedTotalView {
    /// How many.
    #[schema(minimum = 0)]
    pub documents: i64,
    /// Without tax; credit notes are subtracted.
    pub net: Money,
    /// With tax.
    pub gross: Money,
}

/// The sums of both in a currency.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CurrencyDifferenceView {
    /// The first sandbox.
    pub here: ComparedTotalView,
    /// The second one.
    pub there: ComparedTotalView,
}

/// What is different between two sandboxes.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct SandboxDifferenceView {
    /// The documents that are not the same, by client and day.
    pub documents: Vec<DocumentDifferenceView>,
    /// The sums of all documents, the same ones too, by currency.
    pub totals: Vec<CurrencyDifferenceView>,
    /// Ask again with this `after`: there may be more.
    pub next_after: Option<ClientId>,
}

impl CurrencyDifferenceView {
    /// Of the sums of both.
    pub fn of(here: &[(Currency, i64, i64, i64)], there: &[(Currency, i64, i64, i64)]) -> Vec<Self> {
        let total = |currency, documents, net, gross| {
            let money = |minor| Money::from_minor(minor, currency);
            ComparedTotalView { documents, net: money(net), gross: money(gross) }
        };
        let mut all: BTreeMap<Currency, Self> = BTreeMap::new();
        let nothing = |currency| Self { here: total(currency, 0, 0, 0), there: total(currency, 0, 0, 0) };
        for &(currency, documents, net, gross) in here {
            all.entry(currency).or_insert_with(|| nothing(currency)).here = total(currency, documents, net, gross);
        }
        for &(currency, documents, net, gross) in there {
            all.entry(currency).or_insert_with(|| nothing(currency)).there = total(currency, documents, net, gross);
        }
        all.into_values().collect()
    }
}

impl From<DocumentDifference> for DocumentDifferenceView {
    fn from(found: DocumentDifference) -> Self {
        let Document { client, issued_on, kind, .. } = *found.document.any();
        let (here, there) = found.document.sides();
        Self {
            client_id: client,
            issued_on,
            kind,
            here: here.map(ComparedDocumentView::from),
            there: there.map(ComparedDocumentView::from),
            lines: found.lines.into_iter().map(LineDifferenceView::from).collect(),
        }
    }
}

impl From<Document> for ComparedDocumentView {
    fn from(document: Document) -> Self {
        Self { invoice_id: document.id, number: document.number, net: document.net, gross: document.gross }
    }
}

impl From<Difference<Line>> for LineDifferenceView {
    fn from(found: Difference<Line>) -> Self {
        let Line { subscription, kind, period, .. } = *found.any();
        let view = |line: Line| ComparedLineView { description: line.description, net: line.net, gross: line.gross };
        let (here, there) = found.sides();
        Self { subscription_id: subscription, kind, period, here: here.map(view), there: there.map(view) }
    }
}
