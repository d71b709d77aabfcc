//! Groups of clients: how much is taken off for their members, and what is done when they do not pay (CLI-11).

pub mod create;
mod delete;
pub mod member;
mod read;
mod update;
mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_client_group)
        .service(read::list_client_groups)
        .service(read::get_client_group)
        .service(update::update_client_group)
        .service(delete::delete_client_group);
}
