//! Where a client stands, what may be done with it there, and what that does to its subscriptions.
//!
//! Being archived is a flag beside the status (CLI-03): `archive` and `restore` leave the status alone. A client whose
//! subscriptions alone are suspended stays active and signs in to pay (CLI-06).

use crate::problem::{Code, Problem, Result};

text_enum! {
    /// Where a client stands (CLI-03).
    pub enum ClientStatus {
        /// Signed up in a store and waiting for validation.
        Pending = "pending",
        /// An ordinary client.
        Active = "active",
        /// Shut out, with its subscriptions on hold.
        Suspended = "suspended",
        /// Gone.
        Cancelled = "cancelled",
        /// Found to be a fraud.
        Fraudulent = "fraudulent",
        /// Known, but with nothing running.
        Inactive = "inactive",
        /// Refused at validation.
        Declined = "declined",
    }
}

text_enum! {
    /// What an administrator does with a client (CLI-06, CLI-15).
    pub enum ClientAction {
        /// Validate a new client, or let one back in.
        Activate = "activate",
        /// Shut a client out.
        Suspend = "suspend",
        /// End the relation; asks what becomes of the subscriptions (CLI-07).
        Cancel = "cancel",
        /// Mark as a fraud.
        MarkFraudulent = "mark_fraudulent",
        /// Refuse a new client.
        Decline = "decline",
        /// Note that nothing runs any more.
        Deactivate = "deactivate",
        /// Put aside; records stay, nothing can be charged.
        Archive = "archive",
        /// Take out of the archive.
        Restore = "restore",
    }
}

/// What an action does to the client's subscriptions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SubscriptionEffect {
    /// Nothing.
    None,
    /// Places the hold `client` on each.
    Hold,
    /// Lifts the hold `client` from each, and the mark of a fraud; other holds stay.
    Release,
    /// Marks each as a fraud: held with its client, and not invoiced.
    Accuse,
    /// Ends each by the policy that the caller names (CLI-07).
    ByPolicy,
    /// Ends each now: nothing was delivered yet.
    EndNow,
    /// The action is refused while one is live.
    MustHaveNone,
}

struct Rule {
    action: ClientAction,
    from: &'static [ClientStatus],
    /// `None`: the status stays.
    to: Option<ClientStatus>,
    subscriptions: SubscriptionEffect,
}

use ClientAction::*;
use ClientStatus::*;

/// All that may happen. A cancelled, declined or fraudulent client can come back: its address stays taken, so without
/// that way back a mistake or a change of mind would lock a person out for ever.
#[rustfmt::skip]
const RULES: &[Rule] = &[
    Rule { action: Activate, from: &[Pending, Suspended, Cancelled, Fraudulent, Inactive, Declined], to: Some(Active), subscriptions: SubscriptionEffect::Release },
    Rule { action: Suspend, from: &[Active, Inactive], to: Some(Suspended), subscriptions: SubscriptionEffect::Hold },
    Rule { action: Cancel, from: &[Pending, Active, Suspended, Inactive], to: Some(Cancelled), subscriptions: SubscriptionEffect::ByPolicy },
    Rule { action: MarkFraudulent, from: &[Pending, Active, Suspended, Cancelled, Inactive, Declined], to: Some(Fraudulent), subscriptions: SubscriptionEffect::Accuse },
    Rule { action: Decline, from: &[Pending], to: Some(Declined), subscriptions: SubscriptionEffect::EndNow },
    Rule { action: Deactivate, from: &[Active], to: Some(Inactive), subscriptions: SubscriptionEffect::MustHaveNone },
    Rule { action: Archive, from: &[Cancelled, Fraudulent, Inactive, Declined], to: None, subscriptions: SubscriptionEffect::None },
    Rule { action: Restore, from: &[Cancelled, Fraudulent, Inactive, Declined], to: None, subscriptions: SubscriptionEffect::None },
];

