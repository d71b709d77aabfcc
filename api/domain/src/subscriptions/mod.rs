//! A client's contract for a plan: where it stands, what holds it and when it ends.

mod change;
mod holds;
mod price;
mod price_move;
mod rests;
mod status;
mod transfer;
mod validity;

pub use change::{
    ChangeDates, ChangeDirection, ChangeKind, ChangePolicies, ChangePolicy, ChangeState, ChangeWay, Charged, Move,
    leaves_fee, unused,
};
pub use holds::{
    HoldChange, HoldKind, Holds, accuse, acquit, activate, hand_over, lift, place, set_by_hand, standing, suspend,
    unsuspend,
};
pub use price::cycle_price;
pub use price_move::{ListPrice, PriceStay, first_day, moved};
pub use rests::rested;
pub use status::{ChangedBy, Invoiced, SetBy, SubscriptionStatus, is_invoiced, transition};
pub use transfer::{Charged as ChargedItem, carried_on, goes_along};
pub use validity::{check_renewal, expires_on, has_expired, resumes_on};

text_enum! {
    /// The state of a service: what it should be (desired) and what the server says (observed).
    pub enum ServiceState {
        /// It works.
        Active = "active",
        /// It is kept and out of reach.
        Suspended = "suspended",
        /// It does not exist, or no more.
        Absent = "absent",
    }
}

text_enum! {
    /// What becomes of a subscription when it, or its client, is cancelled (SUB-04, CLI-07).
    pub enum CancelPolicy {
        /// It ends today.
        Now = "now",
        /// It ends when the paid cycle does.
        EndOfCycle = "end_of_cycle",
        /// It stays as it is.
        Leave = "leave",
    }
}
