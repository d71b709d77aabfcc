//! The activity log: who did what, when, from where (SEL-13).

pub mod export;
mod read;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read::list_activities).service(read::get_activity);
}
