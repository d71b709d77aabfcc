//! Invoices and credit notes (INV-03, INV-05, INV-07 to INV-11). A draft may change; issuing it takes a number, freezes
//! the document, seals it in the hash chain and books it, all in one transaction. After that only credit notes correct.

pub mod announce;
pub mod cancel;
mod create;
pub mod credit_note;
pub mod draft;
mod drop;
mod explain;
mod explanation;
mod forecast;
mod freeze;
mod generate;
pub mod issue;
mod lines;
mod mine;
mod numbering;
pub mod parties;
pub mod process;
pub mod reach;
pub mod read;
pub mod rederive;
pub mod renew;
mod reprice;
pub mod resend;
pub mod sealed;
pub mod tax;
mod update;
pub mod verify;
pub mod views;
mod write_off;

pub use draft::{NewInvoice, NewLine, write_draft};
pub use issue::{issue, issue_many};
pub use read::lock_with_client;
pub use rederive::rederive;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(verify::verify_chain)
        .service(sealed::list_chain)
        .service(read::list_invoices)
        .service(create::create_invoice)
        .service(generate::generate_invoices)
        .service(generate::preview_invoices)
        .service(forecast::forecast_client)
        .service(forecast::forecast_me)
        .service(read::get_invoice)
        .service(sealed::get_frozen_invoice)
        .service(sealed::get_invoice_seal)
        .service(update::update_invoice)
        .service(explain::explain_line)
        .service(issue::issue_invoice)
        .service(cancel::cancel_invoice)
        .service(cancel::delete_invoice)
        .service(lines::add_invoice_line)
        .service(lines::update_invoice_line)
        .service(lines::delete_invoice_line)
        .service(rederive::rederive_invoice)
        .service(credit_note::create_credit_note)
        .service(write_off::write_off_invoice)
        .service(numbering::get_numbering)
        .service(numbering::replace_numbering)
        .service(resend::resend_invoice)
        .service(mine::list_my_invoices)
        .service(mine::get_my_invoice)
        .service(resend::resend_my_invoice);
}
