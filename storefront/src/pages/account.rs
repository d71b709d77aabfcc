//! The account area: overview, subscriptions, profile.

use super::{AccountForm, Choice, Form, InvoiceRow, shopper_pages};
use crate::site::Cycle;
use chrono::NaiveDate;
use comptoir_domain::Money;
use serde::Serialize;

/// The words of SUB-02; each has a text.
pub const SUBSCRIPTION_STATUSES: &[&str] = &[
    "active",
    "pending",
    "cancelled",
    "suspended",
    "pending_renewal",
    "completed",
    "transferred",
    "failed",
    "fraudulent",
    "expired",
    "sent",
    "stopped",
    "started",
    "in_progress",
    "collections",
    "inactive",
    "user_input_required",
];

/// What matters today.
#[derive(Clone, Debug, Serialize)]
pub struct AccountPage {
    /// The client's name.
    pub client: String,
    /// Token of the sign-out form.
    pub csrf: String,
    /// What is to be paid, one amount per currency.
    pub open: Vec<Money>,
    /// What the client has in hand with us, one amount per currency.
    pub credit: Vec<Money>,
    /// Invoices whose payment waits for the client to confirm it at his bank.
    pub to_confirm: Vec<InvoiceRow>,
    /// Cards that can no longer be charged and have to be entered again.
    pub cards_to_enter: Vec<String>,
    /// The latest invoices.
    pub invoices: Vec<InvoiceRow>,
    /// The running subscriptions.
    pub subscriptions: Vec<SubscriptionRow>,
}

/// All subscriptions of a client.
#[derive(Clone, Debug, Serialize)]
pub struct SubscriptionsPage {
    /// The client's name.
    pub client: String,
    /// Token of the sign-out form.
    pub csrf: String,
    /// The subscriptions.
    pub subscriptions: Vec<SubscriptionRow>,
}

/// A subscription in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubscriptionRow {
    /// Names it in addresses.
    pub id: String,
    /// The plan.
    pub title: String,
    /// Its domain or another name.
    pub name: Option<String>,
    /// One of [`SUBSCRIPTION_STATUSES`].
    pub status: String,
    /// What a period costs.
    pub recurring: Money,
    /// How long a period is.
    pub cycle: Cycle,
    /// When it renews; absent if it does not.
    pub renews_on: Option<NaiveDate>,
    /// Where it is used: the control panel.
    pub panel_url: Option<String>,
}

/// What a client is charged with when he is not there. Sent to add one: `gateway`, `once` and the fields of [`super::PayPage`]; sent to
/// `…/remove`: `method`.
#[derive(Clone, Debug, Serialize)]
pub struct PaymentMethodsPage {
    /// The client's name.
    pub client: String,
    /// The methods, the oldest first.
    pub methods: Vec<PaymentMethodRow>,
    /// What is about to be debited from bank accounts.
    pub debits: Vec<DebitRow>,
    /// What can be added: a card, an account, or nothing where nothing is stored.
    pub ways: Vec<WayToPay>,
    /// Whether one was just added.
    pub saved: bool,
    /// Whether one was just refused at the page of its bank or gateway.
    pub refused: bool,
    /// Sent back in `once`: nothing is stored twice, however often the form is sent.
    pub once: String,
    /// What was refused.
    pub form: Form,
}

/// A card or a bank account that is kept.
#[derive(Clone, Debug, Serialize)]
pub struct PaymentMethodRow {
    /// Names it in forms.
    pub id: String,
    /// What may be shown of it: `visa •••• 4242`.
    pub label: String,
    /// Whether what comes due is charged to it.
    pub is_default: bool,
    /// The last day on which it works, if that is known.
    pub until: Option<NaiveDate>,
    /// Whether it can be charged today.
    pub works: bool,
    /// The mandate under which an account is debited.
    pub mandate: Option<MandateRow>,
}

/// A signed mandate.
#[derive(Clone, Debug, Serialize)]
pub struct MandateRow {
    /// What banks and payers know it by.
    pub reference: String,
    /// When it was signed.
    pub signed_on: NaiveDate,
    /// One of [`MANDATE_STATES`].
    pub state: String,
    /// What was signed.
    pub text: String,
}

/// The words for the states of a mandate; each has a text.
pub const MANDATE_STATES: &[&str] = &["active", "unregistered", "suspended", "lapsed", "ended"];

/// A debit that the bank has not answered yet.
#[derive(Clone, Debug, Serialize)]
pub struct DebitRow {
    /// From which account.
    pub label: String,
    /// The day.
    pub on: NaiveDate,
    /// How much.
    pub amount: Money,
}

/// A gateway that keeps cards or what clients agree to at its page, or debits accounts.
#[derive(Clone, Debug, Serialize)]
pub struct WayToPay {
    /// Its code.
    pub gateway: String,
    /// With the form for an account; else there is one for a card.
    pub account: Option<AccountForm>,
    /// Its name, if there is no form at all because the client goes to its page.
    pub page_of: Option<String>,
}

/// Address and sign-in of a client. Fields as at checkout, and `current_password`, `password`.
#[derive(Clone, Debug, Serialize)]
pub struct ProfilePage {
    /// The client's name.
    pub client: String,
    /// Countries by code.
    pub countries: Vec<Choice>,
    /// Whether taxes ask for the county.
    pub county_asked: bool,
    /// The people of the client: name and address.
    pub contacts: Vec<ContactRow>,
    /// Whether something was just saved.
    pub saved: bool,
    /// The present values, or what was refused.
    pub form: Form,
}

/// A person of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContactRow {
    /// Who.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// What they are for: `Billing`.
    pub role: Option<String>,
}

shopper_pages! {
    AccountPage: "account.html" at "account/";
    SubscriptionsPage: "subscriptions.html" at "account/subscriptions/";
    PaymentMethodsPage: "payment-methods.html" at "account/payment-methods/";
    ProfilePage: "profile.html" at "account/profile/";
}
