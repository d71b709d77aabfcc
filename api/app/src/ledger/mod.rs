//! The books (LED-01, LED-04): every movement of money is an entry, written in the transaction that makes it.

mod post;
mod read;

pub use post::{Entry, post, post_all};

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(read::list_entries).service(read::get_trial_balance);
}
