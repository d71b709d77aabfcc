//! Disputes (PAY-10, LED-01): payers, or their banks, who want money back without asking the seller. Gateways tell by callback; of
//! others a person tells. While one is open nothing is charged to the method; what is lost is a chargeback, and its invoice is
//! open again.

mod by_hand;
mod course;
mod read;
mod views;

pub use course::heard;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_disputes)
        .service(read::get_dispute)
        .service(by_hand::create_dispute)
        .service(by_hand::decide_dispute);
}
