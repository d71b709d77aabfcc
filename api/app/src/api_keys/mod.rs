//! API keys: access for programs, with permissions of their own (SEL-14).

mod create;
mod read;
mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_api_key)
        .service(read::list_api_keys)
        .service(read::get_api_key)
        .service(update::update_api_key)
        .service(update::revoke_api_key);
}
