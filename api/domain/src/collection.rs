//! When an unpaid invoice is charged to a stored payment method (PAY-04): a day before it is due, and after a refusal
//! again, after the pauses that the seller has set.

use crate::payments::TransactionState;
use crate::settings::CollectionSettings;
use chrono::{Days, NaiveDate};

/// A charge of the invoice, as far as it got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// Where it stands.
    pub state: TransactionState,
    /// The day it began.
    pub on: NaiveDate,
}

/// What to do about an invoice now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Collect {
    /// Charge it.
    Charge,
    /// Nothing today.
    Wait,
    /// Its tries are used up.
    GiveUp,
}

/// What to do with an invoice that has something open, on a day. Attempts stand in the order in which they were made.
pub fn collect(settings: &CollectionSettings, due_on: NaiveDate, attempts: &[Attempt], today: NaiveDate) -> Collect {
    // whether money moves may still turn out: nothing else is charged meanwhile
    if attempts.iter().any(|attempt| attempt.state.is_under_way()) {
        return Collect::Wait;
    }
    let refused = |attempt: &&Attempt| matches!(attempt.state, TransactionState::Declined | TransactionState::Error);
    let refusals: Vec<_> = attempts.iter().filter(refused).collect();
    let charge_on = match refusals.last() {
        None => due_on.checked_sub_days(Days::new(settings.days_before_due.into())),
        Some(last) => match settings.retry_after_days.get(refusals.len() - 1) {
            Some(pause) => last.on.checked_add_days(Days::new((*pause).into())),
            None => return Collect::GiveUp,
        },
    };
    if charge_on.is_some_and(|on| on <= today) { Collect::Charge } else { Collect::Wait }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::day;
    use TransactionState::*;

    fn on(today: &str, attempts: &[(TransactionState, &str)]) -> Collect {
        let attempts: Vec<_> = attempts.iter().map(|(state, on)| Attempt { state: *state, on: day(on) }).collect();
        collect(&CollectionSettings::default(), day("2027-03-10"), &attempts, day(today))
    }

    /// Due 10 March: charged on the 9th, again one, three and five days after each refusal, then no more.
    #[test]
    fn the_default_schedule() {
        assert_eq!([on("2027-03-08", &[]), on("2027-03-09", &[])], [Collect::Wait, Collect::Charge]);
        let mut refused = vec![(Declined, "2027-03-09")];
        assert_eq!([on("2027-03-09", &refused), on("2027-03-10", &refused)], [Collect::Wait, Collect::Charge]);
        refused.push((Error, "2027-03-10"));
        assert_eq!([on("2027-03-12", &refused), on("2027-03-13", &refused)], [Collect::Wait, Collect::Charge]);
        refused.push((Declined, "2027-03-13"));
        assert_eq!([on("2027-03-17", &refused), on("2027-03-18", &refused)], [Collect::Wait, Collect::Charge]);
        refused.push((Declined, "2027-03-18"));
        assert_eq!(on("2028-01-01", &refused), Collect::GiveUp);
    }

    #[test]
    fn what_is_under_way_is_waited_for() {
        for state in [New, Pending, Unknown, Authorised] {
            assert_eq!(on("2027-04-01", &[(Declined, "2027-03-09"), (state, "2027-03-10")]), Collect::Wait);
        }
        // what was taken and given back, or released, is no refusal
        assert_eq!(on("2027-04-01", &[(Refunded, "2027-03-09"), (Voided, "2027-03-10")]), Collect::Charge);
    }
}
