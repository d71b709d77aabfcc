//! Taxes: policies and the rules in them (TAX-01 to TAX-03), and how buyers are taxed by them (TAX-04, TAX-06).

pub mod evidence;
pub mod policies;
mod rules;
pub mod threshold;
pub mod treat;
pub mod vat_numbers;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    policies::routes(config);
    rules::routes(config);
    vat_numbers::routes(config);
    config.service(evidence::get_tax_evidence);
}
