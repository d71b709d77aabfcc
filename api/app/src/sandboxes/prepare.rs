//! Making a sandbox: what an earlier attempt has left is removed, then the database is made, filled and stocked. Only
//! then the row says that it is ready, so a crash in the middle never shows half a copy.

use crate::events::EventFailure;
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::sandboxes::houses::{Sandboxes, folder, off_thread, place};
use crate::sandboxes::remove::clear;
use crate::sandboxes::stock::stock;
use crate::sandboxes::subject;
use comptoir_db::events::EventRow;
use comptoir_db::sandboxes::{self, SandboxRow};
use comptoir_db::{Db, Outcome, Scope, Store, sellers};
use comptoir_domain::sandboxes::SandboxState;
use comptoir_domain::{Instant, SandboxId};
use serde_json::{Value, json};

/// Prepares the sandbox of an event.
pub async fn prepare_sandbox(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let (scope, id) = subject(event)?;
    let none = || EventFailure::lasting("a sandbox has none of its own");
    let sandboxes = state.sandboxes.as_ref().ok_or_else(none)?;
    let Some(row) = state.store.write(move |tx| begin(tx, scope, id)).await? else {
        return Ok(json!({ "outcome": "nothing_to_do" }));
    };
    clear(state, id).await?;
    let copied = copy(state, &row).await?;
    // not before anything that was copied
    let clock_at = state.work_now();
    let row = SandboxRow { clock_at, ..row };
    furnish(state, sandboxes, &row).await?;
    let order = event.id.to_string();
    let done = state.store.write(move |tx| finish(tx, scope, id, clock_at, &order)).await?;
    if !done {
        // it was deleted meanwhile
        clear(state, id).await?;
        return Ok(json!({ "outcome": "nothing_to_do" }));
    }
    Ok(json!({ "outcome": "ready", "rows": copied }))
}

/// Takes the work up, again too after it was given up; `None` if there is none.
fn begin(tx: &mut Db, scope: Scope, id: SandboxId) -> Outcome<Option<SandboxRow>> {
    let Some(mut row) = sandboxes::lock_if_there(tx, scope, id)?.filter(|row| !row.state.is_open()) else {
        return Ok(None);
    };
    if row.state == SandboxState::Failed {
        row.state = SandboxState::Preparing;
        row.error.clear();
        sandboxes::save(tx, &mut row)?;
    }
    Ok(Some(row))
}

/// Makes the database and copies the rows; says how many.
async fn copy(state: &AppState, row: &SandboxRow) -> Outcome<usize> {
    let (place, seller) = (place(state, row.id)?, row.seller_id);
    let work = move || {
        place.create()?;
        // migrates; the copying has a connection of its own
        drop(Store::open(place.address(), 1)?);
        sandboxes::copy(&place, seller)
    };
    off_thread(work).await
}

/// What lies outside the rows, or is sealed in them.
async fn furnish(state: &AppState, sandboxes: &Sandboxes, row: &SandboxRow) -> Outcome<()> {
    let house = sandboxes.house(state, row).await?;
    stock(state, &house, &folder(state, row.id), Scope::of(row.seller_id)).await
}

fn finish(tx: &mut Db, scope: Scope, id: SandboxId, clock_at: Instant, order: &str) -> Outcome<bool> {
    let Some(mut row) = sandboxes::lock_if_there(tx, scope, id)? else { return Ok(false) };
    row.state = SandboxState::Ready;
    row.clock_at = clock_at;
    row.error.clear();
    sandboxes::save(tx, &mut row)?;
    let seller = sellers::own(tx, scope)?;
    let now = comptoir_db::events::Now { business: clock_at, machine: clock_at };
    Ctx::system_at(now, &seller, order).record(tx, "sandbox.ready", id, json!({ "name": row.name }))?;
    Ok(true)
}
