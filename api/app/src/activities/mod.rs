//! The activity log: who did what, when, from where (SEL-13).

pub mod export;
mod read;

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config.service(read::list_activities).service(read::get_activity);
}
