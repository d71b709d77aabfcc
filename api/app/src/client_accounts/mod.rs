//! What stands between the seller and a client (CLI-08): totals, and the movements that they come from.

mod movements;
mod totals;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(totals::get_client_account)
        .service(totals::get_my_account)
        .service(movements::list_account_movements)
        .service(movements::list_my_account_movements);
}
