//! The port to whoever knows which VAT numbers are in use. There is no error: who does not answer, or answers something
//! that cannot be understood, has said nothing, and the outcome is `unavailable`, which is neither valid nor invalid.

pub mod fake;
pub mod vies;

use async_trait::async_trait;
use comptoir_domain::taxes::{VatNumber, VatOutcome};

/// Asks about VAT numbers.
#[async_trait]
pub trait VatCheck: Send + Sync {
    /// Asks about a number. With the number of the one who asks, the answer can be proved later.
    async fn check(&self, number: &VatNumber, requester: Option<&VatNumber>) -> VatReply;
}

/// What was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VatReply {
    /// In use, not in use, or unknown.
    pub outcome: VatOutcome,
    /// Why it is unknown, in the other side's words; empty for an answer.
    pub reason: String,
    /// The number by which the other side can be reminded of its answer; empty for none.
    pub consultation: String,
    /// Whose number it is; empty where that is not told.
    pub name: String,
    /// Its address; empty where that is not told.
    pub address: String,
}

impl VatReply {
    /// An outcome without anything besides.
    pub fn of(outcome: VatOutcome, reason: impl Into<String>) -> Self {
        let nothing = String::new;
        Self { outcome, reason: reason.into(), consultation: nothing(), name: nothing(), address: nothing() }
    }
}
