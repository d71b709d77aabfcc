//! What invoices look like.

use crate::invoices::parties::{BuyerView, SellerPartyView};
use crate::kernel::Nullable;
use crate::kernel::patch::Change;
use crate::payments::views::PaymentCreate;
use chrono::NaiveDate;
use comptoir_db::invoices::{DraftTerms, InvoiceLineRow, InvoiceRow};
use comptoir_db::{Failure, Outcome};
use comptoir_domain::invoices::{InvoiceKind, InvoiceStatus};
use comptoir_domain::quotes::{LineKind, PriceBasis};
use comptoir_domain::schedule::{Period, Share};
use comptoir_domain::taxes::TaxAmount;
use comptoir_domain::{
    ClientId, Country, Currency, Instant, InvoiceId, InvoiceLineId, Money, OrderId, PaymentMethodId, Quantity,
    SubscriptionId, TaxPolicyId, UnitPrice,
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
    /// What is paid of it. What was paid without naming lines goes to them from the top.
    pub paid: Money,
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
    /// The date that a draft is to bear; the day of issue if null.
    pub dated_on: Option<NaiveDate>,
    /// The last day to pay in time.
    pub due_on: Option<NaiveDate>,
    /// The seller as printed; null for a draft.
    pub seller: Option<SellerPartyView>,
    /// The buyer as printed.
    pub buyer: BuyerView,
    /// In order.
    pub lines: Vec<InvoiceLineView>,
    /// Whether the unit prices of what was written by hand have the taxes inside.
    pub prices: PriceBasis,
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
    /// Whether the client gets it by mail when it is issued.
    pub mail: bool,
    /// SHA-256 of the frozen document; a draft has none.
    pub sha256: Option<String>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(InvoiceList, InvoiceView);

impl InvoiceLineView {
    fn new(row: InvoiceLineRow, currency: Currency, paid: Money) -> Self {
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
            paid,
        }
    }
}

impl InvoiceView {
    /// The view of an invoice with its terms, its lines and what is paid of each, on a day.
    pub fn new(
        row: InvoiceRow,
        terms: DraftTerms,
        lines: Vec<(InvoiceLineRow, Money)>,
        today: NaiveDate,
    ) -> Outcome<Self> {
        let view = |(line, paid)| InvoiceLineView::new(line, row.currency, paid);
        let buyer = serde_json::from_value(row.buyer.0.clone());
        Ok(Self {
            seller: row.frozen.as_deref().map(SellerPartyView::frozen).transpose()?,
            status: row.status(today),
            net: row.money(row.net_minor),
            discount: row.money(row.discount_minor),
            tax: row.money(row.tax_minor),
            gross: row.money(row.gross_minor),
            open: row.money(row.open_minor),
            refunded: row.money(row.refunded_minor),
            lines: lines.into_iter().map(view).collect(),
            buyer: buyer.map_err(|error| Failure::Corrupt(format!("the buyer of {}: {error}", row.id)))?,
            id: row.id,
            kind: row.kind,
            number: row.number,
            client_id: row.client_id,
            order_id: row.order_id,
            credits_invoice_id: row.credits_invoice_id,
            currency: row.currency,
            issued_on: row.issued_on,
            dated_on: terms.dated_on,
            due_on: row.due_on,
            prices: terms.prices,
            taxed_in: row.taxed_in,
            taxes: row.taxes.0,
            comment: row.comment,
            gateway: row.gateway,
            mail: row.is_mailed,
            sha256: row.frozen_hash,
            created_at: row.created_at,
        })
    }
}

/// A line of a one-off invoice.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"description": "Moving your site", "quantity": "2", "unit_price": "45.00"}))]
pub struct InvoiceLineCreate {
    /// For people.
    #[schema(min_length = 1, max_length = 500)]
    pub description: String,
    /// How many.
    pub quantity: Quantity,
    /// What one costs, with or without taxes as `prices` says.
    pub unit_price: UnitPrice,
    /// By which policy it is taxed: by the seller's default one if absent, not at all if null.
    #[serde(default)]
    #[schema(value_type = Option<TaxPolicyId>, required = false)]
    pub tax_policy_id: Nullable<TaxPolicyId>,
    /// The time over which its revenue is earned; at once if absent.
    pub period: Option<Period>,
}

/// A one-off invoice (INV-07).
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s", "currency": "EUR", "due_on": "2026-02-01",
    "comment": "Thank you", "lines": [{"description": "Moving your site", "quantity": "2", "unit_price": "45.00"}],
    "mail": false, "payment": {"method": "cheque", "reference": "0012345"}}))]
pub struct InvoiceCreate {
    /// To whom.
    pub client_id: ClientId,
    /// In which currency; the seller's if absent.
    pub currency: Option<Currency>,
    /// The date that it is to bear: not before the last document of its series. The day of issue if absent.
    pub dated_on: Option<NaiveDate>,
    /// The last day to pay in time; the usual term if absent.
    pub due_on: Option<NaiveDate>,
    /// For the client.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub comment: String,
    /// Whether unit prices have the taxes inside, so that the lines add up to what is to be paid.
    #[serde(default = "net")]
    #[schema(default = "net")]
    pub prices: PriceBasis,
    /// What is invoiced.
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Vec<InvoiceLineCreate>,
    /// The time over which the revenue of lines without a period of their own is earned; at once if absent.
    pub deferral: Option<Period>,
    /// Whether the client gets it by mail when it is issued.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub mail: bool,
    /// Whether to issue it at once; it stays a draft otherwise.
    #[serde(default)]
    pub issue: bool,
    /// Money that was received for it already; issues it.
    pub payment: Option<PaymentCreate>,
    /// A stored method of the client to charge it to; issues it and needs an `Idempotency-Key`. If the charge is refused,
    /// the invoice stays open.
    pub payment_method_id: Option<PaymentMethodId>,
}

fn yes() -> bool {
    true
}

fn net() -> PriceBasis {
    PriceBasis::Net
}

/// Changes of a hand-written line of a draft: absent parts stay.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quantity": "3"}))]
pub struct InvoiceLinePatch {
    /// For people.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 500)]
    pub description: Change<String>,
    /// How many.
    #[serde(default)]
    #[schema(value_type = Quantity, required = false)]
    pub quantity: Change<Quantity>,
    /// What one costs, with or without taxes as the draft has it.
    #[serde(default)]
    #[schema(value_type = UnitPrice, required = false)]
    pub unit_price: Change<UnitPrice>,
    /// By which policy it is taxed; not at all if null.
    #[serde(default)]
    #[schema(value_type = Option<TaxPolicyId>, required = false)]
    pub tax_policy_id: Nullable<TaxPolicyId>,
    /// The time over which its revenue is earned; at once if null.
    #[serde(default)]
    #[schema(value_type = Option<Period>, required = false)]
    pub period: Nullable<Period>,
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
    /// The date that it is to bear; the day of issue if null.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub dated_on: Nullable<NaiveDate>,
    /// The last day to pay in time.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub due_on: Nullable<NaiveDate>,
    /// Whether the client gets it by mail when it is issued.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub mail: Change<bool>,
}
