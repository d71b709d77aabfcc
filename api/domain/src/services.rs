//! What is delivered for a subscription: which kind of thing, by what work, and how long to go on trying.

mod policy;

pub use policy::{OrderFacts, Provisioning, ProvisioningCondition, ProvisioningMode, ProvisioningPolicy, provisioning};

use crate::events::{EventKind, back_off};
use crate::plans::PlanType;
use crate::subscriptions::ServiceState;
use chrono::TimeDelta;

text_enum! {
    /// What kind of thing is delivered.
    pub enum ServiceKind {
        /// A place for web sites on a panel.
        Webspace = "webspace",
        /// A name at a registrar.
        Domain = "domain",
        /// A certificate of an authority.
        Certificate = "certificate",
        /// A seller below this one.
        ResellerAccount = "reseller_account",
    }
}

/// What a plan of a kind delivers; nothing where only work is sold.
pub fn delivered_by(plan: PlanType) -> Option<ServiceKind> {
    match plan {
        PlanType::Hosting => Some(ServiceKind::Webspace),
        PlanType::Domain => Some(ServiceKind::Domain),
        PlanType::Certificate => Some(ServiceKind::Certificate),
        PlanType::ResellerHosting => Some(ServiceKind::ResellerAccount),
        PlanType::Generic => None,
    }
}

impl ServiceKind {
    /// Whether a panel can bring it about; the others are a person's work.
    pub const fn has_panel(self) -> bool {
        matches!(self, ServiceKind::Webspace)
    }
}

/// The work that leads from what was last seen to what should be.
pub const fn work(observed: ServiceState, desired: ServiceState) -> EventKind {
    match (observed, desired) {
        (_, ServiceState::Absent) => EventKind::TerminateService,
        (ServiceState::Absent, _) => EventKind::ProvisionService,
        (ServiceState::Active, ServiceState::Suspended) => EventKind::SuspendService,
        (ServiceState::Suspended, ServiceState::Active) => EventKind::UnsuspendService,
        (ServiceState::Active, ServiceState::Active) | (ServiceState::Suspended, ServiceState::Suspended) => {
            EventKind::ChangeService
        }
    }
}

/// The name of what was done, for the record.
pub const fn deed(observed: ServiceState, desired: ServiceState) -> &'static str {
    match work(observed, desired) {
        EventKind::TerminateService => "service.removed",
        EventKind::ProvisionService => "service.provisioned",
        EventKind::SuspendService => "service.suspended",
        EventKind::UnsuspendService => "service.resumed",
        _ => "service.changed",
    }
}

/// So many attempts in vain are told to a person.
const PATIENCE: i32 = 5;

/// How often a person's work that is not done is brought to mind again.
pub const REMINDER: TimeDelta = TimeDelta::days(1);

/// What follows from a failed attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AfterFailure {
    /// How long to wait before the next one: there is always a next one.
    pub wait: TimeDelta,
    /// Whether a person has to know.
    pub tell: bool,
}

/// What follows from failed attempt number `attempt` (from 1). What cannot succeed by itself is told at once and tried
/// as rarely as can be: a person may have mended it.
pub fn after_failure(attempt: i32, is_lasting: bool, jitter: u16) -> AfterFailure {
    let attempt = if is_lasting { i32::MAX } else { attempt };
    AfterFailure { wait: back_off(attempt, jitter), tell: attempt >= PATIENCE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ServiceState::{Absent, Active, Suspended};

    #[test]
    fn every_way_has_its_work() {
        for (observed, desired, kind, done) in [
            (Absent, Active, EventKind::ProvisionService, "service.provisioned"),
            (Absent, Suspended, EventKind::ProvisionService, "service.provisioned"),
            (Active, Suspended, EventKind::SuspendService, "service.suspended"),
            (Suspended, Active, EventKind::UnsuspendService, "service.resumed"),
            (Active, Active, EventKind::ChangeService, "service.changed"),
            (Suspended, Absent, EventKind::TerminateService, "service.removed"),
            (Absent, Absent, EventKind::TerminateService, "service.removed"),
        ] {
            assert_eq!((work(observed, desired), deed(observed, desired)), (kind, done));
        }
    }

    /// 30, 60, 120, 240, 480 seconds at most: the fifth attempt is more than seven minutes after the first.
    #[test]
    fn a_person_hears_of_the_fifth_failure_or_of_a_refusal() {
        let told: Vec<_> = (1..=6).map(|attempt| after_failure(attempt, false, u16::MAX).tell).collect();
        assert_eq!(told, [false, false, false, false, true, true]);
        assert_eq!(after_failure(1, false, u16::MAX).wait, TimeDelta::seconds(30));
        assert_eq!(after_failure(1, true, u16::MAX), AfterFailure { wait: TimeDelta::hours(6), tell: true });
    }
}
