//! Sandboxes (EVT-06): a copy of a seller in a database of its own, to live through months in a minute and to try things
//! that must not touch the real business. A sandbox meets fake connectors only, its clocks stand until they are moved,
//! and the whole API and the stores of the copy are served at `/sandboxes/{id}/…` ([`enter`]).
//!
//! Copying ([`prepare`]), moving the clocks ([`travel`]) and removing ([`remove`]) take long, so they are events: any
//! worker takes them up, and after a crash again. The row in the live database says how far they are. [`houses`] opens
//! and keeps the houses of the sandboxes that are in use.

mod advance;
mod compare;
mod create;
mod delete;
mod diff_views;
pub mod enter;
pub mod houses;
pub mod prepare;
mod read;
pub mod remove;
mod stock;
pub mod travel;
pub mod views;

pub use houses::Sandboxes;

use crate::events::EventFailure;
use crate::kernel::routes::Routes;
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome, Scope, sandboxes};
use comptoir_domain::SandboxId;
use comptoir_domain::events::EventKind;
use comptoir_domain::sandboxes::SandboxState;

/// The routes.
pub fn routes(config: &mut Routes) {
    config
        .service(create::create_sandbox)
        .service(read::list_sandboxes)
        .service(read::get_sandbox)
        .service(delete::delete_sandbox)
        .service(advance::advance_sandbox)
        .service(compare::compare_sandboxes);
}

/// Whose sandbox an event is about.
fn subject(event: &EventRow) -> Result<(Scope, SandboxId), EventFailure> {
    let missing = || EventFailure::lasting("the event names no sandbox");
    let seller = event.seller_id.ok_or_else(missing)?;
    Ok((Scope::of(seller), event.subject_id.parse().map_err(|_| missing())?))
}

/// The sandbox of an event that was given up or called off says so: nothing goes on by itself any more.
pub fn given_up(tx: &mut Db, event: &EventRow) -> Outcome<()> {
    let (under_way, after) = match event.kind {
        EventKind::PrepareSandbox => (SandboxState::Preparing, SandboxState::Failed),
        EventKind::AdvanceSandbox => (SandboxState::Advancing, SandboxState::Ready),
        _ => return Ok(()),
    };
    let Ok((scope, id)) = subject(event) else { return Ok(()) };
    match sandboxes::lock_if_there(tx, scope, id)? {
        Some(mut row) if row.state == under_way => {
            row.state = after;
            row.error = if event.last_error.is_empty() { "called off".into() } else { event.last_error.clone() };
            sandboxes::save(tx, &mut row)
        }
        _ => Ok(()),
    }
}
