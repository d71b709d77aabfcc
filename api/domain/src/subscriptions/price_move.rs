//! Moving subscriptions to another version of their prices (CAT-16): from which day on, and what of them moves. What was
//! charged stays as it was, and what was agreed stays agreed unless someone asks for that too.

use crate::problem::Result;
use crate::schedule::Cycle;
use crate::{PriceId, UnitPrice};
use chrono::NaiveDate;

text_enum! {
    /// Why a subscription, or an item of it, stays at its price.
    pub enum PriceStay {
        /// Only an active subscription that has begun and is not to end moves.
        NotActive = "not_active",
        /// Another change waits for its day, or forbids others until then.
        UnderChange = "under_change",
        /// No cycle is left that is not charged yet.
        NoMoreCycles = "no_more_cycles",
        /// It has that price already.
        SamePrice = "same_price",
        /// Its price was agreed.
        Agreed = "agreed",
        /// It was never bought from a price list.
        NotListed = "not_listed",
        /// On that day there is no price for its cycle and currency.
        NoPrice = "no_price",
    }
}

/// A version of a price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListPrice {
    /// Which.
    pub id: PriceId,
    /// What a cycle costs.
    pub amount: UnitPrice,
}

/// The first day at the new price: that on which the first cycle begins that is not charged yet, and not before a day.
///
/// # Errors
/// A cycle that leads out of the calendar.
pub fn first_day(cycle: Cycle, anchor: NaiveDate, charged_to: NaiveDate, not_before: NaiveDate) -> Result<NaiveDate> {
    let open = charged_to.max(not_before);
    let running = cycle.period(anchor, cycle.index_at(anchor, open)?)?;
    Ok(if running.from == open { open } else { running.to })
}

/// The price that an item moves to, or why it stays: `charged` is what it pays, `version` what it was bought at, `offered`
/// what is in force.
pub fn moved(
    charged: UnitPrice,
    version: Option<ListPrice>,
    offered: Option<ListPrice>,
    agreed_too: bool,
) -> Result<ListPrice, PriceStay> {
    let version = version.ok_or(PriceStay::NotListed)?;
    let is_agreed = charged != version.amount;
    if is_agreed && !agreed_too {
        return Err(PriceStay::Agreed);
    }
    let offered = offered.ok_or(PriceStay::NoPrice)?;
    if offered.id == version.id && !is_agreed { Err(PriceStay::SamePrice) } else { Ok(offered) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use crate::schedule::testing::{any_cycle, any_date, cycle, day};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    /// From 31 January, monthly: 28 February, 31 March, 30 April.
    #[test]
    fn the_first_cycle_that_is_not_charged() {
        let first = |charged_to, not_before| {
            first_day(cycle("1-month"), day("2027-01-31"), day(charged_to), day(not_before)).unwrap()
        };
        assert_eq!(first("2027-03-31", "2027-03-05"), day("2027-03-31"), "charged up to there");
        assert_eq!(first("2027-04-30", "2027-03-05"), day("2027-04-30"), "April is invoiced already");
        assert_eq!(first("2027-02-28", "2027-03-05"), day("2027-03-31"), "not in the middle of a cycle");
        assert_eq!(first("2027-02-28", "2027-03-31"), day("2027-03-31"));
        assert_eq!(first("2027-03-15", "2027-01-01"), day("2027-03-31"), "half a cycle is charged");
    }

    #[test]
    fn what_moves_and_what_stays() {
        let list = |number: u128, amount: &str| ListPrice {
            id: PriceId::from_uuid(uuid::Uuid::from_u128(number)),
            amount: amount.parse().unwrap(),
        };
        let (old, new) = (list(1, "10.00"), list(2, "12.00"));
        let to =
            |charged: &str, version, offered, agreed_too| moved(charged.parse().unwrap(), version, offered, agreed_too);
        assert_eq!(to("10", Some(old), Some(new), false), Ok(new));
        assert_eq!(to("10.00", Some(old), Some(old), false), Err(PriceStay::SamePrice));
        assert_eq!(to("8.00", Some(old), Some(new), false), Err(PriceStay::Agreed));
        assert_eq!(to("8.00", Some(old), Some(new), true), Ok(new));
        assert_eq!(to("8.00", Some(old), Some(old), true), Ok(old), "back to the list");
        assert_eq!(to("10.00", Some(old), None, true), Err(PriceStay::NoPrice));
        assert_eq!(to("10.00", None, Some(new), true), Err(PriceStay::NotListed));
    }

    proptest! {
        /// A cycle begins on it, it is not charged yet, and no earlier one fits.
        #[test]
        fn it_is_the_earliest(every in any_cycle(), anchor in any_date(), charged in 0_i64..1_500, asked in 0_i64..1_500) {
            let (charged_to, not_before) = (anchor + TimeDelta::days(charged), anchor + TimeDelta::days(asked));
            let first = first_day(every, anchor, charged_to, not_before).unwrap();
            let n = every.index_at(anchor, first).unwrap();
            prop_assert_eq!(every.start(anchor, n).unwrap(), first);
            prop_assert!(first >= charged_to && first >= not_before);
            prop_assert!(every.start(anchor, n - 1).unwrap() < charged_to.max(not_before));
        }
    }
}
