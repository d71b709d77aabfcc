//! Discounts: what plans offer for some of their cycles, to everyone (PRO-01).

mod create;
mod read;
mod update;
mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_discount)
        .service(read::list_discounts)
        .service(read::get_discount)
        .service(update::update_discount);
}
