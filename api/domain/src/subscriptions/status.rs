//! The statuses of a subscription (SUB-02): who sets them, which are invoiced, and which follow which.

use crate::problem::{Code, Problem, Result};
use serde::Deserialize;
use std::sync::LazyLock;

text_enum! {
    /// Where a subscription stands. What each means stands in `data/subscription-statuses.csv`.
    pub enum SubscriptionStatus {
        Active = "active",
        Pending = "pending",
        Suspended = "suspended",
        Cancelled = "cancelled",
        PendingRenewal = "pending_renewal",
        Completed = "completed",
        Transferred = "transferred",
        Failed = "failed",
        Fraudulent = "fraudulent",
        Expired = "expired",
        Sent = "sent",
        UserInputRequired = "user_input_required",
        Stopped = "stopped",
        Started = "started",
        InProgress = "in_progress",
        Inactive = "inactive",
        Collections = "collections",
    }
}

text_enum! {
    /// Whether a status is invoiced.
    pub enum Invoiced { Yes = "yes", No = "no", Once = "once", Setting = "setting" }
}

text_enum! {
    /// Who may set a status.
    pub enum SetBy { System = "system", Hand = "hand", Both = "both" }
}

text_enum! {
    /// Who changes a status now: a use case, or a person who picks it from the list.
    pub enum ChangedBy { System = "system", Hand = "hand" }
}

#[derive(Deserialize)]
struct Row {
    status: SubscriptionStatus,
    invoiced: Invoiced,
    set_by: SetBy,
    instead: Option<String>,
    onwards: Option<String>,
    meaning: String,
}

fn read() -> Result<Vec<Row>, csv::Error> {
    let file = include_str!("../../data/subscription-statuses.csv");
    csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(file.as_bytes()).into_deserialize().collect()
}

/// A test makes sure that the file can be read and has every status.
static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| read().unwrap_or_default());

fn row(status: SubscriptionStatus) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.status == status)
}

impl SubscriptionStatus {
    /// Whether it is invoiced.
    pub fn invoiced(self) -> Invoiced {
        row(self).map_or(Invoiced::No, |row| row.invoiced)
    }

    /// Who may set it.
    pub fn set_by(self) -> SetBy {
        row(self).map_or(SetBy::System, |row| row.set_by)
    }

    /// What it means, for people.
    pub fn meaning(self) -> &'static str {
        row(self).map_or("", |row| &row.meaning)
    }

    /// The call that does what people mean when they try to set it by hand, where there is one.
    pub fn instead(self) -> Option<&'static str> {
        row(self)?.instead.as_deref()
    }

    /// Which statuses may follow now.
    pub fn followers(self, by: ChangedBy) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |to| *to != self && transition(self, *to, by).is_ok())
    }

    /// Whether the bill rests with what is delivered: by a note of people, because it could not be set up, or because it is
    /// a fraud. What that lasts is not charged later either.
    pub fn is_rest(self) -> bool {
        let by_note = self.set_by() == SetBy::Hand && self.invoiced() == Invoiced::No;
        by_note || matches!(self, Self::Failed | Self::Fraudulent)
    }

    /// What its client is told: nobody learns that he was taken for a fraud.
    #[must_use]
    pub const fn told(self) -> Self {
        match self {
            Self::Fraudulent => Self::Cancelled,
            other => other,
        }
    }

    /// Whether it has not been set up yet.
    pub const fn is_awaited(self) -> bool {
        matches!(self, Self::Pending | Self::Failed | Self::UserInputRequired)
    }

    /// Whether nothing is charged for it any more by itself.
    pub fn is_over(self) -> bool {
        self.is_ended() || self == Self::Completed
    }

    /// Those at which nothing is charged any more.
    pub fn over() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|status| status.is_over()).collect()
    }

    /// Those after which nothing can follow.
    pub fn ended() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|status| status.is_ended()).collect()
    }

    /// Whether nothing can follow.
    pub fn is_ended(self) -> bool {
        moves_to(self).is_empty()
    }
}

