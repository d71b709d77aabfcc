//! The fraud check of orders (CLI-16): what is known of an order, the lists and rules of the seller, and what a scorer outside
//! says, come to a score, and the score to a decision: the order goes on, waits for a person, or is refused.
//!
//! The order of things: who is on the list of those allowed is accepted, who is on the list of those denied is refused. Then
//! signs are weighed ([`judge`]). A known client, and an order that is bad enough already, are decided by that; for the others
//! the scorer is asked, and both scores become one ([`decide`]).

mod decide;
pub mod disposable;
mod entry;
mod facts;
mod judge;
mod policy;
mod rule;
mod scorer;
#[cfg(test)]
mod tests;

pub use decide::{Ruling, decide};
pub use entry::{FraudEntry, FraudEntryKind, FraudList, candidates, card_candidates, normal};
pub use facts::{Bin, FraudFacts};
pub use judge::{Judged, Standing, judge};
pub use policy::{FraudCombination, FraudFailurePolicy, FraudPolicy};
pub use rule::{FraudFinding, FraudRule};
pub use scorer::{FraudDisposition, FraudReason, FraudTag, Learned, Scored, Scoring};

text_enum! {
    /// What becomes of an order, the mildest first.
    pub enum FraudDecision {
        /// It goes on.
        Accept = "accept",
        /// A person looks at it first.
        Hold = "hold",
        /// It is refused.
        Decline = "decline",
    }
}

text_enum! {
    /// Where a check stands.
    pub enum FraudCheckState {
        /// The scorer is still to be asked.
        Waiting = "waiting",
        /// A person has to decide.
        Held = "held",
        /// The order went on.
        Accepted = "accepted",
        /// The order was refused.
        Declined = "declined",
        /// The order was given up before anyone had decided.
        Dropped = "dropped",
    }
}

impl FraudCheckState {
    /// Whether nothing of the order may be charged or set up yet.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Held)
    }
}

impl From<FraudDecision> for FraudCheckState {
    fn from(decision: FraudDecision) -> Self {
        match decision {
            FraudDecision::Accept => Self::Accepted,
            FraudDecision::Hold => Self::Held,
            FraudDecision::Decline => Self::Declined,
        }
    }
}
