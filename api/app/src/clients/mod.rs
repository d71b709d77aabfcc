//! Clients: who buys (CLI-01, CLI-03, CLI-05, CLI-06).

mod batch;
pub mod create;
pub mod read;
mod status;
pub mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_client)
        .service(read::list_clients)
        .service(read::get_client)
        .service(update::update_client)
        .service(batch::change_clients)
        .service(status::change_client_status);
}
