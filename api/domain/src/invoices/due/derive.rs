//! One subscription, period after period.

use super::{DueKind, DueLine, Horizon, Item, ItemKind, LineKey, Progress, Subscription, WaiveReason, Waived};
use crate::problem::Result;
use crate::schedule::{Period, Share, out_of_calendar};
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// What one subscription lacks, each line with its invoice day.
pub(super) struct Derived {
    pub lines: Vec<(NaiveDate, DueLine)>,
    pub waived: Vec<Waived>,
    pub progress: Progress,
}

/// Walks the periods from the one that holds `billed_through` until one is not reached or the subscription has ended.
pub(super) fn derive(of: &Subscription, existing: &BTreeMap<LineKey, NaiveDate>, horizon: Horizon) -> Result<Derived> {
    let end = end(of)?;
    let mut walk = Walk { of, existing, horizon, lines: Vec::new(), waived: Vec::new(), pending: None };
    let mut n = of.cycle.index_at(of.anchor, of.billed_through)?;
    let mut reached = of.billed_through;
    let renewal = loop {
        let whole = of.cycle.period(of.anchor, n)?;
        if end.is_some_and(|end| whole.from >= end) {
            break None;
        }
        // a period that has begun to be billed is open for what was added to it since
        let renewal = before(whole.from, of.lead_days);
        if whole.from >= of.billed_through && !horizon.reaches(renewal, whole.from) {
            break Some(renewal);
        }
        let open = Period { to: end.map_or(whole.to, |end| whole.to.min(end)), ..whole };
        for item in &of.items {
            walk.item(item, whole, open);
        }
        reached = reached.max(open.to);
        n = n.checked_add(1).ok_or_else(out_of_calendar)?;
    };
    let (billed_through, next_invoice_on) = match walk.pending {
        Some((day, begins)) => (begins, Some(renewal.map_or(day, |renewal| renewal.min(day)))),
        None => (reached, renewal),
    };
    let progress = Progress { subscription: of.id, billed_through, next_invoice_on };
    Ok(Derived { lines: walk.lines, waived: walk.waived, progress })
}

/// The first day that is not charged any more: cancelled, or all cycles used.
fn end(of: &Subscription) -> Result<Option<NaiveDate>> {
    let Some(limit) = of.cycle_limit else { return Ok(of.ends_on) };
    let n = i32::try_from(limit).map_err(|_| out_of_calendar())?;
    let completed = of.cycle.start(of.anchor, n)?;
    Ok(Some(of.ends_on.map_or(completed, |ends| ends.min(completed))))
}

pub(super) fn before(day: NaiveDate, days: u16) -> NaiveDate {
    day.checked_sub_days(Days::new(u64::from(days))).unwrap_or(day)
}

impl Horizon {
    /// Whether something with this invoice day, for time that begins then, is to be derived.
    fn reaches(self, invoice_on: NaiveDate, begins: NaiveDate) -> bool {
        match self {
            Self::AsOf(day) => invoice_on <= day,
            Self::Before(day) => begins < day,
        }
    }
}

struct Walk<'a> {
    of: &'a Subscription,
    existing: &'a BTreeMap<LineKey, NaiveDate>,
    horizon: Horizon,
    lines: Vec<(NaiveDate, DueLine)>,
    waived: Vec<Waived>,
    /// The earliest invoice day and the earliest first day among what was passed but is not due yet.
    pending: Option<(NaiveDate, NaiveDate)>,
}

impl Walk<'_> {
    /// The part of one period that one item is charged for.
    fn item(&mut self, item: &Item, whole: Period, open: Period) {
        let lasting = Period { from: item.from, to: item.to.unwrap_or(open.to) }.within(open);
        if lasting.is_empty() || lasting.from < self.of.billed_through {
            return;
        }
        let trial_end = self.of.trial_until.map_or(lasting.from, |until| until.clamp(lasting.from, lasting.to));
        let paid = Period { from: trial_end, ..lasting };
        let known = before(paid.from, self.of.lead_days).max(item.known_on);
        let Some((invoice_on, held_until)) = self.after_holds(known, paid.from) else {
            return self.wait(known, lasting.from);
        };
        if !self.horizon.reaches(invoice_on, paid.from) {
            return self.wait(invoice_on, lasting.from);
        }
        let held_until = held_until.min(paid.to);
        self.waive(item, Period { from: lasting.from, to: trial_end }, WaiveReason::Trial);
        self.waive(item, Period { from: trial_end, to: held_until }, WaiveReason::Hold);
        let first = item.from.max(self.of.trial_until.unwrap_or(item.from));
        if first == paid.from {
            let fees = [DueKind::Setup, DueKind::Fee].into_iter().filter(|fee| !fee.price(item).get().is_zero());
            fees.for_each(|fee| self.charge(item, fee, invoice_on, paid, Share::WHOLE));
        }
        let charged = Period { from: held_until, ..paid };
        self.charge(item, period_kind(item), invoice_on, charged, Share::of_period(charged, whole));
    }

    /// The invoice day put off to the end of the holds it falls into, and the first day that is then asked for: days
    /// under such a hold are not. None while a hold lasts. By hand, holds do not count.
    fn after_holds(&self, day: NaiveDate, begins: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        if matches!(self.horizon, Horizon::Before(_)) {
            return Some((day, begins));
        }
        self.of.holds.iter().try_fold((day, begins), |(day, begins), hold| {
            if day < hold.from || hold.to.is_some_and(|to| to <= day) {
                return Some((day, begins));
            }
            let lifted = hold.to?;
            // what began before the hold and became known during it is owed in full
            Some((lifted, if begins < hold.from { begins } else { begins.max(lifted) }))
        })
    }

    fn wait(&mut self, day: NaiveDate, begins: NaiveDate) {
        let (earliest, first) = self.pending.unwrap_or((day, begins));
        self.pending = Some((earliest.min(day), first.min(begins)));
    }

    /// Whether a day of an item is charged or waived already. What was paid ahead stays paid when a hold ends within it.
    fn is_taken(&self, item: &Item, kind: DueKind, day: NaiveDate) -> bool {
        let mut so_far = self.existing.range((item.id, kind, NaiveDate::MIN)..=(item.id, kind, day));
        so_far.next_back().is_some_and(|((.., from), to)| *from == day || day < *to)
    }

    fn waive(&mut self, item: &Item, period: Period, reason: WaiveReason) {
        let kind = period_kind(item);
        if !period.is_empty() && !self.is_taken(item, kind, period.from) {
            self.waived.push(Waived { subscription: self.of.id, item: item.id, kind, period, reason });
        }
    }

    fn charge(&mut self, item: &Item, kind: DueKind, invoice_on: NaiveDate, period: Period, share: Share) {
        if period.is_empty() || self.is_taken(item, kind, period.from) {
            return;
        }
        let (subscription, unit_price, item, quantity) = (self.of.id, kind.price(item), item.id, item.quantity);
        self.lines.push((invoice_on, DueLine { subscription, item, kind, period, unit_price, quantity, share }));
    }
}

fn period_kind(item: &Item) -> DueKind {
    match item.kind {
        ItemKind::Plan => DueKind::Recurring,
        ItemKind::AddOn => DueKind::AddOn,
    }
}
