//! Stores: where a seller sells, in which currency, languages and ways to pay (ORD-01, ORD-02); and what shoppers may see
//! of them.

mod build;
mod catalog;
pub mod create;
pub mod features;
mod gateways;
mod make_default;
mod names;
mod offer;
mod read;
pub mod site;
mod update;
mod views;
pub mod wording;

pub use gateways::check_offered;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(catalog::get_store_catalog)
        .service(create::create_store)
        .service(read::list_stores)
        .service(read::get_store)
        .service(update::update_store)
        .service(make_default::make_store_default)
        .service(build::build_store);
}
