//! API keys: access for programs, with permissions of their own (SEL-14).

mod create;
mod read;
mod update;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(create::create_api_key)
        .service(read::list_api_keys)
        .service(read::get_api_key)
        .service(update::update_api_key)
        .service(update::revoke_api_key);
}
