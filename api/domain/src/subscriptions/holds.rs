//! Holds: each reason to suspend a subscription is kept by itself, and it is suspended while any is left. So lifting
//! one reason never lets a subscription go that another still holds.

use super::ServiceState;
use super::status::{ChangedBy, SubscriptionStatus, transition};
use crate::problem::{Code, Problem, Result};
use std::collections::BTreeSet;

text_enum! {
    /// Why a subscription is held.
    pub enum HoldKind {
        /// An invoice is overdue.
        Overdue = "overdue",
        /// Someone wanted it so.
        ByHand = "by_hand",
        /// It used more than it may (SUB-12).
        Overuse = "overuse",
        /// Its client is suspended (CLI-06).
        Client = "client",
        /// It is past its date.
        Expired = "expired",
        /// The reseller above is suspended.
        Reseller = "reseller",
    }
}

/// The holds of a subscription.
pub type Holds = BTreeSet<HoldKind>;

/// What follows from a change of holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HoldChange {
    pub status: SubscriptionStatus,
    pub holds: Holds,
    /// The new desired state of its services, if it changes.
    pub service: Option<ServiceState>,
}

/// The status of a subscription that is set up and has these holds.
pub fn standing(holds: &Holds) -> SubscriptionStatus {
    if holds.contains(&HoldKind::Expired) {
        SubscriptionStatus::Expired
    } else if holds.is_empty() {
        SubscriptionStatus::Active
    } else {
        SubscriptionStatus::Suspended
    }
}

/// Adds a hold. A hold that is there already changes nothing; an ended subscription takes none.
pub fn place(status: SubscriptionStatus, holds: &Holds, kind: HoldKind) -> Result<HoldChange> {
    if status.is_ended() {
        let detail = format!("the subscription is {status}: there is nothing left to suspend");
        return Err(Problem::new(Code::WrongState, detail));
    }
    let mut held = holds.clone();
    held.insert(kind);
    Ok(change(status, holds, held))
}

/// Removes a hold. A hold that is not there changes nothing.
pub fn lift(status: SubscriptionStatus, holds: &Holds, kind: HoldKind) -> HoldChange {
    let mut held = holds.clone();
    held.remove(&kind);
    change(status, holds, held)
}

/// What ProcessUnsuspensions does after payment: it lifts `overdue`, never another hold. `None` without that hold.
pub fn unsuspend(status: SubscriptionStatus, holds: &Holds) -> Option<HoldChange> {
    holds.contains(&HoldKind::Overdue).then(|| lift(status, holds, HoldKind::Overdue))
}

/// Hands a subscription that is suspended for debt to debt collection: it stays shut, and payment lets it back in.
/// `None` for any other.
pub fn hand_over(status: SubscriptionStatus, holds: &Holds) -> Option<HoldChange> {
    let long_unpaid = status == SubscriptionStatus::Suspended && holds.contains(&HoldKind::Overdue);
    let change = HoldChange { status: SubscriptionStatus::Collections, holds: holds.clone(), service: None };
    long_unpaid.then_some(change)
}

/// Suspends by hand through the control panel (SUB-03).
pub fn suspend(status: SubscriptionStatus, holds: &Holds, has_panel: bool) -> Result<HoldChange> {
    require_panel(has_panel)?;
    place(status, holds, HoldKind::ByHand)
}

/// Activates by hand through the control panel (SUB-03): lifts what is about this subscription alone. A hold whose
/// reason lasts (an invoice still overdue, a date still past) is placed again by the next daily run.
pub fn activate(status: SubscriptionStatus, holds: &Holds, has_panel: bool) -> Result<HoldChange> {
    require_panel(has_panel)?;
    if holds.contains(&HoldKind::Client) {
        return Err(wrong("its client is suspended: call POST /v1/clients/{id}/activate first".into()));
    }
    if holds.contains(&HoldKind::Reseller) {
        return Err(wrong("the reseller is suspended by its provider, and all its subscriptions with it".into()));
    }
    if holds.is_empty() {
        return Err(wrong(format!("the subscription is {status}, and nothing holds it")));
    }
    Ok(change(status, holds, Holds::new()))
}

