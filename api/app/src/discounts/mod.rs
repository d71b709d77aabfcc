//! Discounts: what plans offer for some of their cycles, to everyone (PRO-01).

mod create;
mod read;
mod update;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(create::create_discount)
        .service(read::list_discounts)
        .service(read::get_discount)
        .service(update::update_discount);
}
