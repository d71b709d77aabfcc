//! What should be on invoices and is not: derive, then keep the difference (design, section 5).
//!
//! A subscription's items and its cycle say which lines exist for every period; `due` gives those whose invoice day
//! has come and that nobody has written yet. Because it looks at dates and not at "today is the day", a run that comes
//! late, or twice, gives the same lines in the same groups. The forecast of a client is the same call with a later
//! day; an order or an invoice by hand asks for everything up to a day instead. When a draft is thrown away, `undo` says
//! where its subscriptions stand again.

mod derive;
#[cfg(test)]
mod tests;
mod undo;

pub use undo::{Undone, undo};

use crate::money::{Money, MoneyError};
use crate::problem::Result;
use crate::schedule::{Cycle, Period, Share, out_of_calendar};
use crate::{ClientId, Currency, Quantity, SubscriptionId, SubscriptionItemId, UnitPrice};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

text_enum! {
    /// What a line derived from a subscription charges.
    pub enum DueKind {
        /// The fee paid once, with the first period of what was ordered.
        Setup = "setup",
        /// The fee paid once, with the first period of what a change of plan brought (CAT-05).
        Fee = "fee",
        /// A period of the plan.
        Recurring = "recurring",
        /// A period of an add-on.
        AddOn = "add_on",
    }
}

impl DueKind {
    /// What an item costs of this kind.
    pub const fn price(self, item: &Item) -> UnitPrice {
        match self {
            Self::Setup => item.setup_fee,
            Self::Fee => item.change_fee,
            Self::Recurring | Self::AddOn => item.unit_price,
        }
    }

    /// Whether it is charged once, and not for time.
    pub const fn is_once(self) -> bool {
        matches!(self, Self::Setup | Self::Fee)
    }
}

text_enum! {
    /// What a subscription item is.
    pub enum ItemKind { Plan = "plan", AddOn = "add_on" }
}

text_enum! {
    /// Why time is not charged.
    pub enum WaiveReason {
        /// It was free to try.
        Trial = "trial",
        /// The subscription was suspended, and the seller does not invoice suspended ones.
        Hold = "hold",
        /// Someone else has billed it, before the contract came here.
        Import = "import",
    }
}

/// What is charged each cycle from one day to another: a dated row of a subscription.
#[derive(Clone, Debug)]
pub struct Item {
    /// The row.
    pub id: SubscriptionItemId,
    /// Plan or add-on.
    pub kind: ItemKind,
    /// Price of one unit for a whole cycle.
    pub unit_price: UnitPrice,
    /// Charged once per unit with the first period; may be zero.
    pub setup_fee: UnitPrice,
    /// The same for coming up or down to it from another plan.
    pub change_fee: UnitPrice,
    /// How many.
    pub quantity: Quantity,
    /// The first day that is charged.
    pub from: NaiveDate,
    /// The first day that is no longer charged.
    pub to: Option<NaiveDate>,
    /// The day the row was made. It cannot have been invoiced before, and a late run must not pretend it had been.
    pub known_on: NaiveDate,
}

/// Days on which a subscription was suspended, or rested.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct HeldSpan {
    /// The day it was suspended.
    pub from: NaiveDate,
    /// The day the last hold was lifted; none while it lasts.
    pub to: Option<NaiveDate>,
}

/// A subscription as the billing run sees it.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Who pays.
    pub client: ClientId,
    /// Its currency, for ever.
    pub currency: Currency,
    /// Whether its status is one that the run invoices (SUB-02).
    pub invoiced: bool,
    /// Where its periods are counted from.
    pub anchor: NaiveDate,
    /// How often it renews.
    pub cycle: Cycle,
    /// How many days before a period its invoice is made (default 10, domains 30).
    pub lead_days: u16,
    /// It completes after so many cycles from the anchor (CAT-07).
    pub cycle_limit: Option<u32>,
    /// Free of charge before this day.
    pub trial_until: Option<NaiveDate>,
    /// Cancelled to this day: nothing is charged from it on.
    pub ends_on: Option<NaiveDate>,
    /// Everything that begins before this day has been derived already. Who adds an item that begins earlier sets it
    /// back to that beginning.
    pub billed_through: NaiveDate,
    /// What is charged.
    pub items: Vec<Item>,
    /// When it rested, and when it was suspended unless the seller invoices suspended subscriptions too. In order,
    /// without overlap.
    pub holds: Vec<HeldSpan>,
}

