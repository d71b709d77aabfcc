//! What orders look like.

use crate::clients::views::ClientCreate;
use crate::quotes::compute::Quoted;
use crate::quotes::views::{DocumentTaxView, DocumentTotalsView, QuoteContractView, QuoteLineView, QuoteTrialView};
use crate::sessions::views::TokensView;
use comptoir_db::orders::OrderRow;
use comptoir_domain::gateways::GatewayCode;
use comptoir_domain::orders::{Cart, CartDomain, CartItem, OrderState};
use comptoir_domain::quotes::PriceBasis;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::taxes::TaxReason;
use comptoir_domain::{
    AddOnId, ClientId, CouponId, Instant, InvoiceId, Money, OrderId, PaymentMethodId, PlanId, StoreId, SubscriptionId,
};

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
    /// Its invoice: a draft until the payment is approved; where the seller waits for a transfer it is issued at once, or when the
    /// fraud check lets the order go on. None if nothing is due yet.
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

    /// The same for the client.
    #[must_use]
    pub fn told(self) -> Self {
        Self { state: self.state.told(), ..self }
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
    pub gateway: GatewayCode,
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
    pub gateway: GatewayCode,
    /// Whether the store's terms are accepted.
    pub accept_terms: bool,
}

/// An order that an administrator takes for a client.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"client_id": "cli_000g40o40k30e209185go38e1s", "order": {"store_id": "sto_000g40o40k30e209185go38e1s", "gateway": "transfer", "cart": {"items": [
    {"plan_id": "pla_000g40o40k30e209185go38e1s", "cycle": "1-month", "domain": {"name": "example.com", "option": "use_own"}}]}}}))]
pub struct OrderCreate {
    /// Who buys.
    pub client_id: ClientId,
    /// What, and how.
    pub order: OrderTerms,
}

/// What is bought, and how.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderTerms {
    /// The store whose prices and currency hold; the default one if absent.
    pub store_id: Option<StoreId>,
    /// What is bought.
    pub cart: OrderCart,
    /// How it is to be paid: one of the store's gateways.
    pub gateway: GatewayCode,
    /// The stored method of the client that pays for the subscriptions, also later; the default one if absent. It is at that
    /// gateway.
    pub payment_method_id: Option<PaymentMethodId>,
    /// The first day that is charged; today if absent. At most a year from today.
    pub starts_on: Option<chrono::NaiveDate>,
}

/// What is bought.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderCart {
    /// One plan each, ten at most.
    #[schema(min_items = 1, max_items = 10)]
    pub items: Vec<OrderItem>,
    /// The code of a coupon.
    #[schema(max_length = 40)]
    pub coupon: Option<String>,
}

/// A plan that is bought.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderItem {
    /// The plan.
    pub plan_id: PlanId,
    /// How often it renews.
    #[schema(value_type = String, example = "1-month")]
    pub cycle: Cycle,
    /// Add-ons, each once.
    #[serde(default)]
    pub add_on_ids: Vec<AddOnId>,
    /// The name it is for: required for hosting and domains.
    pub domain: Option<CartDomain>,
    /// What the plan costs a cycle, in the store's currency, in place of the list price.
    pub price: Option<Money>,
    /// The same for add-ons, each once.
    #[serde(default)]
    pub add_on_prices: Vec<AddOnPrice>,
}

/// What one of an add-on costs a cycle if that was agreed.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddOnPrice {
    /// One of those that are bought.
    pub add_on_id: AddOnId,
    /// In the store's currency, in place of the list price.
    pub price: Money,
}

impl From<&OrderItem> for CartItem {
    fn from(item: &OrderItem) -> Self {
        Self {
            plan_id: item.plan_id,
            cycle: item.cycle,
            add_on_ids: item.add_on_ids.clone(),
            domain: item.domain.clone(),
            price: item.price,
            add_on_prices: item.add_on_prices.iter().map(|agreed| (agreed.add_on_id, agreed.price)).collect(),
        }
    }
}

impl From<&OrderTerms> for Cart {
    fn from(terms: &OrderTerms) -> Self {
        Self {
            items: terms.cart.items.iter().map(CartItem::from).collect(),
            coupon: terms.cart.coupon.clone(),
            starts_on: terms.starts_on,
        }
    }
}

/// What an order would come to.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OrderPreviewView {
    /// Whether listed prices include taxes.
    pub prices: PriceBasis,
    /// The lines of the first invoice.
    pub lines: Vec<QuoteLineView>,
    /// Its taxes.
    pub taxes: Vec<DocumentTaxView>,
    /// Its sums: what is due with the order.
    pub totals: DocumentTotalsView,
    /// What is due when free days are over, the earliest first.
    pub trials: Vec<QuoteTrialView>,
    /// The coupon that is applied.
    pub coupon_id: Option<CouponId>,
    /// Why the client is taxed like that.
    pub tax_reason: TaxReason,
    /// The subscriptions that the order would make.
    pub contracts: Vec<QuoteContractView>,
}

impl From<&Quoted> for OrderPreviewView {
    fn from(quoted: &Quoted) -> Self {
        Self {
            prices: quoted.priced.prices,
            lines: quoted.priced.lines.iter().map(QuoteLineView::from).collect(),
            taxes: quoted.priced.taxes.iter().map(DocumentTaxView::from).collect(),
            totals: DocumentTotalsView::from(&quoted.priced.totals),
            trials: QuoteTrialView::all(quoted),
            coupon_id: quoted.coupon.as_ref().map(|coupon| coupon.id),
            tax_reason: quoted.tax_reason,
            contracts: QuoteContractView::all(quoted),
        }
    }
}
