//! A small set of books to run billing against; the tests stand in the files below.

mod by_hand;
mod histories;
mod stories;

use super::*;
use crate::ids::Id;
use crate::schedule::testing::{cycle, day};

fn id<T: Id>(n: u8) -> T {
    T::from_uuid(uuid::Uuid::from_bytes([n; 16]))
}

fn eur() -> Currency {
    "EUR".parse().unwrap()
}

fn price(text: &str) -> UnitPrice {
    text.parse().unwrap()
}

fn plan(n: u8, from: &str) -> Item {
    Item {
        id: id(n),
        kind: ItemKind::Plan,
        unit_price: price("9"),
        setup_fee: price("0"),
        change_fee: UnitPrice::default(),
        quantity: 1.into(),
        from: day(from),
        to: None,
        known_on: day(from),
    }
}

fn subscription(n: u8, anchor: &str, of: &str, items: Vec<Item>) -> Subscription {
    Subscription {
        id: id(n),
        client: id(1),
        currency: eur(),
        invoiced: true,
        anchor: day(anchor),
        cycle: cycle(of),
        lead_days: 10,
        cycle_limit: None,
        trial_until: None,
        ends_on: None,
        billed_through: items.iter().map(|item| item.from).min().unwrap(),
        items,
        holds: vec![],
    }
}

/// A seller's books: what is known each day, and what has been written.
#[derive(Default)]
struct World {
    snapshot: Snapshot,
    next: BTreeMap<SubscriptionId, Option<NaiveDate>>,
    unknown: Vec<(SubscriptionId, Item)>,
    holds: Vec<(SubscriptionId, HeldSpan)>,
    invoices: Vec<DueInvoice>,
    waived: Vec<Waived>,
}

impl World {
    fn new(subscriptions: Vec<Subscription>) -> Self {
        Self { snapshot: Snapshot { subscriptions, ..Snapshot::default() }, ..Self::default() }
    }

    /// Writes what is derived, as the billing run does.
    fn write(&mut self, due: Due) {
        for line in due.invoices.iter().flat_map(|invoice| &invoice.lines) {
            let before = self.snapshot.existing.insert(line.key(), line.period.to);
            assert!(before.is_none(), "twice: {line:?}");
        }
        for waived in &due.waived {
            let before = self.snapshot.existing.insert(waived.key(), waived.period.to);
            assert!(before.is_none(), "twice: {waived:?}");
        }
        for progress in due.progress {
            let mut all = self.snapshot.subscriptions.iter_mut();
            all.find(|one| one.id == progress.subscription).unwrap().billed_through = progress.billed_through;
            self.next.insert(progress.subscription, progress.next_invoice_on);
        }
        self.invoices.extend(due.invoices);
        self.waived.extend(due.waived);
    }

    /// Items and holds come to be known on their day.
    fn dawn(&mut self, today: NaiveDate) {
        let (known, unknown): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.unknown).into_iter().partition(|(_, item)| item.known_on <= today);
        self.unknown = unknown;
        for (of, item) in known {
            let one = self.snapshot.subscriptions.iter_mut().find(|one| one.id == of).unwrap();
            one.billed_through = one.billed_through.min(item.from);
            one.items.push(item);
            self.next.insert(of, Some(today));
        }
        for one in &mut self.snapshot.subscriptions {
            let begun = self.holds.iter().filter(|(of, hold)| *of == one.id && hold.from <= today);
            one.holds = begun.map(|(_, hold)| HeldSpan { to: hold.to.filter(|to| *to <= today), ..*hold }).collect();
        }
    }

    /// One run: only what `next_invoice_on` says is looked at.
    fn run(&mut self, today: NaiveDate) {
        let is_next =
            |one: &&Subscription| self.next.get(&one.id).is_none_or(|next| next.is_some_and(|next| next <= today));
        let looked_at: Vec<_> = self.snapshot.subscriptions.iter().filter(is_next).cloned().collect();
        // no more than what the snapshot promises: keys from `billed_through` on
        let of = |item: SubscriptionItemId| looked_at.iter().find(|one| one.items.iter().any(|row| row.id == item));
        let open = |(key, _): &(&LineKey, &NaiveDate)| of(key.0).is_some_and(|one| key.2 >= one.billed_through);
        let existing = self.snapshot.existing.iter().filter(open).map(|(key, to)| (*key, *to)).collect();
        let snapshot = Snapshot { subscriptions: looked_at, existing, lines_per_invoice: None };
        self.write(due(&snapshot, Horizon::AsOf(today)).unwrap());
    }

    fn run_daily(&mut self, from: NaiveDate, to: NaiveDate) {
        for today in from.iter_days().take_while(|today| *today <= to) {
            self.dawn(today);
            self.run(today);
        }
    }

    /// Invoice days of a span with the subscriptions on each invoice.
    fn told(&self, from: &str, to: &str) -> Vec<(String, Vec<SubscriptionId>)> {
        let inside = |invoice: &&DueInvoice| (day(from)..=day(to)).contains(&invoice.invoice_on);
        let line = |invoice: &DueInvoice| {
            (invoice.invoice_on.to_string(), invoice.lines.iter().map(|line| line.subscription).collect())
        };
        let mut told: Vec<_> = self.invoices.iter().filter(inside).map(line).collect();
        told.sort();
        told
    }
}
