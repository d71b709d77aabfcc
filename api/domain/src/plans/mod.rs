//! What is sold: the kinds of plans, when a plan can be bought and where, its prices and its ways up and down.

mod paths;
mod prices;
mod versions;

pub use paths::{Target, check_paths};
pub use prices::{Price, check_price, check_prices, price, sellable};
pub use versions::{Continuation, Span, Succession, off_sale, on_sale_again, succession, withdrawal};

#[cfg(test)]
pub(crate) use prices::tests as price_tests;

use crate::problem::{Code, Problem, Result};

text_enum! {
    /// What a plan delivers (CAT-01).
    pub enum PlanType {
        /// Web space and mail.
        Hosting = "hosting",
        /// Names at a registrar.
        Domain = "domain",
        /// An SSL certificate.
        Certificate = "certificate",
        /// An allotment that a reseller sells on.
        ResellerHosting = "reseller_hosting",
        /// Anything else: design work, licences…
        Generic = "generic",
    }
}

text_enum! {
    /// Whether a plan can be bought.
    pub enum PlanState {
        /// In preparation.
        Draft = "draft",
        /// On sale.
        Active = "active",
        /// No longer sold; its subscriptions go on.
        Retired = "retired",
    }
}

text_enum! {
    /// What is done with a plan.
    pub enum PlanAction {
        /// Put on sale, for the first time or again.
        Publish = "publish",
        /// Take off sale.
        Retire = "retire",
    }
}

text_enum! {
    /// Whom a store serves.
    pub enum StoreKind { Client = "client", Reseller = "reseller" }
}

impl PlanType {
    /// The kind of stores that may offer such a plan (CAT-09).
    pub const fn store_kind(self) -> StoreKind {
        match self {
            PlanType::ResellerHosting => StoreKind::Reseller,
            PlanType::Hosting | PlanType::Domain | PlanType::Certificate | PlanType::Generic => StoreKind::Client,
        }
    }

    /// Whether it and its add-ons have hosting properties.
    pub const fn has_hosting_properties(self) -> bool {
        matches!(self, PlanType::Hosting | PlanType::ResellerHosting)
    }
}

/// Notes stores of the wrong kind, at `{pointer}/{index}` (CAT-09).
pub fn check_stores(check: &mut crate::Check, pointer: &str, plan: PlanType, stores: &[StoreKind]) {
    let wanted = plan.store_kind();
    for (index, _) in stores.iter().enumerate().filter(|(_, kind)| **kind != wanted) {
        let detail = format!("a {plan} plan is sold in {wanted} stores only");
        check.refuse(&format!("{pointer}/{index}"), "wrong_store_kind", detail);
    }
}

/// The state of a plan or an add-on after an action. What has been on sale never becomes a draft again: people hold it.
pub fn after(state: PlanState, action: PlanAction) -> Result<PlanState> {
    match (state, action) {
        (PlanState::Draft | PlanState::Retired, PlanAction::Publish) => Ok(PlanState::Active),
        (PlanState::Active, PlanAction::Retire) => Ok(PlanState::Retired),
        (PlanState::Active, PlanAction::Publish) => Err(wrong("it is on sale already")),
        (PlanState::Draft, PlanAction::Retire) => Err(wrong("it was never on sale: delete the draft instead")),
        (PlanState::Retired, PlanAction::Retire) => Err(wrong("it is off sale already")),
    }
}

fn wrong(detail: &'static str) -> Problem {
    Problem::new(Code::WrongState, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_goes_on_and_off_sale() {
        assert_eq!(after(PlanState::Draft, PlanAction::Publish), Ok(PlanState::Active));
        assert_eq!(after(PlanState::Active, PlanAction::Retire), Ok(PlanState::Retired));
        assert_eq!(after(PlanState::Retired, PlanAction::Publish), Ok(PlanState::Active));
        assert_eq!(after(PlanState::Draft, PlanAction::Retire).unwrap_err().code, Code::WrongState);
    }

    /// CAT-09: client plans in client stores, reseller plans in reseller stores.
    #[test]
    fn stores_are_of_the_plans_kind() {
        let pointers = |plan, stores: &[StoreKind]| {
            let mut check = crate::Check::new();
            check_stores(&mut check, "/stores", plan, stores);
            let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
            fields.into_iter().map(|field| field.pointer).collect::<Vec<_>>()
        };
        let both = [StoreKind::Client, StoreKind::Reseller];
        assert_eq!(pointers(PlanType::Hosting, &both), ["/stores/1"]);
        assert_eq!(pointers(PlanType::ResellerHosting, &both), ["/stores/0"]);
    }
}
