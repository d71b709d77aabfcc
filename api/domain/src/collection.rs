//! When an unpaid invoice is charged to a stored payment method (PAY-04): a day before it is due, and after a refusal
//! again, after the pauses that the seller has set; and what of a client's invoices is tried after one was refused.

use crate::Money;
use crate::payments::TransactionState;
use crate::settings::CollectionSettings;
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, VecDeque};

text_enum! {
    /// What is done with the money of an invoice that is due.
    pub enum CollectionAction {
        /// It is taken.
        Charge = "charge",
        /// It is reserved only, and taken by a person.
        Authorise = "authorise",
    }
}

text_enum! {
    /// Why an invoice is charged.
    pub enum ChargeReason {
        /// Nothing was tried so far.
        New = "new",
        /// The last try was declined.
        Declined = "declined",
        /// At the last try the gateway failed.
        Errored = "errored",
    }
}

/// What a run takes up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Terms {
    /// For which reasons.
    pub reasons: Vec<ChargeReason>,
    /// Only what is due by this day; whatever its day if absent.
    pub due_by: Option<NaiveDate>,
    /// The pauses in days after each refusal; at once and as often as one likes if absent.
    pub pauses: Option<Vec<u16>>,
}

impl CollectionSettings {
    /// What the recurring run takes up on a day.
    pub fn terms(&self, today: NaiveDate) -> Terms {
        let wanted = [
            (self.process_new, ChargeReason::New),
            (self.retry_declined, ChargeReason::Declined),
            (self.retry_errored, ChargeReason::Errored),
        ];
        Terms {
            reasons: wanted.into_iter().filter_map(|(is_wanted, reason)| is_wanted.then_some(reason)).collect(),
            due_by: self.only_when_due.then(|| self.due_by(today)),
            pauses: Some(self.retry_after_days.clone()),
        }
    }

    /// What is due by this day may be charged today.
    pub fn due_by(&self, today: NaiveDate) -> NaiveDate {
        today.checked_add_days(Days::new(self.days_before_due.into())).unwrap_or(today)
    }
}

/// A charge of the invoice, as far as it got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// Where it stands.
    pub state: TransactionState,
    /// The day it was decided; while it is not, the day it began.
    pub on: NaiveDate,
    /// Refused for a reason that a person has to mend first: no pause is of use.
    pub is_final: bool,
}

/// What to do about an invoice now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Collect {
    /// Charge it, for this reason.
    Charge(ChargeReason),
    /// Nothing today.
    Wait,
    /// Its tries are used up.
    GiveUp,
}

/// What to do with an invoice that has something open, on a day. Attempts stand in the order in which they were made.
pub fn collect(terms: &Terms, due_on: Option<NaiveDate>, attempts: &[Attempt], today: NaiveDate) -> Collect {
    // whether money moves may still turn out: nothing else is charged meanwhile
    if attempts.iter().any(|attempt| attempt.state.is_under_way()) {
        return Collect::Wait;
    }
    let reason = |attempt: &Attempt| match attempt.state {
        TransactionState::Declined => Some(ChargeReason::Declined),
        TransactionState::Error => Some(ChargeReason::Errored),
        _ => None,
    };
    let refusals: Vec<_> = attempts.iter().filter_map(|attempt| Some((attempt.on, reason(attempt)?))).collect();
    let reason = refusals.last().map_or(ChargeReason::New, |(_, reason)| *reason);
    let is_due = terms.due_by.is_none_or(|by| due_on.is_some_and(|due_on| due_on <= by));
    if !is_due || !terms.reasons.contains(&reason) {
        return Collect::Wait;
    }
    let (Some((last, _)), Some(pauses)) = (refusals.last(), &terms.pauses) else { return Collect::Charge(reason) };
    if attempts.iter().any(|attempt| attempt.is_final) {
        return Collect::GiveUp;
    }
    let Some(pause) = pauses.get(refusals.len() - 1) else { return Collect::GiveUp };
    let again_on = last.checked_add_days(Days::new((*pause).into()));
    if again_on.is_some_and(|on| on <= today) { Collect::Charge(reason) } else { Collect::Wait }
}

/// What is to be charged of one client, oldest first, one after the other. Of a method that has refused an amount nothing
/// more is asked; or, with smaller amounts, nothing that is higher.
#[derive(Clone, Debug)]
pub struct Lane<M, T> {
    waiting: VecDeque<(M, Money, T)>,
    refused: BTreeMap<M, Vec<Money>>,
    smaller_amounts: bool,
}

impl<M: Ord + Copy, T> Lane<M, T> {
    /// Charges by method, and what methods have refused today already.
    pub fn new(smaller_amounts: bool, waiting: Vec<(M, Money, T)>, refused: &[(M, Money)]) -> Self {
        let mut lane = Self { waiting: waiting.into(), refused: BTreeMap::new(), smaller_amounts };
        refused.iter().for_each(|(method, amount)| lane.refuse(*method, *amount));
        lane
    }

