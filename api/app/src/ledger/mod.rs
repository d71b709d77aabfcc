//! The books (LED-01, LED-04): every movement of money is an entry, written in the transaction that makes it.

mod post;
mod read;

pub use post::{Entry, post, post_all};

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig) {
    config.service(read::list_entries).service(read::get_trial_balance);
}
