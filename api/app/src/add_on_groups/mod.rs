//! Add-on groups: questions in the store that add-ons answer (CAT-04).

mod create;
mod delete;
mod read;
mod update;
mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_add_on_group)
        .service(read::list_add_on_groups)
        .service(read::get_add_on_group)
        .service(update::update_add_on_group)
        .service(delete::delete_add_on_group);
}
