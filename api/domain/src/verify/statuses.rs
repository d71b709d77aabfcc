//! Where subscriptions stood: each change begins where the one before ended, and the last one says where it stands.

use super::Finding;
use crate::SubscriptionId;
use crate::subscriptions::SubscriptionStatus;

/// A recorded change of the status of a subscription.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// From where; nothing where it came into the world.
    pub from: Option<SubscriptionStatus>,
    /// To where.
    pub to: SubscriptionStatus,
    /// Where the subscription stands now.
    pub now: SubscriptionStatus,
}

/// The steps of each subscription, given in order, lead to where it stands. What was there before steps were recorded
/// begins anywhere.
pub fn steps_follow(steps: &[Step]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for theirs in steps.chunk_by(|one, other| one.subscription == other.subscription) {
        for (before, after) in theirs.iter().zip(theirs.iter().skip(1)) {
            if after.from != Some(before.to) {
                let from = after.from.map_or("nothing", SubscriptionStatus::as_str);
                let detail = format!("a change from {from} follows one to {}", before.to);
                findings.push(Finding::new(after.subscription, detail));
            }
        }
        if let Some(last) = theirs.last().filter(|last| last.to != last.now) {
            let detail = format!("stands at {}, but the last change was to {}", last.now, last.to);
            findings.push(Finding::new(last.subscription, detail));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;
    use SubscriptionStatus::{Active, Pending, Stopped, Suspended};

    fn step(n: u128, from: Option<SubscriptionStatus>, to: SubscriptionStatus, now: SubscriptionStatus) -> Step {
        Step { subscription: SubscriptionId::from_uuid(uuid::Uuid::from_u128(n)), from, to, now }
    }

    #[test]
    fn a_gap_and_a_wrong_end_are_found() {
        let good = [
            step(1, None, Pending, Active),
            step(1, Some(Pending), Active, Active),
            step(2, Some(Active), Stopped, Stopped),
        ];
        assert_eq!(steps_follow(&good), []);
        let bad = [
            step(1, None, Pending, Active),
            step(1, Some(Suspended), Active, Active),
            step(2, Some(Active), Stopped, Active),
        ];
        let found: Vec<_> = steps_follow(&bad).into_iter().map(|finding| finding.detail).collect();
        assert_eq!(
            found,
            ["a change from suspended follows one to pending", "stands at active, but the last change was to stopped"]
        );
    }
}
