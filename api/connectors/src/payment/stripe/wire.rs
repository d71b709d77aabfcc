//! Stripe's shapes, as far as they are read. Unknown words are read as such: new ones come without notice.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is an id, unless it was asked to be expanded.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Expandable<T> {
    Id(String),
    Whole(Box<T>),
}

impl<T> Expandable<T> {
    pub(super) fn whole(&self) -> Option<&T> {
        match self {
            Expandable::Whole(whole) => Some(whole),
            Expandable::Id(_) => None,
        }
    }
}

/// Anything with an id.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
}

impl Expandable<Named> {
    pub(super) fn id(&self) -> &str {
        match self {
            Expandable::Id(id) => id,
            Expandable::Whole(whole) => &whole.id,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum IntentStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
    #[serde(other)]
    New,
}

/// A payment intent.
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    pub(super) status: IntentStatus,
    pub(super) amount: i64,
    pub(super) amount_received: Option<i64>,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) capture_method: String,
    #[serde(default)]
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) customer: Option<Expandable<Named>>,
    pub(super) payment_method: Option<Expandable<Method>>,
    pub(super) latest_charge: Option<Expandable<Charge>>,
    pub(super) last_payment_error: Option<Failure>,
    pub(super) next_action: Option<NextAction>,
    pub(super) setup_future_usage: Option<String>,
}

/// An intent to keep a method.
#[derive(Debug, Deserialize)]
pub(super) struct Setup {
    pub(super) id: String,
    pub(super) status: IntentStatus,
    pub(super) customer: Option<Expandable<Named>>,
    pub(super) payment_method: Option<Expandable<Method>>,
    pub(super) last_setup_error: Option<Failure>,
    pub(super) next_action: Option<NextAction>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NextAction {
    pub(super) redirect_to_url: Option<RedirectTo>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RedirectTo {
    pub(super) url: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Charge {
    #[serde(default)]
    pub(super) amount_refunded: i64,
}

/// A payment method.
#[derive(Debug, Deserialize)]
pub(super) struct Method {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) card: Option<Card>,
    pub(super) sepa_debit: Option<Account>,
    pub(super) customer: Option<Expandable<Named>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Card {
    pub(super) brand: String,
    pub(super) last4: String,
    pub(super) exp_month: u8,
    pub(super) exp_year: u16,
    pub(super) country: Option<String>,
    /// The same for each method that is made of one number.
    pub(super) fingerprint: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub(super) last4: String,
    pub(super) fingerprint: Option<String>,
}

/// An error, by itself or as the last one of an intent.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Failure {
    #[serde(default, rename = "type")]
    pub(super) kind: String,
    pub(super) code: Option<String>,
    pub(super) decline_code: Option<String>,
    pub(super) advice_code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) param: Option<String>,
    pub(super) payment_intent: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Refused {
    pub(super) error: Failure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum SessionStatus {
    Open,
    Complete,
    Expired,
    #[serde(other)]
    New,
}

/// A stay at the hosted page.
#[derive(Debug, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) status: SessionStatus,
    pub(super) url: Option<String>,
    pub(super) amount_total: Option<i64>,
    pub(super) currency: Option<String>,
    pub(super) client_reference_id: Option<String>,
    /// Whole where it was expanded.
    pub(super) payment_intent: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RefundStatus {
    Pending,
    RequiresAction,
    Succeeded,
    Failed,
    Canceled,
    #[serde(other)]
    New,
}

#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) status: RefundStatus,
    pub(super) amount: i64,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) metadata: BTreeMap<String, String>,
}

/// What a payer disputes.
#[derive(Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) status: String,
    #[serde(default)]
    pub(super) reason: String,
    pub(super) payment_intent: Option<Expandable<Named>>,
    pub(super) evidence_details: Option<EvidenceDetails>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EvidenceDetails {
    /// Seconds since 1970; none where nothing can be answered any more.
    pub(super) due_by: Option<i64>,
}

/// A page of a list, or of what a search has found.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    pub(super) data: Vec<Value>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// What a webhook brings.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) created: i64,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) data: EventData,
}

#[derive(Debug, Deserialize)]
pub(super) struct EventData {
    pub(super) object: EventObject,
}

/// An object is asked for anew, so its name and what it belongs to are enough.
#[derive(Debug, Deserialize)]
pub(super) struct EventObject {
    pub(super) id: Option<String>,
    pub(super) object: String,
    pub(super) payment_intent: Option<Expandable<Named>>,
}
