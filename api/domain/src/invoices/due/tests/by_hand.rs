//! What people ask for by hand (INV-06), and taking it back.

use super::*;
use crate::invoices::granted::{CyclesAgain, Granted};
use crate::schedule::testing::{any_cycle, any_date};
use chrono::Days;
use proptest::prelude::*;

fn usd() -> Currency {
    "USD".parse().unwrap()
}

/// The guide: four months of a contract in euro and one in dollars are two invoices, each over the four months.
#[test]
fn four_months_in_two_currencies() {
    let euro = subscription(1, "2027-01-31", "1-month", vec![plan(1, "2027-01-31")]);
    let mut dollar = subscription(2, "2027-02-10", "1-month", vec![plan(2, "2027-02-10")]);
    dollar.currency = usd();
    let snapshot = Snapshot { subscriptions: vec![euro, dollar], ..Snapshot::default() };
    let found = due_by_hand(&snapshot, |of| cycles_ahead(of, 4)).unwrap();
    let told: Vec<_> = found
        .invoices
        .iter()
        .map(|one| (one.currency, one.lines.len(), one.begins_on, one.lines.last().unwrap().period.to))
        .collect();
    let want = [(eur(), 4, day("2027-01-31"), day("2027-05-31")), (usd(), 4, day("2027-02-10"), day("2027-06-10"))];
    assert_eq!(told, want);
    // 4 × 9.00
    let sum: i64 = found.invoices[0].lines.iter().map(|line| line.net(eur()).unwrap().minor()).sum();
    assert_eq!(sum, 3600);
    // the next renewals, ten days ahead of 31 May and 10 June
    let next: Vec<_> = found.progress.iter().map(|one| one.next_invoice_on.unwrap()).collect();
    assert_eq!(next, [day("2027-05-21"), day("2027-05-31")]);
}

/// Whatever its status, held or not; but nothing beyond its end.
#[test]
fn any_status_up_to_the_end() {
    let mut one = subscription(1, "2027-01-01", "1-month", vec![plan(1, "2027-01-01")]);
    (one.invoiced, one.ends_on) = (false, Some(day("2027-02-15")));
    one.holds = vec![HeldSpan { from: day("2026-12-01"), to: None }];
    let snapshot = Snapshot { subscriptions: vec![one], ..Snapshot::default() };
    let found = due_by_hand(&snapshot, |_| Ok(day("2027-06-01"))).unwrap();
    let periods: Vec<_> = found.invoices[0].lines.iter().map(|line| (line.period.from, line.period.to)).collect();
    // 9.00 × 14 / 28 = 4.50 for half of February
    assert_eq!(periods, [(day("2027-01-01"), day("2027-02-01")), (day("2027-02-01"), day("2027-02-15"))]);
    assert_eq!(found.invoices[0].lines[1].net(eur()).unwrap().minor(), 450);
    assert_eq!(found.progress[0].next_invoice_on, None);
}

/// An add-on that begins inside a cycle does not make that cycle one more.
#[test]
fn a_cycle_begun_is_not_among_those_ahead() {
    let mut one = subscription(1, "2027-01-01", "1-month", vec![plan(1, "2027-01-01")]);
    assert_eq!(cycles_ahead(&one, 2), Ok(day("2027-03-01")));
    one.billed_through = day("2027-01-20");
    assert_eq!(cycles_ahead(&one, 2), Ok(day("2027-04-01")));
    assert!(cycles_ahead(&Subscription { cycle: cycle("65535-year"), ..one }, 100).is_err());
}

/// 14 days of trial in January and a coupon on two cycles: taken back, all of it begins anew on 1 January.
#[test]
fn a_trial_begins_again_where_it_began() {
    let mut one = subscription(1, "2027-01-01", "1-month", vec![plan(1, "2027-01-01")]);
    (one.trial_until, one.billed_through) = (Some(day("2027-01-15")), day("2027-03-01"));
    let coupon = Granted { coupon: true, discount: false };
    let lines = [(id(1), day("2027-01-15"), coupon), (id(1), day("2027-02-01"), coupon)];
    let again = CyclesAgain { coupon: 2, discount: 0 };
    let want = Undone { billed_through: day("2027-01-01"), next_invoice_on: day("2026-12-22"), again };
    assert_eq!(undo(&one, &lines), Ok(Some(want)));
    assert_eq!(undo(&one, &[]), Ok(None));
}

proptest! {
    /// Asked for, taken back and asked for again is the same; and after it was asked for, a run finds the rest only.
    #[test]
    fn taken_back_and_made_anew(
        anchor in any_date(), cycle in any_cycle(), cycles in 1_u16..6, later in 0_u64..60, trial in 0_u64..40, fee in 0_u32..2,
    ) {
        let mut first = plan(1, &anchor.to_string());
        first.setup_fee = UnitPrice::from(fee);
        let mut second = plan(2, &(anchor + Days::new(later)).to_string());
        second.kind = ItemKind::AddOn;
        let mut one = subscription(1, &anchor.to_string(), &cycle.to_string(), vec![first, second]);
        one.trial_until = (trial > 0).then(|| anchor + Days::new(trial));
        let mut snapshot = Snapshot { subscriptions: vec![one], ..Snapshot::default() };
        let before = cycles_ahead(&snapshot.subscriptions[0], cycles).unwrap();
        let made = due_by_hand(&snapshot, |_| Ok(before)).unwrap();
        let lines: Vec<_> = made.invoices.iter().flat_map(|one| &one.lines).cloned().collect();
        prop_assert!(made.invoices.len() <= 1);
        snapshot.existing.extend(made.waived.iter().map(|one| (one.key(), one.period.to)));
        snapshot.subscriptions[0].billed_through = made.progress[0].billed_through;

        let mut run = snapshot.clone();
        run.existing.extend(lines.iter().map(|line| (line.key(), line.period.to)));
        let rest = due(&run, Horizon::AsOf(before)).unwrap();
        for line in rest.invoices.iter().flat_map(|one| &one.lines) {
            prop_assert!(line.period.from >= made.progress[0].billed_through && !run.existing.contains_key(&line.key()));
        }

        let back: Vec<_> = lines.iter().map(|line| (line.item, line.period.from, Granted::default())).collect();
        if let Some(undone) = undo(&snapshot.subscriptions[0], &back).unwrap() {
            snapshot.subscriptions[0].billed_through = undone.billed_through;
        }
        let again = due_by_hand(&snapshot, |_| Ok(before)).unwrap();
        prop_assert_eq!(&again.invoices, &made.invoices);
        prop_assert_eq!(again.waived, []);
        prop_assert_eq!(again.progress, made.progress);
    }
}
