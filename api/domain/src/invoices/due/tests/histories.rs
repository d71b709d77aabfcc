//! Random histories, run every day and once at the end.

use super::*;
use crate::schedule::testing::{any_cycle, any_date};
use chrono::{Days, TimeDelta};
use proptest::prelude::*;

/// A random subscription from `anchor`, with items that become known over time, holds, a trial and an end.
fn any_world() -> impl Strategy<Value = (NaiveDate, Vec<Fate>)> {
    let item = (0_i64..150, -40_i64..40, prop::option::of(1_i64..120), 0_u32..3);
    let hold = (0_i64..200, 1_i64..60);
    let fate = (
        (0_i64..20, any_cycle(), 0_u16..40, 1_u8..3),
        (prop::option::of(0_u32..6), prop::option::of(0_i64..50), prop::option::of(1_i64..250)),
        prop::collection::vec(item, 1..4),
        prop::collection::vec(hold, 0..3),
    );
    (any_date(), prop::collection::vec(fate, 1..4))
}

type Fate = (
    (i64, Cycle, u16, u8),
    (Option<u32>, Option<i64>, Option<i64>),
    Vec<(i64, i64, Option<i64>, u32)>,
    Vec<(i64, i64)>,
);

fn world(begin: NaiveDate, fates: &[Fate]) -> World {
    let later = |from: NaiveDate, days: i64| from + TimeDelta::days(days);
    let mut world = World::default();
    let mut items = 0;
    for (n, ((offset, cycle, lead_days, client), (limit, trial, ends), rows, holds)) in fates.iter().enumerate() {
        let anchor = later(begin, *offset);
        let mut one = subscription(u8::try_from(n).unwrap(), "2000-01-01", "1-day", vec![plan(100, "2000-01-01")]);
        (one.anchor, one.cycle, one.lead_days, one.client) = (anchor, *cycle, *lead_days, id(*client));
        (one.cycle_limit, one.ends_on) = (*limit, ends.map(|days| later(anchor, days)));
        one.trial_until = trial.map(|days| later(anchor, days));
        (one.billed_through, one.items) = (anchor, vec![]);
        for (row, (from, known, lasts, units)) in rows.iter().enumerate() {
            let from = if row == 0 { anchor } else { later(anchor, *from) };
            items += 1;
            let mut item = plan(items, "2000-01-01");
            (item.from, item.to) = (from, lasts.map(|days| later(from, days)));
            item.known_on = if row == 0 { anchor } else { later(from, *known).max(anchor) };
            (item.kind, item.quantity) = (if row == 0 { ItemKind::Plan } else { ItemKind::AddOn }, (*units).into());
            item.setup_fee = UnitPrice::from(*units);
            world.unknown.push((one.id, item));
        }
        let mut free = anchor;
        for (wait, lasts) in holds {
            let (from, to) = (later(free, *wait), later(free, wait + lasts));
            world.holds.push((one.id, HeldSpan { from, to: Some(to) }));
            free = to;
        }
        world.snapshot.subscriptions.push(one);
    }
    world
}

/// How many histories each property is held against; more if `PROPTEST_CASES` says so. What fails is printed, made as small
/// as it can be, with its seed.
fn many() -> u32 {
    ProptestConfig::default().cases.max(2_000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(many()))]

    /// N daily runs write what one late run writes, in the same groups; another run writes nothing.
    #[test]
    fn daily_runs_equal_one_late_run((begin, fates) in any_world(), days in 0_u64..420) {
        let end = begin + Days::new(days);
        let mut daily = world(begin, &fates);
        daily.run_daily(begin, end);
        let mut late = world(begin, &fates);
        late.dawn(end);
        late.run(end);
        daily.invoices.sort_by_key(|one| (one.client, one.currency, one.invoice_on));
        let bag = |invoices: &[DueInvoice]| -> Vec<_> {
            let lines = |one: &DueInvoice| { let mut lines = one.lines.clone(); lines.sort_by_key(DueLine::key); lines };
            invoices.iter().map(|one| (one.client, one.invoice_on, one.begins_on, lines(one))).collect()
        };
        prop_assert_eq!(bag(&daily.invoices), bag(&late.invoices));
        daily.waived.sort_by_key(Waived::key);
        late.waived.sort_by_key(Waived::key);
        prop_assert_eq!(&daily.waived, &late.waived);
        prop_assert_eq!(&daily.snapshot.existing, &late.snapshot.existing);
        let again = due(&late.snapshot, Horizon::AsOf(end)).unwrap();
        prop_assert_eq!((again.invoices.len(), again.waived.len()), (0, 0));
    }

    /// What is charged and what is waived tile the time of each item: no gap, no overlap, up to what is billed.
    #[test]
    fn charged_and_waived_time_tiles((begin, fates) in any_world(), days in 0_u64..420) {
        let end = begin + Days::new(days);
        let mut world = world(begin, &fates);
        world.run_daily(begin, end);
        let lines = world.invoices.iter().flat_map(|one| &one.lines).filter(|one| one.kind != DueKind::Setup);
        let mut spans: BTreeMap<SubscriptionItemId, Vec<Period>> = BTreeMap::new();
        let charged = lines.map(|one| (one.item, one.period));
        for (item, period) in charged.chain(world.waived.iter().map(|one| (one.item, one.period))) {
            prop_assert!(!period.is_empty());
            spans.entry(item).or_default().push(period);
        }
        for one in &world.snapshot.subscriptions {
            let limit = one.cycle_limit.map(|n| one.cycle.start(one.anchor, i32::try_from(n).unwrap()).unwrap());
            for item in &one.items {
                let last_day = [item.to, one.ends_on, limit].into_iter().flatten().min().unwrap_or(NaiveDate::MAX);
                let mut at = item.from;
                let mut spans = spans.remove(&item.id).unwrap_or_default();
                spans.sort();
                for span in spans {
                    prop_assert_eq!(span.from, at);
                    at = span.to;
                }
                prop_assert!(at <= last_day.max(item.from));
                prop_assert!(at >= last_day.min(one.billed_through), "{:?} stops at {}", item, at);
            }
        }
        prop_assert!(spans.is_empty());
    }
}
