//! Stored payment methods: what clients are charged with when they are not there. Only a token of the gateway's is kept,
//! sealed; numbers never come here.

mod abandon;
pub mod agree;
pub mod create;
mod default;
pub mod expiry;
mod forget;
mod keep;
mod mine;
pub mod payers;
mod read;
mod reveal;
pub mod shares;
pub mod views;

pub use abandon::{abandon, each_abandoned};
pub use default::make_default;
pub use forget::{forget, forget_at_gateways, forget_method};
pub use keep::{Keepers, keep, method_row, owner, token};
pub use read::stored;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_payment_methods)
        .service(read::delete_payment_method)
        .service(reveal::reveal_payment_method)
        .service(default::make_payment_method_default)
        .service(default::make_my_payment_method_default)
        .service(create::create_payment_method)
        .service(create::create_my_payment_method)
        .service(agree::get_payment_method_setup)
        .service(agree::confirm_payment_method_setup)
        .service(agree::get_my_payment_method_setup)
        .service(agree::confirm_my_payment_method_setup)
        .service(mine::list_my_payment_methods)
        .service(mine::delete_my_payment_method)
        .service(shares::get_payment_shares)
        .service(shares::replace_payment_shares)
        .service(shares::get_my_payment_shares)
        .service(shares::replace_my_payment_shares);
}
