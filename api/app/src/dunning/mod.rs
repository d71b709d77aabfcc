//! What is done about unpaid invoices (EVT-05), and letting back in who has paid. The rules are `domain::dunning`.

pub mod suspend;
pub mod unsuspend;
