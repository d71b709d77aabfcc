//! What clients have to their credit (CLI-09): given, paid in advance, over-paid or credited; used before any other payment,
//! or given back.

mod apply;
mod grant;
mod movement;
mod received;

pub use apply::{apply_credits, left_after_credit, pay_by_credit, to_pay, use_credit};
pub use movement::{Movement, record};

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(grant::grant_credit)
        .service(grant::list_credits)
        .service(received::refund_credit)
        .service(apply::apply_credit)
        .service(apply::apply_my_credit);
}
