//! Add-ons: what extends a plan (CAT-03, CAT-04).

mod create;
mod delete;
mod prices;
pub mod read;
mod status;
mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_add_on)
        .service(read::list_add_ons)
        .service(read::get_add_on)
        .service(update::update_add_on)
        .service(delete::delete_add_on)
        .service(status::activate_add_on)
        .service(status::retire_add_on)
        .service(prices::create_add_on_price)
        .service(prices::list_add_on_prices);
}
