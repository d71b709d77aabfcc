//! Contacts: the people of a client; exactly one is primary (CLI-04, CLI-05).

pub mod create;
mod impersonate;
mod read;
mod update;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_contact)
        .service(read::list_contacts)
        .service(read::get_contact)
        .service(update::update_contact)
        .service(update::make_contact_primary)
        .service(update::delete_contact)
        .service(update::send_contact_password_link)
        .service(impersonate::impersonate_contact);
}
