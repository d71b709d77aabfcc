//! Administrators: who works for the seller, with which role (SEL-04).

pub mod create;
mod read;
mod status;
pub mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_administrator)
        .service(read::list_administrators)
        .service(read::get_administrator)
        .service(read::get_current_administrator)
        .service(update::update_administrator)
        .service(update::change_own_password)
        .service(status::disable_administrator)
        .service(status::enable_administrator);
}
