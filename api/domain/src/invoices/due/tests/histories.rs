//! Random histories, run every day and once at the end.

use super::*;
use crate::schedule::testing::{any_cycle, any_date};
use chrono::{Days, TimeDelta};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use std::cell::RefCell;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::Write;

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

/// How many histories each property is held against; more if `PROPTEST_CASES` says so.
const MANY: u32 = 2_000;

/// What it is called, and whether a history has met it.
type Feature = (&'static str, fn(&World) -> bool);

/// What histories are to meet, so that the properties are not held against nothing.
const FEATURES: &[Feature] = &[
    ("an invoice", |world| !world.invoices.is_empty()),
    ("contracts that share an invoice", |world| world.invoices.iter().any(|one| many_contracts(&one.lines))),
    ("a fee to begin with", |world| lines(world).any(|line| line.kind == DueKind::Setup)),
    ("an add-on", |world| lines(world).any(|line| line.kind == DueKind::AddOn)),
    ("a part of a cycle", |world| lines(world).any(|line| !line.share.is_whole())),
    ("time to try", |world| world.waived.iter().any(|one| one.reason == WaiveReason::Trial)),
    ("time under a hold", |world| world.waived.iter().any(|one| one.reason == WaiveReason::Hold)),
    ("an item that came to be known late", |world| items(world).any(|item| item.known_on > item.from)),
    ("an item that came to be known ahead", |world| items(world).any(|item| item.known_on < item.from)),
    ("an item that ended", |world| contracts(world).any(|one| one.items.iter().any(|item| is_past(one, item.to)))),
    ("a contract that ended", |world| contracts(world).any(|one| is_past(one, one.ends_on))),
    ("cycles that are used up", |world| contracts(world).any(|one| is_past(one, last_cycle(one)))),
];

fn lines(world: &World) -> impl Iterator<Item = &DueLine> {
    world.invoices.iter().flat_map(|one| &one.lines)
}

fn items(world: &World) -> impl Iterator<Item = &Item> {
    world.snapshot.subscriptions.iter().flat_map(|one| &one.items)
}

fn contracts(world: &World) -> impl Iterator<Item = &Subscription> {
    world.snapshot.subscriptions.iter()
}

/// Whether a contract is billed up to an end.
fn is_past(of: &Subscription, end: Option<NaiveDate>) -> bool {
    end.is_some_and(|end| of.billed_through >= end)
}

/// The day after the last of its cycles.
fn last_cycle(of: &Subscription) -> Option<NaiveDate> {
    of.cycle_limit.map(|cycles| of.cycle.start(of.anchor, i32::try_from(cycles).unwrap()).unwrap())
}

fn many_contracts(lines: &[DueLine]) -> bool {
    lines.iter().any(|line| line.subscription != lines[0].subscription)
}

/// Holds a property against many histories and says by which seed they were drawn and what they met: in how many of them each
/// feature was. What fails is printed, made as small as it can be; `PROPTEST_RNG_SEED` repeats a run.
fn hold(property: &str, test: impl Fn(NaiveDate, &[Fate], u64) -> Result<World, TestCaseError>) {
    let mut config = ProptestConfig::default();
    let drawn = RandomState::new().build_hasher().finish();
    let seed = if let RngSeed::Fixed(given) = config.rng_seed { given } else { drawn };
    (config.cases, config.rng_seed) = (config.cases.max(MANY), RngSeed::Fixed(seed));
    config.source_file = Some(file!());
    let met = RefCell::new(vec![0_u32; FEATURES.len()]);
    let histories = (any_world(), 0_u64..420);
    let outcome = TestRunner::new(config.clone()).run(&histories, |((begin, fates), days)| {
        let world = test(begin, &fates, days)?;
        let met_here = FEATURES.iter().map(|(_, is_met)| u32::from(is_met(&world)));
        met.borrow_mut().iter_mut().zip(met_here).for_each(|(count, one)| *count += one);
        Ok(())
    });
    let told: String =
        FEATURES.iter().zip(&*met.borrow()).map(|((what, _), count)| format!("\n{count:8}  {what}")).collect();
    let told = format!("{property}, {} histories, PROPTEST_RNG_SEED={seed}{told}\n", config.cases);
    std::io::stderr().lock().write_all(told.as_bytes()).unwrap(); // past the harness, which keeps what passing tests say
    outcome.unwrap_or_else(|failure| panic!("{property}: {failure}"));
    assert!(met.borrow().iter().all(|count| *count > config.cases / 100), "hardly met: {told}");
}

/// N daily runs write what one late run writes, in the same groups; another run writes nothing.
#[test]
fn daily_runs_equal_one_late_run() {
    hold("daily runs equal one late run", |begin, fates, days| {
        let end = begin + Days::new(days);
        let mut daily = world(begin, fates);
        daily.run_daily(begin, end);
        let mut late = world(begin, fates);
        late.dawn(end);
        late.run(end);
        daily.invoices.sort_by_key(|one| (one.client, one.currency, one.invoice_on));
        let bag = |invoices: &[DueInvoice]| -> Vec<_> {
            let lines = |one: &DueInvoice| {
                let mut lines = one.lines.clone();
                lines.sort_by_key(DueLine::key);
                lines
            };
            invoices.iter().map(|one| (one.client, one.invoice_on, one.begins_on, lines(one))).collect()
        };
        prop_assert_eq!(bag(&daily.invoices), bag(&late.invoices));
        daily.waived.sort_by_key(Waived::key);
        late.waived.sort_by_key(Waived::key);
        prop_assert_eq!(&daily.waived, &late.waived);
        prop_assert_eq!(&daily.snapshot.existing, &late.snapshot.existing);
        let again = due(&late.snapshot, Horizon::AsOf(end)).unwrap();
        prop_assert_eq!((again.invoices.len(), again.waived.len()), (0, 0));
        Ok(daily)
    });
}

/// What is charged and what is waived tile the time of each item: no gap, no overlap, up to what is billed.
#[test]
fn charged_and_waived_time_tiles() {
    hold("charged and waived time tiles", |begin, fates, days| {
        let mut world = world(begin, fates);
        world.run_daily(begin, begin + Days::new(days));
        let charged = lines(&world).filter(|one| one.kind != DueKind::Setup).map(|one| (one.item, one.period));
        let mut spans: BTreeMap<SubscriptionItemId, Vec<Period>> = BTreeMap::new();
        for (item, period) in charged.chain(world.waived.iter().map(|one| (one.item, one.period))) {
            prop_assert!(!period.is_empty());
            spans.entry(item).or_default().push(period);
        }
        for one in &world.snapshot.subscriptions {
            let limit = last_cycle(one);
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
        Ok(world)
    });
}
