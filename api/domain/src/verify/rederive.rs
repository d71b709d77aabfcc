//! Deriving open periods anew: what should be charged by today is, and what is charged is what the contract says.

use super::Finding;
use crate::invoices::due::{DueKind, Horizon, Item, ItemKind, LineKey, Snapshot, Subscription, due};
use crate::problem::Result;
use crate::schedule::{Period, Share};
use crate::{InvoiceLineId, Quantity, SubscriptionId, SubscriptionItemId, UnitPrice};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A stored line of an open period.
#[derive(Clone, Debug)]
pub struct Charged {
    /// The line.
    pub line: InvoiceLineId,
    /// What it charges.
    pub item: SubscriptionItemId,
    /// Set-up fee, plan or add-on.
    pub kind: DueKind,
    /// For which days.
    pub period: Period,
    /// For how much a cycle.
    pub unit_price: UnitPrice,
    /// How many.
    pub quantity: Quantity,
    /// For which part of the cycle.
    pub share: Share,
    /// Whether something of it was taken back.
    pub is_credited: bool,
}

/// What is stored of the periods of some subscriptions that have not ended yet.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// When the billing run looks at each of them again.
    pub next_invoice_on: BTreeMap<SubscriptionId, NaiveDate>,
    /// Lines.
    pub charged: Vec<Charged>,
    /// Days of items that nobody pays.
    pub waived: Vec<(SubscriptionItemId, Period)>,
}

/// Compares what can be derived with what is stored. `subscriptions` are those that are invoiced, with all their items;
/// the keys of stored lines and waived periods stand in the snapshot. `ran_on` is the day before today on which the last
/// billing run was to be; none if there was to be none.
///
/// # Errors
/// A cycle that leads out of the calendar.
pub fn rederive(
    snapshot: &Snapshot,
    stored: &Stored,
    today: NaiveDate,
    ran_on: Option<NaiveDate>,
) -> Result<Vec<Finding>> {
    let mut findings = ran_on.map_or(Ok(Vec::new()), |ran_on| late(snapshot, stored, ran_on))?;
    for of in &snapshot.subscriptions {
        findings.extend(missing(of, stored, today)?);
        let open = opens_on(of, today)?;
        for charged in stored.charged.iter().filter(|one| one.period.from >= open) {
            if let Some(item) = of.items.iter().find(|item| item.id == charged.item) {
                findings.extend(wrong(of, item, charged)?);
            }
        }
    }
    Ok(findings)
}

/// What should have been invoiced by the last run and was not, and what the billing run will look at too late.
fn late(snapshot: &Snapshot, stored: &Stored, ran_on: NaiveDate) -> Result<Vec<Finding>> {
    let found = due(snapshot, Horizon::AsOf(ran_on))?;
    let mut findings = Vec::new();
    for invoice in &found.invoices {
        for line in &invoice.lines {
            let what = format!("{} of {} from {} to {}", line.kind, line.item, line.period.from, line.period.to);
            let detail = format!("{what} was to be invoiced on {} and is not", invoice.invoice_on);
            findings.push(Finding::new(line.subscription, detail));
        }
    }
    for waived in &found.waived {
        let detail = format!("{} is to be waived from {} and is not", waived.item, waived.period.from);
        findings.push(Finding::new(waived.subscription, detail));
    }
    if findings.is_empty() {
        for (of, next) in found.progress.iter().filter_map(|one| Some((one.subscription, one.next_invoice_on?))) {
            let said = stored.next_invoice_on.get(&of);
            if said.is_none_or(|said| *said > next) {
                let said = said.map_or("never".into(), ToString::to_string);
                findings.push(Finding::new(of, format!("is to be invoiced on {next}, is looked at again on {said}")));
            }
        }
    }
    Ok(findings)
}

