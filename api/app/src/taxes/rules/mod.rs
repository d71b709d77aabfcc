//! Tax rules: one tax of one place, with its dates.

mod create;
mod delete;
mod read;
mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_tax_rule)
        .service(read::list_tax_rules)
        .service(read::get_tax_rule)
        .service(update::update_tax_rule)
        .service(delete::delete_tax_rule);
}
