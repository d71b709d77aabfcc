//! What is done about unpaid invoices (EVT-05): reminders around the due day, then suspension, then debt collection,
//! then cancellation.
//!
//! Each step is done once per invoice. A run that comes late sends only the newest reminder, and never goes on before
//! it has given the client time to mend. Who is exempt from suspension is reminded all the same.

use crate::check::Check;
use crate::problem::Result;
use chrono::{NaiveDate, TimeDelta};
use std::collections::BTreeMap;

/// What a seller does about an unpaid invoice. Days count from the due day.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DunningPolicy {
    /// When to remind: below zero before the due day, above after it.
    #[schema(example = json!([-3, 1, 7]))]
    pub reminders: Vec<i16>,
    /// Suspend what is unpaid after so many days; never if absent.
    pub suspend_after: Option<u16>,
    /// Hand to debt collection what is suspended and unpaid after so many days; never if absent.
    pub collections_after: Option<u16>,
    /// Cancel what is unpaid after so many days; never if absent.
    pub cancel_after: Option<u16>,
}

/// A reminder three days before, one day and a week after; suspended after two weeks; cancelled after two months.
impl Default for DunningPolicy {
    fn default() -> Self {
        Self { reminders: vec![-3, 1, 7], suspend_after: Some(14), collections_after: None, cancel_after: Some(60) }
    }
}

impl DunningPolicy {
    /// Refuses reminders out of order or far away, and later stages without a suspension or not after the one before.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        let in_order = self.reminders.is_sorted_by(|one, next| one < next);
        check.ensure(in_order, "/reminders", "not_sorted", "days in ascending order, none twice");
        let near = self.reminders.len() <= 20 && self.reminders.iter().all(|days| (-365..=365).contains(days));
        check.ensure(near, "/reminders", "out_of_range", "at most 20 days from -365 to 365");
        let mut before = 0;
        for (step, days) in self.stages() {
            let (pointer, detail) = (format!("/{step}_after"), "1 to 3650 days, more than the stage before");
            check.ensure(before < days && days <= 3650, &pointer, "out_of_range", detail);
            let suspends = step == Step::Suspend || self.suspend_after.is_some();
            check.ensure(suspends, &pointer, "needs_suspension", "nothing is done that suspend_after does not begin");
            before = days;
        }
        check.done()
    }

    /// What follows the reminders, in order, and how many days after the due day.
    fn stages(&self) -> impl Iterator<Item = (Step, u16)> {
        let stages = [
            (Step::Suspend, self.suspend_after),
            (Step::Collections, self.collections_after),
            (Step::Cancel, self.cancel_after),
        ];
        stages.into_iter().filter_map(|(step, days)| Some((step, days?)))
    }
}

/// Something done about one invoice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Step {
    /// The reminder so many days after the due day.
    Remind(i16),
    /// Put a hold on the subscriptions of the invoice.
    Suspend,
    /// Hand them to debt collection.
    Collections,
    /// Cancel them.
    Cancel,
}

text_enum! {
    /// What is done about an unpaid invoice.
    pub enum StepKind {
        /// The client is reminded.
        Remind = "remind",
        /// Its subscriptions are suspended.
        Suspend = "suspend",
        /// They are handed to debt collection.
        Collections = "collections",
        /// They are cancelled.
        Cancel = "cancel",
    }
}

impl Step {
    /// What is done, without the day.
    pub const fn kind(self) -> StepKind {
        match self {
            Self::Remind(_) => StepKind::Remind,
            Self::Suspend => StepKind::Suspend,
            Self::Collections => StepKind::Collections,
            Self::Cancel => StepKind::Cancel,
        }
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Remind(days) => write!(out, "{}:{days}", self.kind()),
            stage => write!(out, "{}", stage.kind()),
        }
    }
}

/// A word that is no step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownStep;

impl std::str::FromStr for Step {
    type Err = UnknownStep;
    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        let (word, days) = text.split_once(':').map_or((text, None), |(word, days)| (word, Some(days)));
        match (word.parse().map_err(|_| UnknownStep)?, days) {
            (StepKind::Remind, Some(days)) => days.parse().map(Self::Remind).map_err(|_| UnknownStep),
            (StepKind::Suspend, None) => Ok(Self::Suspend),
            (StepKind::Collections, None) => Ok(Self::Collections),
            (StepKind::Cancel, None) => Ok(Self::Cancel),
            _ => Err(UnknownStep),
        }
    }
}

/// An invoice as dunning sees it.
#[derive(Clone, Debug)]
pub struct Debt {
    /// It was sent to the client then.
    pub issued_on: NaiveDate,
    /// The last day to pay in time.
    pub due_on: NaiveDate,
    /// Whether something is open and not written off.
    pub unpaid: bool,
    /// Nothing but reminders: the client, or its group, is exempt from suspension.
    pub exempt: bool,
    /// What has been done, and when.
    pub done: BTreeMap<Step, NaiveDate>,
}

/// The steps to take today: at most one reminder, and at most one of the stages that follow.
pub fn steps(policy: &DunningPolicy, debt: &Debt, today: NaiveDate) -> Vec<Step> {
    if !debt.unpaid {
        return Vec::new();
    }
    let enforced = if debt.exempt { None } else { enforce(policy, debt, today) };
    [remind(policy, debt, today), enforced].into_iter().flatten().collect()
}

/// The newest reminder whose day has come, unless it, or a newer one, was sent. On the day of the invoice the invoice
/// itself is the reminder.
fn remind(policy: &DunningPolicy, debt: &Debt, today: NaiveDate) -> Option<Step> {
    let due = |days: &&i16| {
        let on = after(debt.due_on, i64::from(**days));
        debt.issued_on < on && on <= today
    };
    let newest = *policy.reminders.iter().filter(due).max()?;
    let sent = |step: &Step| matches!(step, Step::Remind(days) if *days >= newest);
    (!debt.done.keys().any(sent)).then_some(Step::Remind(newest))
}

/// The stage after the furthest that was taken, which it follows by as many days as the policy leaves between them,
/// however late that was.
fn enforce(policy: &DunningPolicy, debt: &Debt, today: NaiveDate) -> Option<Step> {
    let (mut taken, mut next) = (None, None);
    for (step, days) in policy.stages() {
        match debt.done.get(&step) {
            Some(on) => (taken, next) = (Some((*on, i64::from(days))), None),
            None => next = next.or(Some((step, i64::from(days)))),
        }
    }
    let (step, days) = next?;
    let due = after(debt.due_on, days);
    let on = taken.map_or(due, |(taken_on, earlier)| due.max(after(taken_on, days - earlier)));
    (on <= today).then_some(step)
}

fn after(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(TimeDelta::days(days)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests;
