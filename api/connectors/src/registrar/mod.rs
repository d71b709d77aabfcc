//! The port to whoever registers names. Which endings it takes is asked when an account with it is set up.

pub mod fake;

use crate::error::Result;
use async_trait::async_trait;

/// An ending that a registrar takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// Without the dot: `com`, `co.uk`.
    pub name: String,
    /// Whether names can move to it.
    pub transfers: bool,
}

/// A registrar.
#[async_trait]
pub trait Registrar: Send + Sync {
    /// The endings that can be sold by the account.
    async fn endings(&self) -> Result<Vec<Ending>>;
}