/// Whether a subscription is to be invoiced: `suspended_too` is the seller's setting for suspended ones.
pub fn is_invoiced(status: SubscriptionStatus, suspended_too: bool, invoiced_before: bool) -> bool {
    match status.invoiced() {
        Invoiced::Yes => true,
        Invoiced::No => false,
        Invoiced::Once => !invoiced_before,
        Invoiced::Setting => suspended_too,
    }
}

/// Where use cases move a subscription: set-up, holds, renewal, completion, transfer, fraud check, cancellation.
fn moves_to(from: SubscriptionStatus) -> &'static [SubscriptionStatus] {
    use SubscriptionStatus::*;
    match from {
        Pending => &[Active, Suspended, Expired, UserInputRequired, Failed, Fraudulent, Cancelled],
        UserInputRequired => &[Active, Suspended, Expired, Pending, Failed, Fraudulent, Cancelled],
        Failed => &[Pending, Active, Suspended, Expired, Completed, Fraudulent, Cancelled],
        Active => {
            &[Suspended, Expired, PendingRenewal, UserInputRequired, Completed, Transferred, Fraudulent, Cancelled]
        }
        PendingRenewal => &[Active, Suspended, Expired, Transferred, Fraudulent, Cancelled],
        Suspended => &[Active, Expired, Collections, Completed, Transferred, Fraudulent, Cancelled],
        Expired => &[Active, Suspended, Completed, Transferred, Fraudulent, Cancelled],
        Fraudulent => &[Pending, Active, Suspended, Expired, Completed, Cancelled],
        Completed => &[Active, Transferred, Cancelled],
        Sent | Stopped | Started | InProgress | Inactive | Collections => {
            &[Active, Suspended, Expired, Completed, Transferred, Fraudulent, Cancelled]
        }
        Cancelled | Transferred => &[],
    }
}

/// Whether a status may follow another. People move freely among the statuses they set themselves, active and
/// suspended; the others move by their use cases only. Staying where one is changes nothing and is allowed.
pub fn transition(from: SubscriptionStatus, to: SubscriptionStatus, by: ChangedBy) -> Result<()> {
    let allowed = match by {
        ChangedBy::System => moves_to(from).contains(&to),
        ChangedBy::Hand => from.set_by() != SetBy::System && to.set_by() != SetBy::System,
    };
    if from == to || allowed { Ok(()) } else { Err(Problem::new(Code::WrongState, why(from, to, by))) }
}

