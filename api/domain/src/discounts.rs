//! Discounts (PRO-01): a percentage of what a subscription costs, offered with some cycles of some plans to every order of
//! some days, in all stores, and kept for as many cycles as was promised. Only clients with a property may get one that
//! asks for it (CLI-10).
//!
//! Discounts do not add up: of several that fit, the highest wins; of equal ones the one that lasts longer, then the older.
//! What a coupon offers comes on top, and the client's group has the last word ([`crate::coupons::effective_percent`]).

use crate::client_properties::RequiredProperty;
use crate::named_values::NamedValue;
use crate::schedule::Cycle;
use crate::{Check, DiscountId, Percent, PlanId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use utoipa::ToSchema;

/// A cycle of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanCycle {
    /// The plan.
    pub plan_id: PlanId,
    /// How often it renews.
    #[schema(value_type = String, example = "1-year")]
    pub cycle: Cycle,
}

/// A discount as its seller has set it up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discount {
    /// Its id.
    pub id: DiscountId,
    /// How much it takes off each line of a subscription.
    pub percent: Percent,
    /// With which cycles of which plans it is offered.
    pub plans: Vec<PlanCycle>,
    /// The first day on which it is offered; always so far if absent.
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is offered; for ever if absent.
    pub valid_to: Option<NaiveDate>,
    /// For how many billing cycles it stays on the subscription, the first included; for ever if absent.
    pub cycles: Option<u32>,
    /// What a client has to have to get it; nothing if absent.
    pub property: Option<RequiredProperty>,
}

impl Discount {
    /// Whether an order of that day for that cycle of that plan gets it.
    fn fits(&self, wanted: PlanCycle, today: NaiveDate, properties: &[NamedValue]) -> bool {
        let begun = self.valid_from.is_none_or(|first| first <= today);
        let lasts = self.valid_to.is_none_or(|last| today <= last);
        let has = self.property.as_ref().is_none_or(|property| property.holds(properties));
        begun && lasts && has && self.covers(wanted)
    }

    /// Whether it is for that cycle of that plan. A subscription that changes to another leaves it behind.
    pub fn covers(&self, wanted: PlanCycle) -> bool {
        self.plans.contains(&wanted)
    }

    /// Whether it is still on the subscription in its `cycle`-th billing cycle, counted from 1.
    pub fn lasts(&self, cycle: u32) -> bool {
        self.cycles.is_none_or(|most| cycle <= most)
    }

    /// For how many cycles more it stays once the first invoice is written.
    pub fn cycles_after_first(&self) -> Option<u32> {
        self.cycles.map(|cycles| cycles.saturating_sub(1))
    }

    /// Notes what is wrong with a discount someone has entered.
    pub fn check(&self, check: &mut Check) {
        check.ensure(self.percent.is_share(), "/percent", "out_of_range", "from 0 to 100");
        check.ensure(
            (1..=1000).contains(&self.plans.len()),
            "/plans",
            "out_of_range",
            "from 1 to 1000 cycles of plans",
        );
        for (index, plan) in self.plans.iter().enumerate() {
            let before = self.plans.iter().take(index).any(|other| other == plan);
            check.ensure(!before, &format!("/plans/{index}"), "duplicate", "each cycle of a plan once");
        }
        if let (Some(first), Some(last)) = (self.valid_from, self.valid_to) {
            check.ensure(first <= last, "/valid_to", "before_start", "not before valid_from");
        }
        check.ensure(self.cycles != Some(0), "/cycles", "out_of_range", "1 or more, or nothing for no limit");
        if let Some(property) = &self.property {
            property.check(check, "/property");
        }
    }
}

