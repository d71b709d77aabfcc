//! PayPal's shapes, as far as they are read. Unknown words are read as such: new ones come without notice.

use serde::Deserialize;

/// It is a secret, so it does not show.
#[derive(Deserialize)]
pub(super) struct AccessToken {
    pub(super) access_token: String,
    pub(super) expires_in: i64,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Amount {
    pub(super) currency_code: String,
    pub(super) value: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) rel: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum OrderStatus {
    Created,
    Saved,
    PayerActionRequired,
    Approved,
    Completed,
    Voided,
    #[serde(other)]
    New,
}

/// An order: what is paid for, and what became of it.
#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) status: OrderStatus,
    #[serde(default)]
    pub(super) intent: String,
    #[serde(default)]
    pub(super) purchase_units: Vec<Unit>,
    pub(super) payment_source: Option<Source>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unit {
    pub(super) custom_id: Option<String>,
    pub(super) amount: Option<Amount>,
    #[serde(default)]
    pub(super) payments: Payments,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Payments {
    #[serde(default)]
    pub(super) captures: Vec<Step>,
    #[serde(default)]
    pub(super) authorizations: Vec<Step>,
    #[serde(default)]
    pub(super) refunds: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum StepStatus {
    Created,
    Completed,
    Pending,
    Declined,
    Denied,
    Failed,
    Cancelled,
    Captured,
    PartiallyCaptured,
    PartiallyRefunded,
    Refunded,
    Voided,
    Expired,
    #[serde(other)]
    New,
}

/// A capture, an authorisation or a refund.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) status: StepStatus,
    pub(super) amount: Option<Amount>,
    pub(super) status_details: Option<Reason>,
    pub(super) processor_response: Option<Processor>,
    pub(super) invoice_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    pub(super) reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Processor {
    pub(super) response_code: Option<String>,
}

/// With what was paid.
#[derive(Debug, Deserialize)]
pub(super) struct Source {
    pub(super) paypal: Option<Wallet>,
    pub(super) card: Option<Card>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Wallet {
    pub(super) email_address: Option<String>,
    pub(super) attributes: Option<Attributes>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Card {
    pub(super) brand: Option<String>,
    pub(super) last_digits: Option<String>,
    /// `2030-12`.
    pub(super) expiry: Option<String>,
    pub(super) attributes: Option<Attributes>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Attributes {
    pub(super) vault: Option<Vaulted>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Vaulted {
    /// Missing while the method is only `APPROVED`.
    pub(super) id: Option<String>,
}

/// What a client is to agree to before a method is kept.
#[derive(Debug, Deserialize)]
pub(super) struct SetupToken {
    pub(super) id: String,
    pub(super) status: SetupStatus,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum SetupStatus {
    Created,
    PayerActionRequired,
    /// Agreed to, or kept already.
    #[serde(other)]
    Agreed,
}

/// A kept method.
#[derive(Debug, Deserialize)]
pub(super) struct VaultToken {
    pub(super) id: String,
    pub(super) payment_source: Source,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Failure {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) message: String,
    pub(super) debug_id: Option<String>,
    #[serde(default)]
    pub(super) details: Vec<Detail>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Detail {
    #[serde(default)]
    pub(super) issue: String,
    #[serde(default)]
    pub(super) description: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Verified {
    pub(super) verification_status: String,
}

/// What a webhook brings.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) event_type: String,
    pub(super) create_time: String,
    pub(super) resource: Resource,
}

/// What it is about: an order, or something that belongs to one.
#[derive(Debug, Deserialize)]
pub(super) struct Resource {
    pub(super) id: Option<String>,
    /// Of a dispute, which has no other id.
    pub(super) dispute_id: Option<String>,
    pub(super) supplementary_data: Option<Supplementary>,
    /// Of a kept method.
    pub(super) metadata: Option<OrderId>,
    #[serde(default)]
    pub(super) links: Vec<Link>,
}

/// What a payer disputes.
#[derive(Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) dispute_id: String,
    #[serde(default)]
    pub(super) disputed_transactions: Vec<Disputed>,
    #[serde(default)]
    pub(super) reason: String,
    #[serde(default)]
    pub(super) status: String,
    pub(super) dispute_amount: Amount,
    pub(super) dispute_outcome: Option<DisputeOutcome>,
    pub(super) seller_response_due_date: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Disputed {
    /// The capture.
    pub(super) seller_transaction_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DisputeOutcome {
    #[serde(default)]
    pub(super) outcome_code: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Supplementary {
    pub(super) related_ids: Option<OrderId>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OrderId {
    pub(super) order_id: Option<String>,
}
