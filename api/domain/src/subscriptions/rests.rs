//! Rests: the days on which a subscription stood at a status that is a note of people and is not invoiced, or had failed, or
//! was a fraud (SUB-02). They are kept with the subscription and treated like days under a hold: nothing is charged for them, then or later. Unlike
//! holds they shut nothing, and they count whatever the seller has settled about suspended subscriptions.

use super::SubscriptionStatus;
use crate::invoices::due::HeldSpan;
use chrono::NaiveDate;

/// The rests of a subscription whose status changes on a day. One that ends on the day it began was none.
pub fn rested(rests: &[HeldSpan], to: SubscriptionStatus, today: NaiveDate) -> Vec<HeldSpan> {
    let mut rests = rests.to_vec();
    let open = rests.iter_mut().find(|rest| rest.to.is_none());
    match (open, to.is_rest()) {
        (None, true) => rests.push(HeldSpan { from: today, to: None }),
        (Some(rest), false) => rest.to = Some(today),
        _ => {}
    }
    rests.retain(|rest| rest.to.is_none_or(|to| to > rest.from));
    rests
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Days;
    use proptest::prelude::*;

    fn day(n: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2028, 2, 27).unwrap().checked_add_days(Days::new(n)).unwrap()
    }

    #[test]
    fn from_note_to_note_is_one_rest() {
        let stopped = rested(&[], SubscriptionStatus::Stopped, day(1));
        let inactive = rested(&stopped, SubscriptionStatus::Inactive, day(5));
        assert_eq!(inactive, [HeldSpan { from: day(1), to: None }]);
        let back = rested(&inactive, SubscriptionStatus::Suspended, day(9));
        assert_eq!(back, [HeldSpan { from: day(1), to: Some(day(9)) }]);
        assert_eq!(rested(&back, SubscriptionStatus::Active, day(20)), back);
        assert_eq!(rested(&stopped, SubscriptionStatus::Active, day(1)), []);
    }

    proptest! {
        /// Whatever statuses follow each other: a day lies in a rest if, and only if, the status that held when it began
        /// was one (the last of several on a day counts).
        #[test]
        fn rests_are_the_days_at_such_a_status(steps in prop::collection::vec((0_u64..4, 0_usize..17), 0..30)) {
            let (mut rests, mut today, mut standing) = (Vec::new(), 0, Vec::new());
            for (later, index) in steps {
                today += later;
                let to = SubscriptionStatus::ALL[index];
                rests = rested(&rests, to, day(today));
                standing.push((today, to.is_rest()));
            }
            for n in 0..=today + 3 {
                let want = standing.iter().rev().find(|(on, _)| *on <= n).is_some_and(|(_, rest)| *rest);
                let found = rests.iter().any(|rest| rest.from <= day(n) && rest.to.is_none_or(|to| day(n) < to));
                prop_assert_eq!(found, want, "day {}", n);
            }
            prop_assert!(rests.windows(2).all(|two| two[0].to.is_some_and(|to| to <= two[1].from)));
        }
    }
}
