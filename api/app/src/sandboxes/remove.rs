//! Removing what a sandbox has left: its database and its folder.

use crate::events::{EventFailure, Retry};
use crate::kernel::state::AppState;
use crate::sandboxes::houses::{folder, off_thread, place};
use crate::sandboxes::subject;
use chrono::TimeDelta;
use comptoir_db::events::{self, EventRow};
use comptoir_db::{Failure, Outcome};
use comptoir_domain::SandboxId;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};
use std::io::ErrorKind;

/// How long to wait for whoever is at work in it: he notices at his next step.
const PAUSE: TimeDelta = TimeDelta::seconds(15);

/// Removes the sandbox of an event, as soon as nobody is at work in it.
pub async fn remove_sandbox(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let (scope, id) = subject(event)?;
    let subject = event.subject_id.clone();
    let kinds = [EventKind::PrepareSandbox, EventKind::AdvanceSandbox];
    if state.store.read(move |db| events::is_under_way(db, scope, &kinds, &subject)).await? {
        let retry = Retry::At(state.machine.now().plus(PAUSE));
        return Err(EventFailure { retry, message: "someone is still at work in it".into() });
    }
    clear(state, id).await?;
    Ok(json!({ "outcome": "gone" }))
}

/// Removes everything of a sandbox but its row; also what there is of one that was never finished.
pub async fn clear(state: &AppState, id: SandboxId) -> Outcome<()> {
    if let Some(sandboxes) = &state.sandboxes {
        sandboxes.close(id).await;
    }
    let (place, folder) = (place(state, id)?, folder(state, id));
    let work = move || {
        place.remove()?;
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Failure::Setting(format!("{}: {error}", folder.display())))
            }
            _ => Ok(()),
        }
    };
    off_thread(work).await
}
