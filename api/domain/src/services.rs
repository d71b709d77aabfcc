//! What is delivered for a subscription.

use crate::plans::PlanType;

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
