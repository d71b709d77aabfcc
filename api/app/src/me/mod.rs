//! What a signed-in contact sees and changes of its own: itself, its client, its password.

pub mod password;
pub mod profile;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(profile::get_me)
        .service(profile::get_my_client)
        .service(profile::update_me)
        .service(password::change_my_password)
        .service(password::sign_me_out);
}
