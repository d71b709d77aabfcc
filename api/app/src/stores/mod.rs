//! Stores: where a seller sells, in which currency, languages and ways to pay (ORD-01, ORD-02).

pub mod create;
mod make_default;
mod read;
mod update;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(create::create_store)
        .service(read::list_stores)
        .service(read::get_store)
        .service(update::update_store)
        .service(make_default::make_store_default);
}
