//! Invoices and credit notes: which are due, how they are numbered, frozen, chained, corrected and paid.
//!
//! An issued invoice never changes. What has to be put right later is a credit note; what was paid is an allocation
//! beside it; what people see as its status is computed.

pub mod allocate;
pub mod chain;
pub mod credit_note;
pub mod due;
pub mod frozen;
pub mod granted;
pub mod line_payments;
pub mod numbering;
pub mod renewal;
pub mod renumber;
pub mod shares;
mod status;

pub use status::{InvoiceKind, InvoiceState, InvoiceStatus, Standing};