/// Sets a status by hand (SUB-02). `suspended` places the hold `by_hand` and `active` lifts it; other holds are not
/// written away. With a control panel that is done by its calls, for it concerns what is delivered (SUB-03). The
/// remaining statuses are notes that leave holds and services alone.
pub fn set_by_hand(
    status: SubscriptionStatus,
    holds: &Holds,
    to: SubscriptionStatus,
    has_panel: bool,
) -> Result<HoldChange> {
    transition(status, to, ChangedBy::Hand)?;
    let mut held = holds.clone();
    match to {
        SubscriptionStatus::Suspended if has_panel && status != to => return Err(by_panel("suspend")),
        SubscriptionStatus::Suspended => drop(held.insert(HoldKind::ByHand)),
        SubscriptionStatus::Active if has_panel && !holds.is_empty() => return Err(by_panel("activate")),
        SubscriptionStatus::Active => drop(held.remove(&HoldKind::ByHand)),
        SubscriptionStatus::Collections if holds.is_empty() => {
            return Err(wrong("debt collection is for what is suspended: suspend it first".into()));
        }
        _ => return Ok(HoldChange { status: to, holds: held, service: None }),
    }
    if to == SubscriptionStatus::Active && !held.is_empty() {
        let reasons: Vec<_> = held.iter().map(|kind| kind.as_str()).collect();
        return Err(wrong(format!("the subscription is held ({}): end that first", reasons.join(", "))));
    }
    let service = change(status, holds, held.clone()).service;
    Ok(HoldChange { status: standing(&held), holds: held, service })
}

fn by_panel(call: &str) -> Problem {
    wrong(format!("its control panel has to follow: call POST /v1/subscriptions/{{id}}/{call} instead"))
}

/// Marks as a fraud what belongs to a client that is one: it is held with its client, nothing is invoiced, and what is not
/// set up yet never is. What is completed is only held.
pub fn accuse(status: SubscriptionStatus, holds: &Holds) -> Result<HoldChange> {
    let held = place(status, holds, HoldKind::Client)?;
    let is_one = transition(status, SubscriptionStatus::Fraudulent, ChangedBy::System).is_ok();
    let status_after = if is_one { SubscriptionStatus::Fraudulent } else { held.status };
    let service = if status.is_awaited() { Some(ServiceState::Absent) } else { held.service };
    Ok(HoldChange { status: status_after, service, ..held })
}

/// Lets a fraud go that was none, with its client: it stands as its other holds say, or waits to be set up again.
pub fn acquit(holds: &Holds, is_awaited: bool) -> HoldChange {
    let mut held = holds.clone();
    held.remove(&HoldKind::Client);
    if is_awaited {
        return HoldChange { status: SubscriptionStatus::Pending, holds: held, service: None };
    }
    let service = held.is_empty().then_some(ServiceState::Active);
    HoldChange { status: standing(&held), holds: held, service }
}

fn change(status: SubscriptionStatus, before: &Holds, holds: Holds) -> HoldChange {
    let service = match (before.is_empty(), holds.is_empty()) {
        (true, false) => Some(ServiceState::Suspended),
        // a fraud is let out by its own use case, not because a hold ends
        (false, true) if status != SubscriptionStatus::Fraudulent => Some(ServiceState::Active),
        _ => None,
    };
    let paid = before.contains(&HoldKind::Overdue) && !holds.contains(&HoldKind::Overdue);
    HoldChange { status: shown(status, &holds, paid), service: service.filter(|_| is_delivered(status)), holds }
}

/// A held subscription shows it, unless it is not set up yet or someone's note says more. Debt collection ends with the
/// debt, whatever else holds it.
fn shown(status: SubscriptionStatus, holds: &Holds, paid: bool) -> SubscriptionStatus {
    use SubscriptionStatus::*;
    match status {
        Active | Suspended | Expired => standing(holds),
        PendingRenewal if !holds.is_empty() => standing(holds),
        Collections if paid || holds.is_empty() => standing(holds),
        _ => status,
    }
}

/// Whether there are services to suspend. Before that, holds are only remembered until set-up asks [`standing`].
fn is_delivered(status: SubscriptionStatus) -> bool {
    !status.is_ended() && !status.is_awaited()
}

fn require_panel(has_panel: bool) -> Result<()> {
    if has_panel {
        return Ok(());
    }
    Err(Problem::new(Code::Conflict, "no control panel is connected to this subscription: set its status instead"))
}

fn wrong(detail: String) -> Problem {
    Problem::new(Code::WrongState, detail)
}

#[cfg(test)]
mod tests {
    use super::HoldKind::*;
    use super::SubscriptionStatus as Status;
    use super::*;
    use proptest::prelude::*;

    fn held(kinds: &[HoldKind]) -> Holds {
        kinds.iter().copied().collect()
    }

    fn result(status: Status, holds: &[HoldKind], service: Option<ServiceState>) -> HoldChange {
        HoldChange { status, holds: held(holds), service }
    }

    #[test]
    fn suspended_while_any_hold_is_left() {
        let first = place(Status::Active, &held(&[]), Overdue).unwrap();
        assert_eq!(first, result(Status::Suspended, &[Overdue], Some(ServiceState::Suspended)));
        let second = place(first.status, &first.holds, Client).unwrap();
        assert_eq!(second, result(Status::Suspended, &[Overdue, Client], None));
        let paid = unsuspend(second.status, &second.holds).unwrap();
        assert_eq!(paid, result(Status::Suspended, &[Client], None));
        assert_eq!(unsuspend(paid.status, &paid.holds), None);
        let free = lift(paid.status, &paid.holds, Client);
        assert_eq!(free, result(Status::Active, &[], Some(ServiceState::Active)));
    }

