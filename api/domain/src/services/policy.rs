//! The provisioning policy (EVT-04): what must be true before what was ordered is set up, and whether that happens by
//! itself.

use crate::check::Check;
use crate::problem::Result;

text_enum! {
    /// Something that must be true before an order is set up.
    pub enum ProvisioningCondition {
        /// An administrator has accepted the order.
        OrderValidated = "order_validated",
        /// The first invoice is paid.
        Paid = "paid",
        /// The client has no invoice that is overdue.
        NothingOverdue = "nothing_overdue",
    }
}

text_enum! {
    /// Who starts.
    pub enum ProvisioningMode {
        /// It starts by itself as soon as everything is true.
        Automatic = "automatic",
        /// Then a person is asked, who releases the order.
        Manual = "manual",
    }
}

/// What a seller has settled about setting up what was ordered.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProvisioningPolicy {
    /// What must be true before.
    #[schema(max_items = 3)]
    pub require: Vec<ProvisioningCondition>,
    /// Who starts.
    pub mode: ProvisioningMode,
}

/// As soon as it is paid.
impl Default for ProvisioningPolicy {
    fn default() -> Self {
        Self { require: vec![ProvisioningCondition::Paid], mode: ProvisioningMode::Automatic }
    }
}

impl ProvisioningPolicy {
    /// Whether a condition must be true.
    pub fn requires(&self, condition: ProvisioningCondition) -> bool {
        self.require.contains(&condition)
    }

    /// Refuses what is named twice.
    pub fn check(&self) -> Result<()> {
        let mut check = Check::new();
        for (index, condition) in self.require.iter().enumerate() {
            let is_new = !self.require.iter().take(index).any(|earlier| earlier == condition);
            check.ensure(is_new, &format!("/require/{index}"), "duplicate", "it is named before");
        }
        check.done()
    }
}

/// What is true of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OrderFacts {
    /// It did not have to be accepted, or was.
    pub validated: bool,
    /// Its first invoice is paid.
    pub paid: bool,
    /// Its client has no invoice that is overdue.
    pub nothing_overdue: bool,
}

/// Whether something is true of an order.
type Fact = fn(&OrderFacts) -> bool;

/// By which fact a condition is judged.
const JUDGED_BY: &[(ProvisioningCondition, Fact)] = &[
    (ProvisioningCondition::OrderValidated, |facts| facts.validated),
    (ProvisioningCondition::Paid, |facts| facts.paid),
    (ProvisioningCondition::NothingOverdue, |facts| facts.nothing_overdue),
];

/// What to do about what was ordered and is not set up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provisioning {
    /// Set it up.
    Start,
    /// Wait until this is true as well.
    Wait(Vec<ProvisioningCondition>),
    /// Ask a person to release it.
    Ask,
}

/// Applies the policy; `released` says that a person has just told us to go on.
pub fn provisioning(policy: &ProvisioningPolicy, facts: &OrderFacts, released: bool) -> Provisioning {
    let missing = JUDGED_BY.iter().filter(|(condition, is_true)| policy.requires(*condition) && !is_true(facts));
    let missing: Vec<_> = missing.map(|(condition, _)| *condition).collect();
    match policy.mode {
        _ if !missing.is_empty() => Provisioning::Wait(missing),
        ProvisioningMode::Manual if !released => Provisioning::Ask,
        _ => Provisioning::Start,
    }
}

#[cfg(test)]
mod tests {
    use super::ProvisioningCondition::*;
    use super::ProvisioningMode::*;
    use super::*;

    fn policy(require: &[ProvisioningCondition], mode: ProvisioningMode) -> ProvisioningPolicy {
        ProvisioningPolicy { require: require.to_vec(), mode }
    }

    fn facts(validated: bool, paid: bool, nothing_overdue: bool) -> OrderFacts {
        OrderFacts { validated, paid, nothing_overdue }
    }

    #[test]
    fn by_default_it_starts_when_it_is_paid() {
        let default = ProvisioningPolicy::default();
        assert_eq!(provisioning(&default, &facts(false, true, false), false), Provisioning::Start);
        assert_eq!(provisioning(&default, &facts(true, false, true), false), Provisioning::Wait(vec![Paid]));
    }

    #[test]
    fn everything_that_is_missing_is_named_and_no_person_can_skip_it() {
        let strict = policy(&[NothingOverdue, Paid, OrderValidated], Manual);
        for released in [false, true] {
            let found = provisioning(&strict, &facts(false, true, false), released);
            assert_eq!(found, Provisioning::Wait(vec![OrderValidated, NothingOverdue]));
        }
        assert_eq!(provisioning(&strict, &facts(true, true, true), false), Provisioning::Ask);
        assert_eq!(provisioning(&strict, &facts(true, true, true), true), Provisioning::Start);
    }

    #[test]
    fn nothing_required_is_nothing_waited_for() {
        assert_eq!(provisioning(&policy(&[], Automatic), &facts(false, false, false), false), Provisioning::Start);
        assert_eq!(provisioning(&policy(&[], Manual), &facts(false, false, false), false), Provisioning::Ask);
    }

    /// Every condition has one fact: it alone decides, whatever the others are.
    #[test]
    fn each_condition_is_judged_by_its_own_fact() {
        for (bit, condition) in ProvisioningCondition::ALL.iter().enumerate() {
            for all in 0..8_usize {
                let holds = |bit: usize| all >> bit & 1 == 1;
                let facts = facts(holds(0), holds(1), holds(2));
                let found = provisioning(&policy(&[*condition], Automatic), &facts, false);
                let want = if holds(bit) { Provisioning::Start } else { Provisioning::Wait(vec![*condition]) };
                assert_eq!(found, want, "{condition} of {facts:?}");
            }
        }
    }

    #[test]
    fn a_condition_is_named_once() {
        let problem = policy(&[Paid, NothingOverdue, Paid], Automatic).check().unwrap_err();
        assert_eq!(problem.fields.iter().map(|field| field.pointer.as_str()).collect::<Vec<_>>(), ["/require/2"]);
        assert_eq!(ProvisioningPolicy::default().check(), Ok(()));
    }
}
