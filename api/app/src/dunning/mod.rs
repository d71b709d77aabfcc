//! What is done about unpaid invoices (EVT-05), and letting back in who has paid. The rules are `domain::dunning`.

mod history;
pub mod suspend;
pub mod unsuspend;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(history::list_dunning_steps);
}
