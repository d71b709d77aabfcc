//! Invoices and credit notes, their lines, the series they are numbered in and the chain they are sealed by.

mod chain;
mod list;
mod rows;
mod series;
mod unpaid;

pub use chain::{ChainHeadRow, ChainLinkRow, append_links, head, last_link, links, lock_head, move_head};
pub use list::{InvoiceFilter, list, of_orders};
pub use rows::{
    InvoiceLineRow, InvoiceRow, LineTrace, TracedLine, charged, charged_items, credit_lines, delete_draft,
    delete_lines, find, find_many, insert, insert_lines, insert_many, lines, lock, lock_derived_drafts, lock_many,
    ordered_draft, save, sealed, traces_beyond,
};
pub use series::{
    SeriesRow, all_series, has_number_like, highest_count, lock_series, numbering, save_series, set_version, version,
};
pub use unpaid::{charged_subscriptions, grosses, has_overdue, unpaid};
