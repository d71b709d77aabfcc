//! Taking derived lines back: a draft that is thrown away leaves its subscriptions as if it had never been made, so that
//! the next run, or the next person, makes it anew.

use super::Subscription;
use super::derive::before;
use crate::SubscriptionItemId;
use crate::invoices::granted::{CyclesAgain, Granted, cycles_again};
use crate::problem::Result;
use chrono::NaiveDate;

/// Where a subscription stands again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Undone {
    /// Everything that begins before this day has been derived.
    pub billed_through: NaiveDate,
    /// When the run has to look at it again.
    pub next_invoice_on: NaiveDate,
    /// What is to be had again.
    pub again: CyclesAgain,
}

/// Where a subscription stands without some lines that were derived for it: of which item, from which day, and what it
/// got. Nothing, if there are none.
///
/// # Errors
/// A cycle that leads out of the calendar.
pub fn undo(of: &Subscription, lines: &[(SubscriptionItemId, NaiveDate, Granted)]) -> Result<Option<Undone>> {
    let mut first = of.billed_through;
    for (item, from, _) in lines {
        let n = of.cycle.index_at(of.anchor, *from)?;
        let begins = of.cycle.start(of.anchor, n)?;
        // a trial is waived in front of the line: derived again, the item begins where it began
        let lasting = of.items.iter().find(|one| one.id == *item).map_or(begins, |one| one.from.max(begins));
        first = first.min(lasting);
    }
    let granted: Vec<_> = lines.iter().map(|(_, from, granted)| (*from, *granted)).collect();
    let undone = Undone {
        billed_through: first,
        next_invoice_on: before(first, of.lead_days),
        again: cycles_again(of.cycle, of.anchor, &granted)?,
    };
    Ok(Some(undone).filter(|_| !lines.is_empty()))
}
