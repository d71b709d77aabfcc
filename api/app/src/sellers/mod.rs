//! The seller's own profile (SEL-01), and the client that stands for it.

mod own_client;
mod profile;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(profile::get_seller)
        .service(profile::update_seller)
        .service(own_client::get_own_client)
        .service(own_client::replace_own_client);
}
