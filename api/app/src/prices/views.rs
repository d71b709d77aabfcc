//! What prices look like.

use chrono::NaiveDate;
use comptoir_db::prices::PriceRow;
use comptoir_domain::plans::Price;
use comptoir_domain::schedule::Cycle;
use comptoir_domain::{AddOnId, Currency, Instant, Money, PlanId, PriceId};

/// What one cycle costs in one currency, before discounts and taxes.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PriceView {
    /// The price.
    pub id: PriceId,
    /// The plan that costs it.
    pub plan_id: Option<PlanId>,
    /// Or the add-on.
    pub add_on_id: Option<AddOnId>,
    /// The billing cycle.
    pub cycle: Cycle,
    /// The currency of its amounts.
    pub currency: Currency,
    /// For each cycle.
    pub recurring: Money,
    /// Once, when the subscription starts.
    pub setup: Money,
    /// Once, when a subscription comes up to this plan.
    pub upgrade: Money,
    /// Once, when a subscription comes down to this plan.
    pub downgrade: Money,
    /// The first day on which it is valid.
    pub valid_from: NaiveDate,
    /// The first day on which it is no longer valid; null while nothing follows
    /// and it is not taken off sale.
    pub valid_to: Option<NaiveDate>,
    /// Since when it is announced.
    pub created_at: Instant,
}

list_of!(PriceList, PriceView);

impl From<PriceRow> for PriceView {
    fn from(row: PriceRow) -> Self {
        let Price { cycle, currency, recurring, setup, upgrade, downgrade } = row.price();
        Self {
            id: row.id,
            plan_id: row.plan_id,
            add_on_id: row.add_on_id,
            cycle,
            currency,
            recurring,
            setup,
            upgrade,
            downgrade,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            created_at: row.created_at,
        }
    }
}

/// A new price, or a new version of one: from its first day on, the price of the same cycle and currency is over.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"cycle": "1-month", "currency": "EUR", "recurring": {"amount": "10.90", "currency": "EUR"},
    "setup": {"amount": "5.00", "currency": "EUR"}, "valid_from": "2031-01-01"}))]
pub struct PriceCreate {
    /// The billing cycle.
    pub cycle: Cycle,
    /// The currency of all its amounts.
    pub currency: Currency,
    /// For each cycle.
    pub recurring: Money,
    /// Once, when the subscription starts; nothing if absent.
    pub setup: Option<Money>,
    /// Once, when a subscription comes up to this plan; nothing if absent.
    pub upgrade: Option<Money>,
    /// Once, when a subscription comes down to this plan; nothing if absent.
    pub downgrade: Option<Money>,
    /// The first day on which it is valid, in the seller's zone: today or later; today if absent.
    pub valid_from: Option<NaiveDate>,
}

impl PriceCreate {
    /// The amounts, for the rules.
    pub fn price(&self) -> Price<Cycle> {
        let or_nothing = |amount: Option<Money>| amount.unwrap_or(Money::zero(self.currency));
        Price {
            cycle: self.cycle,
            currency: self.currency,
            recurring: self.recurring,
            setup: or_nothing(self.setup),
            upgrade: or_nothing(self.upgrade),
            downgrade: or_nothing(self.downgrade),
        }
    }
}
