//! What orders look like.

use crate::clients::views::ClientCreate;
use crate::sessions::views::TokensView;
use comptoir_db::orders::OrderRow;
use comptoir_domain::orders::OrderState;
use comptoir_domain::stores::StoreGateway;
use comptoir_domain::{ClientId, Instant, InvoiceId, Money, OrderId, StoreId, SubscriptionId};

/// An order.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OrderView {
    /// The order.
    pub id: OrderId,
    /// The number that people use.
    pub number: i64,
    /// Where it was placed.
    pub store_id: StoreId,
    /// Whose.
    pub client_id: ClientId,
    /// Where it stands.
    pub state: OrderState,
    /// What is to be paid.
    pub gross: Money,
    /// How it is paid.
    pub gateway: String,
    /// Its invoice: a draft until the payment is approved, or issued at once where the seller waits for a transfer.
    pub invoice_id: Option<InvoiceId>,
    /// The subscriptions it makes.
    pub subscription_ids: Vec<SubscriptionId>,
    /// When it is given up, if it is not paid.
    pub expires_at: Instant,
    /// Since when.
    pub created_at: Instant,
}

list_of!(OrderList, OrderView);

impl OrderView {
    /// The view of an order with its invoice and subscriptions.
    pub fn new(row: &OrderRow, invoice_id: Option<InvoiceId>, subscription_ids: Vec<SubscriptionId>) -> Self {
        Self {
            id: row.id,
            number: row.number,
            store_id: row.store_id,
            client_id: row.client_id,
            state: row.state,
            gross: Money::from_minor(row.gross_minor, row.currency),
            gateway: row.gateway.clone(),
            invoice_id,
            subscription_ids,
            expires_at: row.expires_at,
            created_at: row.created_at,
        }
    }
}

/// An order of someone new, who is signed in by it.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PlacedOrderView {
    /// The order.
    pub order: OrderView,
    /// Tokens of the new client, for paying and for the account area; null when the request is repeated.
    pub tokens: Option<TokensView>,
}

/// An order of someone new.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quote_token": "eyJ…", "gateway": "transfer", "accept_terms": true,
    "client": {"kind": "person", "address": {"line1": "3 place du Marché", "city": "Dijon", "postal_code": "21000", "country": "FR"},
        "contact": {"first_name": "Alice", "last_name": "Petit", "email": "alice.petit@petit.example", "password": "correct horse battery"}}}))]
pub struct ShopperOrder {
    /// The token of a quote for the address below.
    pub quote_token: String,
    /// How it is to be paid: one of the store's gateways.
    pub gateway: StoreGateway,
    /// Whether the store's terms are accepted.
    pub accept_terms: bool,
    /// Who orders.
    pub client: ClientCreate,
}

/// An order of a client that is known.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quote_token": "eyJ…", "gateway": "transfer", "accept_terms": true}))]
pub struct ClientOrder {
    /// The token of a quote for the client's address.
    pub quote_token: String,
    /// How it is to be paid: one of the store's gateways.
    pub gateway: StoreGateway,
    /// Whether the store's terms are accepted.
    pub accept_terms: bool,
}
