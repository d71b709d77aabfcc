//! Which add-ons a plan offers.

use crate::plans::{PlanType, Price};
use crate::problem::{Code, Problem, Result};
use crate::{AddOnGroupId, AddOnId, Check, Currency, StoreId};
use std::collections::BTreeSet;

/// A group with those of its add-ons that a plan offers (CAT-04). Every add-on belongs to one group.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferedGroup {
    pub group: AddOnGroupId,
    pub add_ons: Vec<AddOnId>,
}

/// Notes faults at `{pointer}/{index}/group` and `{pointer}/{index}/add_ons/{index}`: a group or an add-on twice, an
/// add-on that does not exist or stands in another group.
pub fn check_offers(
    check: &mut Check,
    pointer: &str,
    offers: &[OfferedGroup],
    group_of: impl Fn(AddOnId) -> Option<AddOnGroupId>,
) {
    let mut groups = BTreeSet::new();
    let mut add_ons = BTreeSet::new();
    for (index, offer) in offers.iter().enumerate() {
        let place = format!("{pointer}/{index}/group");
        check.ensure(groups.insert(offer.group), &place, "duplicate", "each group is named once");
        for (item, &add_on) in offer.add_ons.iter().enumerate() {
            let place = format!("{pointer}/{index}/add_ons/{item}");
            check.ensure(add_ons.insert(add_on), &place, "duplicate", "each add-on is named once");
            let member = group_of(add_on) == Some(offer.group);
            check.ensure(member, &place, "not_in_group", "there is no such add-on in this group");
        }
    }
}

type Pairs<C> = BTreeSet<(C, Currency)>;

fn pairs<C: Ord + Clone>(prices: &[Price<C>]) -> Pairs<C> {
    prices.iter().map(|price| (price.cycle.clone(), price.currency)).collect()
}

/// Notes at `pointer` an add-on that nobody could buy with the plan, since no cycle and currency is common (CAT-05).
pub fn check_common_price<C: Ord + Clone>(check: &mut Check, pointer: &str, plan: &[Price<C>], add_on: &[Price<C>]) {
    let common = !pairs(plan).is_disjoint(&pairs(add_on));
    check.ensure(common, pointer, "no_common_price", "the plan and the add-on share no cycle and currency");
}

/// Only a certificate plan can become an add-on (CAT-10).
pub fn as_certificate_add_on(plan: PlanType) -> Result<()> {
    match plan {
        PlanType::Certificate => Ok(()),
        _ => Err(Problem::new(Code::Conflict, "only a certificate plan can be converted into an add-on")),
    }
}

/// Notes at `pointer` a certificate add-on that is not sold in every store, cycle and currency of its plan: it is
/// bought in the same step and installed by itself, so it may be missing nowhere (CAT-10).
pub fn check_certificate_offer<C: Ord + Clone + std::fmt::Display>(
    check: &mut Check,
    pointer: &str,
    plan: (&[StoreId], &[Price<C>]),
    add_on: (&[StoreId], &[Price<C>]),
) {
    let everywhere = plan.0.iter().all(|store| add_on.0.contains(store));
    check.ensure(everywhere, pointer, "missing_in_store", "the add-on must be in every store of the plan");
    let missing: Vec<_> =
        pairs(plan.1).difference(&pairs(add_on.1)).map(|(cycle, currency)| format!("{cycle} in {currency}")).collect();
    if !missing.is_empty() {
        check.refuse(pointer, "missing_price", format!("the add-on has no price for {}", missing.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::plans::price_tests::of;

    fn id<T: Id>(number: u128) -> T {
        T::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn faults(check: Check) -> Vec<(String, &'static str)> {
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn groups_and_add_ons_are_named_once_and_belong_together() {
        // add-on n stands in group n / 10
        let group_of = |add_on: AddOnId| Some(id(add_on.uuid().as_u128() / 10)).filter(|_| add_on != id(29));
        let offer = |group: u128, add_ons: &[u128]| OfferedGroup {
            group: id(group),
            add_ons: add_ons.iter().map(|number| id(*number)).collect(),
        };
        let mut check = Check::new();
        check_offers(&mut check, "/add_on_groups", &[offer(1, &[10, 11]), offer(2, &[20])], group_of);
        assert_eq!(faults(check), []);
        let mut check = Check::new();
        let wrong = [offer(1, &[10, 20]), offer(2, &[29]), offer(1, &[10])];
        check_offers(&mut check, "/add_on_groups", &wrong, group_of);
        let want = [
            ("/add_on_groups/0/add_ons/1", "not_in_group"),
            ("/add_on_groups/1/add_ons/0", "not_in_group"),
            ("/add_on_groups/2/group", "duplicate"),
            ("/add_on_groups/2/add_ons/0", "duplicate"),
        ];
        assert_eq!(faults(check), want.map(|(pointer, code)| (pointer.to_string(), code)));
    }

    #[test]
    fn plan_and_add_on_share_a_cycle_and_currency() {
        let plan = [of("1 month", "EUR", 500), of("1 year", "USD", 5000)];
        for (add_on, shared) in
            [(of("1 month", "EUR", 0), true), (of("1 month", "USD", 0), false), (of("1 year", "EUR", 0), false)]
        {
            let mut check = Check::new();
            check_common_price(&mut check, "/add_on", &plan, &[add_on]);
            assert_eq!(check.done().is_ok(), shared);
        }
    }

    #[test]
    fn a_certificate_add_on_is_sold_wherever_its_plan_is() {
        assert!(
            as_certificate_add_on(PlanType::Certificate).is_ok() && as_certificate_add_on(PlanType::Domain).is_err()
        );
        let stores: [StoreId; 2] = [id(1), id(2)];
        let plan = [of("1 month", "EUR", 500), of("1 year", "EUR", 5000)];
        let mut check = Check::new();
        check_certificate_offer(&mut check, "", (&stores, &plan), (&stores, &plan));
        assert_eq!(faults(check), []);
        let mut check = Check::new();
        check_certificate_offer(&mut check, "", (&stores, &plan), (&stores[..1], &plan[..1]));
        assert_eq!(faults(check), [(String::new(), "missing_in_store"), (String::new(), "missing_price")]);
    }
}
