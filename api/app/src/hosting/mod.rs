//! Hosting properties: the table that forms are built from, and how a request changes a set of them (CAT-02).

pub mod allotment;
mod patch;
mod promises;
mod read;

pub use patch::HostingPropertiesPatch;
pub use promises::Promises;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(read::list_hosting_properties).service(allotment::get_subscription_hosting);
}
