//! What is done about unpaid invoices (EVT-05), and letting back in who has paid. The rules are `domain::dunning`.

mod history;
pub mod suspend;
pub mod unsuspend;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(history::list_dunning_steps);
}
