//! Services: what subscriptions promise is brought about at panels, or by a person (SYN-06, EVT-03, EVT-04).
//!
//! A use case says what should be ([`desire`]), which queues the work. The work ([`sync`]) takes the service on a lease,
//! tells the panel the whole desired record without a transaction, and writes down what came of it ([`settle`]): what was
//! delivered makes the subscription active and the order done. Every step can be repeated, so a crash anywhere is mended
//! by the next run.

pub mod account;
mod announce;
mod deliver;
pub mod desire;
pub mod handle;
pub mod measure;
mod read;
pub mod release;
pub mod request;
mod settle;
pub mod sync;
pub mod views;

pub use announce::{Access, cancelled};

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_services)
        .service(read::get_service)
        .service(read::list_my_services)
        .service(read::get_my_service)
        .service(request::sync_service)
        .service(deliver::deliver_service);
}