fn why(from: SubscriptionStatus, to: SubscriptionStatus, by: ChangedBy) -> String {
    if from.is_ended() {
        return format!("the subscription is {from}, which is for ever: create a new one");
    }
    if by == ChangedBy::System {
        return format!("a subscription that is {from} cannot become {to}");
    }
    match row(to).filter(|row| row.set_by == SetBy::System) {
        Some(Row { instead: Some(call), .. }) => {
            format!("writing {to} down would change nothing for the service: call {call} instead")
        }
        Some(row) => format!("{to} is set by the system ({}), never by hand", row.meaning),
        None => match row(from).and_then(|row| row.onwards.as_ref()) {
            Some(call) => format!("the subscription is {from} ({}): call {call} instead", from.meaning()),
            None => format!("the subscription is {from} ({}): only the system moves it on", from.meaning()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::SubscriptionStatus::*;
    use super::*;

    #[test]
    fn the_file_has_every_status_once() {
        let table = read().unwrap();
        let statuses: Vec<_> = table.iter().map(|row| row.status).collect();
        assert_eq!(statuses, SubscriptionStatus::ALL);
        assert!(table.iter().all(|row| !row.meaning.is_empty()));
    }

    /// Guide: active always, pending once, suspended by setting, nothing else.
    #[test]
    fn what_is_invoiced() {
        for &status in SubscriptionStatus::ALL {
            for (suspended_too, before) in [(false, false), (false, true), (true, false), (true, true)] {
                let want = match status {
                    Active => true,
                    Pending => !before,
                    Suspended => suspended_too,
                    _ => false,
                };
                assert_eq!(is_invoiced(status, suspended_too, before), want, "{status}");
            }
        }
    }

    #[test]
    fn people_move_among_their_own_statuses() {
        let own = [Active, Suspended, Sent, Stopped, Started, InProgress, Inactive, Collections];
        for &from in SubscriptionStatus::ALL {
            for &to in SubscriptionStatus::ALL {
                let want = from == to || own.contains(&from) && own.contains(&to);
                assert_eq!(transition(from, to, ChangedBy::Hand).is_ok(), want, "{from} to {to}");
            }
        }
    }

    /// The guide's warning: setting "cancelled" by hand does not cancel. We say what does.
    #[test]
    fn the_shortcut_to_cancelled_names_the_right_call() {
        let problem = transition(Active, Cancelled, ChangedBy::Hand).unwrap_err();
        assert_eq!(problem.code, Code::WrongState);
        assert!(problem.detail.ends_with("call POST /v1/subscriptions/{id}/cancel instead"), "{}", problem.detail);
        let problem = transition(Active, Expired, ChangedBy::Hand).unwrap_err();
        assert_eq!(problem.detail, "expired is set by the system (past its date), never by hand");
        let problem = transition(Pending, Active, ChangedBy::Hand).unwrap_err();
        assert!(problem.detail.contains("only the system moves it on"), "{}", problem.detail);
        let problem = transition(Expired, Active, ChangedBy::Hand).unwrap_err();
        let detail = "the subscription is expired (past its date): call POST /v1/subscriptions/{id}/renew instead";
        assert_eq!(problem.detail, detail);
    }

    /// The guide lists the notes: sent, stopped, started, in progress, and inactive for work that never ends.
    #[test]
    fn notes_of_people_rest_and_what_never_came_or_is_a_fraud() {
        let rests: Vec<_> = SubscriptionStatus::ALL.iter().copied().filter(|status| status.is_rest()).collect();
        assert_eq!(rests, [Failed, Fraudulent, Sent, Stopped, Started, InProgress, Inactive]);
    }

    #[test]
    fn what_may_follow_is_what_is_allowed() {
        let by_hand: Vec<_> = Stopped.followers(ChangedBy::Hand).collect();
        assert_eq!(by_hand, [Active, Suspended, Sent, Started, InProgress, Inactive, Collections]);
        assert_eq!(Pending.followers(ChangedBy::Hand).count(), 0);
        assert_eq!(Completed.followers(ChangedBy::System).collect::<Vec<_>>(), [Active, Cancelled, Transferred]);
        assert_eq!(Cancelled.followers(ChangedBy::System).count(), 0);
    }

    #[test]
    fn use_cases_move_the_others() {
        for (from, to) in [
            (Pending, Active),
            (Active, PendingRenewal),
            (PendingRenewal, Active),
            (Active, Completed),
            (Suspended, Collections),
            (Expired, Completed),
            (Fraudulent, Completed),
            (Failed, Completed),
            (Collections, Active),
        ] {
            assert_eq!(transition(from, to, ChangedBy::System), Ok(()), "{from} to {to}");
        }
        for (from, to) in
            [(Active, Collections), (Active, Pending), (Cancelled, Active), (Transferred, Active), (Active, Sent)]
        {
            assert!(transition(from, to, ChangedBy::System).is_err(), "{from} to {to}");
        }
        let ended: Vec<_> = SubscriptionStatus::ALL.iter().filter(|status| status.is_ended()).collect();
        assert_eq!(ended, [&Cancelled, &Transferred]);
    }

    #[test]
    fn use_cases_never_write_peoples_notes_and_every_system_status_can_be_reached() {
        let edges = || SubscriptionStatus::ALL.iter().flat_map(|from| moves_to(*from));
        assert!(edges().all(|to| to.set_by() != SetBy::Hand));
        for status in SubscriptionStatus::ALL.iter().filter(|status| status.set_by() != SetBy::Hand) {
            assert!(edges().any(|to| to == status), "{status}");
        }
        // whatever is not ended can be cancelled
        assert!(SubscriptionStatus::ALL.iter().all(|from| from.is_ended() || moves_to(*from).contains(&Cancelled)));
    }
}
