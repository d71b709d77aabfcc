//! Tax policies: groups of rules; a plan has one.

mod add_built_in;
pub mod create;
mod delete;
mod make_default;
mod preview;
mod read;
mod refresh;
mod update;
mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_tax_policy)
        .service(read::list_tax_policies)
        .service(read::get_tax_policy)
        .service(update::update_tax_policy)
        .service(delete::delete_tax_policy)
        .service(make_default::make_tax_policy_default)
        .service(add_built_in::add_built_in_taxes)
        .service(refresh::refresh_tax_policy)
        .service(preview::preview_taxes);
}
