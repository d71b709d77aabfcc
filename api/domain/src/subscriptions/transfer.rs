//! A subscription goes to another client (SUB-07): what was charged stays with the one who paid it, and the other one pays
//! from there on, so that their periods together are what one client would have had.

use super::HoldKind;
use chrono::NaiveDate;

/// An item and how far it is charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Charged {
    /// Its first day.
    pub from: NaiveDate,
    /// The first day after it, if it has an end.
    pub to: Option<NaiveDate>,
    /// The first day that is not charged, if anything is.
    pub charged_to: Option<NaiveDate>,
}

/// The day from which the next client pays for an item, where the subscription is billed up to a day; none if nothing is
/// left of it.
pub fn carried_on(item: Charged, billed_through: NaiveDate) -> Option<NaiveDate> {
    let on = item.from.max(billed_through).max(item.charged_to.unwrap_or(item.from));
    item.to.is_none_or(|to| on < to).then_some(on)
}

/// Whether a hold goes along: what the old client owes or has done is its own affair.
pub const fn goes_along(hold: HoldKind) -> bool {
    match hold {
        HoldKind::Overdue | HoldKind::Client => false,
        HoldKind::ByHand | HoldKind::Overuse | HoldKind::Expired | HoldKind::Reseller => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::{any_date, day};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    #[test]
    fn the_next_client_pays_from_there_on() {
        let on = |from: &str, to: Option<&str>, charged_to: Option<&str>| {
            let item = Charged { from: day(from), to: to.map(day), charged_to: charged_to.map(day) };
            carried_on(item, day("2027-02-05")).map(|day| day.to_string())
        };
        assert_eq!(on("2027-01-05", None, Some("2027-02-05")).unwrap(), "2027-02-05");
        // the plan is charged ahead, the add-on of today is not charged at all
        assert_eq!(on("2027-01-05", None, Some("2027-03-05")).unwrap(), "2027-03-05");
        assert_eq!(on("2027-02-10", None, None).unwrap(), "2027-02-10");
        assert_eq!(on("2027-01-05", Some("2027-02-05"), Some("2027-02-05")), None);
        assert_eq!(on("2027-03-05", Some("2027-03-05"), None), None, "it never begins");
    }

    #[test]
    fn debts_do_not_go_along() {
        let along: Vec<_> = HoldKind::ALL.iter().copied().filter(|kind| goes_along(*kind)).collect();
        assert_eq!(along, [HoldKind::ByHand, HoldKind::Overuse, HoldKind::Expired, HoldKind::Reseller]);
    }

    proptest! {
        /// No day is charged to both, and none that the old client has not paid is left out.
        #[test]
        fn both_tile_time(from in any_date(), billed in 0_i64..800, charged in prop::option::of(0_i64..800), lasts in prop::option::of(0_i64..800)) {
            let later = |days: i64| from + TimeDelta::days(days);
            let item = Charged { from, to: lasts.map(later), charged_to: charged.map(later) };
            let reached = later(billed).max(item.charged_to.unwrap_or(from));
            match carried_on(item, later(billed)) {
                Some(on) => prop_assert_eq!(on, reached),
                None => prop_assert!(item.to.unwrap() <= reached),
            }
        }
    }
}
