//! Payment gateways (PAY-01): what can be set up, what a seller has set up, and getting it ready for payments.

mod connectors;
mod create;
mod delete;
pub mod fake_page;
mod imports;
mod read;
pub mod ready;
mod try_out;
mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(connectors::list_connectors)
        .service(create::create_gateway)
        .service(read::list_gateways)
        .service(read::get_gateway)
        .service(update::update_gateway)
        .service(delete::delete_gateway)
        .service(try_out::test_gateway)
        .service(imports::import_at_gateway)
        .service(imports::import_file_at_gateway);
}
