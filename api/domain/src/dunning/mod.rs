//! What is done about unpaid invoices (EVT-05): reminders around the due day, then suspension, then cancellation.
//!
//! Each step is done once per invoice. A run that comes late sends only the newest reminder, and never cancels what it
//! has not given the client time to mend.

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
    /// Cancel what is unpaid after so many days; never if absent.
    pub cancel_after: Option<u16>,
}

/// A reminder three days before, one day and a week after; suspended after two weeks; cancelled after two months.
impl Default for DunningPolicy {
    fn default() -> Self {
        Self { reminders: vec![-3, 1, 7], suspend_after: Some(14), cancel_after: Some(60) }
    }
}

impl DunningPolicy {
    /// Refuses reminders out of order or far away, and a cancellation without or before a suspension.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        let in_order = self.reminders.is_sorted_by(|one, next| one < next);
        check.ensure(in_order, "/reminders", "not_sorted", "days in ascending order, none twice");
        let near = self.reminders.len() <= 20 && self.reminders.iter().all(|days| (-365..=365).contains(days));
        check.ensure(near, "/reminders", "out_of_range", "at most 20 days from -365 to 365");
        let after = |days: Option<u16>, least: u16| days.is_none_or(|days| (least..=3650).contains(&days));
        check.ensure(after(self.suspend_after, 1), "/suspend_after", "out_of_range", "1 to 3650 days");
        let warned = self.cancel_after.is_none_or(|cancel| self.suspend_after.is_some_and(|suspend| suspend < cancel));
        check.ensure(warned, "/cancel_after", "out_of_range", "more days than suspend_after, which it needs");
        check.ensure(after(self.cancel_after, 2), "/cancel_after", "out_of_range", "2 to 3650 days");
        check.done()
    }
}

/// Something done about one invoice.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Step {
    /// The reminder so many days after the due day.
    Remind(i16),
    /// Put a hold on the subscriptions of the invoice.
    Suspend,
    /// Cancel them.
    Cancel,
}

impl std::fmt::Display for Step {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Remind(days) => write!(out, "remind:{days}"),
            Self::Suspend => out.write_str("suspend"),
            Self::Cancel => out.write_str("cancel"),
        }
    }
}

/// A word that is no step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownStep;

impl std::str::FromStr for Step {
    type Err = UnknownStep;
    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        match text {
            "suspend" => Ok(Self::Suspend),
            "cancel" => Ok(Self::Cancel),
            _ => {
                let days = text.strip_prefix("remind:").and_then(|days| days.parse().ok());
                days.map(Self::Remind).ok_or(UnknownStep)
            }
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
    /// The client, or its group, is left alone.
    pub exempt: bool,
    /// What has been done, and when.
    pub done: BTreeMap<Step, NaiveDate>,
}

/// The steps to take today: at most one reminder, and at most one of suspension and cancellation.
pub fn steps(policy: &DunningPolicy, debt: &Debt, today: NaiveDate) -> Vec<Step> {
    if !debt.unpaid || debt.exempt {
        return Vec::new();
    }
    [remind(policy, debt, today), enforce(policy, debt, today)].into_iter().flatten().collect()
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

/// A cancellation follows its suspension by as many days as the policy leaves between them, however late that was.
fn enforce(policy: &DunningPolicy, debt: &Debt, today: NaiveDate) -> Option<Step> {
    let suspend_after = i64::from(policy.suspend_after?);
    let Some(suspended_on) = debt.done.get(&Step::Suspend) else {
        return (after(debt.due_on, suspend_after) <= today).then_some(Step::Suspend);
    };
    let cancel_after = i64::from(policy.cancel_after?);
    let cancel_on = after(debt.due_on, cancel_after).max(after(*suspended_on, cancel_after - suspend_after));
    (cancel_on <= today && !debt.done.contains_key(&Step::Cancel)).then_some(Step::Cancel)
}

fn after(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(TimeDelta::days(days)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests;
