//! What a client gets by its group, and what it has otherwise than the group (CLI-11).
//!
//! Whatever a member has of its own stays as it is when the group changes; the rest follows the group at once, because
//! nothing is copied: terms are worked out whenever they are asked for.

use crate::coupons::GroupDiscount;
use crate::{Check, Percent};

/// The terms of a group, or of one of its members.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupTerms {
    /// The most that is taken off, in per cent; no limit if null.
    #[schema(required)]
    pub maximum_discount: Option<Percent>,
    /// What is taken off on top of any offer, in per cent; with it no more than the maximum.
    pub guaranteed_discount: Percent,
    /// Unpaid subscriptions are not suspended, handed to debt collection or ended; reminders come all the same.
    pub exempt_from_suspension: bool,
}

/// What a member has otherwise than its group; null follows the group.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OwnTerms {
    /// The most that is taken off; 100 for no limit.
    pub maximum_discount: Option<Percent>,
    /// What is taken off on top of any offer.
    pub guaranteed_discount: Option<Percent>,
    /// Whether it is exempt from suspension.
    pub exempt_from_suspension: Option<bool>,
}

impl GroupTerms {
    /// The terms of a member that has some of its own.
    pub fn with(self, own: OwnTerms) -> Self {
        Self {
            maximum_discount: own.maximum_discount.or(self.maximum_discount),
            guaranteed_discount: own.guaranteed_discount.unwrap_or(self.guaranteed_discount),
            exempt_from_suspension: own.exempt_from_suspension.unwrap_or(self.exempt_from_suspension),
        }
    }

    /// What the price of an order or an invoice depends on (PRO-03).
    pub fn discount(self) -> GroupDiscount {
        GroupDiscount { maximum: self.maximum_discount, guaranteed: self.guaranteed_discount }
    }
}

/// Notes discounts that are no share of a whole.
pub fn check_discounts(check: &mut Check, at: &str, maximum: Option<Percent>, guaranteed: Option<Percent>) {
    for (field, percent) in [("maximum_discount", maximum), ("guaranteed_discount", guaranteed)] {
        let fits = percent.is_none_or(Percent::is_share);
        check.ensure(fits, &format!("{at}/{field}"), "out_of_range", "from 0 to 100");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coupons::effective_percent;
    use proptest::prelude::*;

    fn percent(text: &str) -> Percent {
        text.parse().unwrap()
    }

    /// The guide: changing a group changes nothing for a member with a value of its own.
    #[test]
    fn a_members_own_value_stays_when_the_group_changes() {
        let own = OwnTerms { guaranteed_discount: Some(percent("3")), ..OwnTerms::default() };
        let before = GroupTerms { maximum_discount: Some(percent("10")), ..GroupTerms::default() };
        let after = GroupTerms {
            maximum_discount: Some(percent("25")),
            guaranteed_discount: percent("7"),
            exempt_from_suspension: true,
        };
        let of = |group: GroupTerms| group.with(own);
        assert_eq!((of(before).guaranteed_discount, of(after).guaranteed_discount), (percent("3"), percent("3")));
        assert_eq!(
            (of(before).maximum_discount, of(after).maximum_discount),
            (Some(percent("10")), Some(percent("25")))
        );
        assert_eq!((of(before).exempt_from_suspension, of(after).exempt_from_suspension), (false, true));
    }

    #[test]
    fn only_shares_are_discounts() {
        let mut check = Check::new();
        check_discounts(&mut check, "/group", Some(percent("100.1")), Some(percent("-1")));
        check_discounts(&mut check, "", None, Some(percent("100")));
        let places: Vec<_> = check.done().unwrap_err().fields.into_iter().map(|field| field.pointer).collect();
        assert_eq!(places, ["/group/maximum_discount", "/group/guaranteed_discount"]);
    }

    fn share() -> impl Strategy<Value = Percent> {
        (0_u32..=100).prop_map(Percent::from)
    }

    proptest! {
        /// Each term is the member's if it has one and the group's if not, whatever the others are; and what a member
        /// has in the end is never above its maximum, nor below its guarantee as far as the maximum allows.
        #[test]
        fn terms_are_the_members_or_the_groups(
            group in (prop::option::of(share()), share(), any::<bool>()),
            own in (prop::option::of(share()), prop::option::of(share()), prop::option::of(any::<bool>())),
            offered in share(),
        ) {
            let of_group = GroupTerms { maximum_discount: group.0, guaranteed_discount: group.1, exempt_from_suspension: group.2 };
            let of_member = OwnTerms { maximum_discount: own.0, guaranteed_discount: own.1, exempt_from_suspension: own.2 };
            let terms = of_group.with(of_member);
            prop_assert!(terms.maximum_discount == own.0 || own.0.is_none() && terms.maximum_discount == group.0);
            prop_assert!(own.1.map_or(terms.guaranteed_discount == group.1, |own| terms.guaranteed_discount == own));
            prop_assert!(own.2.map_or(terms.exempt_from_suspension == group.2, |own| terms.exempt_from_suspension == own));
            let most = terms.maximum_discount.unwrap_or(Percent::hundred());
            let taken = effective_percent(offered, terms.maximum_discount, terms.guaranteed_discount);
            prop_assert!(taken <= most && taken >= terms.guaranteed_discount.min(most));
        }
    }
}
