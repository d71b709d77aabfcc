//! What plans charge for use above their limits (CAT-06): dated versions per resource and currency.

mod create;
mod read;
pub mod views;
mod withdraw;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_overuse_price)
        .service(read::list_overuse_prices)
        .service(withdraw::withdraw_overuse_price);
}
