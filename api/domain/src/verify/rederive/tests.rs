//! A monthly contract of 9.90 from 31 January 2027 with a set-up of 5.00, billed ten days ahead.

use super::*;
use crate::Id;
use crate::invoices::due::ItemKind;
use crate::schedule::testing::day;

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(uuid::Uuid::from_u128(number))
}

fn period(from: &str, to: &str) -> Period {
    Period { from: day(from), to: day(to) }
}

fn charged(kind: DueKind, period: Period, unit_price: &str, share: &str) -> Charged {
    Charged {
        line: id(7),
        item: id(1),
        kind,
        period,
        unit_price: unit_price.parse().unwrap(),
        quantity: 1.into(),
        share: share.parse().unwrap(),
        is_credited: false,
    }
}

/// As on 10 February: the first month is billed, the second one is invoiced on 18 February.
fn books() -> (Snapshot, Stored) {
    let item = Item {
        id: id(1),
        kind: ItemKind::Plan,
        unit_price: "9.90".parse().unwrap(),
        setup_fee: "5".parse().unwrap(),
        change_fee: UnitPrice::default(),
        quantity: 1.into(),
        from: day("2027-01-31"),
        to: None,
        known_on: day("2027-01-31"),
    };
    let of = Subscription {
        id: id(1),
        client: id(1),
        currency: "EUR".parse().unwrap(),
        invoiced: true,
        anchor: day("2027-01-31"),
        cycle: "1-month".parse().unwrap(),
        lead_days: 10,
        cycle_limit: None,
        trial_until: None,
        ends_on: None,
        billed_through: day("2027-02-28"),
        items: vec![item],
        holds: Vec::new(),
    };
    let first = period("2027-01-31", "2027-02-28");
    let stored = Stored {
        next_invoice_on: BTreeMap::from([(of.id, day("2027-02-18"))]),
        charged: vec![charged(DueKind::Setup, first, "5", "1/1"), charged(DueKind::Recurring, first, "9.90", "28/28")],
        waived: Vec::new(),
    };
    (Snapshot { subscriptions: vec![of], ..Snapshot::default() }, stored)
}

fn found(change: impl FnOnce(&mut Subscription, &mut Stored), today: &str) -> Vec<String> {
    let (mut snapshot, mut stored) = books();
    change(&mut snapshot.subscriptions[0], &mut stored);
    rederive(&snapshot, &stored, day(today), day(today).pred_opt())
        .unwrap()
        .into_iter()
        .map(|finding| finding.detail)
        .collect()
}

#[test]
fn books_in_order_are_quiet() {
    assert!(found(|_, _| {}, "2027-02-10").is_empty());
    // the run of the day itself may still come
    assert!(found(|_, _| {}, "2027-02-18").is_empty());
    // half of the month was free
    let trial = |of: &mut Subscription, stored: &mut Stored| {
        of.trial_until = Some(day("2027-02-14"));
        let rest = period("2027-02-14", "2027-02-28");
        stored.charged =
            vec![charged(DueKind::Setup, rest, "5", "1/1"), charged(DueKind::Recurring, rest, "9.90", "14/28")];
        stored.waived = vec![(id(1), period("2027-01-31", "2027-02-14"))];
    };
    assert!(found(trial, "2027-02-10").is_empty());
}

#[test]
fn what_should_exist_and_does_not_is_named() {
    assert_eq!(
        found(|_, _| {}, "2027-02-19"),
        [format!(
            "recurring of {} from 2027-02-28 to 2027-03-31 was to be invoiced on 2027-02-18 and is not",
            id::<SubscriptionItemId>(1)
        )]
    );
    assert_eq!(
        found(|_, stored| stored.next_invoice_on.clear(), "2027-02-10"),
        ["is to be invoiced on 2027-02-18, is looked at again on never"]
    );
    let gap = |kind: &str| {
        format!("said to be billed up to 2027-02-28, but not {kind} of {} from 2027-01-31", id::<SubscriptionItemId>(1))
    };
    assert_eq!(found(|_, stored| stored.charged.truncate(1), "2027-02-10"), [gap("recurring")]);
    assert_eq!(
        found(
            |_, stored| {
                stored.charged.remove(0);
            },
            "2027-02-10"
        ),
        [gap("setup")]
    );
}

#[test]
fn what_exists_otherwise_than_agreed_is_named() {
    let one = |change: fn(&mut Subscription, &mut Stored)| found(change, "2027-02-10");
    assert_eq!(one(|of, _| of.items[0].unit_price = "8".parse().unwrap()), ["charges 9.9 a cycle, the item 8"]);
    assert_eq!(one(|of, _| of.items[0].setup_fee = "6".parse().unwrap()), ["charges 5 a cycle, the item 6"]);
    assert_eq!(one(|_, stored| stored.charged[1].quantity = 2.into()), ["charges 2 units, the item 1"]);
    let share = |_: &mut Subscription, stored: &mut Stored| stored.charged[1].share = "27/28".parse().unwrap();
    assert_eq!(one(share), ["charges 27/28 days, its period has 28/28"]);
    // it ended before the month began, which was charged all the same and not taken back
    let ended = |of: &mut Subscription, _: &mut Stored| of.ends_on = Some(day("2027-01-31"));
    assert_eq!(one(ended), ["charges time in which the item does not run"; 2]);
    let credited = |of: &mut Subscription, stored: &mut Stored| {
        of.ends_on = Some(day("2027-01-31"));
        stored.charged.iter_mut().for_each(|one| one.is_credited = true);
    };
    assert!(one(credited).is_empty());
    // exchanged on its first day, when it had been charged by another cycle: given back, that is in order
    let exchanged = |of: &mut Subscription, stored: &mut Stored| {
        of.items[0].to = Some(of.items[0].from);
        stored.charged[1].share = "91/91".parse().unwrap();
        stored.charged.iter_mut().for_each(|one| one.is_credited = true);
    };
    assert!(one(exchanged).is_empty());
    // what it cost to begin is not given back
    let paid = |of: &mut Subscription, stored: &mut Stored| {
        of.items[0].to = Some(of.items[0].from);
        stored.charged.iter_mut().for_each(|one| one.is_credited = !one.kind.is_once());
    };
    assert!(one(paid).is_empty());
    // paid ahead by another cycle, then exchanged before that time came, and given back
    let ahead = |of: &mut Subscription, stored: &mut Stored| {
        of.items[0].to = Some(stored.charged[1].period.from);
        stored.charged[1].share = "91/91".parse().unwrap();
        stored.charged.iter_mut().for_each(|one| one.is_credited = true);
    };
    assert!(one(ahead).is_empty());
    let kept = |of: &mut Subscription, stored: &mut Stored| {
        of.items[0].to = Some(of.items[0].from);
        stored.charged[1].share = "91/91".parse().unwrap();
    };
    assert_eq!(one(kept), ["charges 91/91 days, its period has 28/28"]);
}
