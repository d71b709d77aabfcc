//! The stories of the guide, to the day, and single rules.

use super::*;
use crate::schedule::{BillingMode, BillingRule};

/// An order: the dates of the seller's rule, and what the first invoice takes.
fn order(n: u8, rule: BillingRule, ordered_on: &str, of: &str, prorates: bool, lead_days: u16) -> (Subscription, Due) {
    let start = rule.start(day(ordered_on), cycle(of), prorates).unwrap();
    let mut one = subscription(n, ordered_on, of, vec![plan(n, ordered_on)]);
    (one.anchor, one.lead_days) = (start.anchor, lead_days);
    let snapshot = Snapshot { subscriptions: vec![one.clone()], ..Snapshot::default() };
    let first = due(&snapshot, Horizon::Before(start.first.to)).unwrap();
    assert_eq!(first.progress[0].billed_through, start.first.to);
    one.billed_through = start.first.to;
    (one, first)
}

fn on(text: &str, subscriptions: &[u8]) -> (String, Vec<SubscriptionId>) {
    (text.into(), subscriptions.iter().map(|n| id(*n)).collect())
}

/// The guide's Alice: hosting (1) and a domain (2) on 15 June 2008, business hosting (3) on 20 August.
#[test]
fn alice() {
    let rule = BillingRule::default();
    let orders = [
        order(1, rule, "2008-06-15", "1-month", true, 10),
        order(2, rule, "2008-06-15", "1-year", false, 30),
        order(3, rule, "2008-08-20", "1-month", true, 10),
    ];
    let mut world = World::new(orders.into_iter().map(|(one, _)| one).collect());
    world.run_daily(day("2008-06-15"), day("2009-06-30"));
    // her first renewal is 15 July, invoiced ten days before
    assert_eq!(world.told("2008-06-15", "2008-08-04"), [on("2008-07-05", &[1])]);
    assert_eq!(world.told("2008-09-01", "2008-09-30"), [on("2008-09-05", &[1]), on("2008-09-10", &[3])]);
    // 30 days before 15 June is 16 May, where the guide prints 15 May
    let may = [on("2009-05-05", &[1]), on("2009-05-10", &[3]), on("2009-05-16", &[2])];
    assert_eq!(world.told("2009-05-01", "2009-05-31"), may);
    let domain = world.invoices.iter().find(|invoice| invoice.lines[0].subscription == id(2)).unwrap();
    assert_eq!(domain.lines[0].period, Period { from: day("2009-06-15"), to: day("2010-06-15") });
}

/// The guide's Bob: monthly mode, threshold 15, the domain not prorated.
#[test]
fn bob() {
    let rule = BillingRule { mode: BillingMode::Monthly, ..BillingRule::default() };
    let (hosting, first) = order(1, rule, "2008-06-15", "1-month", true, 10);
    // 9.00 × 16 / 30 = 4.80 for the rest of June, and July
    let nets: Vec<_> =
        first.invoices.iter().flat_map(|one| &one.lines).map(|one| one.net(eur()).unwrap().minor()).collect();
    assert_eq!(nets, [480, 900]);
    let (domain, _) = order(2, rule, "2008-06-15", "1-year", false, 30);
    let (business, first) = order(3, rule, "2008-08-05", "1-month", true, 10);
    // 9.00 × 27 / 31 = 7.838… for the rest of August
    assert_eq!(first.invoices[0].lines.len(), 1);
    assert_eq!(first.invoices[0].lines[0].net(eur()).unwrap().minor(), 784);
    let mut world = World::new(vec![hosting, domain, business]);
    world.run_daily(day("2008-06-15"), day("2009-06-15"));
    assert_eq!(world.told("2008-06-15", "2008-07-31"), [on("2008-07-22", &[1])]);
    assert_eq!(world.told("2008-08-01", "2008-08-31"), [on("2008-08-22", &[1, 3])]);
    let spring = [on("2009-04-21", &[1, 3]), on("2009-05-16", &[2]), on("2009-05-22", &[1, 3])];
    assert_eq!(world.told("2009-04-15", "2009-05-31"), spring);
}

