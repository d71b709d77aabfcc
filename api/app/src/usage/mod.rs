//! Usage (HST-02, SUB-12, CAT-06): what panels and programs report, what follows when it is too much, and what is charged
//! for it.
//!
//! Reports are never changed; a report twice counts once. The daily ProcessUsage ([`process`]) gives notice and holds; the
//! billing run asks [`charge`] what months that are over owe and have not been charged.

pub mod charge;
mod notify;
pub mod process;
mod read;
mod report;
mod standing;
mod terms;
mod views;

pub use report::record_disk;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(report::report_usage)
        .service(read::list_usage)
        .service(standing::get_subscription_usage)
        .service(standing::get_my_subscription_usage);
}
