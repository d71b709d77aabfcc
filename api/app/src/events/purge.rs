//! Forgetting what nobody needs any more.

use crate::events::handler::EventFailure;
use crate::kernel::state::AppState;
use chrono::TimeDelta;
use comptoir_db::{events, idempotency_keys};
use comptoir_domain::Instant;
use comptoir_domain::events::EventKind;
use serde_json::{Value, json};

/// How long a repeated request gets the answer of the first.
const KEY_HOURS: i64 = 48;

/// Removes events that were closed long ago. The latest slot of a recurring kind stays, however old: it says that the
/// slot was queued.
pub async fn purge_events(state: &AppState) -> Result<Value, EventFailure> {
    let (now, days) = (state.now(), TimeDelta::days(state.settings.event_days.into()));
    let mut purged = 0;
    for kind in EventKind::ALL.iter().copied() {
        let now = now.by(kind.clock());
        let latest_slot = kind.schedule().and_then(|schedule| schedule.latest(now));
        let (closed_before, due_before) = (now.plus(-days), latest_slot.unwrap_or(now));
        purged += state.store.write_batch(move |tx| events::purge(tx, kind, closed_before, due_before)).await?;
    }
    Ok(json!({ "purged": purged }))
}

/// Removes remembered answers that are too old to be asked for.
pub async fn purge_idempotency_keys(state: &AppState) -> Result<Value, EventFailure> {
    let before: Instant = state.machine.now().plus(-TimeDelta::hours(KEY_HOURS));
    let purged = state.store.write_batch(move |tx| idempotency_keys::purge(tx, before)).await?;
    Ok(json!({ "purged": purged }))
}
