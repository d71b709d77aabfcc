//! Coupons and discounts: who may use a coupon, which lines it touches, and how percentages combine
//! (PRO-01 to PRO-05).
//!
//! How often a coupon was used is counted by the caller under a lock; here the count only decides.

mod group;
#[cfg(test)]
mod tests;

pub use group::{GroupDiscount, effective_percent};

use crate::{Check, Code, CouponId, Currency, PlanId, Problem, Rate, StoreId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

text_enum! {
    /// Where one use of a coupon stands.
    pub enum CouponUseState {
        /// An order that is not paid yet holds it.
        Reserved = "reserved",
        /// The order is paid.
        Used = "used",
        /// The order ended unpaid: the use is free again.
        Released = "released",
    }
}

/// The one spelling of a coupon code that is stored and compared: people type codes in any case.
pub fn normal_code(code: &str) -> String {
    code.trim().to_uppercase()
}

/// A coupon as its seller has set it up.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Coupon {
    /// Its id.
    pub id: CouponId,
    /// What the shopper enters; none for a coupon that applies by itself.
    pub code: Option<String>,
    /// How much it takes off: a percentage of each line, or one amount spread over the lines.
    pub value: Rate,
    /// The stores that take it; all if empty.
    pub stores: Vec<StoreId>,
    /// The plans it is for; all if empty.
    pub plans: Vec<PlanId>,
    /// The first day; always so far if absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it can be redeemed; for ever if absent.
    pub valid_to: Option<NaiveDate>,
    /// How often it can be used by all together; any number if absent.
    pub max_uses: Option<u32>,
    /// How often one client can use it; any number if absent.
    pub max_uses_per_client: Option<u32>,
    /// For how many billing cycles it stays on the subscription, the first included; for ever if absent.
    pub cycles: Option<u32>,
    /// Set-up is free with it.
    pub free_setup: bool,
}

/// What a refusal depends on.
#[derive(Clone, Copy, Debug)]
pub struct CouponFacts<'a> {
    /// Where the order is placed.
    pub store: StoreId,
    /// The plans in the cart.
    pub plans: &'a [PlanId],
    /// The seller's date.
    pub today: NaiveDate,
    /// Uses so far, reserved ones included.
    pub uses: u32,
    /// Uses of this client so far; 0 for a new one.
    pub uses_by_client: u32,
    /// The currency of the cart.
    pub currency: Currency,
}

/// Why the coupon cannot be redeemed here and now: `coupon_invalid` or `coupon_exhausted`, with the reason as a field
/// code at `/coupon`. None if it can.
pub fn refusal(coupon: &Coupon, facts: &CouponFacts<'_>) -> Option<Problem> {
    let early = coupon.valid_from.is_some_and(|first| facts.today < first);
    let late = coupon.valid_to.is_some_and(|last| last < facts.today);
    let elsewhere = !coupon.stores.is_empty() && !coupon.stores.contains(&facts.store);
    let unfit = !coupon.covers(None) && !facts.plans.iter().any(|plan| coupon.covers(Some(*plan)));
    let foreign = matches!(coupon.value, Rate::Fixed(amount) if amount.currency() != facts.currency);
    let used_up = coupon.max_uses.is_some_and(|most| facts.uses >= most);
    let client_done = coupon.max_uses_per_client.is_some_and(|most| facts.uses_by_client >= most);
    let reasons = [
        (early, Code::CouponInvalid, "not_yet_valid", "the coupon is not valid yet"),
        (late, Code::CouponInvalid, "expired", "the coupon has expired"),
        (elsewhere, Code::CouponInvalid, "wrong_store", "the coupon is not for this store"),
        (unfit, Code::CouponInvalid, "wrong_plan", "the coupon is not for the plans in the cart"),
        (foreign, Code::CouponInvalid, "mixed_currency", "the coupon is in another currency"),
        (used_up, Code::CouponExhausted, "used_up", "the coupon has been used as often as it can be"),
        (client_done, Code::CouponExhausted, "used_up_by_client", "you have used the coupon as often as you can"),
    ];
    let (_, code, reason, detail) = reasons.into_iter().find(|(applies, ..)| *applies)?;
    Some(Problem::new(code, detail).at("/coupon", reason, detail))
}

impl Coupon {
    /// Whether it is for lines of this plan; lines of no plan are covered only if it is for all.
    pub fn covers(&self, plan: Option<PlanId>) -> bool {
        self.plans.is_empty() || plan.is_some_and(|plan| self.plans.contains(&plan))
    }

    /// Whether it is still on the subscription in its `cycle`-th billing cycle, counted from 1.
    pub fn lasts(&self, cycle: u32) -> bool {
        self.cycles.is_none_or(|most| cycle <= most)
    }

    /// Notes what is wrong with a coupon someone has entered.
    pub fn check(&self, check: &mut Check) {
        check.optional_text("/code", self.code.as_deref(), 1..=40);
        match self.value {
            Rate::Percent(percent) => {
                check.ensure(percent.is_share(), "/value/percent", "out_of_range", "from 0 to 100");
            }
            Rate::Fixed(amount) => {
                check.ensure(!amount.is_negative(), "/value/fixed/amount", "negative", "nothing or more");
            }
        }
        if let (Some(first), Some(last)) = (self.valid_from, self.valid_to) {
            check.ensure(first <= last, "/valid_to", "before_start", "not before valid_from");
        }
        let limits = [
            ("/max_uses", self.max_uses),
            ("/max_uses_per_client", self.max_uses_per_client),
            ("/cycles", self.cycles),
        ];
        for (pointer, limit) in limits {
            check.ensure(limit != Some(0), pointer, "out_of_range", "1 or more, or nothing for no limit");
        }
    }
}
