//! An authority for demonstrations and tests: it names a few types, and issues nothing.

use super::{CertificateAuthority, Product};
use crate::error::Result;
use async_trait::async_trait;

/// Issues [`FakeAuthority::PRODUCTS`].
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeAuthority;

impl FakeAuthority {
    /// Type, name and terms.
    pub const PRODUCTS: &'static [(&'static str, &'static str, &'static [u8])] = &[
        ("domain_validated", "Domain validated", &[1, 2]),
        ("wildcard", "Wildcard", &[1, 2]),
        ("organization_validated", "Organization validated", &[1]),
    ];
}

#[async_trait]
impl CertificateAuthority for FakeAuthority {
    async fn products(&self) -> Result<Vec<Product>> {
        let product = |(product_type, name, terms): &(&str, &str, &[u8])| Product {
            product_type: (*product_type).into(),
            name: (*name).into(),
            terms: terms.to_vec(),
        };
        Ok(Self::PRODUCTS.iter().map(product).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_says_what_it_issues() {
        let products = FakeAuthority.products().await.unwrap();
        assert_eq!(products.iter().map(|one| one.terms.len()).collect::<Vec<_>>(), [2, 2, 1]);
    }
}
