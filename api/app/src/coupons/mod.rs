//! Coupons: a code, or an offer that applies by itself (PRO-02).

mod create;
mod read;
mod update;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(create::create_coupon)
        .service(read::list_coupons)
        .service(read::get_coupon)
        .service(update::update_coupon);
}
