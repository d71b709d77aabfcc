//! Invoices in the account area: the list, and one to read, print and pay.

use super::{Choice, Form, Page, Totals, shopper_pages};
use chrono::NaiveDate;
use comptoir_domain::Money;
use serde::Serialize;

/// The words of INV-10, computed elsewhere; each has a text.
pub const INVOICE_STATUSES: &[&str] =
    &["draft", "due", "overdue", "partly_paid", "paid", "cancelled", "refunded", "uncollectible"];

/// All invoices of a client, newest first.
#[derive(Clone, Debug, Serialize)]
pub struct InvoicesPage {
    /// The client's name.
    pub client: String,
    /// Token of the sign-out form.
    pub csrf: String,
    /// The invoices.
    pub invoices: Vec<InvoiceRow>,
    /// Query of the next page.
    pub next: Option<String>,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvoiceRow {
    /// Names it in addresses.
    pub id: String,
    /// Its number.
    pub number: String,
    /// One of [`INVOICE_STATUSES`].
    pub status: String,
    /// The day of issue.
    pub issued_on: NaiveDate,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// Its total.
    pub total: Money,
    /// What is still to be paid.
    pub open: Money,
}

/// One invoice.
#[derive(Clone, Debug, Serialize)]
pub struct InvoicePage {
    /// The client's name.
    pub client: String,
    /// Number, state, dates, sums.
    #[serde(flatten)]
    pub row: InvoiceRow,
    /// Who sells: name, address, VAT number, one per line.
    pub seller: Vec<String>,
    /// Who buys, likewise.
    pub buyer: Vec<String>,
    /// What is charged.
    pub lines: Vec<InvoiceLine>,
    /// The sums.
    pub totals: Totals,
    /// What was paid.
    pub paid: Money,
    /// Texts the law asks for, such as "Reverse charge".
    pub notes: Vec<String>,
    /// Where the frozen PDF is.
    pub pdf_url: Option<String>,
    /// How to pay by transfer or cheque, once that was chosen: label and value.
    pub instructions: Vec<(String, String)>,
    /// Whether a payment waits for the client to confirm it at his bank.
    pub waits: bool,
    /// Ways to pay the open amount; none if there is nothing to pay.
    pub payments: Vec<Choice>,
    /// The form to pay (`payment`), posted to the page's own address.
    pub form: Form,
}

/// A line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvoiceLine {
    /// What.
    pub description: String,
    /// First and last day of the period.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// How many, as written on the invoice.
    pub quantity: String,
    /// What it costs without tax, before any discount: the lines add up to the subtotal.
    pub amount: Money,
}

shopper_pages! {
    InvoicesPage: "invoices.html" at "account/invoices/";
}

impl Page for InvoicePage {
    const TEMPLATE: &'static str = "invoice.html";
    fn path(&self) -> String {
        format!("account/invoices/{}/", self.row.id)
    }
}
