//! Webhooks (SEL-14): endpoints that are told of activities by signed messages after Standard Webhooks. A delivery is
//! written with the activity ([`append`]); a worker takes what is [`due`] and gives each to [`deliver_one`].

mod create;
mod deliver;
mod deliveries;
mod fan_out;
mod read;
mod sign;
mod update;
mod views;

pub use deliver::{deliver_one, due};
pub use fan_out::append;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_webhook_endpoint)
        .service(read::list_webhook_endpoints)
        .service(read::get_webhook_endpoint)
        .service(update::update_webhook_endpoint)
        .service(update::delete_webhook_endpoint)
        .service(create::rotate_webhook_secret)
        .service(deliveries::list_webhook_deliveries)
        .service(deliveries::replay_webhook_delivery);
}
