//! The port to whatever serves web sites: one desired record per account, brought about by [`HostingPanel::apply`].
//!
//! Suspending, resuming and removing are states of the same record, keyed by our own [`ExternalId`], so every call can
//! be repeated: nothing is created twice and nothing is lost by asking again (SYN-06).

mod account;
pub mod builtin;
#[cfg(any(test, feature = "contract"))]
pub mod contract;
pub mod fake;

pub use account::{Account, DomainName, ExternalId, InvalidName, Observed, State, SystemUser};

use crate::error::Result;
use async_trait::async_trait;
use comptoir_domain::Instant;

/// A machine or control panel that holds hosting accounts.
#[async_trait]
pub trait HostingPanel: Send + Sync {
    /// Makes the account what it should be and answers what it is then. Two accounts cannot hold one domain, and an
    /// account keeps its domain for life: both are a `Conflict`. `at` is the machine clock.
    async fn apply(&self, desired: &Account, at: Instant) -> Result<Observed>;

    /// The account as the panel holds it; `NotFound` if it was never made or is removed.
    async fn fetch(&self, id: &ExternalId) -> Result<Observed>;

    /// Measuring what accounts use.
    fn usage(&self) -> Option<&dyn Usage> {
        None
    }
}

/// Measuring what accounts use (HST-02).
#[async_trait]
pub trait Usage: Send + Sync {
    /// Bytes on disk now; `NotFound` as in [`HostingPanel::fetch`].
    async fn disk_bytes(&self, id: &ExternalId) -> Result<u64>;
}
