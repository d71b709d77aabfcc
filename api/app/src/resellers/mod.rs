//! Resellers: clients of the provider that sell to clients of their own (SEL-02).

pub mod create;
mod read;
mod status;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_reseller)
        .service(read::list_resellers)
        .service(read::get_reseller)
        .service(status::suspend_reseller)
        .service(status::activate_reseller);
}
