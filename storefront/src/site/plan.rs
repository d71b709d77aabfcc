//! Plans and add-ons as a store shows them.

pub use comptoir_domain::schedule::Cycle;

use super::StoreText;
use comptoir_domain::usage::Resource;
use comptoir_domain::{AddOnGroupId, AddOnId, Money, PlanId, UnitPrice};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A plan with its prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StorePlan {
    /// The plan.
    pub id: PlanId,
    /// Last part of the address of its page.
    pub slug: String,
    /// What it is called.
    pub name: StoreText,
    /// One sentence for whom it is.
    pub summary: StoreText,
    /// Longer plain text; an empty line starts a paragraph.
    #[serde(default)]
    pub description: StoreText,
    /// What is in it, the most telling first.
    #[serde(default)]
    pub features: Vec<StoreFeature>,
    /// Prices, the one to be preselected first.
    pub prices: Vec<StorePrice>,
    /// What add-ons cost that are bought with it, where discounts and automatic coupons of the plan lower their prices.
    #[serde(default)]
    pub add_on_offers: Vec<StoreAddOnOffer>,
    /// What use above its limits costs, by resource.
    #[serde(default)]
    pub overuse: Vec<StoreOverusePrice>,
    /// Questions asked on its page, in this order.
    #[serde(default)]
    pub add_on_groups: Vec<AddOnGroupId>,
    /// So many days are free at the beginning; what is due is due after them (CAT-07).
    #[serde(default)]
    pub trial_days: u32,
    /// Whether a domain name has to be chosen for it.
    #[serde(default)]
    pub needs_domain: bool,
    /// Whether the home page recommends it.
    #[serde(default)]
    pub recommended: bool,
}

/// A line of a plan's description: `Disk space` – `10 GB`, or only a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreFeature {
    /// What.
    pub label: StoreText,
    /// How much.
    #[serde(default)]
    pub value: StoreText,
}

/// What use above a limit of the plan costs (CAT-06), in the currency of the store and with taxes or without, as its prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreOverusePrice {
    /// What is used.
    pub resource: Resource,
    /// How many bytes one unit has; a unit that is begun is charged.
    pub unit_size: u64,
    /// The unit in words: `1 GB`.
    pub unit: StoreText,
    /// What one unit costs.
    pub unit_price: UnitPrice,
}

/// What one billing cycle costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StorePrice {
    /// How long a period is.
    pub cycle: Cycle,
    /// Each period.
    pub recurring: Money,
    /// Once, with the first period.
    #[serde(default)]
    pub set_up: Option<Money>,
    /// The price with discounts and an automatic coupon applied (PRO-01, PRO-02), and with what everyone new is guaranteed
    /// (PRO-03). Add-ons have none of their own: it depends on the plan.
    #[serde(default)]
    pub offer: Option<StoreOffer>,
}

/// A price that discounts, an automatic coupon or a guarantee for everyone new lower.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreOffer {
    /// Each period while it lasts.
    pub recurring: Money,
    /// Once, with the first period, in place of the plain price's; absent: nothing.
    #[serde(default)]
    pub set_up: Option<Money>,
    /// How many periods it lasts; absent: for good.
    #[serde(default)]
    pub cycles: Option<u32>,
    /// What the periods after these cost, one spell after the other, where that is not the plain price yet. After the last of
    /// them the plain price holds, unless it lasts for good.
    #[serde(default)]
    pub later: Vec<StoreSpell>,
    /// What the shopper is told: `Launch offer`; nothing where no offer has a name.
    pub label: StoreText,
}

/// A price that holds for some periods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreSpell {
    /// Each period.
    pub recurring: Money,
    /// How many periods; absent: for good.
    #[serde(default)]
    pub cycles: Option<u32>,
}

/// A price of an add-on that something lowers when it is bought with the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreAddOnOffer {
    /// The add-on.
    pub add_on_id: AddOnId,
    /// The cycle of the plan and the add-on.
    pub cycle: Cycle,
    /// The lower price.
    pub offer: StoreOffer,
}

/// A question that add-ons answer (CAT-04).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreAddOnGroup {
    /// The group.
    pub id: AddOnGroupId,
    /// What the shopper is asked.
    pub question: StoreText,
    /// The answers.
    pub items: Vec<StoreAddOn>,
}

/// An add-on, at most once per subscription (CAT-03).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreAddOn {
    /// The add-on.
    pub id: AddOnId,
    /// What it is called.
    pub name: StoreText,
    /// One sentence.
    #[serde(default)]
    pub summary: StoreText,
    /// Prices; an add-on can be had for the cycles it has a price for (CAT-05).
    pub prices: Vec<StorePrice>,
}
