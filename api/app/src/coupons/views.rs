//! What coupons look like.

use crate::kernel::{Change, Nullable, Reply};
use chrono::NaiveDate;
use comptoir_db::Outcome;
use comptoir_db::coupons::CouponRow;
use comptoir_domain::{Check, CouponId, Instant, PlanId, Problem, Rate, StoreId};

/// A coupon.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct CouponView {
    /// The coupon.
    pub id: CouponId,
    /// Its name, for the seller.
    pub name: String,
    /// What the shopper enters; null for a coupon that applies by itself.
    pub code: Option<String>,
    /// Whether it can be redeemed at all.
    pub is_active: bool,
    /// A percentage of each line, or one amount spread over the lines.
    pub value: Rate,
    /// Whether set-up is free with it.
    pub free_setup: bool,
    /// The stores that take it; all if empty.
    pub store_ids: Vec<StoreId>,
    /// The plans it is for; all if empty.
    pub plan_ids: Vec<PlanId>,
    /// The first day; null for always so far.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it can be redeemed; null for ever.
    pub valid_to: Option<NaiveDate>,
    /// How often all together can use it; null for any number.
    pub max_uses: Option<u32>,
    /// How often one client can use it; null for any number.
    pub max_uses_per_client: Option<u32>,
    /// For how many billing cycles it stays on a subscription; null for ever.
    pub cycles: Option<u32>,
    /// How often it is used, by orders that are not paid yet too.
    pub uses: u32,
    /// Since when.
    pub created_at: Instant,
}

list_of!(CouponList, CouponView);

impl CouponView {
    /// The view of a coupon.
    pub fn new(row: &CouponRow) -> Outcome<Self> {
        let coupon = row.coupon()?;
        Ok(Self {
            id: coupon.id,
            name: row.name.clone(),
            code: coupon.code,
            is_active: row.is_active,
            value: coupon.value,
            free_setup: coupon.free_setup,
            store_ids: coupon.stores,
            plan_ids: coupon.plans,
            valid_from: coupon.valid_from,
            valid_to: coupon.valid_to,
            max_uses: coupon.max_uses,
            max_uses_per_client: coupon.max_uses_per_client,
            cycles: coupon.cycles,
            uses: row.uses()?,
            created_at: row.created_at,
        })
    }
}

/// The answer that shows a coupon.
pub fn reply(row: &CouponRow) -> Outcome<Reply> {
    Ok(Reply::ok(&CouponView::new(row)?).version(row.version))
}

/// A new coupon.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Spring", "code": "SPRING-26", "value": {"percent": "20"}, "free_setup": true,
    "store_ids": ["sto_000g40o40k30e209185go38e1s"], "valid_from": "2026-03-01", "valid_to": "2026-05-31",
    "max_uses": 100, "max_uses_per_client": 1, "cycles": 3}))]
pub struct CouponCreate {
    /// Its name, for the seller.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// What the shopper enters, in any case; absent for a coupon that applies by itself.
    #[schema(min_length = 1, max_length = 40)]
    pub code: Option<String>,
    /// A percentage of each line, or one amount spread over the lines.
    pub value: Rate,
    /// Whether set-up is free with it.
    #[serde(default)]
    pub free_setup: bool,
    /// The stores that take it; all if empty.
    #[serde(default)]
    pub store_ids: Vec<StoreId>,
    /// The plans it is for; all if empty.
    #[serde(default)]
    pub plan_ids: Vec<PlanId>,
    /// The first day; always so far if absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it can be redeemed; for ever if absent.
    pub valid_to: Option<NaiveDate>,
    /// How often all together can use it; any number if absent.
    #[schema(minimum = 1, maximum = 2_147_483_647_i64)]
    pub max_uses: Option<i32>,
    /// How often one client can use it; any number if absent.
    #[schema(minimum = 1, maximum = 2_147_483_647_i64)]
    pub max_uses_per_client: Option<i32>,
    /// For how many billing cycles it stays on a subscription, the first included; for ever if absent.
    #[schema(minimum = 1, maximum = 2_147_483_647_i64)]
    pub cycles: Option<i32>,
}

/// Changes of a coupon: absent parts stay. What it takes off, and where, stays: make another coupon for that.
#[derive(Clone, Debug, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"is_active": false, "max_uses": 200, "valid_to": null}))]
pub struct CouponPatch {
    /// Its name, for the seller.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    pub name: Change<String>,
    /// Whether it can be redeemed at all.
    #[serde(default)]
    #[schema(value_type = bool, required = false)]
    pub is_active: Change<bool>,
    /// The first day.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub valid_from: Nullable<NaiveDate>,
    /// The last day on which it can be redeemed.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, required = false)]
    pub valid_to: Nullable<NaiveDate>,
    /// How often all together can use it; not less than it is used already.
    #[serde(default)]
    #[schema(value_type = Option<i32>, required = false, minimum = 1)]
    pub max_uses: Nullable<i32>,
    /// How often one client can use it.
    #[serde(default)]
    #[schema(value_type = Option<i32>, required = false, minimum = 1)]
    pub max_uses_per_client: Nullable<i32>,
}

/// What holds for every coupon.
pub fn check(row: &CouponRow) -> Outcome<()> {
    positive(row)?;
    let mut check = Check::new();
    check.text("/name", &row.name, 1..=80);
    row.coupon()?.check(&mut check);
    if let Some(most) = row.max_uses {
        check.ensure(row.uses <= most, "/max_uses", "below_uses", "it is used more often already");
    }
    Ok(check.done()?)
}

/// Limits below nothing are not limits at all; zero is refused by the rule itself.
fn positive(row: &CouponRow) -> Result<(), Problem> {
    let mut check = Check::new();
    let limits =
        [("/max_uses", row.max_uses), ("/max_uses_per_client", row.max_uses_per_client), ("/cycles", row.cycles)];
    for (pointer, limit) in limits {
        check.ensure(
            limit.is_none_or(|limit| limit >= 0),
            pointer,
            "out_of_range",
            "1 or more, or nothing for no limit",
        );
    }
    check.done()
}
