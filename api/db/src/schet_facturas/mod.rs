//! Schet-facturas with their lines, and what of issued invoices is still to be documented.

mod open;
mod rows;

pub use open::{CreditedLine, OpenLine, due_clients, open_lines, taken_back};
pub use rows::{
    DocumentedLine, SchetFacturaFilter, SchetFacturaLineRow, SchetFacturaRow, documented, find, insert_lines,
    insert_many, last_issued_on, list,
};
