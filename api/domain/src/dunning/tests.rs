//! The default policy day by day, late runs, and random policies.

use super::*;
use crate::schedule::testing::{any_date, day};
use proptest::prelude::*;

fn debt() -> Debt {
    Debt { issued_on: day("2027-02-19"), due_on: day("2027-03-01"), unpaid: true, exempt: false, done: BTreeMap::new() }
}

/// Runs every day of a span and writes down what was done.
fn run(policy: &DunningPolicy, debt: &mut Debt, from: NaiveDate, to: NaiveDate) -> Vec<(String, Step)> {
    let mut told = Vec::new();
    for today in from.iter_days().take_while(|today| *today <= to) {
        for step in steps(policy, debt, today) {
            assert_eq!(debt.done.insert(step, today), None, "{step:?} twice");
            told.push((today.to_string(), step));
        }
    }
    told
}

/// Due 1 March: 26 February, 2 March, 8 March; 14 days later 15 March; 60 days later 30 April.
#[test]
fn the_default_policy_day_by_day() {
    let told = run(&DunningPolicy::default(), &mut debt(), day("2027-02-19"), day("2027-12-31"));
    let want = [
        ("2027-02-26", Step::Remind(-3)),
        ("2027-03-02", Step::Remind(1)),
        ("2027-03-08", Step::Remind(7)),
        ("2027-03-15", Step::Suspend),
        ("2027-04-30", Step::Cancel),
    ];
    assert_eq!(told, want.map(|(on, step)| (on.to_string(), step)));
}

/// Nothing ran until 1 June: one reminder and the suspension; the cancellation comes 60 − 14 = 46 days later.
#[test]
fn after_downtime_only_the_newest_reminder_and_time_to_mend() {
    let told = run(&DunningPolicy::default(), &mut debt(), day("2027-06-01"), day("2027-12-31"));
    let want = [("2027-06-01", Step::Remind(7)), ("2027-06-01", Step::Suspend), ("2027-07-17", Step::Cancel)];
    assert_eq!(told, want.map(|(on, step)| (on.to_string(), step)));
}

/// To collections after 30 days, 31 March, and cancelled 30 days later, 30 April; if the suspension came on 20 March, 5
/// days late, everything is 5 days later.
#[test]
fn collections_lie_between_suspension_and_cancellation() {
    let policy = DunningPolicy { reminders: vec![], collections_after: Some(30), ..DunningPolicy::default() };
    let stages = |suspend, collections, cancel| {
        [(suspend, Step::Suspend), (collections, Step::Collections), (cancel, Step::Cancel)]
            .map(|(on, step): (&str, Step)| (on.to_string(), step))
    };
    let told = run(&policy, &mut debt(), day("2027-02-19"), day("2027-12-31"));
    assert_eq!(told, stages("2027-03-15", "2027-03-31", "2027-04-30"));
    let told = run(&policy, &mut debt(), day("2027-03-20"), day("2027-12-31"));
    assert_eq!(told, stages("2027-03-20", "2027-04-05", "2027-05-05"));
    // a stage that is added when a later one was taken already is not made up for
    let mut over = debt();
    over.done.extend([(Step::Suspend, day("2027-03-15")), (Step::Cancel, day("2027-04-30"))]);
    assert_eq!(steps(&policy, &over, day("2027-12-31")), []);
}

#[test]
fn steps_are_written_and_read_back() {
    for (step, text) in [
        (Step::Remind(-3), "remind:-3"),
        (Step::Suspend, "suspend"),
        (Step::Collections, "collections"),
        (Step::Cancel, "cancel"),
    ] {
        assert_eq!((step.to_string().as_str(), text.parse()), (text, Ok(step)));
    }
    for text in ["remind", "remind:", "remind:soon", "cancel:3", "collect", ""] {
        assert_eq!(text.parse::<Step>(), Err(UnknownStep), "{text}");
    }
}

#[test]
fn who_has_paid_is_left_alone() {
    assert_eq!(steps(&DunningPolicy::default(), &Debt { unpaid: false, ..debt() }, day("2027-12-31")), []);
}

