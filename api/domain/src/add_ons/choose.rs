//! Which add-ons a subscription can take.

use crate::plans::Price;
use crate::{AddOnId, Check, Currency};
use std::fmt::Display;

/// The subscription that add-ons are chosen for.
#[derive(Clone, Debug)]
pub struct Terms<'a, C> {
    /// A custom subscription has none, and takes no add-ons (SUB-10).
    pub has_plan: bool,
    pub cycle: &'a C,
    pub currency: Currency,
    /// What the plan offers.
    pub offered: &'a [AddOnId],
    /// What the subscription has already.
    pub present: &'a [AddOnId],
}

/// Notes at `{pointer}/{index}` each add-on that cannot be taken: not offered, twice or there already (CAT-03), or
/// without a price for the cycle and currency of the subscription (CAT-05).
pub fn check_choice<'p, C: Ord + Display + 'p>(
    check: &mut Check,
    pointer: &str,
    chosen: &[AddOnId],
    terms: &Terms<'_, C>,
    prices_of: impl Fn(AddOnId) -> &'p [Price<C>],
) {
    if !terms.has_plan && !chosen.is_empty() {
        return check.refuse(pointer, "no_plan", "only a subscription with a plan takes add-ons");
    }
    for (index, &add_on) in chosen.iter().enumerate() {
        let place = format!("{pointer}/{index}");
        let earlier = chosen.iter().take(index).any(|other| *other == add_on);
        check.ensure(!earlier, &place, "duplicate", "each add-on is taken at most once");
        check.ensure(!terms.present.contains(&add_on), &place, "already_present", "the subscription has it already");
        if !terms.offered.contains(&add_on) {
            check.refuse(&place, "not_offered", "the plan does not offer this add-on");
        } else if let Err(problem) = crate::plans::price(prices_of(add_on), terms.cycle, terms.currency, &place) {
            problem.fields.into_iter().for_each(|field| check.refuse(&field.pointer, field.code, field.detail));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::plans::price_tests::of;

    fn faults(chosen: &[u128], has_plan: bool, currency: &str) -> Vec<(String, &'static str)> {
        let ids = |numbers: &[u128]| -> Vec<AddOnId> {
            numbers.iter().map(|number| AddOnId::from_uuid(uuid::Uuid::from_u128(*number))).collect()
        };
        let (offered, present) = (ids(&[1, 2, 3]), ids(&[3]));
        let currency = currency.parse().unwrap();
        let terms = Terms { has_plan, cycle: &"1 month", currency, offered: &offered, present: &present };
        let prices = [of("1 month", "EUR", 100), of("1 year", "USD", 100)];
        let mut check = Check::new();
        check_choice(&mut check, "/add_ons", &ids(chosen), &terms, |_| &prices);
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| (field.pointer, field.code)).collect()
    }

    #[test]
    fn each_offered_add_on_once() {
        assert_eq!(faults(&[1, 2], true, "EUR"), []);
        let want = [("/add_ons/1", "duplicate"), ("/add_ons/2", "already_present"), ("/add_ons/3", "not_offered")];
        assert_eq!(faults(&[1, 1, 3, 4], true, "EUR"), want.map(|(pointer, code)| (pointer.to_string(), code)));
    }

    #[test]
    fn the_cycle_and_currency_of_the_subscription() {
        assert_eq!(faults(&[1], true, "USD"), [("/add_ons/0".to_string(), "no_price")]);
    }

    #[test]
    fn a_custom_subscription_takes_none() {
        assert_eq!(faults(&[1], false, "EUR"), [("/add_ons".to_string(), "no_plan")]);
        assert_eq!(faults(&[], false, "EUR"), []);
    }
}