/// 30.00 a month and 5.00 set-up, from 31 January; an add-on of 10.00 from 14 March to 20 April.
#[test]
fn items_that_begin_or_end_inside_a_period_are_charged_by_days() {
    let mut base = plan(1, "2027-01-31");
    (base.unit_price, base.setup_fee) = (price("30"), price("5"));
    let mut extra = plan(2, "2027-03-14");
    (extra.kind, extra.unit_price, extra.to) = (ItemKind::AddOn, price("10"), Some(day("2027-04-20")));
    let world = Snapshot {
        subscriptions: vec![subscription(1, "2027-01-31", "1-month", vec![base, extra])],
        ..Snapshot::default()
    };
    let due = due(&world, Horizon::AsOf(day("2027-04-20"))).unwrap();
    let told = |invoice: &DueInvoice| -> Vec<String> {
        let line = |line: &DueLine| format!("{} {:?} {}", line.kind, line.period, line.net(eur()).unwrap());
        invoice.lines.iter().map(line).collect()
    };
    let told: Vec<_> = due.invoices.iter().map(|one| (one.invoice_on.to_string(), told(one))).collect();
    let want =
        |day: &str, lines: &[&str]| (day.to_string(), lines.iter().map(|line| line.to_string()).collect::<Vec<_>>());
    assert_eq!(
        told,
        [
            // 31 January was the day the plan became known: not ten days before
            want(
                "2027-01-31",
                &["setup 2027-01-31..2027-02-28 5.00 EUR", "recurring 2027-01-31..2027-02-28 30.00 EUR"]
            ),
            want("2027-02-18", &["recurring 2027-02-28..2027-03-31 30.00 EUR"]),
            // 10.00 × 17 / 31 = 5.483…
            want("2027-03-14", &["add_on 2027-03-14..2027-03-31 5.48 EUR"]),
            // 10.00 × 20 / 30 = 6.666…
            want(
                "2027-03-21",
                &["recurring 2027-03-31..2027-04-30 30.00 EUR", "add_on 2027-03-31..2027-04-20 6.67 EUR"]
            ),
            want("2027-04-20", &["recurring 2027-04-30..2027-05-31 30.00 EUR"]),
        ]
    );
    let progress = due.progress[0];
    // the next period begins on 31 May
    assert_eq!((progress.billed_through, progress.next_invoice_on), (day("2027-05-31"), Some(day("2027-05-21"))));
}

#[test]
fn clients_and_currencies_and_line_limits_part_invoices() {
    let mut all: Vec<_> =
        (1..=5).map(|n| subscription(n, "2027-01-01", "1-month", vec![plan(n, "2027-01-01")])).collect();
    all[3].client = id(2);
    all[4].currency = "JPY".parse().unwrap();
    let snapshot = Snapshot { subscriptions: all, lines_per_invoice: NonZeroUsize::new(2), ..Snapshot::default() };
    let due = due(&snapshot, Horizon::AsOf(day("2027-01-01"))).unwrap();
    let told: Vec<_> = due.invoices.iter().map(|one| (one.client, one.currency.to_string(), one.lines.len())).collect();
    let eur = || "EUR".to_string();
    assert_eq!(told, [(id(1), eur(), 2), (id(1), eur(), 1), (id(1), "JPY".into(), 1), (id(2), eur(), 1)]);
}

#[test]
fn only_invoiced_statuses_are_run_but_all_by_hand() {
    let mut one = subscription(1, "2027-01-01", "1-month", vec![plan(1, "2027-01-01")]);
    one.invoiced = false;
    one.holds = vec![HeldSpan { from: day("2027-01-01"), to: None }];
    let snapshot = Snapshot { subscriptions: vec![one], ..Snapshot::default() };
    assert_eq!(due(&snapshot, Horizon::AsOf(day("2027-06-01"))).unwrap(), Due::default());
    // four months by hand (INV-06)
    let lines = due(&snapshot, Horizon::Before(day("2027-05-01"))).unwrap().invoices;
    assert_eq!(lines.iter().map(|invoice| invoice.lines.len()).sum::<usize>(), 4);
}

/// Suspended from 20 March to 12 May: the days from 1 April to 11 May are waived, the rest of May is asked for then.
#[test]
fn suspended_time_is_waived_when_it_ends() {
    let mut one = subscription(1, "2027-03-01", "1-month", vec![plan(1, "2027-03-01")]);
    one.holds = vec![HeldSpan { from: day("2027-03-20"), to: None }];
    let mut snapshot = Snapshot { subscriptions: vec![one], ..Snapshot::default() };
    let held = due(&snapshot, Horizon::AsOf(day("2027-05-11"))).unwrap();
    assert_eq!((held.invoices.len(), held.waived.len()), (1, 0));
    let waiting = held.progress[0];
    assert_eq!((waiting.billed_through, waiting.next_invoice_on), (day("2027-04-01"), Some(day("2027-03-22"))));
    snapshot.subscriptions[0].billed_through = waiting.billed_through;
    snapshot.subscriptions[0].holds[0].to = Some(day("2027-05-12"));
    let lifted = due(&snapshot, Horizon::AsOf(day("2027-05-12"))).unwrap();
    let span = |from, to| Period { from: day(from), to: day(to) };
    let waived: Vec<_> = lifted.waived.iter().map(|one| (one.period, one.reason)).collect();
    let hold = WaiveReason::Hold;
    assert_eq!(waived, [(span("2027-04-01", "2027-05-01"), hold), (span("2027-05-01", "2027-05-12"), hold)]);
    let invoice = &lifted.invoices[0];
    assert_eq!((invoice.invoice_on, invoice.lines[0].period), (day("2027-05-12"), span("2027-05-12", "2027-06-01")));
    assert_eq!((invoice.lines[0].share.days(), invoice.lines[0].share.of()), (20, 31));
}

