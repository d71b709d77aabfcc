//! Coupons: a code, or an offer that applies by itself (PRO-02).

mod create;
mod read;
mod update;
mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_coupon)
        .service(read::list_coupons)
        .service(read::get_coupon)
        .service(update::update_coupon);
}
