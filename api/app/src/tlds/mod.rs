//! The endings of names that a seller sells (CAT-12): a predefined set and its own, each with a state, a registrar and prices.

mod create;
mod delete;
pub mod predefined;
mod read;
mod status;
mod update;
mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_tld)
        .service(read::list_tlds)
        .service(read::get_tld)
        .service(update::update_tld)
        .service(status::activate_tld)
        .service(status::suspend_tld)
        .service(delete::delete_tld);
}
