//! Bank accounts that are debited (PAY-08, PAY-09): mandates that clients sign, batches that become files for a bank, and what
//! banks answer. Debits are payments like others; nothing here talks to a bank.

pub mod account;
pub mod amendments;
mod apply;
mod batches;
pub mod close;
mod debits;
mod delete;
mod entries;
pub mod join;
mod known;
pub mod lapse;
pub mod mandates;
mod outcome;
mod own_account;
pub mod pay;
mod payers;
pub mod process;
mod replies;
pub mod reply_views;
pub mod text;
pub mod views;
mod write;

pub use apply::restate;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(mandates::list_mandates)
        .service(mandates::get_mandate)
        .service(mandates::revoke_mandate)
        .service(mandates::activate_mandate)
        .service(mandates::list_my_mandates)
        .service(mandates::revoke_my_mandate)
        .service(mandates::get_my_mandate_text)
        .service(batches::list_bank_batches)
        .service(batches::get_bank_batch)
        .service(batches::close_bank_batch)
        .service(batches::get_bank_batch_file)
        .service(batches::get_bank_batch_cover_note)
        .service(batches::include_in_bank_batch)
        .service(batches::exclude_from_bank_batch)
        .service(delete::delete_bank_batch)
        .service(debits::list_bank_debits)
        // before `/v1/bank-debits/{id}`
        .service(debits::get_bank_debit_totals)
        .service(debits::get_bank_debit)
        .service(replies::read_bank_reply)
        .service(replies::list_bank_replies)
        .service(replies::get_bank_reply)
        .service(replies::get_bank_reply_file)
        .service(entries::list_bank_entries)
        .service(entries::get_bank_entry)
        .service(entries::confirm_bank_entry)
        .service(entries::dismiss_bank_entry)
        .service(own_account::get_administrator_account)
        .service(own_account::replace_administrator_account)
        .service(own_account::delete_administrator_account);
}