/// The discount that an order gets for a cycle of a plan.
pub fn best<'a>(
    discounts: &'a [Discount],
    wanted: PlanCycle,
    today: NaiveDate,
    properties: &[NamedValue],
) -> Option<&'a Discount> {
    let fitting = discounts.iter().filter(|discount| discount.fits(wanted, today, properties));
    let lasts = |discount: &Discount| discount.cycles.unwrap_or(u32::MAX);
    fitting.min_by_key(|discount| (Reverse(discount.percent), Reverse(lasts(discount)), discount.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::day;
    use proptest::prelude::*;

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn year(plan: u128) -> PlanCycle {
        PlanCycle { plan_id: id(plan), cycle: "1-year".parse().unwrap() }
    }

    /// So many per cent on a year of plan 1 in February 2028, for two cycles.
    fn discount(number: u128, percent: u32) -> Discount {
        Discount {
            id: id(number),
            percent: Percent::from(percent),
            plans: vec![year(1)],
            valid_from: Some(day("2028-02-01")),
            valid_to: Some(day("2028-02-29")),
            cycles: Some(2),
            property: None,
        }
    }

    /// Guide: particular cycles of plans, and days of validity; the first and the last day count.
    #[test]
    fn it_is_for_its_plans_cycles_and_days() {
        let offered = [discount(1, 20)];
        let on = |wanted, today| best(&offered, wanted, day(today), &[]).is_some();
        assert!(on(year(1), "2028-02-01") && on(year(1), "2028-02-29"));
        assert!(!on(year(1), "2028-01-31") && !on(year(1), "2028-03-01"));
        assert!(!on(year(2), "2028-02-10"));
        assert!(!on(PlanCycle { cycle: "1-month".parse().unwrap(), ..year(1) }, "2028-02-10"));
    }

    #[test]
    fn the_highest_wins_then_the_longest_then_the_oldest() {
        let endless = Discount { cycles: None, ..discount(3, 20) };
        let all = [discount(1, 10), discount(2, 20), endless, Discount { cycles: None, ..discount(4, 20) }];
        let won = |some: &[Discount]| best(some, year(1), day("2028-02-10"), &[]).map(|discount| discount.id);
        assert_eq!(won(&all), Some(id(3)));
        assert_eq!(won(&all[..2]), Some(id(2)));
        assert_eq!(won(&[]), None);
    }

    #[test]
    fn it_may_ask_for_a_property() {
        let property = RequiredProperty { name: "association".into(), value: "yes".into() };
        let offered = [Discount { property: Some(property), ..discount(1, 30) }, discount(2, 5)];
        let has = NamedValue { name: "association".into(), value: "yes".into(), is_active: true };
        let won = |properties: &[NamedValue]| best(&offered, year(1), day("2028-02-10"), properties).unwrap().id;
        assert_eq!((won(&[has]), won(&[])), (id(1), id(2)));
    }

    #[test]
    fn everything_wrong_is_named() {
        let mut check = Check::new();
        let wrong = Discount {
            percent: Percent::from(101),
            plans: vec![year(1), year(1)],
            valid_to: Some(day("2028-01-31")),
            cycles: Some(0),
            property: Some(RequiredProperty { name: String::new(), value: String::new() }),
            ..discount(1, 0)
        };
        wrong.check(&mut check);
        Discount { plans: vec![], ..discount(1, 0) }.check(&mut check);
        let places: Vec<_> = check.done().unwrap_err().fields.into_iter().map(|field| field.pointer).collect();
        assert_eq!(places, ["/percent", "/plans/1", "/valid_to", "/cycles", "/property/name", "/plans"]);
    }

    proptest! {
        /// Whatever is offered, nothing that fits takes more off than what is chosen, and the order in which discounts are
        /// read does not matter.
        #[test]
        fn nothing_better_is_passed_over(percents in prop::collection::vec((0_u32..=100, 1_u128..3), 0..8)) {
            let mut all: Vec<_> = percents.iter().zip(1..).map(|((percent, plan), number)| {
                Discount { plans: vec![year(*plan)], ..discount(number, *percent) }
            }).collect();
            let most = percents.iter().filter(|(_, plan)| *plan == 1).map(|(percent, _)| Percent::from(*percent)).max();
            let chosen = best(&all, year(1), day("2028-02-10"), &[]).cloned();
            prop_assert_eq!(chosen.as_ref().map(|discount| discount.percent), most);
            all.reverse();
            prop_assert_eq!(best(&all, year(1), day("2028-02-10"), &[]).cloned(), chosen);
        }
    }
}