/// The day on which the open period of a subscription begins: the one that holds today, or the last that is billed. What
/// was charged before the present plan began was charged on other terms, maybe in other cycles.
pub fn opens_on(of: &Subscription, today: NaiveDate) -> Result<NaiveDate> {
    let last = of.billed_through.pred_opt().map_or(today, |last| last.min(today));
    let begins = of.cycle.start(of.anchor, of.cycle.index_at(of.anchor, last)?)?;
    let goes_on = |item: &&Item| item.kind == ItemKind::Plan && item.to.is_none_or(|to| to > of.billed_through);
    Ok(of.items.iter().filter(goes_on).map(|item| item.from).fold(begins, NaiveDate::max))
}

/// What is said to be billed, from the beginning of the open period on, and is neither charged nor waived.
fn missing(of: &Subscription, stored: &Stored, today: NaiveDate) -> Result<Vec<Finding>> {
    let open = opens_on(of, today)?;
    let anew =
        Snapshot { subscriptions: vec![Subscription { billed_through: open, ..of.clone() }], ..Snapshot::default() };
    let found = due(&anew, Horizon::Before(of.billed_through))?;
    let lines = found.invoices.iter().flat_map(|invoice| &invoice.lines);
    let gap = lines.filter_map(|line| {
        let first = if line.kind.is_once() {
            unpaid_fee(stored, line.key())?
        } else {
            stored.first_gap(line.item, line.period)?
        };
        let detail = format!(
            "said to be billed up to {}, but not {} of {} from {first}",
            of.billed_through, line.kind, line.item
        );
        Some(Finding::new(of.id, detail))
    });
    Ok(gap.collect())
}

/// A fee belongs to the first period that is charged: not to one that was free, or that someone else has billed.
fn unpaid_fee(stored: &Stored, (item, fee, from): LineKey) -> Option<NaiveDate> {
    let begins = |is_it: &dyn Fn(DueKind) -> bool| {
        stored.charged.iter().any(|one| one.item == item && one.period.from == from && is_it(one.kind))
    };
    (begins(&|kind| !kind.is_once()) && !begins(&|kind| kind == fee)).then_some(from)
}

impl Stored {
    /// The first day of a period of an item that is neither charged nor waived.
    fn first_gap(&self, item: SubscriptionItemId, period: Period) -> Option<NaiveDate> {
        let charged = self.charged.iter().filter(|one| !one.kind.is_once()).map(|one| (one.item, one.period));
        let mut own: Vec<Period> = charged
            .chain(self.waived.iter().copied())
            .filter(|(of, _)| *of == item)
            .map(|(_, period)| period)
            .collect();
        own.sort();
        let reached = own.iter().fold(period.from, |day, one| if one.holds(day) { one.to } else { day });
        (reached < period.to).then_some(reached)
    }
}

/// What a stored line says that its item does not.
fn wrong(of: &Subscription, item: &Item, charged: &Charged) -> Result<Option<Finding>> {
    let whole = of.cycle.period(of.anchor, of.cycle.index_at(of.anchor, charged.period.from)?)?;
    let price = charged.kind.price(item);
    let share = if charged.kind.is_once() { Share::WHOLE } else { Share::of_period(charged.period, whole) };
    let ends = [item.to, of.ends_on].into_iter().flatten().min();
    // time in which the item does not run, because it was exchanged before, may have been charged in another cycle: it has
    // to be given back; but what a change cost stays, though the next one follows on the same day
    let stays = charged.kind.is_once() && charged.period.from == item.from && item.to == Some(item.from);
    let outside = charged.period.from < item.from || ends.is_some_and(|end| charged.period.from >= end && !stays);
    let given_back = outside && charged.is_credited;
    let faults = [
        (charged.unit_price != price, format!("charges {} a cycle, the item {price}", charged.unit_price)),
        (charged.quantity != item.quantity, format!("charges {} units, the item {}", charged.quantity, item.quantity)),
        (charged.share != share && !given_back, format!("charges {} days, its period has {share}", charged.share)),
        (outside && !given_back, "charges time in which the item does not run".into()),
    ];
    let fault = faults.into_iter().find(|(is_so, _)| *is_so);
    Ok(fault.map(|(_, detail)| Finding::new(charged.line, detail)))
}

#[cfg(test)]
mod tests;
