//! What stored payment methods look like.

use chrono::NaiveDate;
use comptoir_db::payment_methods::PaymentMethodRow;
use comptoir_domain::{ClientId, Instant, PaymentMethodId};

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
    /// The first day on which it no longer works.
    pub expires_on: Option<NaiveDate>,
    /// Whether what comes due is charged to it.
    pub is_default: bool,
    /// Since when.
    pub created_at: Instant,
    /// For `If-Match`.
    pub version: i64,
}

list_of!(PaymentMethodList, PaymentMethodView);

impl From<PaymentMethodRow> for PaymentMethodView {
    fn from(row: PaymentMethodRow) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            gateway: row.gateway,
            label: row.label,
            expires_on: row.expires_on,
            is_default: row.is_default,
            created_at: row.created_at,
            version: row.version,
        }
    }
}
