//! The work of events: all that is due (ProcessSync), or one service (EVT-03).

use crate::events::foresee::{Foreseen, ForeseenView};
use crate::events::{EventFailure, Retry};
use crate::fraud::{self, screen_due};
use crate::kernel::call::Ctx;
use crate::kernel::state::AppState;
use crate::services::measure::{measure_due, to_measure};
use crate::services::release::{self, release_due};
use crate::services::settle::Settled;
use crate::services::sync::{is_for_a_person, sync_due, sync_one};
use comptoir_db::events::EventRow;
use comptoir_db::{Db, Outcome, services};
use comptoir_domain::ServiceId;
use comptoir_domain::events::ForeseenAction;
use comptoir_domain::services::work;
use serde_json::{Value, json};

/// Services that are looked at together in a dry run.
const CHUNK: i64 = 200;

/// Brings panels and subscriptions together, of one seller or of all, and measures what is used (SYN-06). Orders that wait for
/// their fraud check come first.
pub async fn process_sync(state: &AppState, event: &EventRow) -> Result<Value, EventFailure> {
    let screened = screen_due(state, event).await?;
    let released = release_due(state, event).await?;
    let tally = sync_due(state, event.seller_id, &event.id.to_string()).await?;
    let measured = measure_due(state, event.seller_id).await?;
    Ok(
        json!({ "screened": screened, "released": released, "settled": tally.settled, "failed": tally.failed, "for_a_person": tally.for_a_person, "measured": measured }),
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

/// Which services panels and people would be told about, and which would be measured.
pub fn foresee(db: &mut Db, state: &AppState, ctx: &Ctx, seen: &mut Foreseen) -> Outcome<()> {
    fraud::foresee(db, ctx, seen)?;
    release::foresee(db, ctx, seen)?;
    let mut after = None;
    loop {
        let rows = services::due(db, ctx.scope, ctx.machine_now, after, CHUNK)?;
        let Some(last) = rows.last() else { break };
        after = Some(last.id);
        for row in &rows {
            let action = match is_for_a_person(row) {
                true => ForeseenAction::AskAPerson,
                false => ForeseenAction::on_service(work(row.observed, row.desired)),
            };
            let summary = format!("{}: is {}, should be {}", row.name, row.observed, row.desired);
            seen.add(ForeseenView::new(row.id, action, summary))?;
        }
    }
    for row in to_measure(db, state, Some(ctx.scope.seller()), ctx.machine_now)? {
        seen.add(ForeseenView::new(row.id, ForeseenAction::Measure, row.name))?;
    }
    Ok(())
}
