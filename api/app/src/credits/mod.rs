//! What clients have to their credit (CLI-09): given, over-paid or credited, used before any other payment.

mod apply;
mod grant;
mod movement;

pub use apply::apply_credits;
pub use movement::{Movement, record};

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(grant::grant_credit).service(grant::list_credits).service(apply::apply_credit);
}
