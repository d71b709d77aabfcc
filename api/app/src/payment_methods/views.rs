//! What stored payment methods look like.

use crate::bank::account::BankAccountCreate;
use crate::bank::views::MandateSign;
use crate::payments::views::{CardCreate, RedirectField, redirect_fields};
use chrono::NaiveDate;
use comptoir_db::payment_method_setups::PaymentMethodSetupRow;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_domain::payment_methods::{MethodKind, SetupState};
use comptoir_domain::{ClientId, Country, Instant, PaymentMethodId, PaymentMethodSetupId};

/// A stored payment method.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentMethodView {
    /// The method.
    pub id: PaymentMethodId,
    /// Whose.
    pub client_id: ClientId,
    /// At which gateway.
    pub gateway: String,
    /// What may be shown of it: `visa •••• 4242`. Two cards may be shown alike.
    pub label: String,
    /// What it is.
    pub kind: MethodKind,
    /// The brand of a card in its gateway's word, in small letters, if it is known: `visa`.
    pub brand: Option<String>,
    /// The last four digits of a card or characters of an account, if they are known.
    pub last_four: Option<String>,
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
    /// Where the gateway's page, or the bank's, sends the client afterwards. Alone it asks for a stay at the gateway's page; without
    /// it a card whose bank wants to see the client is declined.
    #[schema(max_length = 2000)]
    pub return_to: Option<String>,
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

/// A payment method that its client has to agree to, at a page of his bank or of the gateway, before it is stored.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PaymentMethodSetupView {
    /// Names it, here and at the gateway.
    pub id: PaymentMethodSetupId,
    /// Whose.
    pub client_id: ClientId,
    /// At which gateway.
    pub gateway: String,
    /// Where it stands. When the client comes back, `…/confirm` asks the gateway.
    pub state: SetupState,
    /// While it is open: where to send the client's browser.
    pub redirect_to: Option<String>,
    /// What it has to post there; nothing for a plain redirect.
    pub redirect_fields: Vec<RedirectField>,
    /// Why there is no method, if there is none.
    pub message: String,
    /// The method, once it is stored.
    pub payment_method_id: Option<PaymentMethodId>,
    /// Since when.
    pub created_at: Instant,
}

impl From<PaymentMethodSetupRow> for PaymentMethodSetupView {
    fn from(row: PaymentMethodSetupRow) -> Self {
        let is_open = row.state == SetupState::Open;
        Self {
            id: row.id,
            client_id: row.client_id,
            gateway: row.gateway,
            state: row.state,
            redirect_to: is_open.then_some(row.redirect_to),
            redirect_fields: if is_open { redirect_fields(row.redirect_fields.0) } else { Vec::new() },
            message: row.message,
            payment_method_id: row.payment_method_id,
            created_at: row.created_at,
        }
    }
}

impl From<PaymentMethodRow> for PaymentMethodView {
    fn from(row: PaymentMethodRow) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            gateway: row.gateway,
            label: row.label,
            kind: row.kind,
            brand: row.brand,
            last_four: row.last_four,
            card_country: row.card_country,
            expires_on: row.expires_on,
            retired: row.retired_at.is_some(),
            is_default: row.is_default,
            created_at: row.created_at,
            version: row.version,
        }
    }
}
