//! Roles: named sets of permissions that administrators hold (SEL-04).

mod create;
mod delete;
mod read;
mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_role)
        .service(read::list_roles)
        .service(read::get_role)
        .service(update::update_role)
        .service(delete::delete_role);
}
