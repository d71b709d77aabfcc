//! Orders: a quoted cart becomes subscriptions to be, a reserved coupon and a draft invoice (ORD-05 to ORD-07).

pub mod accept;
pub mod announce;
pub mod cancel;
pub mod checkout;
pub mod expire;
pub mod paid;
pub mod place;
pub mod read;
pub mod rows;
pub mod take;
pub mod views;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(checkout::order_as_shopper)
        .service(checkout::order_as_client)
        .service(take::preview_order)
        .service(take::take_order)
        .service(read::list_orders)
        .service(read::get_order)
        .service(read::get_my_order)
        .service(accept::accept_order)
        .service(accept::release_order)
        .service(cancel::cancel_order);
}
