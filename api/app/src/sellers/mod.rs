//! The seller's own profile (SEL-01).

mod profile;
pub mod views;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(profile::get_seller).service(profile::update_seller);
}
