//! What plans book besides whenever they are invoiced (CAT-11): groups of balanced entries, for some currencies and cycles or
//! for all. What was booked is kept with its line, so a credit note takes back a share of just that.

mod book;
mod create;
mod read;
mod update;
mod views;

pub use book::book_templates;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_ledger_template)
        .service(read::list_ledger_templates)
        .service(read::get_ledger_template)
        .service(update::update_ledger_template)
        .service(update::delete_ledger_template);
}