/// An add-on paid ahead for the whole year, a plan exchanged in July, and a rest from July into the next year: where the rest
/// ends, the plan is asked for from that day on, the add-on is not, because it is paid.
#[test]
fn what_was_paid_ahead_stays_paid_when_a_rest_ends_within_it() {
    let mut calls = plan(1, "2026-01-05");
    calls.kind = ItemKind::AddOn;
    let mut top = plan(2, "2026-07-09");
    top.known_on = day("2026-07-09");
    let mut one = subscription(1, "2026-01-05", "1-year", vec![calls, top]);
    one.billed_through = day("2027-01-05");
    one.holds = vec![HeldSpan { from: day("2026-07-09"), to: Some(day("2027-01-27")) }];
    let ahead = ((id(1), DueKind::AddOn, day("2027-01-05")), day("2028-01-05"));
    let snapshot = Snapshot { subscriptions: vec![one], existing: [ahead].into(), ..Snapshot::default() };
    let found = due(&snapshot, Horizon::AsOf(day("2027-01-28"))).unwrap();
    let lines: Vec<_> = found.invoices.iter().flat_map(|one| &one.lines).map(|line| (line.item, line.period)).collect();
    assert_eq!(lines, [(id(2), Period { from: day("2027-01-27"), to: day("2028-01-05") })]);
}

#[test]
fn a_trial_is_waived_and_the_limit_ends_it() {
    let mut one = subscription(1, "2027-01-31", "1-month", vec![plan(1, "2027-01-31")]);
    (one.trial_until, one.cycle_limit) = (Some(day("2027-02-14")), Some(2));
    let snapshot = Snapshot { subscriptions: vec![one], ..Snapshot::default() };
    let due = due(&snapshot, Horizon::AsOf(day("2030-01-01"))).unwrap();
    assert_eq!(due.waived[0].period, Period { from: day("2027-01-31"), to: day("2027-02-14") });
    let lines: Vec<_> =
        due.invoices.iter().flat_map(|one| &one.lines).map(|one| (one.period, one.share.days())).collect();
    let (trial, second) = (day("2027-02-14")..day("2027-02-28"), day("2027-02-28")..day("2027-03-31"));
    let period = |range: std::ops::Range<NaiveDate>| Period { from: range.start, to: range.end };
    assert_eq!(lines, [(period(trial), 14), (period(second), 31)]);
    assert_eq!((due.progress[0].billed_through, due.progress[0].next_invoice_on), (day("2027-03-31"), None));
}

/// 100 JPY or 0.100 KWD over 1 of 31 days; nothing for nothing.
#[test]
fn nets_follow_the_currency() {
    let share = Share::of_period(
        Period { from: day("2027-01-31"), to: day("2027-02-01") },
        Period { from: day("2027-01-01"), to: day("2027-02-01") },
    );
    let line = |unit_price| DueLine {
        subscription: id(1),
        item: id(1),
        kind: DueKind::Recurring,
        period: Period { from: day("2027-01-31"), to: day("2027-02-01") },
        unit_price,
        quantity: "2.5".parse().unwrap(),
        share,
    };
    let net = |unit: &str, code: &str| line(price(unit)).net(code.parse().unwrap()).unwrap().to_string();
    // 250 / 31 = 8.06…; 0.250 / 31 = 0.00806…
    assert_eq!([net("100", "JPY"), net("0.1", "KWD"), net("0", "EUR")], ["8 JPY", "0.008 KWD", "0.00 EUR"]);
}

#[test]
fn dates_of_the_document() {
    assert_eq!(issued_on(day("2027-01-05"), None), day("2027-01-05"));
    assert_eq!(issued_on(day("2027-01-05"), Some(day("2027-01-07"))), day("2027-01-07"));
    assert_eq!(due_on(day("2027-01-15"), day("2027-01-05"), 7), day("2027-01-15"));
    assert_eq!(due_on(day("2027-01-15"), day("2027-01-10"), 7), day("2027-01-17"));
}