    #[test]
    fn a_past_date_shows_as_expired() {
        let late = place(Status::Suspended, &held(&[ByHand]), Expired).unwrap();
        assert_eq!(late, result(Status::Expired, &[ByHand, Expired], None));
        assert_eq!(lift(late.status, &late.holds, Expired), result(Status::Suspended, &[ByHand], None));
    }

    /// SUB-03: by hand one lifts what is about the subscription alone, with a connected panel only.
    #[test]
    fn activation_by_hand() {
        let free = activate(Status::Expired, &held(&[Expired, Overdue]), true).unwrap();
        assert_eq!(free, result(Status::Active, &[], Some(ServiceState::Active)));
        for holds in [vec![Client, Overdue], vec![Reseller], vec![]] {
            assert_eq!(activate(Status::Suspended, &held(&holds), true).unwrap_err().code, Code::WrongState);
        }
        assert_eq!(activate(Status::Suspended, &held(&[ByHand]), false).unwrap_err().code, Code::Conflict);
        assert_eq!(suspend(Status::Active, &held(&[]), false).unwrap_err().code, Code::Conflict);
        assert_eq!(suspend(Status::Active, &held(&[]), true).unwrap().holds, held(&[ByHand]));
        assert_eq!(place(Status::Cancelled, &held(&[]), Client).unwrap_err().code, Code::WrongState);
    }

    #[test]
    fn statuses_by_hand_keep_step_with_holds() {
        let set = |status, holds: &[HoldKind], to| set_by_hand(status, &held(holds), to, false);
        let stopped = set(Status::Stopped, &[], Status::Suspended).unwrap();
        assert_eq!(stopped, result(Status::Suspended, &[ByHand], Some(ServiceState::Suspended)));
        let back = set(stopped.status, &[ByHand], Status::Active).unwrap();
        assert_eq!(back, result(Status::Active, &[], Some(ServiceState::Active)));
        let problem = set(Status::Suspended, &[ByHand, Overdue], Status::Active).unwrap_err();
        assert_eq!(problem.detail, "the subscription is held (overdue): end that first");
        let handed_over = set(Status::Suspended, &[Overdue], Status::Collections).unwrap();
        assert_eq!(handed_over, result(Status::Collections, &[Overdue], None));
        let paid = unsuspend(handed_over.status, &handed_over.holds).unwrap();
        assert_eq!(paid, result(Status::Active, &[], Some(ServiceState::Active)));
        assert!(set(Status::Active, &[], Status::Cancelled).is_err());
        assert!(set(Status::Active, &[], Status::Collections).unwrap_err().detail.contains("suspend it first"));
    }

    /// A hold that someone has placed survives the payment of what was overdue, and so does a note.
    #[test]
    fn payment_lifts_nothing_that_was_set_by_hand() {
        let set = |status, holds: &[HoldKind], to| set_by_hand(status, &held(holds), to, false).unwrap();
        let held_twice = set(Status::Suspended, &[Overdue], Status::Suspended);
        assert_eq!(held_twice, result(Status::Suspended, &[Overdue, ByHand], None));
        let paid = unsuspend(held_twice.status, &held_twice.holds).unwrap();
        assert_eq!(paid, result(Status::Suspended, &[ByHand], None));
        let noted = set(Status::Suspended, &[Overdue], Status::Stopped);
        assert_eq!(noted, result(Status::Stopped, &[Overdue], None));
        let paid = unsuspend(noted.status, &noted.holds).unwrap();
        assert_eq!(paid, result(Status::Stopped, &[], Some(ServiceState::Active)));
    }

    /// SUB-03: a panel is told by its own calls. A note, and the way back from one, concern nothing that is delivered.
    #[test]
    fn with_a_panel_the_calls_of_the_panel_are_named() {
        let set = |status, holds: &[HoldKind], to| set_by_hand(status, &held(holds), to, true);
        for (status, holds, to, call) in [
            (Status::Active, vec![], Status::Suspended, "/suspend instead"),
            (Status::Suspended, vec![ByHand], Status::Active, "/activate instead"),
            (Status::Suspended, vec![Overdue], Status::Active, "/activate instead"),
        ] {
            let problem = set(status, &holds, to).unwrap_err();
            assert_eq!(problem.code, Code::WrongState);
            assert!(problem.detail.ends_with(call), "{}", problem.detail);
        }
        assert_eq!(set(Status::Active, &[], Status::Stopped).unwrap(), result(Status::Stopped, &[], None));
        assert_eq!(set(Status::Stopped, &[], Status::Active).unwrap(), result(Status::Active, &[], None));
    }