    /// A method has refused an amount.
    pub fn refuse(&mut self, method: M, amount: Money) {
        self.refused.entry(method).or_default().push(amount);
    }

    /// The same up to the first that is not wanted; asks about each that would be tried, in their order.
    #[must_use]
    pub fn up_to(mut self, mut wanted: impl FnMut(&T) -> bool) -> Self {
        let mut kept = VecDeque::new();
        while let Some((method, amount, charge)) = self.waiting.pop_front() {
            if self.is_worth_trying(method, amount) {
                if !wanted(&charge) {
                    break;
                }
                kept.push_back((method, amount, charge));
            }
        }
        Self { waiting: kept, ..self }
    }

    fn is_worth_trying(&self, method: M, amount: Money) -> bool {
        let refused = self.refused.get(&method).map_or(&[][..], Vec::as_slice);
        // another currency is another limit
        let is_lower = |refused: &Money| refused.currency() != amount.currency() || amount.minor() <= refused.minor();
        refused.iter().all(|refused| self.smaller_amounts && is_lower(refused))
    }
}

/// The next that is to be tried; what is in vain is left out.
impl<M: Ord + Copy, T> Iterator for Lane<M, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        while let Some((method, amount, charge)) = self.waiting.pop_front() {
            if self.is_worth_trying(method, amount) {
                return Some(charge);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::testing::day;
    use ChargeReason as Why;
    use Collect::{Charge, GiveUp, Wait};
    use TransactionState::*;
    use proptest::prelude::*;

    const DUE: &str = "2027-03-10";

    fn asked(settings: &CollectionSettings, today: &str, attempts: &[(TransactionState, &str)]) -> Collect {
        let attempts: Vec<_> =
            attempts.iter().map(|(state, on)| Attempt { state: *state, on: day(on), is_final: false }).collect();
        collect(&settings.terms(day(today)), Some(day(DUE)), &attempts, day(today))
    }

    fn on(today: &str, attempts: &[(TransactionState, &str)]) -> Collect {
        asked(&CollectionSettings::default(), today, attempts)
    }

    /// Due 10 March: charged on the 9th, again one, three and five days after each refusal, then no more.
    #[test]
    fn the_default_schedule() {
        assert_eq!([on("2027-03-08", &[]), on("2027-03-09", &[])], [Wait, Charge(Why::New)]);
        let mut refused = vec![(Declined, "2027-03-09")];
        assert_eq!([on("2027-03-09", &refused), on("2027-03-10", &refused)], [Wait, Charge(Why::Declined)]);
        refused.push((Error, "2027-03-10"));
        assert_eq!([on("2027-03-12", &refused), on("2027-03-13", &refused)], [Wait, Charge(Why::Errored)]);
        refused.push((Declined, "2027-03-13"));
        assert_eq!([on("2027-03-17", &refused), on("2027-03-18", &refused)], [Wait, Charge(Why::Declined)]);
        refused.push((Declined, "2027-03-18"));
        assert_eq!(on("2028-01-01", &refused), GiveUp);
    }

    /// A mandate that is wrong is no better in three days; a person who charges by hand knows what he does.
    #[test]
    fn what_a_person_has_to_mend_is_not_tried_again() {
        let attempts = [Attempt { state: Declined, on: day("2027-03-09"), is_final: true }];
        let terms = CollectionSettings::default().terms(day("2027-03-20"));
        assert_eq!(collect(&terms, Some(day(DUE)), &attempts, day("2027-03-20")), GiveUp);
        let by_hand = Terms { pauses: None, ..terms };
        assert_eq!(collect(&by_hand, Some(day(DUE)), &attempts, day("2027-03-20")), Charge(Why::Declined));
    }

    #[test]
    fn what_is_under_way_is_waited_for() {
        for state in [New, Pending, Unknown, Authorised] {
            assert_eq!(on("2027-04-01", &[(Declined, "2027-03-09"), (state, "2027-03-10")]), Wait);
        }
        // what was taken and given back, or released, is no refusal
        assert_eq!(on("2027-04-01", &[(Refunded, "2027-03-09"), (Voided, "2027-03-10")]), Charge(Why::New));
    }

    /// Each of the guide's switches keeps its own invoices from being charged, and no others.
    #[test]
    fn what_is_switched_off_waits() {
        type Switch = fn(&mut CollectionSettings) -> &mut bool;
        let switches: [(Switch, usize); 3] =
            [(|all| &mut all.process_new, 0), (|all| &mut all.retry_declined, 1), (|all| &mut all.retry_errored, 2)];
        let histories = [vec![], vec![(Declined, "2027-03-09")], vec![(Declined, "2027-03-08"), (Error, "2027-03-09")]];
        for (switch, off) in switches {
            let mut settings = CollectionSettings::default();
            *switch(&mut settings) = false;
            let waits: Vec<_> =
                histories.iter().map(|history| asked(&settings, "2027-03-20", history) == Wait).collect();
            assert_eq!(waits, [off == 0, off == 1, off == 2]);
        }
        // whatever its day
        let at_once = CollectionSettings { only_when_due: false, ..CollectionSettings::default() };
        assert_eq!(asked(&at_once, "2027-01-01", &[]), Charge(Why::New));
    }

    /// By hand no pause is kept, and nothing is used up.
    #[test]
    fn by_hand_at_once() {
        let terms = Terms { reasons: vec![Why::Declined], due_by: Some(day(DUE)), pauses: None };
        let refused = vec![Attempt { state: Declined, on: day("2027-03-09"), is_final: false }; 12];
        assert_eq!(collect(&terms, Some(day(DUE)), &refused, day("2027-03-09")), Charge(Why::Declined));
        assert_eq!(collect(&terms, Some(day("2027-03-11")), &refused, day("2027-03-09")), Wait);
        assert_eq!(collect(&terms, Some(day(DUE)), &[], day("2027-03-09")), Wait);
    }

    fn eur(minor: i64) -> Money {
        Money::from_minor(minor, "EUR".parse().unwrap())
    }

    /// What is asked of a card with so much on it, and what it pays.
    fn tried(smaller_amounts: bool, on_card: i64, amounts: &[i64]) -> (Vec<usize>, Vec<usize>) {
        let waiting = (0..).zip(amounts).map(|(at, minor)| ('c', eur(*minor), at)).collect();
        let (mut lane, mut left) = (Lane::new(smaller_amounts, waiting, &[]), on_card);
        let (mut asked, mut paid) = (Vec::new(), Vec::new());
        while let Some(at) = lane.next() {
            asked.push(at);
            if amounts[at] <= left {
                left -= amounts[at];
                paid.push(at);
            } else {
                lane.refuse('c', eur(amounts[at]));
            }
        }
        (asked, paid)
    }

    /// The guide's: 15 on the card, invoices of 20 and 10. With smaller amounts 20 fails and 10 is charged; without, 20
    /// fails and that is all.
    #[test]
    fn the_card_of_the_guide() {
        assert_eq!(tried(true, 1500, &[2000, 1000]), (vec![0, 1], vec![1]));
        assert_eq!(tried(false, 1500, &[2000, 1000]), (vec![0], vec![]));
        // what is higher than what was refused is not tried, what is as high is
        assert_eq!(tried(true, 1500, &[2000, 3000, 2000, 1500]), (vec![0, 2, 3], vec![3]));
    }

    #[test]
    fn methods_currencies_and_the_day() {
        let usd = Money::from_minor(9000, "USD".parse().unwrap());
        let mut lane = Lane::new(true, vec![('a', eur(900), 1), ('a', usd, 2), ('b', eur(900), 3)], &[('a', eur(800))]);
        assert_eq!([lane.next(), lane.next(), lane.next()], [Some(2), Some(3), None]);
        let mut lane =
            Lane::new(false, vec![('a', eur(100), 1), ('a', usd, 2), ('b', eur(900), 3)], &[('a', eur(800))]);
        assert_eq!([lane.next(), lane.next()], [Some(3), None]);
    }

    #[test]
    fn a_lane_is_cut() {
        let all = vec![('a', eur(900), 1), ('a', eur(100), 2), ('a', eur(200), 3), ('a', eur(300), 4)];
        let mut lane = Lane::new(true, all, &[('a', eur(800))]).up_to(|charge| *charge < 4);
        assert_eq!([lane.next(), lane.next(), lane.next()], [Some(2), Some(3), None]);
    }

    proptest! {
        /// Oldest first, each once. Without smaller amounts: up to the first that fails. With them: all but those that are
        /// higher than one that has failed, and never less money.
        #[test]
        fn smaller_amounts_bring_in_no_less(on_card in 0_i64..5_000, amounts in prop::collection::vec(1_i64..2_000, 0..8)) {
            let (asked, paid) = tried(false, on_card, &amounts);
            prop_assert_eq!(&asked, &(0..asked.len()).collect::<Vec<_>>());
            prop_assert!(paid.len() == asked.len() || paid.len() + 1 == asked.len());
            prop_assert!(asked.len() == amounts.len() || paid.len() < asked.len());
            let (more_asked, more_paid) = tried(true, on_card, &amounts);
            prop_assert!(more_asked.is_sorted() && more_asked.windows(2).all(|two| two[0] != two[1]));
            for at in 0..amounts.len() {
                let failed_lower = more_asked.iter().any(|one| *one < at && !more_paid.contains(one) && amounts[*one] < amounts[at]);
                prop_assert_eq!(more_asked.contains(&at), !failed_lower);
            }
            let sum = |paid: &[usize]| paid.iter().map(|at| amounts[*at]).sum::<i64>();
            prop_assert!(sum(&more_paid) >= sum(&paid) && sum(&more_paid) <= on_card);
        }
    }
}
