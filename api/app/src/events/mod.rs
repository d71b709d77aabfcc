//! Events: persisted work, done in the background (EVT-01 to EVT-03).
//!
//! A use case queues an event in its own transaction ([`enqueue`]); the scheduler queues the recurring ones
//! ([`schedule`], when stands in [`timetable`]); a worker claims what is due and runs its handler ([`worker`], [`attempt`]). Which kinds there are stands
//! in `domain::events::kinds`, who does them in [`handler`].

pub mod advance;
pub mod attempt;
mod choice;
pub mod control;
pub mod enqueue;
pub mod foresee;
pub mod handler;
pub mod isolate;
mod post;
mod preview;
mod purge;
pub mod read;
mod request;
mod run_queued;
pub mod schedule;
mod schedules;
pub mod sellers;
pub mod sweep;
pub mod timetable;
pub mod views;
pub mod worker;

pub use enqueue::{Task, enqueue};
pub use handler::{EventFailure, Handlers, Retry};
pub use worker::{Worker, WorkerOptions};

use crate::kernel::Ctx;
use crate::kernel::routes::Routes;
use comptoir_db::events::Reach;
use comptoir_domain::people::SellerKind;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(read::list_events)
        .service(read::get_event)
        .service(request::request_event)
        .service(preview::preview_event)
        .service(control::run_event)
        .service(control::retry_event)
        .service(control::cancel_event)
        .service(run_queued::run_queued_events)
        .service(run_queued::run_subscription_events)
        .service(schedules::list_event_schedules)
        .service(schedules::get_event_schedule)
        .service(schedules::update_event_schedule);
}

/// A seller sees and controls its own events; the provider those of the house too.
fn reach(ctx: &Ctx) -> Reach {
    Reach { scope: ctx.scope, house: ctx.seller_kind == SellerKind::Provider }
}