/// The status after an action; `wrong_state`, with the ways that are open, where the action does not apply.
pub fn after(status: ClientStatus, action: ClientAction) -> Result<ClientStatus> {
    let rule = RULES.iter().find(|rule| rule.action == action && rule.from.contains(&status));
    rule.map(|rule| rule.to.unwrap_or(status)).ok_or_else(|| {
        let open: Vec<_> = open_actions(status).map(ClientAction::as_str).collect();
        Problem::new(Code::WrongState, format!("the client is {status}: what can be done now is {}", open.join(", ")))
    })
}

/// What may be done with a client that stands there.
pub fn open_actions(status: ClientStatus) -> impl Iterator<Item = ClientAction> {
    RULES.iter().filter(move |rule| rule.from.contains(&status)).map(|rule| rule.action)
}

/// What an action does to the subscriptions.
pub fn subscription_effect(action: ClientAction) -> SubscriptionEffect {
    RULES.iter().find(|rule| rule.action == action).map_or(SubscriptionEffect::None, |rule| rule.subscriptions)
}

/// Whether the contacts of a client, and the panel users they made, may sign in. A new client waits for validation
/// (CLI-15); an inactive one may read its old invoices and buy again.
pub fn may_sign_in(status: ClientStatus) -> bool {
    matches!(status, Active | Inactive)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guide, "Gérer les clients" and "Configurer la politique de validation": the named actions and where they lead.
    #[test]
    fn the_guides_actions() {
        for (status, action, want) in [
            (Pending, Activate, Active),
            (Pending, Cancel, Cancelled),
            (Pending, MarkFraudulent, Fraudulent),
            (Pending, Decline, Declined),
            (Active, Suspend, Suspended),
            (Suspended, Activate, Active),
            (Active, Cancel, Cancelled),
            (Cancelled, Archive, Cancelled),
        ] {
            assert_eq!(after(status, action), Ok(want), "{action} from {status}");
        }
    }

    #[test]
    fn a_refusal_names_the_ways_that_are_open() {
        let problem = after(Pending, Suspend).unwrap_err();
        assert_eq!(problem.code, Code::WrongState);
        assert_eq!(
            problem.detail,
            "the client is pending: what can be done now is activate, cancel, mark_fraudulent, decline"
        );
        // validation is over once it is decided, and what still runs is not put aside
        for (status, action) in [(Active, Decline), (Active, Archive), (Suspended, Archive), (Active, Activate)] {
            assert!(after(status, action).is_err(), "{action} from {status}");
        }
    }

    #[test]
    fn every_status_can_be_reached_and_left_and_every_action_has_one_rule() {
        for &status in ClientStatus::ALL {
            assert!(status == Pending || RULES.iter().any(|rule| rule.to == Some(status)), "{status}");
            assert!(open_actions(status).any(|action| after(status, action) != Ok(status)), "{status}");
        }
        for &action in ClientAction::ALL {
            assert_eq!(RULES.iter().filter(|rule| rule.action == action).count(), 1, "{action}");
        }
    }

    /// CLI-06: suspension blocks the contacts, a cancelled client cannot sign in; CLI-15: nor one not yet validated.
    #[test]
    fn who_may_sign_in() {
        let shut_out = [Pending, Suspended, Cancelled, Fraudulent, Declined];
        assert!(shut_out.iter().all(|&status| !may_sign_in(status)));
        assert!(may_sign_in(Active) && may_sign_in(Inactive));
    }

    #[test]
    fn suspension_holds_and_activation_releases() {
        assert_eq!(subscription_effect(Suspend), SubscriptionEffect::Hold);
        assert_eq!(subscription_effect(MarkFraudulent), SubscriptionEffect::Accuse);
        assert_eq!(subscription_effect(Activate), SubscriptionEffect::Release);
        assert_eq!(subscription_effect(Cancel), SubscriptionEffect::ByPolicy);
        assert_eq!(subscription_effect(Archive), SubscriptionEffect::None);
    }
}
