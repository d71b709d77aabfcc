//! Certificates that are sold (CAT-13): what a provider issues, and which of it a plan sells.

use crate::Check;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

text_enum! {
    /// What speaks to a provider of certificates.
    pub enum CertificateProviderKind {
        /// The provider for trying things out; nobody trusts its certificates.
        Fake = "fake",
    }
}

/// A type of certificates that a provider issues.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CertificateProduct {
    /// Its name for machines.
    pub product_type: String,
    /// Its name.
    pub name: String,
    /// For how many years it is issued.
    pub terms: Vec<u8>,
}

/// A type of certificates that a plan sells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"product_type": "domain_validated", "terms": [1, 2]}))]
pub struct SoldCertificate {
    /// One of the provider's types.
    pub product_type: String,
    /// For how many years: some of those for which the provider issues it.
    pub terms: Vec<u8>,
}

/// Notes what is wrong with what a plan is to sell, at `{pointer}/{index}/…`: nothing, a type or a term twice, or one that
/// the provider does not have.
pub fn check_products(check: &mut Check, pointer: &str, sold: &[SoldCertificate], issued: &[CertificateProduct]) {
    check.ensure(!sold.is_empty(), pointer, "required", "at least one type");
    let mut types = BTreeSet::new();
    for (index, one) in sold.iter().enumerate() {
        let at = |field: &str| format!("{pointer}/{index}/{field}");
        check.ensure(types.insert(&one.product_type), &at("product_type"), "duplicate", "each type is named once");
        let Some(product) = issued.iter().find(|product| product.product_type == one.product_type) else {
            let known: Vec<_> = issued.iter().map(|product| product.product_type.as_str()).collect();
            check.refuse(&at("product_type"), "unknown", format!("the provider issues: {}", known.join(", ")));
            continue;
        };
        check.ensure(!one.terms.is_empty(), &at("terms"), "required", "at least one term");
        let mut terms = BTreeSet::new();
        for (nth, term) in one.terms.iter().enumerate() {
            let place = format!("{}/{nth}", at("terms"));
            check.ensure(terms.insert(term), &place, "duplicate", "each term is named once");
            if !product.terms.contains(term) {
                let known: Vec<_> = product.terms.iter().map(u8::to_string).collect();
                check.refuse(&place, "unknown", format!("it is issued for {} years", known.join(", ")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_sells_what_the_provider_issues() {
        let issued = [CertificateProduct { product_type: "dv".into(), name: "DV".into(), terms: vec![1, 2] }];
        let sold = |product_type: &str, terms: &[u8]| SoldCertificate {
            product_type: product_type.into(),
            terms: terms.to_vec(),
        };
        let faults = |sold: &[SoldCertificate]| {
            let mut check = Check::new();
            check_products(&mut check, "/products", sold, &issued);
            let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
            fields.into_iter().map(|field| (field.pointer, field.code)).collect::<Vec<_>>()
        };
        assert_eq!(faults(&[sold("dv", &[1])]), []);
        assert_eq!(faults(&[]), [("/products".to_string(), "required")]);
        let want = [
            ("/products/0/terms/1", "unknown"),
            ("/products/0/terms/2", "duplicate"),
            ("/products/1/product_type", "duplicate"),
            ("/products/1/terms", "required"),
            ("/products/2/product_type", "unknown"),
        ];
        let wrong = [sold("dv", &[1, 3, 1]), sold("dv", &[]), sold("ev", &[1])];
        assert_eq!(faults(&wrong), want.map(|(pointer, code)| (pointer.to_string(), code)));
    }
}
