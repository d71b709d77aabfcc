//! Checkout and its result.

use super::{CartLine, Choice, Form, Page, Totals, shopper_pages};
use comptoir_domain::Money;
use serde::Serialize;

/// Everything that is asked before an order. Fields: `kind` (`person`, `company`), `first_name`, `last_name`, `company`,
/// `vat_number`, `email`, `phone`, `street`, `postal_code`, `city`, `state`, `county` (where it is asked), `country`, `password` (new clients),
/// `custom.{name}`, `payment`, `accept`, `quote`, the token of the
/// quote that was shown, and `once`.
#[derive(Clone, Debug, Serialize)]
pub struct CheckoutPage {
    /// What is bought.
    pub lines: Vec<CartLine>,
    /// What it costs.
    pub totals: Totals,
    /// Sent back in `once`: the order is placed once, however often the form is.
    pub once: String,
    /// The token of this quote; a different price is refused and shown again.
    pub quote: String,
    /// The signed-in client's name; absent for a new one.
    pub signed_in: Option<String>,
    /// Countries by code.
    pub countries: Vec<Choice>,
    /// Whether taxes ask for the county.
    pub county_asked: bool,
    /// Ways to pay.
    pub payments: Vec<Choice>,
    /// Whether companies must give a VAT number.
    pub vat_number_required: bool,
    /// Questions of the store.
    pub custom_fields: Vec<CustomField>,
    /// What was typed and refused.
    pub form: Form,
}

/// A question of the store (ORD-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomField {
    /// Sent as `custom.{name}`.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// Whether an answer is needed.
    pub required: bool,
}

/// Paying with what is kept (`method`, `once`), or by card. Fields: `number`, `expiry` (`08/30`), `code`, `holder`, `save`, `once`. Card numbers and codes never come
/// back in the form. From a bank account: `account_holder`, `iban`, `bic`, `mandate` (`yes`), `once`.
#[derive(Clone, Debug, Serialize)]
pub struct PayPage {
    /// Where it lives below the language, and where the form goes.
    pub address: String,
    /// What is paid for: `Order 1001`.
    pub subject: String,
    /// How much.
    pub amount: Money,
    /// What is kept already and can be paid with, by one press each.
    pub kept: Vec<KeptMethod>,
    /// By which gateway; sent back in `gateway`.
    pub gateway: String,
    /// Its name, if one pays at a page of its own: then there is no card form.
    pub page_of: Option<String>,
    /// Paying from a bank account: then there is a form for that.
    pub account: Option<AccountForm>,
    /// Whether what is paid with can be kept for later.
    pub keeps: bool,
    /// Sent back in `once`: the card is charged once, however often the form is sent.
    pub once: String,
    /// What was refused.
    pub form: Form,
}

/// A kept method that can be paid with.
#[derive(Clone, Debug, Serialize)]
pub struct KeptMethod {
    /// Sent back in `method`.
    pub id: String,
    /// What may be shown of it.
    pub label: String,
}

/// The form for a bank account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountForm {
    /// What is signed along, where a mandate is needed.
    pub mandate: Option<String>,
}

/// Leads on to a page of the gateway's, or of the bank's: by a form that a browser posts there, or by a link.
#[derive(Clone, Debug, Serialize)]
pub struct LeavePage {
    /// Where it lives below the language.
    pub address: String,
    /// Where one goes on to.
    pub leave_to: String,
    /// What is posted there; a link is enough if there is nothing.
    pub leave_with: Vec<(String, String)>,
}

impl Page for LeavePage {
    const TEMPLATE: &'static str = "leave.html";

    fn path(&self) -> String {
        self.address.clone()
    }
}

impl Page for PayPage {
    const TEMPLATE: &'static str = "pay.html";
    fn path(&self) -> String {
        self.address.clone()
    }
}

/// What became of an order.
#[derive(Clone, Debug, Serialize)]
pub struct ResultPage {
    /// The order's number.
    pub order: String,
    /// How it stands.
    pub state: ResultState,
    /// Where to pay, where the gateway has a page of its own.
    pub pay_url: Option<String>,
    /// Where to pay in another way, while that page waits.
    pub other_url: Option<String>,
    /// How to pay by transfer: label and value.
    pub instructions: Vec<(String, String)>,
    /// The invoice, once there is one.
    pub invoice: Option<String>,
    /// What was bought.
    pub lines: Vec<CartLine>,
    /// What it cost.
    pub totals: Totals,
}

/// What a shopper is told about an order (ORD-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultState {
    /// Paid; delivery has begun.
    Paid,
    /// A transfer or a payment page is awaited.
    WaitingForPayment,
    /// A bank account is debited: nothing to do but wait for some days.
    UnderWay,
    /// The gateway is asked what became of the payment: minutes.
    Asked,
    /// A person looks at it.
    WaitingForValidation,
    /// Delivered.
    Done,
    /// The payment was declined.
    Declined,
    /// It was cancelled.
    Cancelled,
    /// The seller does not want it.
    Refused,
    /// The seller does not want it, though it was paid.
    RefusedPaid,
}

impl ResultState {
    /// The word of each state.
    pub const ALL: &'static [&'static str] = &[
        "paid",
        "waiting_for_payment",
        "under_way",
        "asked",
        "waiting_for_validation",
        "done",
        "declined",
        "cancelled",
        "refused",
        "refused_paid",
    ];
}

shopper_pages! {
    CheckoutPage: "checkout.html" at "checkout/";
}

impl Page for ResultPage {
    const TEMPLATE: &'static str = "result.html";
    fn path(&self) -> String {
        format!("checkout/result/{}/", self.order)
    }
}