/// What makes a line unique in the database: item, kind and the day its period begins.
pub type LineKey = (SubscriptionItemId, DueKind, NaiveDate);

/// Subscriptions of one seller, and the lines and waived periods they have that begin on `billed_through` or later.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// In the order in which their lines shall stand.
    pub subscriptions: Vec<Subscription>,
    /// The time that is charged or waived already: each key with the first day after its period.
    pub existing: BTreeMap<LineKey, NaiveDate>,
    /// More lines than this make another invoice (INV-02).
    pub lines_per_invoice: Option<NonZeroUsize>,
}

/// How far to derive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Horizon {
    /// The daily run: what has its invoice day on or before this day.
    AsOf(NaiveDate),
    /// An order, or what a person asks for: every period that begins before this day, whatever the status.
    Before(NaiveDate),
}

/// A line that should exist: what is charged, not yet discounted or taxed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueLine {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The item.
    pub item: SubscriptionItemId,
    /// Set-up fee, plan or add-on.
    pub kind: DueKind,
    /// The days it pays for.
    pub period: Period,
    /// Price of one unit for a whole cycle.
    pub unit_price: UnitPrice,
    /// How many.
    pub quantity: Quantity,
    /// The part of the cycle that is charged.
    pub share: Share,
}

impl DueLine {
    /// Quantity × unit price × days / days of the cycle, rounded once.
    pub fn net(&self, currency: Currency) -> Result<Money, MoneyError> {
        let full = self.quantity.get().checked_mul(self.unit_price.get()).ok_or(MoneyError::Overflow)?;
        Money::round(self.share.apply(full)?, currency)
    }

    /// Its unique key.
    pub fn key(&self) -> LineKey {
        (self.item, self.kind, self.period.from)
    }
}

/// Days of an item that nobody pays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waived {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The item.
    pub item: SubscriptionItemId,
    /// Plan or add-on.
    pub kind: DueKind,
    /// The days.
    pub period: Period,
    /// Why.
    pub reason: WaiveReason,
}

impl Waived {
    /// Its unique key, shared with lines: time is either charged or waived.
    pub fn key(&self) -> LineKey {
        (self.item, self.kind, self.period.from)
    }
}

/// An invoice to write: the lines of one client and currency with one invoice day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueInvoice {
    /// Who pays.
    pub client: ClientId,
    /// In what.
    pub currency: Currency,
    /// The day on which a run in time would have made it.
    pub invoice_on: NaiveDate,
    /// The first day that any line pays for.
    pub begins_on: NaiveDate,
    /// In the order of the subscriptions; a set-up fee before its period.
    pub lines: Vec<DueLine>,
}

/// Where a subscription stands after what was derived has been written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// Everything that begins before this day has been derived.
    pub billed_through: NaiveDate,
    /// When the run has to look at it again; never, if it has ended.
    pub next_invoice_on: Option<NaiveDate>,
}

/// What is missing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Due {
    /// By client, then currency, then day.
    pub invoices: Vec<DueInvoice>,
    /// Time to mark as not charged.
    pub waived: Vec<Waived>,
    /// One for each subscription that was looked at.
    pub progress: Vec<Progress>,
}

