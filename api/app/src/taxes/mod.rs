//! Taxes: policies and the rules in them (TAX-01 to TAX-03).

pub mod policies;
mod rules;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    policies::routes(config);
    rules::routes(config);
}
