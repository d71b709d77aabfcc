//! The books: a chart of accounts, postings that cannot be out of balance, and which postings each movement makes.
//!
//! A posting debits one account and credits another with one amount above nothing, so the trial balance of every
//! currency is zero by construction (LED-01, LED-04).

mod accounts;
mod balance;
mod entries;
mod movements;
mod posting;
mod recognition;
mod templates;

pub use accounts::{AccountCode, AccountKind};
pub use balance::{Balances, balances, ensure_open};
pub use entries::EntryKind;
pub use movements::{
    Charge, Method, Returned, Settlement, credit_applied, credit_granted, credit_note, exchange, income,
    invoice_issued, over_credited, payment_received, payment_returned, refund, refund_of_elsewhere, revenue_recognised,
    write_off,
};
pub use posting::Posting;
pub use recognition::{recognised_in, recognised_until};
pub use templates::{EntrySide, TemplateEntry, check_entries, taken_back, template_postings};
