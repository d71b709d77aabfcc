//! The hosting properties of a plan: which kinds have them, and whose they are.

use comptoir_domain::Check;
use comptoir_domain::hosting::{Bearer, Properties};
use comptoir_domain::plans::PlanType;
use serde_json::{Map, Value};

/// Reads the properties of a plan, noting every fault at `/properties/…`.
pub fn parse(findings: &mut Check, kind: PlanType, body: &Map<String, Value>) -> Properties {
    let bearer = match kind {
        PlanType::Hosting => Bearer::Plan,
        PlanType::ResellerHosting => Bearer::Reseller,
        PlanType::Domain | PlanType::Certificate | PlanType::Generic => {
            findings.ensure(body.is_empty(), "/properties", "not_here", "only hosting has such properties");
            return Properties::default();
        }
    };
    Properties::parse(findings, "/properties", body, bearer, None)
}
