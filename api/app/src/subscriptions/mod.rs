//! Subscriptions: a client's contracts, what holds them, how they end (SUB-01 to SUB-04).

pub mod cancel;
pub mod end_due;
pub mod hold;
mod import;
mod read;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(import::import_subscription)
        .service(read::list_subscriptions)
        .service(read::get_subscription)
        .service(read::list_my_subscriptions)
        .service(read::get_my_subscription)
        .service(hold::suspend_subscription)
        .service(hold::activate_subscription)
        .service(cancel::cancel_subscription)
        .service(cancel::keep_subscription);
}
