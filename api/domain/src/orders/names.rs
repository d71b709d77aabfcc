//! Names on offer: which plan sells an ending, and for how long a name can be had (CAT-12).

use super::{DomainName, DomainOption, Offer, OfferedPlan};
use crate::Currency;
use crate::plans::PlanType;
use crate::schedule::Cycle;
use crate::tlds::{OfferedTld, TldAction};

impl DomainOption {
    /// What is charged for, when a name comes so.
    pub fn action(self) -> TldAction {
        match self {
            Self::Transfer => TldAction::Transfer,
            Self::Register | Self::UseOwn => TldAction::Register,
        }
    }
}

impl OfferedPlan {
    /// The ending of a name, if the plan sells it.
    pub fn ending(&self, name: &DomainName) -> Option<&OfferedTld> {
        let sells = self.kind == PlanType::Domain;
        self.tlds.iter().find(|tld| sells && tld.name == name.parent())
    }

    /// The same, if it has prices of its own; otherwise those of the plan hold.
    pub fn priced_ending(&self, name: &DomainName) -> Option<&OfferedTld> {
        self.ending(name).filter(|tld| !tld.prices.is_empty())
    }

    /// For how long a name can be had, the shortest time first.
    pub fn cycles_of(&self, name: &DomainName, option: DomainOption, currency: Currency) -> Vec<Cycle> {
        self.ending(name).map(|tld| self.cycles_of_ending(tld, option, currency)).unwrap_or_default()
    }

    /// The same for any name with an ending of the plan.
    pub fn cycles_of_ending(&self, tld: &OfferedTld, option: DomainOption, currency: Currency) -> Vec<Cycle> {
        if !tld.prices.is_empty() {
            return tld.ways(option.action()).iter().filter_map(|way| way.cycle()).collect();
        }
        if option == DomainOption::Transfer && !tld.transfers {
            return Vec::new();
        }
        let prices = self.prices.iter().filter(|offered| offered.price.currency == currency);
        let mut cycles: Vec<_> = prices.map(|offered| offered.price.cycle).collect();
        cycles.sort();
        cycles
    }
}

impl Offer {
    /// The plan that sells a name, with the shortest time for which it can be had: the first one that has a price.
    pub fn domain_plan(&self, name: &DomainName, option: DomainOption) -> Option<(&OfferedPlan, Cycle)> {
        self.plans.iter().find_map(|plan| {
            let cycles = plan.cycles_of(name, option, self.currency);
            Some((plan, cycles.first().copied()?))
        })
    }
}
