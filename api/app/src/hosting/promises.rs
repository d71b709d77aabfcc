//! What plans and add-ons promise together.

use comptoir_db::{Db, Outcome, Scope, add_ons, plans};
use comptoir_domain::hosting::{Properties, merge};
use comptoir_domain::{AddOnId, PlanId};
use std::collections::{BTreeSet, HashMap};

/// The properties of some plans and add-ons.
#[derive(Debug, Default)]
pub struct Promises {
    plans: HashMap<PlanId, Properties>,
    add_ons: HashMap<AddOnId, Properties>,
}

impl Promises {
    /// Two queries, however many there are.
    pub fn read(db: &mut Db, scope: Scope, plan_ids: BTreeSet<PlanId>, add_on_ids: BTreeSet<AddOnId>) -> Outcome<Self> {
        let plans = plans::find_many(db, scope, &Vec::from_iter(plan_ids))?;
        let add_ons = add_ons::find_many(db, scope, &Vec::from_iter(add_on_ids))?;
        Ok(Self {
            plans: plans.into_iter().map(|row| (row.id, row.properties.0)).collect(),
            add_ons: add_ons.into_iter().map(|row| (row.id, row.properties.0)).collect(),
        })
    }

    /// A plan with its add-ons. Without a plan nothing is promised that a panel would limit.
    pub fn of(&self, plan: Option<PlanId>, add_ons: impl Iterator<Item = AddOnId>) -> Properties {
        let nothing = Properties::default();
        let plan = plan.and_then(|id| self.plans.get(&id)).unwrap_or(&nothing);
        merge(plan, add_ons.filter_map(|id| self.add_ons.get(&id)))
    }
}
