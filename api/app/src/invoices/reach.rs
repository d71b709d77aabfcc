//! How far one looks: a day's run, or what a person asks for (INV-06). The rest of the way is the same.

use chrono::NaiveDate;
use comptoir_domain::invoices::due::{Due, DueInvoice, Horizon, Snapshot, cycles_ahead, due, due_by_hand};
use comptoir_domain::{Result, SubscriptionId};
use std::collections::BTreeMap;

/// How far to derive what is missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reach {
    /// What runs up to this day make.
    Day(NaiveDate),
    /// By hand: so many cycles of each subscription.
    Cycles(u16),
    /// By hand: every cycle that begins on this day or earlier.
    Through(NaiveDate),
    /// By hand: of each subscription what begins on its day or earlier.
    Each(BTreeMap<SubscriptionId, NaiveDate>),
}

impl Reach {
    /// What is missing so far.
    pub fn derive(&self, snapshot: &Snapshot) -> Result<Due> {
        let after = |day: NaiveDate| day.succ_opt().unwrap_or(day);
        match self {
            Self::Day(day) => due(snapshot, Horizon::AsOf(*day)),
            Self::Cycles(cycles) => due_by_hand(snapshot, |of| cycles_ahead(of, *cycles)),
            Self::Through(day) => due_by_hand(snapshot, |_| Ok(after(*day))),
            Self::Each(days) => {
                due_by_hand(snapshot, |of| Ok(days.get(&of.id).map_or(of.billed_through, |day| after(*day))))
            }
        }
    }

    /// The day on which an invoice is issued: by a run on its own day, which may have been missed; by hand today.
    pub fn issued_on(&self, invoice: &DueInvoice, today: NaiveDate) -> NaiveDate {
        match self {
            Self::Day(_) => invoice.invoice_on.max(today),
            Self::Cycles(_) | Self::Through(_) | Self::Each(_) => today,
        }
    }
}
