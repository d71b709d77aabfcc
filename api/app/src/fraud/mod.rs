//! The fraud check of orders (CLI-16). The rules of the house judge an order in the transaction that places it. If they leave it
//! open and the seller asks a scorer, the order waits as `new` for an event that asks; nothing of it is invoiced, charged or set
//! up before it is decided.

mod by_hand;
mod card;
mod check;
mod entries;
mod forget;
mod gather;
mod question;
mod read;
pub mod ready;
mod report;
mod scorer;
mod screen;
mod settle;
mod stop;
pub mod views;

pub use by_hand::{accepted, dropped};
pub use card::holds_paid;
pub use check::{check, wants};
pub use forget::{foresee_forgetting, forget};
pub use report::{charged_back, report_fraud};
pub use screen::{foresee, screen_due, screen_order};
pub use settle::drop_refused;
pub use stop::{may_be_charged, may_pay_with, stops};

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_fraud_checks)
        .service(read::get_fraud_check)
        .service(read::get_fraud_check_of_order)
        .service(by_hand::accept_fraud_check)
        .service(by_hand::decline_fraud_check)
        .service(entries::list_fraud_entries)
        .service(entries::create_fraud_entry)
        .service(entries::get_fraud_entry)
        .service(entries::delete_fraud_entry)
        .service(scorer::get_fraud_scorer)
        .service(scorer::set_fraud_scorer)
        .service(scorer::delete_fraud_scorer)
        .service(scorer::test_fraud_scorer);
}