/// The guide: members of an exempt group are not suspended automatically. It says nothing of reminders, so they come.
#[test]
fn who_is_exempt_is_reminded_and_not_suspended() {
    let policy = DunningPolicy { collections_after: Some(30), ..DunningPolicy::default() };
    let told = run(&policy, &mut Debt { exempt: true, ..debt() }, day("2027-02-19"), day("2027-12-31"));
    let want = [("2027-02-26", Step::Remind(-3)), ("2027-03-02", Step::Remind(1)), ("2027-03-08", Step::Remind(7))];
    assert_eq!(told, want.map(|(on, step)| (on.to_string(), step)));
}

/// Issued on the due day: the reminder three days before would go out with the invoice.
#[test]
fn no_reminder_before_or_with_the_invoice() {
    let mut late = Debt { issued_on: day("2027-03-02"), ..debt() };
    assert_eq!(steps(&DunningPolicy::default(), &late, day("2027-03-02")), []);
    let told = run(&DunningPolicy::default(), &mut late, day("2027-03-02"), day("2027-03-14"));
    assert_eq!(told, [("2027-03-08".to_string(), Step::Remind(7))]);
}

#[test]
fn policies_are_checked() {
    let with = |reminders: &[i16], suspend_after, cancel_after| {
        let policy =
            DunningPolicy { reminders: reminders.to_vec(), suspend_after, collections_after: None, cancel_after };
        policy.check().err().map(|problem| problem.fields[0].pointer.clone())
    };
    let collected = |suspend_after, collections_after| {
        let policy =
            DunningPolicy { suspend_after, collections_after: Some(collections_after), ..DunningPolicy::default() };
        policy.check().err().map(|problem| problem.fields[0].pointer.clone())
    };
    assert_eq!(DunningPolicy::default().check(), Ok(()));
    assert_eq!(with(&[], None, None), None);
    assert_eq!(with(&[1, 1], None, None).as_deref(), Some("/reminders"));
    assert_eq!(with(&[366], None, None).as_deref(), Some("/reminders"));
    assert_eq!(with(&[], Some(0), None).as_deref(), Some("/suspend_after"));
    assert_eq!(with(&[], Some(14), Some(14)).as_deref(), Some("/cancel_after"));
    assert_eq!(with(&[], None, Some(14)).as_deref(), Some("/cancel_after"));
    assert_eq!(with(&[], Some(u16::MAX), None).as_deref(), Some("/suspend_after"));
    assert_eq!(collected(Some(14), 15), None);
    assert_eq!(collected(Some(14), 14).as_deref(), Some("/collections_after"));
    assert_eq!(collected(None, 15).as_deref(), Some("/collections_after"));
    assert_eq!(collected(Some(14), 60).as_deref(), Some("/cancel_after"));
}

proptest! {
    /// Whatever the policy and the days the runs fall on: no step twice, reminders go forward, and a client has the
    /// promised days between suspension and cancellation.
    #[test]
    fn steps_never_double(
        due_on in any_date(), reminders in prop::collection::btree_set(-30_i16..60, 0..6),
        suspend in 1_u16..40, collections in prop::option::of(1_u16..40), between in 1_u16..40, runs in prop::collection::btree_set(-30_i64..150, 1..20),
    ) {
        let policy = DunningPolicy {
            reminders: reminders.into_iter().collect(),
            suspend_after: Some(suspend),
            collections_after: collections.map(|days| suspend + days),
            cancel_after: Some(suspend + collections.unwrap_or(0) + between),
        };
        prop_assert_eq!(policy.check(), Ok(()));
        let mut debt = Debt { issued_on: due_on - TimeDelta::days(10), due_on, ..debt() };
        let mut last = i16::MIN;
        for run in runs {
            let today = due_on + TimeDelta::days(run);
            for step in steps(&policy, &debt, today) {
                prop_assert_eq!(debt.done.insert(step, today), None);
                if let Step::Remind(days) = step {
                    prop_assert!(days > last && i64::from(days) <= run);
                    last = days;
                }
            }
            prop_assert_eq!(steps(&policy, &debt, today), []);
            prop_assert!(run < i64::from(suspend) || debt.done.contains_key(&Step::Suspend));
        }
        if let Some(handed_over) = debt.done.get(&Step::Collections) {
            let left = (*handed_over - debt.done[&Step::Suspend]).num_days();
            prop_assert!(left >= i64::from(collections.unwrap_or(u16::MAX)));
        }
        if let Some(cancelled) = debt.done.get(&Step::Cancel) {
            let before = if collections.is_some() { Step::Collections } else { Step::Suspend };
            prop_assert!((*cancelled - debt.done[&before]).num_days() >= i64::from(between));
        }
    }
}
