//! The work of events: all that is due (ProcessSync), or one service (EVT-03).

use crate::events::{EventFailure, Retry};
use crate::kernel::state::AppState;
use crate::services::measure::measure_due;
use crate::services::settle::Settled;
use crate::services::sync::{sync_due, sync_one};
use comptoir_db::events::EventRow;
use comptoir_domain::ServiceId;
use serde_json::{Value, json};

/// Brings panels and subscriptions together, of one seller or of all, and measures what is used (SYN-06).
pub async fn process_sync(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let tally = sync_due(state, event.seller_id, &event.id.to_string()).await?;
    let measured = measure_due(state, event.seller_id).await?;
    Ok(
        json!({ "settled": tally.settled, "failed": tally.failed, "for_a_person": tally.for_a_person, "measured": measured }),
    )
}

/// Brings one service about. While it fails for a short time the event comes again when the service is due; once a
/// person knows, the service goes its way with ProcessSync.
pub async fn sync_service(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let missing = || EventFailure::lasting("the event names no service");
    let seller = event.seller_id.ok_or_else(missing)?;
    let id: ServiceId = event.subject_id.parse().map_err(|_| missing())?;
    match sync_one(state, seller, id, &event.id.to_string()).await? {
        Some(Settled::Failed { retry_at, told: false, error }) => {
            Err(EventFailure { retry: Retry::At(retry_at), message: error })
        }
        Some(Settled::Failed { error, .. }) => Ok(json!({ "outcome": "left_to_a_person", "error": error })),
        Some(Settled::ForAPerson) => Ok(json!({ "outcome": "left_to_a_person" })),
        Some(Settled::Done | Settled::Outdated) => Ok(json!({ "outcome": "done" })),
        Some(Settled::Lost) | None => Ok(json!({ "outcome": "nothing_to_do" })),
    }
}
