//! To-dos: what a person has to look at, raised by the system or written by hand (SEL-12).

mod create;
mod raise;
mod read;
mod state;
mod update;
pub mod views;

pub use raise::{Todo, raise};

use crate::kernel::routes::Routes;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_todo)
        .service(read::list_todos)
        .service(read::get_todo)
        .service(update::update_todo)
        .service(state::finish_todo)
        .service(state::reopen_todo);
}
