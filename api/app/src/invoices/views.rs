//! What invoices look like.

use crate::invoices::parties::BuyerView;
use crate::kernel::Nullable;
use crate::kernel::patch::Change;
use chrono::NaiveDate;
use comptoir_db::invoices::{InvoiceLineRow, InvoiceRow};
use comptoir_db::{Failure, Outcome};
use comptoir_domain::invoices::{InvoiceKind, InvoiceStatus};
use comptoir_domain::quotes::LineKind;
use comptoir_domain::schedule::{Period, Share};
use comptoir_domain::taxes::TaxAmount;
use comptoir_domain::{
    ClientId, Country, Currency, Instant, InvoiceId, InvoiceLineId, Money, OrderId, Quantity, SubscriptionId,
    TaxPolicyId, UnitPrice,
};

/// A line of an invoice.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct InvoiceLineView {
    /// The line.
    pub id: InvoiceLineId,
    /// What it is for.
    pub kind: LineKind,
    /// For people.
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// What one costs for a whole cycle.
    pub unit_price: UnitPrice,
    /// The part of the cycle that is charged.
    pub share: Share,
    /// The subscription it charges.
    pub subscription_id: Option<SubscriptionId>,
    /// The line it takes back, on a credit note.
    pub credits_line_id: Option<InvoiceLineId>,
    /// The time it pays for.
    pub period: Option<Period>,
    /// Without tax, before anything was taken off.
    pub before_discount: Money,
    /// What was taken off.
    pub discount: Money,
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub gross: Money,
}

/// An invoice or a credit note.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct InvoiceView {
    /// The document.
    pub id: InvoiceId,
    /// Invoice or credit note.
    pub kind: InvoiceKind,
    /// The number that is printed; a draft has none.
    pub number: Option<String>,
    /// Where it stands today.
    pub status: InvoiceStatus,
    /// To whom.
    pub client_id: ClientId,
    /// Because of which order.
    pub order_id: Option<OrderId>,
    /// The invoice it corrects, on a credit note.
    pub credits_invoice_id: Option<InvoiceId>,
    /// In which currency.
    pub currency: Currency,
    /// The date that is printed.
    pub issued_on: Option<NaiveDate>,
    /// The last day to pay in time.
    pub due_on: Option<NaiveDate>,
    /// The buyer as printed.
    pub buyer: BuyerView,
    /// In order.
    pub lines: Vec<InvoiceLineView>,
    /// Whose taxes they are.
    pub taxed_in: Option<Country>,
    /// The taxes as printed.
    pub taxes: Vec<TaxAmount>,
    /// Without tax.
    pub net: Money,
    /// What was taken off, without tax.
    pub discount: Money,
    /// The taxes together.
    pub tax: Money,
    /// With tax: what is paid.
    pub gross: Money,
    /// Not paid or credited yet.
    pub open: Money,
    /// Paid, and given back by credit notes.
    pub refunded: Money,
    /// For the client.
    pub comment: String,
    /// How the client means to pay; empty if unknown.
    pub gateway: String,
    /// SHA-256 of the frozen document; a draft has none.
    pub sha256: Option<String>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(InvoiceList, InvoiceView);

impl InvoiceLineView {
    fn new(row: InvoiceLineRow, currency: Currency) -> Self {
        let money = |minor| Money::from_minor(minor, currency);
        Self {
            period: row.period(),
            id: row.id,
            kind: row.kind,
            description: row.description,
            quantity: row.quantity,
            unit_price: row.unit_price,
            share: row.share,
            subscription_id: row.subscription_id,
            credits_line_id: row.credits_line_id,
            before_discount: money(row.before_discount_minor),
            discount: money(row.discount_minor),
            net: money(row.net_minor),
            tax: money(row.tax_minor),
            gross: money(row.gross_minor),
        }
    }
}

impl InvoiceView {
    /// The view of an invoice with its lines, on a day.
    pub fn new(row: InvoiceRow, lines: Vec<InvoiceLineRow>, today: NaiveDate) -> Outcome<Self> {
        let buyer = serde_json::from_value(row.buyer.0.clone());
        Ok(Self {
            status: row.status(today),
            net: row.money(row.net_minor),
            discount: row.money(row.discount_minor),
            tax: row.money(row.tax_minor),
            gross: row.money(row.gross_minor),
            open: row.money(row.open_minor),
            refunded: row.money(row.refunded_minor),
            lines: lines.into_iter().map(|line| InvoiceLineView::new(line, row.currency)).collect(),
            buyer: buyer.map_err(|error| Failure::Corrupt(format!("the buyer of {}: {error}", row.id)))?,
            id: row.id,
            kind: row.kind,
            number: row.number,
            client_id: row.client_id,
            order_id: row.order_id,
            credits_invoice_id: row.credits_invoice_id,
            currency: row.currency,
            issued_on: row.issued_on,
            due_on: row.due_on,
            taxed_in: row.taxed_in,
            taxes: row.taxes.0,
            comment: row.comment,
            gateway: row.gateway,
            sha256: row.frozen_hash,
            created_at: row.created_at,
        })
    }
}

/// A line of a one-off invoice.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvoiceLineCreate {
    /// For people.
    #[schema(min_length = 1, max_length = 500)]
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// What one costs, without tax.
    pub unit_price: UnitPrice,
    /// By which policy it is taxed; not at all if absent.
    pub tax_policy_id: Option<TaxPolicyId>,
    /// The time over which its revenue is earned; at once if absent.
    pub period: Option<Period>,
}

/// A one-off invoice (INV-07).
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s", "currency": "EUR", "due_on": "2026-02-01",
    "comment": "Thank you", "lines": [{"description": "Moving your site", "quantity": "2", "unit_price": "45.00"}]}))]
pub struct InvoiceCreate {
    /// To whom.
    pub client_id: ClientId,
    /// In which currency; the seller's if absent.
    pub currency: Option<Currency>,
    /// The last day to pay in time; the usual term if absent.
    pub due_on: Option<NaiveDate>,
    /// For the client.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub comment: String,
    /// What is invoiced.
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Vec<InvoiceLineCreate>,
}

/// Changes of a draft: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"comment": "As agreed by phone"}))]
pub struct InvoicePatch {
    /// For the client.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 2000)]
    pub comment: Change<String>,
    /// The last day to pay in time.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub due_on: Nullable<NaiveDate>,
}
