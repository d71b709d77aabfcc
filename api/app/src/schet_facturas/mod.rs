//! Schet-facturas (INV-12): documents of what was delivered, month by month and whenever a service ends. On in Russia, off
//! elsewhere unless the seller switches them on; what is off is neither made nor visible.

mod announce;
mod decide;
mod form;
mod issuer;
mod prepayments;
pub mod process;
mod read;
mod send;
mod views;
mod write;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_schet_facturas)
        .service(read::get_schet_factura)
        .service(read::get_frozen_schet_factura)
        .service(send::send_schet_factura);
}
