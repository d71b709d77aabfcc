//! What discounts look like.

use crate::kernel::{Change, Nullable, Reply};
use chrono::NaiveDate;
use comptoir_db::Outcome;
use comptoir_db::discounts::DiscountRow;
use comptoir_domain::client_properties::RequiredProperty;
use comptoir_domain::discounts::PlanCycle;
use comptoir_domain::{Check, DiscountId, Instant, Percent};

/// A discount.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct DiscountView {
    /// The discount.
    pub id: DiscountId,
    /// What shoppers are told that it is.
    pub name: String,
    /// Whether it is offered at all.
    pub is_active: bool,
    /// How much it takes off each line of a subscription, in per cent.
    pub percent: Percent,
    /// With which cycles of which plans it is offered.
    pub plans: Vec<PlanCycle>,
    /// The first day on which it is offered; null for always so far.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is offered; null for ever.
    pub valid_to: Option<NaiveDate>,
    /// For how many billing cycles it stays on a subscription; null for ever.
    pub cycles: Option<u32>,
    /// What a client has to have to get it; null for everyone.
    pub property: Option<RequiredProperty>,
    /// Since when.
    pub created_at: Instant,
}

list_of!(DiscountList, DiscountView);

impl DiscountView {
    /// The view of a discount.
    pub fn new(row: &DiscountRow) -> Outcome<Self> {
        let discount = row.discount()?;
        Ok(Self {
            id: discount.id,
            name: row.name.clone(),
            is_active: row.is_active,
            percent: discount.percent,
            plans: discount.plans,
            valid_from: discount.valid_from,
            valid_to: discount.valid_to,
            cycles: discount.cycles,
            property: discount.property,
            created_at: row.created_at,
        })
    }
}

/// The answer that shows a discount.
pub fn reply(row: &DiscountRow) -> Outcome<Reply> {
    Ok(Reply::ok(&DiscountView::new(row)?).version(row.version))
}

/// A new discount.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "A fifth off", "percent": "20", "plans": [{"plan_id": "pla_000g40o40k30e209185go38e1s", "cycle": "1-month"}],
    "valid_from": "2026-01-01", "valid_to": "2026-12-31", "cycles": 2, "property": {"name": "association", "value": "yes"}}))]
pub struct DiscountCreate {
    /// What shoppers are told that it is.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// How much it takes off each line of a subscription, in per cent.
    pub percent: Percent,
    /// With which cycles of which plans it is offered.
    #[schema(min_items = 1, max_items = 1000)]
    pub plans: Vec<PlanCycle>,
    /// The first day on which it is offered; always so far if absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is offered; for ever if absent.
    pub valid_to: Option<NaiveDate>,
    /// For how many billing cycles it stays on a subscription, the first included; for ever if absent.
    #[schema(minimum = 1, maximum = 2_147_483_647_i64)]
    pub cycles: Option<i32>,
    /// What a client has to have to get it; everyone gets it if absent.
    pub property: Option<RequiredProperty>,
}

/// Changes of a discount: absent parts stay. What it takes off, where and for how long stays: make another one for that.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"is_active": false, "valid_to": null}))]
pub struct DiscountPatch {
    /// What shoppers are told that it is.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
    /// Whether it is offered at all.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub is_active: Change<bool>,
    /// The first day on which it is offered.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub valid_from: Nullable<NaiveDate>,
    /// The last day on which it is offered.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub valid_to: Nullable<NaiveDate>,
}

/// What holds for every discount.
pub fn check(row: &DiscountRow) -> Outcome<()> {
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=80);
    if row.cycles.is_some_and(|cycles| cycles < 0) {
        check.refuse("/cycles", "out_of_range", "1 or more, or nothing for no limit");
        return Ok(check.done()?);
    }
    row.discount()?.check(&mut check);
    Ok(check.done()?)
}
