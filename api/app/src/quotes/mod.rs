//! Quotes: what a cart costs now, with a token that holds the seller to it (ORD-05). A quote stores nothing.

pub mod compute;
mod create;
pub mod token;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(create::create_quote).service(create::quote_for_client);
}