    /// The guide: suspended subscriptions that were not paid for long.
    #[test]
    fn collections_begin_under_suspension_and_end_with_payment() {
        let given = hand_over(Status::Suspended, &held(&[Overdue, ByHand])).unwrap();
        assert_eq!(given, result(Status::Collections, &[Overdue, ByHand], None));
        let more = place(given.status, &given.holds, Client).unwrap();
        assert_eq!(more, result(Status::Collections, &[Overdue, ByHand, Client], None));
        assert_eq!(lift(more.status, &more.holds, Client), given);
        assert_eq!(unsuspend(given.status, &given.holds), Some(result(Status::Suspended, &[ByHand], None)));
        let alone = hand_over(Status::Suspended, &held(&[Overdue])).unwrap();
        let paid = unsuspend(alone.status, &alone.holds).unwrap();
        assert_eq!(paid, result(Status::Active, &[], Some(ServiceState::Active)));
        for (status, holds) in
            [(Status::Suspended, vec![ByHand]), (Status::Active, vec![]), (Status::Cancelled, vec![Overdue])]
        {
            assert_eq!(hand_over(status, &held(&holds)), None, "{status}");
        }
    }

    #[test]
    fn a_fraud_is_held_and_stays_out_when_the_hold_ends() {
        let held_back = place(Status::Fraudulent, &held(&[]), Client).unwrap();
        assert_eq!(held_back, result(Status::Fraudulent, &[Client], Some(ServiceState::Suspended)));
        assert_eq!(lift(held_back.status, &held_back.holds, Client), result(Status::Fraudulent, &[], None));
    }

    #[test]
    fn an_accusation_shuts_and_an_acquittal_opens() {
        let accused = accuse(Status::Active, &held(&[])).unwrap();
        assert_eq!(accused, result(Status::Fraudulent, &[Client], Some(ServiceState::Suspended)));
        assert_eq!(accuse(accused.status, &accused.holds).unwrap(), result(Status::Fraudulent, &[Client], None));
        assert_eq!(acquit(&accused.holds, false), result(Status::Active, &[], Some(ServiceState::Active)));
        // a debt is one afterwards, too; a note is forgotten
        let debtor = accuse(Status::Suspended, &held(&[Overdue])).unwrap();
        assert_eq!(debtor, result(Status::Fraudulent, &[Overdue, Client], None));
        assert_eq!(acquit(&debtor.holds, false), result(Status::Suspended, &[Overdue], None));
        assert_eq!(accuse(Status::Stopped, &held(&[])).unwrap().status, Status::Fraudulent);
        // what waits to be set up waits again
        for waiting in [Status::Pending, Status::Failed, Status::UserInputRequired] {
            let accused = accuse(waiting, &held(&[])).unwrap();
            assert_eq!(accused, result(Status::Fraudulent, &[Client], Some(ServiceState::Absent)), "{waiting}");
            assert_eq!(acquit(&accused.holds, true), result(Status::Pending, &[], None));
        }
        let completed = accuse(Status::Completed, &held(&[])).unwrap();
        assert_eq!((completed.status, completed.holds), (Status::Completed, held(&[Client])));
        assert_eq!(accuse(Status::Cancelled, &held(&[])).unwrap_err().code, Code::WrongState);
    }

    #[test]
    fn before_set_up_holds_are_only_remembered() {
        let waiting = place(Status::Pending, &held(&[]), Client).unwrap();
        assert_eq!(waiting, result(Status::Pending, &[Client], None));
        assert_eq!(standing(&waiting.holds), Status::Suspended);
    }

    proptest! {
        /// Whatever is placed and lifted, in whatever order: the status says whether it is held, the last word to the
        /// services agrees, every step is an allowed one, and doing it twice changes nothing.
        #[test]
        fn status_and_service_follow_the_holds(steps in prop::collection::vec((any::<bool>(), 0_usize..6), 0..40)) {
            let (mut status, mut holds, mut service) = (Status::Active, Holds::new(), ServiceState::Active);
            for (placing, index) in steps {
                let kind = HoldKind::ALL[index];
                let run = |status, holds: &Holds| if placing { place(status, holds, kind).unwrap() } else { lift(status, holds, kind) };
                let change = run(status, &holds);
                prop_assert_eq!(transition(status, change.status, ChangedBy::System), Ok(()));
                (status, holds, service) = (change.status, change.holds, change.service.unwrap_or(service));
                let again = run(status, &holds);
                prop_assert_eq!((again.status, &again.holds, again.service), (status, &holds, None));
                prop_assert_eq!(status == Status::Active, holds.is_empty());
                prop_assert_eq!(service == ServiceState::Active, holds.is_empty());
            }
        }
    }
}
