//! Direct debits: mandates, batches, the debits in them, and what banks answer.

pub mod accounts;
pub mod batches;
pub mod debits;
pub mod mandates;
pub mod replies;
