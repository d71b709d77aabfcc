//! What is used: the reports, what a month was charged for, and the notices that were given.

mod months;
mod notices;
mod records;

pub use months::{UsageMonthRow, months_of, save_months};
pub use notices::{UsageNoticeRow, insert_notices, measured_or_held, notices_of};
pub use records::{
    UsageFilter, UsageRecordRow, by_keys, corrected, due_clients, due_subscriptions, find_many, insert, list,
    mark_counted, of_months, recent,
};
