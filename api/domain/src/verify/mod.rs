//! What must be true of the rows of a seller, however they came about (design, sections 1 and 5). Each rule takes plain
//! data and says what is wrong, with the id of the thing; an empty answer is a clean one.

mod amounts;
mod overuse;
mod periods;
mod rederive;
mod retrace;
mod schet_facturas;
mod statuses;
mod traces;
mod transfers;

pub use amounts::{
    CouponCount, CreditStep, Document, Numbered, Sums, balances_follow, booked_as_documents, coupons_keep_their_limits,
    numbers_follow, open_amounts, sums_agree,
};
pub use overuse::{ChargedMonth, OveruseLine, overuse_is_recorded};
pub use periods::{Contract, Span, billed_as_far_as_said, periods_tile};
pub use rederive::{Charged, Stored, opens_on, rederive};
pub use retrace::{Retraced, retrace};
pub use schet_facturas::{Certificate, DocumentedSums, certificates_hold, documented_as_charged};
pub use statuses::{Step, steps_follow};
pub use traces::{TracedLine, traces_hold};
pub use transfers::{Carried, Transfer, transfers_tile};

/// Something that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The id or the number of the thing.
    pub subject: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Finding {
    /// A finding about a thing.
    pub fn new(subject: impl ToString, detail: impl Into<String>) -> Self {
        Self { subject: subject.to_string(), detail: detail.into() }
    }
}
