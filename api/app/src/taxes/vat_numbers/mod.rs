//! VAT numbers and what the members of the Union say about them (TAX-04). Nobody is asked inside a transaction; each
//! answer is kept as evidence, and that there was none too.

mod check;
mod confirm;
mod read;
mod recheck;
pub mod views;

pub use check::check_vat_number;
pub use confirm::{confirm_for_client, confirm_for_shopper, confirm_later, number_fault};
pub use recheck::{foresee, recheck_vat_numbers};

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(check::check_client_vat_number).service(read::list_vat_checks);
}
