//! The payment queue (PAY-04, PAY-05, EVT-02): what is due is charged to the clients' stored methods, by itself every hour and
//! whenever somebody wants it. The queue is what the invoices say at the moment; nothing of it is stored, so nothing of it can
//! be charged twice because it was queued twice. Each charge is written down before its gateway hears of it.

mod begin;
mod plan;
pub mod process;
mod read;
mod record;
mod request;
mod run;
mod views;
mod wanted;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_payment_queue)
        .service(request::preview_payment_queue)
        .service(request::run_payment_queue);
}
