//! What stored payment methods look like.

use crate::bank::account::BankAccountCreate;
use crate::bank::views::MandateSign;
use crate::payments::views::CardCreate;
use chrono::NaiveDate;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_domain::{ClientId, Country, Instant, PaymentMethodId};

/// A stored payment method.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentMethodView {
    /// The method.
    pub id: PaymentMethodId,
    /// Whose.
    pub client_id: ClientId,
    /// At which gateway.
    pub gateway: String,
    /// What may be shown of it: `visa •••• 4242`.
    pub label: String,
    /// Where the bank of the card is, if the gateway has said so.
    pub card_country: Option<Country>,
    /// The first day on which it no longer works.
    pub expires_on: Option<NaiveDate>,
    /// Whether nothing can be charged to it because its gateway is gone, a payment with it is disputed, or its bank has said that
    /// it will never work: another one is needed.
    pub retired: bool,
    /// Whether what comes due is charged to it.
    pub is_default: bool,
    /// Since when.
    pub created_at: Instant,
    /// For `If-Match`.
    pub version: i64,
}

/// A card or a bank account that is to be kept.
#[derive(Clone, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"gateway": "fake", "card": {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Alice Martin"}}))]
pub struct MethodCreate {
    /// At which gateway.
    #[schema(max_length = 40)]
    pub gateway: String,
    /// The card. It is passed on and never stored.
    pub card: Option<CardCreate>,
    /// Instead of a card: what the gateway's own fields in a page have made of one.
    #[schema(max_length = 200)]
    pub token: Option<String>,
    /// Instead of a card, for a gateway that debits accounts: the account. It is stored sealed.
    pub account: Option<BankAccountCreate>,
    /// With an account that is debited under a mandate: its signature.
    pub mandate: Option<MandateSign>,
}

/// Nothing of card, token or account.
impl std::fmt::Debug for MethodCreate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("MethodCreate").field("gateway", &self.gateway).finish_non_exhaustive()
    }
}

/// A card or a bank account of a client that is to be kept.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s", "method": {"gateway": "fake",
    "card": {"number": "4242424242424242", "expiry_month": 12, "expiry_year": 2030, "code": "123", "holder": "Alice Martin"}}}))]
pub struct PaymentMethodCreate {
    /// Whose.
    pub client_id: ClientId,
    /// What is kept, and at which gateway.
    pub method: MethodCreate,
}

list_of!(PaymentMethodList, PaymentMethodView);

impl From<PaymentMethodRow> for PaymentMethodView {
    fn from(row: PaymentMethodRow) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            gateway: row.gateway,
            label: row.label,
            card_country: row.card_country,
            expires_on: row.expires_on,
            retired: row.retired_at.is_some(),
            is_default: row.is_default,
            created_at: row.created_at,
            version: row.version,
        }
    }
}