/// Derives what should exist up to the horizon and does not. Pure: writing it and calling again gives nothing.
///
/// # Errors
/// A cycle that leads out of the calendar.
pub fn due(snapshot: &Snapshot, horizon: Horizon) -> Result<Due> {
    let mut groups = Groups::new();
    let mut due = Due::default();
    for subscription in &snapshot.subscriptions {
        if matches!(horizon, Horizon::AsOf(_)) && !subscription.invoiced {
            continue;
        }
        let derived = derive::derive(subscription, &snapshot.existing, horizon)?;
        for (invoice_on, line) in derived.lines {
            groups.entry((subscription.client, subscription.currency, invoice_on)).or_default().push(line);
        }
        due.waived.extend(derived.waived);
        due.progress.push(derived.progress);
    }
    due.invoices = group(snapshot, groups);
    Ok(due)
}

/// Derives what a person asks for (INV-06): of each subscription everything that begins before a day of its own, whatever
/// its status, all cycles of a client and a currency on one invoice, which a run would have made on its earliest day.
///
/// # Errors
/// A cycle that leads out of the calendar.
pub fn due_by_hand(snapshot: &Snapshot, before: impl Fn(&Subscription) -> Result<NaiveDate>) -> Result<Due> {
    let mut by_payer: BTreeMap<(ClientId, Currency), Vec<(NaiveDate, DueLine)>> = BTreeMap::new();
    let mut due = Due::default();
    for subscription in &snapshot.subscriptions {
        let horizon = Horizon::Before(before(subscription)?);
        let derived = derive::derive(subscription, &snapshot.existing, horizon)?;
        by_payer.entry((subscription.client, subscription.currency)).or_default().extend(derived.lines);
        due.waived.extend(derived.waived);
        due.progress.push(derived.progress);
    }
    let groups = by_payer.into_iter().filter_map(|((client, currency), lines)| {
        let earliest = lines.iter().map(|(invoice_on, _)| *invoice_on).min()?;
        Some(((client, currency, earliest), lines.into_iter().map(|(_, line)| line).collect()))
    });
    due.invoices = group(snapshot, groups.collect());
    Ok(due)
}

/// The day before which so many cycles begin that nothing has been derived for yet.
///
/// # Errors
/// A cycle that leads out of the calendar.
pub fn cycles_ahead(of: &Subscription, cycles: u16) -> Result<NaiveDate> {
    let reached = of.cycle.index_at(of.anchor, of.billed_through)?;
    // a cycle that has begun to be billed is not among them
    let begun = i32::from(of.cycle.start(of.anchor, reached)? < of.billed_through);
    let n =
        reached.checked_add(begun).and_then(|first| first.checked_add(cycles.into())).ok_or_else(out_of_calendar)?;
    of.cycle.start(of.anchor, n)
}

/// Lines by who pays, in what, and the invoice day.
type Groups = BTreeMap<(ClientId, Currency, NaiveDate), Vec<DueLine>>;

fn group(snapshot: &Snapshot, groups: Groups) -> Vec<DueInvoice> {
    let mut invoices = Vec::with_capacity(groups.len());
    for ((client, currency, invoice_on), lines) in groups {
        let most = snapshot.lines_per_invoice.map_or(lines.len(), NonZeroUsize::get);
        for lines in lines.chunks(most) {
            let begins_on = lines.iter().map(|line| line.period.from).min().unwrap_or(invoice_on);
            invoices.push(DueInvoice { client, currency, invoice_on, begins_on, lines: lines.to_vec() });
        }
    }
    invoices
}

/// The day an invoice carries: today, but never before the last one of its series.
pub fn issued_on(today: NaiveDate, last_of_series: Option<NaiveDate>) -> NaiveDate {
    last_of_series.map_or(today, |last| last.max(today))
}

/// The day an invoice has to be paid by: when its first period begins, but the client has `term_days` in any case.
pub fn due_on(begins_on: NaiveDate, issued_on: NaiveDate, term_days: u16) -> NaiveDate {
    let earliest = issued_on.checked_add_days(chrono::Days::new(u64::from(term_days))).unwrap_or(issued_on);
    begins_on.max(earliest)
}
