//! Invoices and credit notes, their lines, the series they are numbered in and the chain they are sealed by.

mod chain;
mod list;
mod rows;
mod series;
mod terms;
mod unpaid;

pub use chain::{
    ChainHeadRow, ChainLinkRow, append_links, head, last_link, link_of, links, links_at, list_links, lock_head,
    move_head,
};
pub use list::{InvoiceFilter, list, of_orders};
pub use rows::{
    InvoiceLineRow, InvoiceRow, LineTrace, TracedLine, charged, charged_items, credit_lines, delete_draft,
    delete_lines, find, find_many, insert, insert_lines, insert_many, lines, lines_by_id, lock, lock_derived_drafts,
    lock_many, ordered_draft, save, sealed, traces_beyond,
};
pub use series::{
    SeriesRow, all_series, has_number_like, highest_count, lock_series, numbering, save_series, set_version, version,
};
pub use terms::{DraftTerms, draft_terms, set_draft_terms};
pub use unpaid::{
    Owed, charged_subscriptions, count_owed, count_paid, debtors, grosses, has_overdue, owed_by, owed_from, unpaid,
};
