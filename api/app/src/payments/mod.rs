//! Payments (PAY-02, PAY-10, PAY-11, INV-09): by hand, or at a gateway in three steps — our reference is committed, the
//! gateway is called outside any transaction, its answer is recorded. A charge happens once: while one is under way no
//! other begins, and after "sent, no answer" the gateway is asked first.

mod callback;
pub mod check;
pub mod confirm;
mod decide;
pub mod divide;
pub mod lines;
mod made_elsewhere;
pub mod manual;
pub mod pay;
pub mod payer;
pub mod poll;
mod read;
pub mod refund;
mod reserved;
pub mod reverse;
pub mod send;
pub mod settle;
mod settle_many;
mod terminal;
pub mod terminal_payer;
pub mod unanswered;
pub mod views;

pub use settle_many::{Answered, settle_many};

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_transactions)
        .service(read::get_transaction)
        .service(terminal::charge_at_terminal)
        // before `/v1/transactions/{id}/…`
        .service(reserved::capture_transactions)
        .service(check::check_transaction)
        .service(reserved::capture_transaction)
        .service(reserved::void_transaction)
        .service(refund::refund_transaction)
        .service(decide::decide_transaction)
        .service(manual::record_payment)
        .service(pay::pay_invoice)
        .service(pay::pay_my_invoice)
        .service(confirm::list_my_confirmations)
        .service(callback::take_gateway_callback)
        .service(callback::take_gateway_notice);
}
