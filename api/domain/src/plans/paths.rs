//! The ways up and down between plans (CAT-08): a plan names the plans that its subscriptions may move to.

use super::PlanType;
use crate::{Check, PlanId};
use std::collections::BTreeSet;

/// A plan that is named as a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    pub id: PlanId,
    pub plan_type: PlanType,
}

/// Notes wrong targets at `{pointer}/{index}`: the plan itself, a plan of another type, one that is named twice.
pub fn check_paths(check: &mut Check, pointer: &str, plan: Target, targets: &[Target]) {
    let mut seen = BTreeSet::new();
    for (index, target) in targets.iter().enumerate() {
        let place = format!("{pointer}/{index}");
        check.ensure(target.id != plan.id, &place, "same_plan", "this is the plan itself");
        check.ensure(seen.insert(target.id), &place, "duplicate", "each plan is named once");
        if target.plan_type != plan.plan_type {
            check.refuse(&place, "other_type", format!("expected a {} plan", plan.plan_type));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Id;

    fn target(number: u128, plan_type: PlanType) -> Target {
        Target { id: PlanId::from_uuid(uuid::Uuid::from_u128(number)), plan_type }
    }

    /// The guide's ladder, "Mettre à niveau et rétrograder les packs": Bronze, Silver, Gold.
    #[test]
    fn a_ladder_is_right_and_its_faults_are_named() {
        let [bronze, silver, gold] = [1, 2, 3].map(|number| target(number, PlanType::Hosting));
        let mut check = Check::new();
        check_paths(&mut check, "/upgrade_to", bronze, &[silver, gold]);
        check_paths(&mut check, "/upgrade_to", silver, &[gold, bronze]);
        assert_eq!(check.done(), Ok(()));
        let mut check = Check::new();
        check_paths(&mut check, "/upgrade_to", silver, &[gold, silver, gold, target(4, PlanType::Domain)]);
        let fields = check.done().unwrap_err().fields;
        let places: Vec<_> = fields.iter().map(|field| (field.pointer.as_str(), field.code)).collect();
        let want = [("/upgrade_to/1", "same_plan"), ("/upgrade_to/2", "duplicate"), ("/upgrade_to/3", "other_type")];
        assert_eq!(places, want);
    }
}
