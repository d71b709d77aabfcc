//! The port to whoever issues certificates. What it issues is asked when it is set up.

pub mod fake;

use crate::error::Result;
use async_trait::async_trait;

/// A type of certificates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Product {
    /// Its name for machines.
    pub product_type: String,
    /// Its name.
    pub name: String,
    /// For how many years it is issued.
    pub terms: Vec<u8>,
}

/// An authority, or someone who sells for one.
#[async_trait]
pub trait CertificateAuthority: Send + Sync {
    /// What can be bought.
    async fn products(&self) -> Result<Vec<Product>>;
}
