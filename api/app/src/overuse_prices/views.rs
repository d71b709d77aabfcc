//! What prices for overuse look like.

use chrono::NaiveDate;
use comptoir_db::overuse_prices::OverusePriceRow;
use comptoir_domain::usage::Resource;
use comptoir_domain::{Currency, Instant, OverusePriceId, PlanId, UnitPrice};

/// What a unit above the limit costs, before taxes.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct OverusePriceView {
    /// The price.
    pub id: OverusePriceId,
    /// The plan.
    pub plan_id: PlanId,
    /// What is used.
    pub resource: Resource,
    /// The currency of the price.
    pub currency: Currency,
    /// How many bytes one unit has. A unit that is begun is charged.
    pub unit_size: i64,
    /// What one unit costs; nothing is charged if zero.
    pub unit_price: UnitPrice,
    /// The first day on which it is valid. A month is charged at the price that is valid on its first day.
    pub valid_from: NaiveDate,
    /// The first day on which it is no longer valid; null while nothing follows.
    pub valid_to: Option<NaiveDate>,
    /// Since when it is announced.
    pub created_at: Instant,
}

list_of!(OverusePriceList, OverusePriceView);

impl From<&OverusePriceRow> for OverusePriceView {
    fn from(row: &OverusePriceRow) -> Self {
        Self {
            id: row.id,
            plan_id: row.plan_id,
            resource: row.resource,
            currency: row.currency,
            unit_size: row.unit_size,
            unit_price: row.unit_price,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            created_at: row.created_at,
        }
    }
}

/// A new price for overuse, or a new version of one: from its first day on, the price of the same resource and currency is
/// over.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"resource": "traffic", "currency": "EUR", "unit_size": 1_000_000_000_u64, "unit_price": "0.12",
    "valid_from": "2031-01-01"}))]
pub struct OverusePriceCreate {
    /// What is used.
    pub resource: Resource,
    /// The currency of the price.
    pub currency: Currency,
    /// How many bytes one unit has.
    #[schema(minimum = 1, maximum = 9_007_199_254_740_991_u64)]
    pub unit_size: u64,
    /// What one unit costs; zero ends the charge.
    pub unit_price: UnitPrice,
    /// The first day on which it is valid, in the seller's zone: today or later; today if absent.
    pub valid_from: Option<NaiveDate>,
}
